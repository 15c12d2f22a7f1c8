"""Tests of the made-up class of twelve."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.cli.demo.made_up_class import STRIPPER, made_up_class
from autograder.course.assignment import AssignmentNotebook
from autograder.course.known_answers import KnownAnswer

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
def assignment():
    known = tuple(
        KnownAnswer(name, f"negative_{name}", "Look again.", f"def {name}(z): return -z", 1, False)
        for name in EXERCISES
    )
    return AssignmentNotebook(
        "week01", "a", notebook("def {name}(z):\n    return z"), None, known, "digest"
    )


@pytest.fixture
def students(assignment, release):
    return {student.name: student for student in made_up_class(assignment, release)}


def source(student, grade_id):
    marked = [c for c in student.notebook.cells if "nbgrader" in c.metadata]
    return next(c.source for c in marked if c.metadata["nbgrader"]["grade_id"] == grade_id)


def test_there_are_twelve_and_each_submits_a_notebook(students):
    assert list(students) == [f"student{number:02}" for number in range(1, 13)]
    assert len({student.story for student in students.values()}) == 12
    for student in students.values():
        nbformat.validate(student.notebook)


def test_the_class_is_the_same_every_time(assignment, release, students):
    assert {student.name: student for student in made_up_class(assignment, release)} == students


def test_the_release_itself_is_not_changed(assignment, release):
    before = nbformat.writes(release)

    made_up_class(assignment, release)

    assert nbformat.writes(release) == before


def test_the_first_solved_everything_and_the_second_half(students):
    assert all("return z" in source(students["student01"], name) for name in EXERCISES)
    done = [name for name in EXERCISES if "return z" in source(students["student02"], name)]
    assert done == list(EXERCISES[:4])


def test_four_have_a_misconception_in_an_exercise_of_their_own(students):
    wrong = [
        [name for name in EXERCISES if "return -z" in source(students[f"student0{number}"], name)]
        for number in (3, 4, 5, 6)
    ]

    assert all(len(names) == 1 for names in wrong)
    assert len({names[0] for names in wrong}) == 4


def test_one_cannot_be_parsed_and_one_never_ends(students):
    with pytest.raises(SyntaxError):
        compile(source(students["student08"], "predict"), "cell", "exec")
    assert "while True" in source(students["student09"], "fit")


def test_those_who_attack_have_wrong_answers(students):
    deleted, forged, stripped = (students[f"student{number}"] for number in (10, 11, 12))

    assert len(deleted.notebook.cells) == len(students["student01"].notebook.cells) - 1
    assert "return -z" in source(deleted, "step")
    cell = next(c for c in forged.notebook.cells if "all tests passed" in c.source)
    assert cell.metadata["nbgrader"]["points"] == 100
    assert cell.metadata["tags"] == ["skip-execution"]
    assert stripped.notebook.cells[1].source == STRIPPER
    assert all("return 0" in source(stripped, name) for name in EXERCISES)
