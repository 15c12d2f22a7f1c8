"""Rules 2, 4 to 9, 13 and 14, tested by student code in two processes, as in an exam."""

import pytest

from autograder.notebook.names import assigned_names, free_names
from tests.support.candidate_stub import (
    HIDDEN_LINES,
    SETUP,
    in_one_process,
    in_two_processes,
)

IMITATORS = {
    "differences that are all zero": """
class Z:
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
def f(x): return Z()
""",
    "shape, mean and std": """
class Z:
    shape, dtype, ndim, size = (3,), np.dtype(float), 1, 3
    def mean(self, *a, **k): return 0.0
    def std(self, *a, **k): return 1.0
    def __len__(self): return 3
def f(x): return Z()
""",
    "an array interface": """
class Z:
    def __init__(self): self.x = np.array([2.0, 4.0, 6.0])
    @property
    def __array_interface__(self): return self.x.__array_interface__
    def __array__(self, *a, **k): return self.x
def f(x): return Z()
""",
    "an answer to every attribute": """
class Z:
    def __getattr__(self, name):
        if name == "__array_interface__": return np.array([2.0, 4.0, 6.0]).__array_interface__
        if name == "__class__": return np.ndarray
        if name.startswith("_repr_"): return lambda *a: "<b>right</b>"
        return self
    def __call__(self, *a, **k): return np.array([2.0, 4.0, 6.0])
def f(x): return Z()
""",
    "the class of an array": """
class Z:
    @property
    def __class__(self): return np.ndarray
    def __eq__(self, other): return np.array([True, True, True])
def f(x): return Z()
""",
    "equal to everything": """
class Z:
    def __eq__(self, other): return True
    __le__ = __ge__ = __lt__ = __gt__ = __ne__ = __contains__ = __eq__
    def __bool__(self): return True
    def __float__(self): return 2.0
def f(x): return Z()
""",
    "an array of its own class": """
class Z(np.ndarray):
    def __sub__(self, other): return np.zeros(3)
    def __eq__(self, other): return np.ones(3, bool)
    def __array_ufunc__(self, *a, **k): return np.zeros(3)
    def __array_function__(self, *a, **k): return True
def f(x): return np.ones(3).view(Z)
""",
    "a float that equals everything": """
class Z(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __le__ = __lt__ = __sub__
def f(x): return Z(7.0)
""",
}
WAYS = {
    "check.close": "check.close(f(np.array([1.0, 2, 3])), [2, 4, 6])",
    "check.equal": "check.equal(f(np.array([1, 2, 3])), [2, 4, 6])",
    "assert of a difference": (
        "y = f(np.array([1.0, 2, 3]))\nassert np.abs(y - np.array([2, 4, 6])).max() < 1e-6"
    ),
    "assert of equality": "assert (f(np.array([1, 2, 3])) == np.array([2, 4, 6])).all()",
    "functions that ask for methods": "assert np.sum(f(np.array([1.0, 2, 3]))) == 12",
    "membership": "assert f(2) in (4, 5)",
    "shape and moments": (
        "y = f(np.array([1.0, 2, 3]))\n"
        "assert y.shape == (3,) and abs(y.mean() - 4) < 1e-6 and abs(y.std() - 1.63) < 0.01"
    ),
    "numpy.testing": "np.testing.assert_allclose(f(np.array([1.0, 2, 3])), [2, 4, 6])",
}


@pytest.mark.parametrize("answer", IMITATORS.values(), ids=IMITATORS)
def test_rule_4_what_imitates_a_value_earns_nothing_however_it_is_compared(answer):
    right = in_two_processes("def f(x): return 2 * x", *WAYS.values())
    expected_kinds = {
        place: kinds for kinds_of in right.kinds.values() for place, kinds in kinds_of.items()
    }

    result = in_two_processes(answer, *WAYS.values(), expected_kinds=expected_kinds)

    assert [verdict.points for verdict in right.verdicts] == [3.0] * len(WAYS)
    assert [verdict.points for verdict in result.verdicts] == [0.0] * len(WAYS)


