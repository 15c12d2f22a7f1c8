"""Facts about the made-up class of twelve."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.cli.demo.made_up_class import STRIPPER, made_up_class
from autograder.course.known_answers import KnownAnswer
from autograder.course.weeks import Week

EXERCISES = ("step", "predict", "update", "fit", "sigmoid", "loss", "gradient", "descent")


def cell(role, source, grade_id):
    new = new_markdown_cell if role == "written" else new_code_cell
    metadata = {
        "nbgrader": {
            "schema_version": 3,
            "grade": role != "answer",
            "solution": role != "test",
            "locked": role == "test",
            "grade_id": grade_id,
            "points": 5,
            "task": False,
        },
        "dlcourse": {"role": role},
    }
    return new(source, id=grade_id.replace("_", "-"), metadata=metadata)


def notebook(answer):
    cells = [new_markdown_cell("# Week", id="title")]
    for name in EXERCISES:
        cells.append(cell("answer", answer.format(name=name), name))
        cells.append(cell("test", f"assert {name}(1) == 1", f"test_{name}"))
    return new_notebook(cells=[*cells, cell("written", "Your words", "why")])


@pytest.fixture
def release():
    return notebook("def {name}(z):\n    raise NotImplementedError()")


@pytest.fixture
def week():
    known = tuple(
        KnownAnswer(name, f"mistakes_{name}", "Look again.", f"def {name}(z): return -z", 1, False)
        for name in EXERCISES
    )
    return Week("week01", notebook("def {name}(z):\n    return z"), known, "digest")


@pytest.fixture
def pupils(week, release):
    return {pupil.name: pupil for pupil in made_up_class(week, release)}


def source(pupil, grade_id):
    marked = [c for c in pupil.notebook.cells if "nbgrader" in c.metadata]
    return next(c.source for c in marked if c.metadata["nbgrader"]["grade_id"] == grade_id)


def test_there_are_twelve_and_each_hands_in_a_notebook(pupils):
    assert list(pupils) == [f"student{number:02}" for number in range(1, 13)]
    assert len({pupil.story for pupil in pupils.values()}) == 12
    for pupil in pupils.values():
        nbformat.validate(pupil.notebook)


def test_the_class_is_the_same_every_time(week, release, pupils):
    assert {pupil.name: pupil for pupil in made_up_class(week, release)} == pupils


def test_the_release_itself_stays_as_it_was(week, release):
    before = nbformat.writes(release)

    made_up_class(week, release)

    assert nbformat.writes(release) == before


def test_the_first_solved_everything_and_the_second_half(pupils):
    assert all("return z" in source(pupils["student01"], name) for name in EXERCISES)
    done = [name for name in EXERCISES if "return z" in source(pupils["student02"], name)]
    assert done == list(EXERCISES[:4])


def test_four_have_a_misconception_in_an_exercise_of_their_own(pupils):
    wrong = [
        [name for name in EXERCISES if "return -z" in source(pupils[f"student0{number}"], name)]
        for number in (3, 4, 5, 6)
    ]

    assert all(len(names) == 1 for names in wrong)
    assert len({names[0] for names in wrong}) == 4


def test_one_cannot_be_parsed_and_one_never_ends(pupils):
    with pytest.raises(SyntaxError):
        compile(source(pupils["student08"], "predict"), "cell", "exec")
    assert "while True" in source(pupils["student09"], "fit")


def test_the_cheats_cheat_about_wrong_answers(pupils):
    deleted, forged, stripped = (pupils[f"student{number}"] for number in (10, 11, 12))

    assert len(deleted.notebook.cells) == len(pupils["student01"].notebook.cells) - 1
    assert "return -z" in source(deleted, "step")
    cell = next(c for c in forged.notebook.cells if "all tests passed" in c.source)
    assert cell.metadata["nbgrader"]["points"] == 100
    assert cell.metadata["tags"] == ["skip-execution"]
    assert stripped.notebook.cells[1].source == STRIPPER
    assert all("return 0" in source(stripped, name) for name in EXERCISES)
