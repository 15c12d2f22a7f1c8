"""Test the header line of a course cell: what it may say, and what each mistake is called."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.build.headers import HEADER, N_OUTCOMES, read_header
from autograder.errors import BuildError

PATH = Path("week.py")

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,39}", fullmatch=True)
points = st.one_of(
    st.integers(1, 10**6), st.floats(0, 10**6, exclude_min=True).filter(lambda x: x > 0)
)
outcomes = st.lists(st.integers(1, N_OUTCOMES), unique=True)
spaces = st.sampled_from([" ", "  ", "\t"])


def read(line):
    return read_header(line, PATH, 7)


@given(name=names, uses=st.lists(names), outcomes=outcomes, space=spaces, data=st.data())
def test_an_exercise_is_read_as_it_is_written(name, uses, outcomes, space, data):
    keys = {"exercise": name, "uses": uses, "outcomes": outcomes}
    order = data.draw(st.permutations(list(keys)))
    header = read("# %%" + "".join(f"{space}{key}={keys[key]!r}" for key in order))

    assert header.role == "answer"
    assert (header.name, header.uses, header.outcomes) == (name, tuple(uses), tuple(outcomes))


@given(name=names, points=points)
def test_a_test_is_worth_what_it_says(name, points):
    header = read(f"# %% test={name!r} points={points!r}")

    assert (header.role, header.name, header.points) == ("test", name, points)


@given(name=names, points=points, outcomes=outcomes)
def test_a_written_question_is_markdown(name, points, outcomes):
    header = read(f"# %% [markdown] written={name!r} points={points!r} outcomes={outcomes!r}")

    assert (header.role, header.name, header.points) == ("written", name, points)
    assert header.outcomes == tuple(outcomes)


@pytest.mark.parametrize(
    ("line", "role", "is_parameters"),
    [
        ("# %%", "demo", False),
        ("# %% [markdown]", "prose", False),
        ("# %% setup=true", "setup", False),
        ("# %% setup=True", "setup", False),
        ("# %% parameters=true", "setup", True),
    ],
)
def test_a_cell_without_a_name_has_a_role(line, role, is_parameters):
    header = read(line)

    assert (header.role, header.is_parameters, header.name) == (role, is_parameters, "")


@given(st.text(st.characters(exclude_characters="\r\n")))
def test_any_line_is_a_header_or_an_error_that_names_its_place(text):
    try:
        header = read("# %%" + text)
    except BuildError as error:
        assert str(error).startswith("week.py:7: ")
    else:
        assert header.points >= 0


@given(st.integers().filter(lambda n: not 1 <= n <= N_OUTCOMES))
def test_an_outcome_that_does_not_exist_is_an_error(number):
    with pytest.raises(BuildError, match="numbers from 1 to"):
        read(f"# %% exercise='f' outcomes=[{number}]")


@pytest.mark.parametrize("worth", ["0", "-1", "True", "'5'", "1e999", "None", "[5]"])
def test_points_are_a_positive_number(worth):
    with pytest.raises(BuildError, match="a positive number"):
        read(f"# %% test='f' points={worth}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("#%% setup=true", "starts with"),
        ("  # %%", "left margin"),
        ("# %% [raw]", r"code or \[markdown\]; got \[raw\]"),
        ("# %% excercise='f'", "Did you mean 'exercise'"),
        ("# %% zzz='f'", "Expected one of setup, parameters, exercise"),
        ("# %% test='f' points=1 points=2", "'points' is given twice"),
        ("# %% test='f' setup=true", "one role"),
        ("# %% test='f'", "has no points"),
        ("# %% test='f' points=1 uses=['g']", "'uses' belongs to a cell with exercise"),
        ("# %% [markdown] test='f' points=1", "is a code cell"),
        ("# %% written='f' points=1", r"is a \[markdown\] cell"),
        ("# %% exercise=softmax", "not a Python literal"),
        ("# %% exercise='two words'", "a name such as"),
        ("# %% exercise='f' outcomes=[3, 3]", "each once"),
    ],
)
def test_each_mistake_is_an_error_that_says_what_is_expected(line, message):
    with pytest.raises(BuildError, match=message):
        read(line)


@pytest.mark.parametrize(
    ("line", "starts_a_cell"),
    [
        ("# %%", True),
        ("#%%", True),
        ("  # %%% anything", True),
        ("# %%time", False),
        ("%%time", False),
        ("x = 1  # %%", False),
        ("# 50 %%", False),
    ],
)
def test_only_a_comment_that_begins_with_two_percent_signs_starts_a_cell(line, starts_a_cell):
    assert (HEADER.match(line) is not None) == starts_a_cell