NO_VERDICTS = (
    "y == 4",
    "y != 4",
    "y < 4",
    "bool(y)",
    "4 in y",
    "float(y)",
    "int(y)",
    "abs(y)",
    "round(y)",
    "hash(y)",
    "np.asarray(y)",
    "1.0 - y",
    "np.ones(3) - y",
    "[0, 1][y]",
    "f'{y:.3f}'",
    "__import__('copy').deepcopy(y)",
    "__import__('pickle').dumps(y)",
)


@pytest.mark.parametrize("use", NO_VERDICTS)
def test_rule_4_an_object_is_never_a_verdict(use):
    answer = """
class Z:
    shape = (3,)
    def __getattr__(self, name): return lambda *a, **k: 4
    def __eq__(self, other): return True
    __lt__ = __contains__ = __bool__ = __ne__ = __eq__
    def __float__(self): return 4.0
    __index__ = __int__ = __abs__ = __round__ = __hash__ = lambda self, *a: 0
    __rsub__ = __sub__ = __abs__
def f(x): return Z()
"""

    (verdict,) = in_two_processes(answer, f"y = f(1)\n{use}").verdicts

    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert "TypeError" in verdict.reason


def test_rule_4_an_object_has_a_word_of_its_own():
    answer = """
class Z:
    def __repr__(self): return "4"
    _repr_html_ = _ipython_display_ = __str__ = __repr__
def f(x): return Z()
"""
    test = """
y = f(1)
check.equal(repr(y), "<an object of the class Z of the student>")
for name in ("_repr_html_", "_ipython_display_", "__array_interface__", "__fspath__"):
    check.that(not hasattr(y, name), name)
"""

    assert in_two_processes(answer, test).verdicts[0].passed


def test_rule_4_objects_are_called_asked_and_looped_over():
    answer = """
class C:
    def __init__(self, n): self.n, self.items = n, {}
    def __len__(self): return self.n
    def __getitem__(self, key): return self.items.get(key, key)
    def __setitem__(self, key, value): self.items[key] = value
    def __add__(self, other): return C(self.n + other.n)
    def __neg__(self): return C(-self.n)
    def count(self): yield from range(self.n)
"""
    test = """
c = C(3)
c[1] = np.ones(2)
c.label = "three"
check.equal([len(c), c[0], c.n, c.label], [3, 0, 3, "three"])
check.close(c[1], [1, 1])
check.equal([*c.count()], [0, 1, 2])
counting = c.count()
check.equal([next(counting), *counting], [0, 1, 2])
check.equal((c + C(4)).n, 7)
check.equal((-c).n, -3)
"""

    for result in (in_two_processes(answer, test), in_one_process(answer, test)):
        assert result.verdicts[0].passed, result.verdicts[0].details


def test_rule_4_nothing_is_written_back():
    answer = "def f(x):\n    x[:] = [4, 4]\n    return x"
    test = """
X, rows = np.array([1.0, 2.0]), [[1], [2]]
check.close(f(X), [4, 4])
check.close(f(rows), [4, 4])
check.close(X, [1, 2])
check.equal(rows, [[1], [2]])
"""

    assert in_two_processes(answer, test).verdicts[0].passed
    assert in_one_process(answer, test).verdicts[0].points == 0.0  # the caller's array


# --- rule 5 --------------------------------------------------------------------------------------

SHADOWS = {
    "np": "import types\nnp = types.SimpleNamespace(array=lambda *a: 0, abs=lambda x: 0)",
    "check": "class check:\n    close = equal = that = staticmethod(lambda *a, **k: None)",
    "print and abs": "print = abs = len = sum = float = lambda *a, **k: 0",
    "built-ins": "import builtins\nbuiltins.abs = lambda *a: 0",
    "the check itself": (
        "import dlcourse.check\n"
        "for name in dlcourse.check.__all__:\n"
        "    setattr(dlcourse.check, name, lambda *a, **k: None)"
    ),
    "numpy itself": "import numpy\nnumpy.allclose = numpy.array_equal = lambda *a, **k: True",
    "a set-up function": "def double(x): return 7",
    "AssertionError": "class AssertionError(BaseException): pass",
}


