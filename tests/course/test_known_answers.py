"""Known answers are read, never run, and replace the reference."""

import pytest

from autograder.course.known_answers import load, misconception, variant, whole_cell, whole_variant
from autograder.errors import BuildError
from tests.support.tiny_course import line_of

REFERENCE = {
    "sigmoid": "def sigmoid(z):\n    ### BEGIN SOLUTION\n    return 1 / (1 + np.exp(-z))\n"
    "    ### END SOLUTION",
    "fit": "RATE = 0.1\n\n@once\ndef helper(w):\n    ### BEGIN SOLUTION\n    return w\n"
    "    ### END SOLUTION\n\n\ndef fit(X, y, *, steps=3):\n    return helper(sigmoid(X)) * RATE",
}


def load_text(tmp_path, text, reference=REFERENCE, **kwargs):
    path = tmp_path / "misconceptions.py"
    path.write_text(text, encoding="utf-8")
    return load(path, reference, **kwargs)


def only(tmp_path, text, **kwargs):
    (answer,) = load_text(tmp_path, text, **kwargs)
    return answer


def run(source, **names):
    exec(source, names)
    return names


def test_a_misconception_replaces_the_reference(tmp_path):
    text = "\n@misconception('sigmoid', hint='The sign.')\ndef sign(z):\n    return z\n"

    answer = only(tmp_path, text)

    assert answer.source == "def sigmoid(z):\n    return z"
    assert (answer.exercise, answer.name, answer.hint) == ("sigmoid", "sign", "The sign.")
    assert (answer.line, answer.is_right) == (3, False)


def test_a_variant_is_right_and_has_no_hint(tmp_path):
    answer = only(tmp_path, "@variant('sigmoid')\ndef loops(z):\n    return z\n")

    assert (answer.is_right, answer.hint) == (True, "")


def test_the_rest_of_the_answer_cell_stays(tmp_path):
    text = "@misconception('fit', hint='H.')\ndef wrong(X, y, *, steps=3):\n    return 0\n"

    assert only(tmp_path, text).source == (
        "RATE = 0.1\n\n@once\ndef helper(w):\n    return w\n\n\n"
        "def fit(X, y, *, steps=3):\n    return 0"
    )


def test_replaces_names_another_definition_of_the_cell(tmp_path):
    text = "@misconception('fit', replaces='helper', hint='H.')\ndef wrong(w):\n    return -w\n"

    source = only(tmp_path, text).source

    assert source.startswith(
        "RATE = 0.1\n\ndef helper(w):\n    return -w\n"
    )  # the decorator @once is replaced too
    assert "return helper(sigmoid(X))" in source


def test_a_recursive_definition_calls_itself_by_the_new_name(tmp_path):
    text = (
        "@misconception('sigmoid', hint='H.')\n"
        "def endless(z):\n"
        "    'Says endless.'\n"
        "    é = endless(z); x.endless = endless(z, endless=1)\n"
        "    return [endless(n) for n in z]\n"
    )

    assert only(tmp_path, text).source == (
        "def sigmoid(z):\n"
        "    'Says endless.'\n"
        "    é = sigmoid(z); x.endless = sigmoid(z, endless=1)\n"
        "    return [sigmoid(n) for n in z]"
    )


def test_imports_and_helpers_are_copied_if_they_are_needed(tmp_path):
    text = (
        "import numpy as np\nimport math\n"
        "from autograder.course.known_answers import misconception\n"
        "LIMIT = 3\n\ndef clip(z):\n    return np.clip(z, -LIMIT, LIMIT)\n\n"
        "def unneeded():\n    return math.pi\n\n"
        "@misconception('sigmoid', hint='H.')\ndef clipped(z):\n    return clip(z)\n"
    )

    source = only(tmp_path, text).source

    assert source == (
        "import numpy as np\n\n\nLIMIT = 3\n\n\ndef clip(z):\n    return np.clip(z, -LIMIT, LIMIT)"
        "\n\n\ndef sigmoid(z):\n    return clip(z)"
    )


def test_imports_of_the_set_up_are_not_copied(tmp_path):
    text = (
        "import numpy as np\nfrom scipy.special import expit as sigmoid\n\n"
        "@misconception('fit', hint='H.')\n"
        "def wrong(X, y, *, steps=3):\n    return np.sum(sigmoid(X))\n"
    )

    source = only(tmp_path, text, setup_names={"np"}).source

    assert "import" not in source


def test_other_decorators_stay(tmp_path):
    text = (
        "import functools\n\n"
        "@misconception('sigmoid', hint='H.')\n@functools.cache\ndef cached(z):\n    return z\n"
    )

    source = only(tmp_path, text).source

    assert source.endswith("@functools.cache\ndef sigmoid(z):\n    return z")
    assert source.startswith("import functools\n")


def test_one_definition_may_be_known_of_two_exercises(tmp_path):
    text = (
        "@misconception('sigmoid', hint='One.')\n@misconception('tanh', hint='Two.')\n"
        "def same(z):\n    return z\n"
    )
    reference = {"sigmoid": "def sigmoid(z): pass", "tanh": "def tanh(z): pass"}

    answers = load_text(tmp_path, text, reference)

    assert [(answer.exercise, answer.source) for answer in answers] == [
        ("sigmoid", "def sigmoid(z):\n    return z"),
        ("tanh", "def tanh(z):\n    return z"),
    ]


