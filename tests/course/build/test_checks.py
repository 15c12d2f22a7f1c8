"""Each error in a course text is reported with file and line."""

import pytest

from autograder.course.build.week import course_folder_names, read_course_folder
from autograder.errors import BuildError, UsageError
from tests.support.tiny_course import (
    ASSIGNMENT,
    LESSON,
    MISCONCEPTIONS,
    WEEK,
    line_of,
    write_course,
)


def build_error(tmp_path, **texts):
    write_course(tmp_path, **texts)
    with pytest.raises(BuildError) as caught:
        read_course_folder(tmp_path, WEEK)
    return caught.value


def test_the_tiny_course_has_no_error(tmp_path):
    folder = read_course_folder(write_course(tmp_path), WEEK)

    assert folder.text.answers.keys() == {"double", "quadruple"}


# What is replaced in the text, by what, a fragment of the reported line, a part of the message.
ERRORS = [
    pytest.param(
        "points=40", "points=41", "# %% [markdown]", "The points sum to 101. Expected 100", id="sum"
    ),
    pytest.param(
        "points=20\ncheck.equal(quadruple(np.arange(3)), [0, 4, 8])\n\n"
        '# %% [markdown] written="why_two" points=10',
        "points=9\ncheck.equal(quadruple(np.arange(3)), [0, 4, 8])\n\n"
        '# %% [markdown] written="why_two" points=21',
        'written="why_two"',
        "written answers have 21 of 100",
        id="too many written points",
    ),
    pytest.param(
        'test="double"',
        'test="dbl"',
        'test="dbl"',
        "which is not an exercise",
        id="test of nothing",
    ),
    pytest.param(
        '"quadruple" uses',
        '"double" uses',
        'uses=["double"]',
        "There is a second cell 'double'; the first is on line",
        id="two exercises of one name",
    ),
    pytest.param(
        'written="why_two"',
        'written="double"',
        'written="double"',
        "a second cell",
        id="two grade ids",
    ),
    pytest.param(
        'written="why_two"', 'written="test_it"', "test_it", "is reserved for", id="reserved name"
    ),
    pytest.param(
        'uses=["double"]', 'uses=["dbl"]', "dbl", "not another exercise", id="uses nothing known"
    ),
    pytest.param(
        'uses=["double"] ', "", "return double(double", "uses=['double']", id="uses not said"
    ),
    pytest.param("def double(x)", "def duble(x)", 'exercise="double"', "not define", id="name"),
    pytest.param(
        "    ### BEGIN SOLUTION\n    return double(double(x))\n    ### END SOLUTION",
        "    return double(double(x))",
        'exercise="quadruple"',
        "has no solution",
        id="no solution markers",
    ),
    pytest.param(
        "### BEGIN SOLUTION\nThe model answer.\n### END SOLUTION",
        "The model answer.",
        'written="why_two"',
        "has no solution",
        id="no model answer",
    ),
    pytest.param(
        "    return secret_of_doubling * x\n    ### END SOLUTION",
        "    return secret_of_doubling * x",
        "### BEGIN SOLUTION",
        "has no ### END SOLUTION",
        id="begin without end",
    ),
    pytest.param(
        "### BEGIN HIDDEN TESTS\n",
        "",
        "### END HIDDEN",
        "without ### BEGIN HIDDEN TESTS",
        id="only an end",
    ),
    pytest.param(
        "The model answer.\n### END SOLUTION",
        "The model answer.",
        "### BEGIN MARK SCHEME",
        "inside ### BEGIN SOLUTION",
        id="one region inside another",
    ),
    pytest.param(
        "### BEGIN HIDDEN TESTS", "# begin hidden tests", "# begin", "does not belong", id="case"
    ),
    pytest.param(
        "### BEGIN MARK SCHEME", "### BEGIN MARK SCHEMES", "SCHEMES", "does not belong", id="plural"
    ),
    pytest.param(
        "print(double(3))",
        "### BEGIN MARK SCHEME\nprint(double(3))\n### END MARK SCHEME",
        "### BEGIN MARK SCHEME",
        "Expected: none",
        id="marker in a demonstration",
    ),
    pytest.param(
        "# %% parameters=true\nSEED", "# %% setup=true\nSEED", "# %% [m", "No parameters", id="no p"
    ),
    pytest.param(
        "# %%\nprint(double(3))",
        "# %% parameters=True\nSEED = PROFILE = 0",
        "# %% parameters=True",
        "There is a second parameters cell",
        id="two parameters cells",
    ),
    pytest.param("SEED = 0", "SED = 0", "# %% param", "does not assign SEED", id="no SEED"),
    pytest.param(
        "print(double(3))", "x = 1\nprint(double(3)", "print(double(3)", "not Python", id="syntax"
    ),
    pytest.param(
        'exercise="double" outcomes=[3, 14]',
        'exercise="other" outcomes=[3, 14]\n### BEGIN SOLUTION\nother = 1\n### END SOLUTION\n\n'
        '# %% exercise="double"',
        "other",
        "has no test",
        id="no test",
    ),
]