@pytest.mark.parametrize("shadow", SHADOWS.values(), ids=SHADOWS)
def test_rule_5_what_the_student_rebinds_concerns_nobody_else(shadow):
    setup = SETUP + "\ndef double(x): return 2 * np.asarray(x)"
    test = """
check.close(f(np.array([1.0])), double([1.0]))
assert abs(float(f(2.0)) - 4.0) < 1e-9 and len([1]) == 1 and np.allclose(1, 1)
"""

    right, wrong = (
        in_two_processes(f"{shadow}\ndef f(x): return {factor} * x", test, setup=setup).verdicts[0]
        for factor in (2, 7)
    )

    assert right.passed, right.details
    assert wrong.points == 0.0


def test_rule_5_set_up_functions_have_names_of_their_own_there():
    setup = (
        SETUP
        + """
def double(x): return 2 * np.sum(x)
def quadruple(x): return double(double(x))
"""
    )
    answer = """
def double(x): return 7
np = None
def f(x): return quadruple(x)
"""
    test = "check.close(f(3.0), 12)\ncheck.close(check.run_remotely(quadruple)(3.0), 12)"

    assert in_two_processes(answer, test, setup=setup).verdicts[0].passed


def test_rule_5_names_are_settled_before_the_cell_runs():
    answer = """
def f(x):
    global g
    g = lambda x: 4
    return 4
def g(x): return 5
"""
    test = "check.equal(f(1), 4)\ncheck.equal(g(1), 5)"

    assert in_two_processes(answer, test).verdicts[0].passed
    assert in_one_process(answer, test).verdicts[0].points == 0.0  # looked up in one kernel


def test_rule_5_a_ligature_is_the_letters_it_stands_for():
    answer = "def ﬁt(x): return 4\nglobals()['ﬁ'] = 4"
    assert assigned_names(answer) == free_names("ﬁt") == {"fit"}
    (verdict,) = in_two_processes(
        f"{answer}\ndef f(x): return fit(x)", "check.equal(f(1), 4)"
    ).verdicts
    assert verdict.passed


def test_rule_5_a_name_of_the_test_stays_the_tests():
    answer = "expected = 7\nfor_all = 7\ndef f(x): return 7"

    assert (
        in_two_processes(answer, "expected = 4\ncheck.equal(f(2), expected)").verdicts[0].points
        == 0.0
    )


# --- rule 6 --------------------------------------------------------------------------------------

RAISED = {
    "a built-in": ("raise KeyError('k')", "KeyError", "'k'"),
    "a subclass": ("class Own(KeyError): pass\n    raise Own('k')", "KeyError", "Own: 'k'"),
    "an exception": ("raise Exception('x')", "Exception", "x"),
    "an own exception": (
        "class Own(Exception): pass\n    raise Own('x')",
        "StudentError",
        "Own: x",
    ),
    "one called AssertionError": (
        "AssertionError = type('AssertionError', (Exception,), {})\n    raise AssertionError('x')",
        "StudentError",
        "AssertionError: x",
    ),
    "one called SystemExit": (
        "SystemExit = type('SystemExit', (ValueError,), {})\n    raise SystemExit('x')",
        "ValueError",
        "SystemExit: x",
    ),
    "StopIteration": ("raise StopIteration('x')", "StudentError", "StopIteration: x"),
    "SystemExit": ("raise SystemExit(0)", "StudentError", "SystemExit: 0"),
    "an exit": ("import sys\n    sys.exit(0)", "StudentError", "SystemExit: 0"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "StudentError", "KeyboardInterrupt"),
    "GeneratorExit": ("raise GeneratorExit", "StudentError", "GeneratorExit"),
    "a bare BaseException": ("raise BaseException('x')", "StudentError", "BaseException: x"),
    "a group": ("raise ExceptionGroup('x', [ValueError()])", "StudentError", "ExceptionGroup"),
    "one that fails when it is made": (
        "class Own(ValueError):\n"
        "        def __init__(self, *a): raise SystemExit('in it')\n"
        "    raise Own('x')",
        "StudentError",
        "SystemExit: in it",
    ),
    "one that wants three arguments": (
        "class Own(ValueError):\n"
        "        def __init__(self, a, b, c): super().__init__(a)\n"
        "    raise Own('x', 2, 3)",
        "ValueError",
        "Own: x",
    ),
    "one whose text fails": (
        "class Own(ValueError):\n"
        "        def __str__(self): raise SystemExit('in it')\n"
        "    raise Own('x')",
        "ValueError",
        "could not be read",
    ),
    "one whose text is none": (
        "class Own(ValueError):\n        def __str__(self): return 7\n    raise Own('x')",
        "ValueError",
        "could not be read",
    ),
    "a UnicodeDecodeError": ("b'\\xff'.decode()", "ValueError", "codec can't decode"),
    "lone surrogates": ("raise ValueError('a\\ud800b')", "ValueError", "ab"),
    "a megabyte of text": ("raise ValueError('x' * 2**20)", "ValueError", "xxx"),
    "a SyntaxError": ("eval('1 +')", "SyntaxError", ""),
    "an OSError": ("open('/nowhere')", "FileNotFoundError", "No such file"),
}