def test_a_class_replaces_a_class(tmp_path):
    text = "@variant('Net')\nclass Idle:\n    def copy(self):\n        return Idle()\n"
    reference = {"Net": "class Net:\n    def copy(self):\n        return Net()\n"}

    source = load_text(tmp_path, text, reference)[0].source

    assert source == "class Net:\n    def copy(self):\n        return Net()"


def test_a_whole_cell_replaces_the_whole_cell(tmp_path):
    text = (
        "whole_cell('fit', name='keeps_nothing', hint='H.', source='''\n"
        "    def fit(X, y, *, steps=3):\n        return None\n''')\n"
        "whole_variant('fit', name='short', source='fit = lambda X, y, *, steps=3: 1')\n"
    )

    wrong, right = load_text(tmp_path, text)

    assert wrong.source == "def fit(X, y, *, steps=3):\n    return None"
    assert (wrong.name, wrong.hint, wrong.is_right) == ("keeps_nothing", "H.", False)
    assert (right.name, right.hint, right.is_right) == ("short", "", True)


def test_known_answers_come_in_the_order_of_the_file(tmp_path):
    text = (
        "@variant('sigmoid')\ndef b(z): pass\n"
        "whole_variant('sigmoid', name='c', source='def sigmoid(z): pass')\n"
        "@variant('sigmoid')\ndef a(z): pass\n"
    )

    assert [answer.name for answer in load_text(tmp_path, text)] == ["b", "c", "a"]


def test_the_file_is_read_not_run(tmp_path):
    text = "raise SystemExit\n\n@variant('sigmoid')\ndef other(z): pass\n"

    assert only(tmp_path, text).name == "other"


def test_the_module_may_be_called_by_its_name(tmp_path):
    text = "@misconceptions.variant('sigmoid')\ndef other(z): pass\n"

    assert only(tmp_path, text).is_right


def test_an_injected_cell_runs(tmp_path):
    text = "@misconception('sigmoid', hint='H.')\ndef off_by_one(z):\n    return z + 1\n"

    assert run(only(tmp_path, text).source)["sigmoid"](1) == 2


def test_an_assignment_without_the_file_has_no_known_answers(tmp_path):
    assert load(tmp_path / "misconceptions.py", REFERENCE) == ()


def test_the_decorators_return_what_they_decorate():
    def f(z):
        return z

    assert misconception("sigmoid", hint="H.")(f) is f
    assert variant("sigmoid")(f) is f
    assert whole_cell("sigmoid", name="n", hint="H.", source="") is None
    assert whole_variant("sigmoid", name="n", source="") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "@misconception('x', hint='H.')\ndef HERE(z): pass", "not an exercise", id="x"
        ),
        pytest.param(
            "@misconception('fit')\ndef HERE(z): pass", "Expected the exercise, hint", id="no hint"
        ),
        pytest.param("@misconception('fit', hint='')\ndef HERE(z): pass", "nonempty", id="empty"),
        pytest.param("@misconception('fit', hint=H)\ndef HERE(z): pass", "plain str", id="a name"),
        pytest.param(
            "@variant('fit', hint='H.')\ndef HERE(z): pass", "Expected the exercise.", id="a hint"
        ),
        pytest.param("@variant()\ndef HERE(z): pass", "Expected the exercise", id="no exercise"),
        pytest.param(
            "\n@variant('sigmoid')\ndef HERE(x): pass", "Use the same arguments", id="arguments"
        ),
        pytest.param(
            "@variant('fit', replaces='x')\ndef HERE(z): pass", "one of helper, fit", id="replaces"
        ),
        pytest.param("whole_variant('fit', name='HERE', source='x = 1')", "not define", id="none"),
        pytest.param("whole_variant('fit', name='HERE', source='def')", "not Python", id="syntax"),
        pytest.param("for x in y:\n    whole_variant('HERE')", "top level", id="in a loop"),
        pytest.param("def f():\n    @variant('sigmoid')\n    def HERE(z): 0", "top level", id="in"),
        pytest.param("x = 1\ndef HERE(:", "not Python", id="syntax of the file"),
    ],
)
def test_an_error_names_file_and_line(tmp_path, text, message):
    with pytest.raises(BuildError) as caught:
        load_text(tmp_path, text)

    assert message in caught.value.message
    assert caught.value.path.endswith("misconceptions.py")
    assert line_of(text, "HERE") - caught.value.line in (0, 1)  # a decorator stands above


def test_two_of_one_name_are_an_error(tmp_path):
    text = "@variant('sigmoid')\ndef a(z): pass\n@variant('sigmoid')\ndef a(z): return 1\n"

    with pytest.raises(
        BuildError, match="second 'a' for 'sigmoid'; the first is on line 2"
    ) as caught:
        load_text(tmp_path, text)

    assert caught.value.line == 4