@pytest.mark.parametrize(("old", "new", "where", "message"), ERRORS)
def test_an_error_in_the_assignment(tmp_path, old, new, where, message):
    assert old in ASSIGNMENT
    text = ASSIGNMENT.replace(old, new, 1)

    error = build_error(tmp_path, assignment=text)

    assert message in error.message
    assert error.path.endswith("doubling.py")
    assert error.line == line_of(text, where)


def test_a_test_above_its_exercise_is_an_error(tmp_path):
    cell = '# %% test="double" points=29\ncheck.equal(double(2), 4)\n\n'
    text = ASSIGNMENT.replace('"double" points=30', '"double" points=1', 1)
    text = text.replace(
        '# %% exercise="double"', cell.replace("30", "29") + '# %% exercise="double"'
    )

    assert "is above its exercise" in build_error(tmp_path, assignment=text).message


def test_a_lesson_has_no_exercises(tmp_path):
    error = build_error(tmp_path, lesson=LESSON + "\n# %% exercise='a'\na = 1\n")

    assert "A lesson has no exercises" in error.message
    assert error.path.endswith("lesson.py")


def test_a_lesson_has_parameters_too(tmp_path):
    text = LESSON.replace("# %% parameters=true", "# %%")

    assert "No parameters cell" in build_error(tmp_path, lesson=text).message


def test_a_syntax_error_is_named_at_its_own_line(tmp_path):
    text = LESSON + "\n# %%\nx = 1\nif x\n    pass\n"

    error = build_error(tmp_path, lesson=text)

    assert error.line == line_of(text, "if x")


def test_a_folder_has_one_assignment(tmp_path):
    write_course(tmp_path)
    (tmp_path / "course" / WEEK / "second.py").write_text("# %%\nx = 1\n")

    assert "exactly one text of an assignment" in build_error(tmp_path).message


def test_a_folder_without_an_assignment_is_an_error(tmp_path):
    write_course(tmp_path)
    (tmp_path / "course" / WEEK / "doubling.py").unlink()

    with pytest.raises(BuildError, match="got none"):
        read_course_folder(tmp_path, WEEK)


def test_a_python_file_without_cells_is_support(tmp_path):
    write_course(tmp_path)
    (tmp_path / "course" / WEEK / "helper.py").write_text("x = 1\n")

    assert [path.name for path in read_course_folder(tmp_path, WEEK).support] == ["helper.py"]


def test_a_misconception_of_an_unknown_exercise_is_an_error(tmp_path):
    text = MISCONCEPTIONS.replace('@misconception("double"', '@misconception("dobule"', 1)

    error = build_error(tmp_path, misconceptions=text)

    assert "'dobule' is not an exercise" in error.message
    assert error.path.endswith("misconceptions.py")
    assert error.line == line_of(text, "dobule")


def test_a_known_answer_reads_only_defined_names(tmp_path):
    text = MISCONCEPTIONS.replace("return 3 * x", "return n * x")

    error = build_error(tmp_path, misconceptions=text)

    assert "'tripled' of 'double' reads 'n', which is not defined" in error.message
    assert error.line == line_of(text, "def tripled")


def test_an_exercise_has_three_misconceptions(tmp_path):
    text = MISCONCEPTIONS.replace(
        '@misconception("double", hint="Twice, not three times.")', '@variant("double")'
    )

    error = build_error(tmp_path, misconceptions=text)

    assert (
        "'double' has 2 misconceptions in misconceptions.py. Its tests need at least 3"
        in error.message
    )
    assert error.line == line_of(ASSIGNMENT, 'exercise="double"')


def test_an_assignment_without_misconceptions_has_too_few(tmp_path):
    assert "has 0 misconceptions" in build_error(tmp_path, misconceptions=None).message


def test_an_unknown_assignment_is_an_error_that_names_those_that_exist(tmp_path):
    with pytest.raises(UsageError, match=f"no assignment 'week9'.*{WEEK}"):
        course_folder_names(write_course(tmp_path), ["week9"])