@pytest.mark.parametrize(("body", "name", "text"), RAISED.values(), ids=RAISED)
def test_rule_6_an_exception_is_sent_as_a_name_and_a_text(body, name, text):
    answer = f"def f(x):\n    {body}"
    test = f"""
try:
    f(1)
except Exception as error:
    kind, text = type(error).__name__, str(error)
check.equal(kind, {name!r})
check.that({text!r} in text and len(text) < 20_000 and "<answer>" not in text, text)
"""

    caught, thrown = in_two_processes(answer, test, "f(1)").verdicts

    assert caught.passed, caught.details
    assert (thrown.state, thrown.points) == ("failed", 0.0)
    assert text in thrown.reason


def test_rule_6_the_stub_is_not_attempted():
    assert (
        in_two_processes("def f(x): raise NotImplementedError()", "f(1)").verdicts[0].state
        == "not attempted"
    )


def test_rule_6_code_without_a_module_may_raise_what_a_stub_raises():
    answer = "exec('def f(x): raise NotImplementedError', space := {})\nf = space['f']"

    verdict = in_two_processes(answer, "f(1)").verdicts[0]

    assert verdict.state == "failed"
    assert verdict.reason == "NotImplementedError: raised by f of code without a module"


def test_rule_6_a_method_that_a_library_does_not_implement_is_not_a_stub():
    answer = "import numbers\ndef f(x): return numbers.Complex.conjugate(x)"

    verdict = in_two_processes(answer, "f(1)").verdicts[0]

    assert verdict.state == "failed"
    assert verdict.reason == "NotImplementedError: raised by Complex.conjugate of numbers"


def test_rule_6_a_result_of_the_test_that_an_answer_makes_too_large_is_its_own_error():
    answer = "def f(times): return len(times(2_100_000))"
    test = "f(lambda n: [None] * n)"

    verdict = in_two_processes(answer, test).verdicts[0]

    assert verdict.state == "failed"
    assert "the result of a function of the test is too large: More than" in verdict.reason


WARNED = {
    "a RuntimeWarning": ("np.log(np.zeros(1))", "RuntimeWarning"),
    "a class of its own": (
        "warnings.warn(type('W', (FutureWarning,), {})('careful'), stacklevel=1)",
        "FutureWarning",
    ),
    "lone surrogates": ("warnings.warn('\\ud800', stacklevel=1)", "UserWarning"),
}


@pytest.mark.parametrize(("body", "category"), WARNED.values(), ids=WARNED)
def test_rule_6_warnings_come_along_and_change_nothing(body, category):
    answer = f"def f(x):\n    {body}\n    return 4"
    caught = f"""
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    check.equal(f(2), 4)
check.equal([w.category.__name__ for w in caught], [{category!r}])
"""
    fatal = "with warnings.catch_warnings():\n    warnings.simplefilter('error')\n    f(2)"

    result = in_two_processes(answer, "check.equal(f(2), 4)", caught, fatal)

    assert [verdict.points for verdict in result.verdicts] == [3.0, 3.0, 0.0], result.verdicts


# --- rule 7 --------------------------------------------------------------------------------------


def test_rule_7_functions_of_the_test_are_called_back_with_plain_data():
    answer = "def f(g, x): return [g(x), g(x=2 * x), g(np.array([x]))]"
    test = "check.equal(f(lambda x: x + 1, 1), [2, 3, [2]])"

    for result in (in_two_processes(answer, test), in_one_process(answer, test)):
        assert result.verdicts[0].passed, result.verdicts[0].details


def test_rule_7_not_with_objects():
    answer = "def f(g): return g(object())"

    (verdict,) = in_two_processes(answer, "f(lambda x: 1)").verdicts

    assert verdict.points == 0.0
    assert "takes plain data" in verdict.reason


def test_rule_7_eight_threads_take_turns():
    answer = """
import threading
def f(g, x):
    results = [None] * 8
    def call(n):
        for _ in range(20):
            results[n] = g(x + n)
    threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return results
"""
    test = "check.equal(f(lambda x: x * x, 1), [n * n for n in range(1, 9)])\ncheck.equal(1, 1)"

    for result in (in_two_processes(answer, test), in_one_process(answer, test)):
        assert result.verdicts[0].passed, result.verdicts[0].details


def test_rule_7_five_deep_is_one_too_many():
    answer = "def f(g, n): return g(n)"
    test = """
def again(n):
    return n if n == 0 else f(again, n - 1)
check.equal(f(again, {}), 0)
"""

    three, four = in_two_processes(answer, test.format(3), test.format(4)).verdicts

    assert three.passed, three.details
    assert (four.state, four.points) == ("void", 0.0)


def test_rule_7_a_function_kept_for_later_reaches_the_test_no_more():
    answer = """
kept = []
def f(g):
    kept.append(g)
    return 4
def g(x): return kept[0](x)
"""

    first, second = in_two_processes(answer, "check.equal(f(lambda x: x), 4)", "g(1)").verdicts

    assert first.passed
    assert (second.state, second.points) == ("failed", 0.0)
    assert "had no request open" in second.reason


def test_rule_7_threads_that_call_between_questions_reach_nobody():
    answer = """
import threading, time
late = []
def f(g):
    def later():
        time.sleep(0.3)
        try: late.append(g(1))
        except BaseException as error: late.append(type(error).__name__)
    threading.Thread(target=later).start()
    return 4
def g(): return late
"""
    test = "import time\ncalls = []\ncheck.equal(f(lambda x: calls.append(x)), 4)\ntime.sleep(0.6)"

    first, second = in_two_processes(
        answer, test + "\ncheck.equal(calls, [])", "check.equal(g(), ['RuntimeError'])"
    ).verdicts

    assert first.passed, first.details
    assert second.passed, second.details


def test_rule_2_a_check_that_failed_in_a_callback_cannot_be_swallowed():
    answer = (
        "def f(g):\n    try:\n        g(7)\n    except BaseException:\n        pass\n    return 4"
    )
    test = """
def loss(x):
    check.equal(x, 1, name="what loss is called with")
try:
    check.equal(f(loss), 4)
except BaseException:
    pass
"""

    (verdict,) = in_two_processes(answer, test).verdicts

    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert "what loss is called with" in verdict.reason


# --- rule 8 --------------------------------------------------------------------------------------


def test_rule_8_an_endless_loop_costs_its_cell():
    answer = """
def f(x):
    while True:
        try:
            while True: pass
        except BaseException: pass
"""

    first, _ = in_two_processes(answer, "f(1)", "f(1)", seconds=1).verdicts

    assert (first.state, first.points) == ("void", 0.0)
    assert "time limit" in first.reason


# --- rule 13 -------------------------------------------------------------------------------------

STRICT = {
    "another shape": ("return [[2.0, 4.0]]", "check.close(f(1), [2.0, 4.0])"),
    "a shape that broadcasts": ("return np.array(2.0)", "check.close(f(1), [2.0, 2.0])"),
    "NaN": ("return np.array([np.nan])", "check.close(f(1), [2.0])"),
    "infinity": ("return float('inf')", "check.close(f(1), 2.0)"),
    "nothing": ("return []", "check.close(f(1), [2.0])"),
    "None": ("return None", "check.close(f(1), 2.0)"),
    "text": ("return '2.0'", "check.close(f(1), 2.0)"),
    "truth": ("return True", "check.close(f(1), 1.0)"),
    "a truth that is 1": ("return 1", "check.that(f(1), 'no')"),
    "an object": ("return object()", "check.equal(f(1), 2)"),
    "an empty list": ("return []", "for x in check.items(f(1), 2): check.equal(x, 1)"),
    "a list too long": ("return [1] * 3", "for x in check.items(f(1), 2): check.equal(x, 1)"),
    "an endless generator": (
        "\n    while True: yield 1",
        "for x in check.items(f(1), 2): check.equal(x, 1)",
    ),
    "an error of another kind": ("raise TypeError", "check.raises(ValueError, f, 1)"),
}


@pytest.mark.parametrize(("body", "test"), STRICT.values(), ids=STRICT)
def test_rule_13_a_check_is_as_strict_in_two_processes_as_in_one(body, test):
    answer = f"def f(x): {body}"

    for result in (in_two_processes(answer, test), in_one_process(answer, test)):
        assert (result.verdicts[0].state, result.verdicts[0].points) == ("failed", 0.0)


# --- rule 11 -------------------------------------------------------------------------------------

THIEVES = {
    "raised": "raise ValueError(repr(seen))",
    "raised as a class": "raise type('Z' + str(int(np.sum(x))), (Exception,), {})(x)",
    "returned": "return x",
    "returned as text": "return repr(seen)",
    "returned as an object": "return type('Z' + str(int(np.sum(x))), (), {})()",
    "warned of": "warnings.warn(repr(seen), stacklevel=1)\n    return 4",
    "called back": "return x(31337)",
}


@pytest.mark.parametrize("body", THIEVES.values(), ids=THIEVES)
def test_rule_11_a_hidden_input_is_not_shown_by_code_that_saw_it(body):
    answer = f"seen = []\ndef f(x):\n    seen.append(x)\n    {body}"
    hidden = HIDDEN_LINES.format("check.equal(f(np.array([31337])), 1, name='hidden')")
    later = "check.equal(f(np.array([1])), 1, name='visible')"

    first, second = in_two_processes(answer, hidden, later).verdicts

    for verdict in (first, second):
        assert verdict.points == 0.0
        assert "31337" not in verdict.reason + verdict.hint


# --- rule 14 -------------------------------------------------------------------------------------


def test_rule_14_every_cell_begins_with_the_same_seed():
    answer = """
import random
np.random.rand(1000); random.random()
def f(): return [np.random.rand(), random.random()]
"""
    (seen,) = in_two_processes(answer, "raise ValueError(f())", seed=3).verdicts
    numbers = seen.reason.removeprefix("ValueError: ")
    again = in_two_processes(answer, *[f"check.equal(f(), {numbers})"] * 2, seed=3).verdicts
    other = in_two_processes(answer, f"check.equal(f(), {numbers})", seed=4).verdicts

    assert [verdict.points for verdict in (*again, *other)] == [3.0, 3.0, 0.0]


def test_rule_14_check_seed_seeds_both_processes():
    answer = "def f(): return np.random.rand()"
    test = """
check.seed(5)
x = f()
check.seed(5)
check.equal(f(), x)
check.equal(np.random.rand(), x)
"""

    assert in_two_processes(answer, test).verdicts[0].passed
