"""Tests of the nbgrader plug-in: it gives the points of `autograder grade`, cell by cell."""

import os
import shutil
import subprocess
import sys
from copy import deepcopy
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.exam.attempt import attempt_exam
from autograder.gradebook import open_gradebook
from autograder.gradebook.connection import read_config
from autograder.grading.pipeline import grade_class
from autograder.integrations import nbgrader as preprocessor
from tests.support.paths import ROOT

CONFIG = ROOT / "nbgrader_config.py"
RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}
WRONG = {**RIGHT, "double": "def double(x): return x", "why": "YOUR ANSWER HERE"}


def copy_a_test(notebook):
    notebook.cells.insert(0, deepcopy(notebook.cells[4]))


def copy_an_answer(notebook):
    notebook.cells.append(deepcopy(notebook.cells[3]))


def skip_the_tests(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]


def delete_the_tests(notebook):
    del notebook.cells[8], notebook.cells[4]


def delete_everything(notebook):
    notebook.cells.clear()


def claim_an_old_schema(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 1


def print_full_marks(notebook):
    result = {"output_type": "execute_result", "data": {"text/plain": "6.0"}}
    notebook.cells[4].outputs = [{**result, "metadata": {}, "execution_count": 1}]


def lose_all_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


CHANGES = [
    copy_a_test,
    copy_an_answer,
    skip_the_tests,
    delete_the_tests,
    delete_everything,
    claim_an_old_schema,
    print_full_marks,
    lose_all_metadata,
]


@pytest.fixture
def course(tiny_course, empty_gradebook):
    """A class with all kinds of submissions, in a course with our nbgrader configuration."""
    shutil.copy(CONFIG, tiny_course.root)
    (tiny_course.root / "autograder.toml").write_text("cell_seconds = 20.0\n")
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    tiny_course.submit("all_right", RIGHT)
    tiny_course.submit("untouched")
    for change in CHANGES:
        tiny_course.submit(change.__name__, WRONG, change)
    tiny_course.submit_text("empty_file", "")
    tiny_course.submit_text("no_notebook", "print('hello')")
    tiny_course.submit_text("invalid", '{"nbformat": 4, "nbformat_minor": 5, "cells": [{}, 3]}')
    tiny_course.submit_text("old", nbformat.v3.writes_json(nbformat.v3.new_notebook()))
    return tiny_course


@pytest.fixture
def other_gradebook(tmp_path, empty_gradebook):
    (tmp_path / "other.db").write_bytes(empty_gradebook)
    return f"sqlite:///{tmp_path}/other.db"


def autograde(course, **settings):
    config = read_config(course.root)
    config.CourseDirectory.assignment_id = course.week
    coursedir = CourseDirectory(config=config)
    Autograde(coursedir=coursedir, config=config, **settings).start()


def marks(course, db_url=None):
    """The contents of the gradebook, by student and cell."""
    found = {}
    with open_gradebook(course.root, db_url) as book:
        for submission in book.api.find_assignment(course.week).submissions:
            (notebook,) = submission.notebooks
            grades = {g.name: (g.auto_score, g.needs_manual_grade) for g in notebook.grades}
            comments = {c.name: c.auto_comment for c in notebook.comments}
            found[submission.student.id] = (grades, comments, notebook.late_submission_penalty)
    return found


# nbgrader's own way of adding a submission warns.
nbgraders_warnings = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@nbgraders_warnings
def test_nbgrader_gives_the_same_points_cell_by_cell(
    course, other_gradebook, one_namespace, monkeypatch
):
    monkeypatch.setattr(preprocessor, "attempt_exam", partial(attempt_exam, run_exam=one_namespace))

    autograde(course)
    by_nbgrader = marks(course)
    grade_class(
        course.root, course.week, run_exam=one_namespace, db_url=other_gradebook, force=True
    )

    assert by_nbgrader == marks(course, other_gradebook)
    assert len(by_nbgrader) == 6 + len(CHANGES)
    scores = {
        name: sum(score or 0 for score, _ in grades.values())
        for name, (grades, _, _) in by_nbgrader.items()
    }
    assert scores["all_right"] == 10
    assert scores["skip_the_tests"] == scores["delete_the_tests"] == scores["copy_a_test"] == 4
    assert scores["print_full_marks"] == scores["claim_an_old_schema"] == 4
    assert scores["delete_everything"] == scores["no_notebook"] == scores["untouched"] == 0


@nbgraders_warnings
def test_the_graded_notebooks_are_the_same(course, other_gradebook, one_namespace, monkeypatch):
    monkeypatch.setattr(preprocessor, "attempt_exam", partial(attempt_exam, run_exam=one_namespace))

    def graded(student):
        notebook = nbformat.read(course.graded_path(student), as_version=4)
        for cell in notebook.cells:
            cell.metadata.get("nbgrader", {}).pop("checksum", None)
        return notebook

    autograde(course)
    by_nbgrader = {name: graded(name) for name in ("all_right", "untouched", "no_notebook")}
    grade_class(
        course.root, course.week, run_exam=one_namespace, db_url=other_gradebook, force=True
    )

    assert by_nbgrader == {name: graded(name) for name in by_nbgrader}


@nbgraders_warnings
def test_each_limit_is_an_option_of_nbgrader(
    tiny_course, empty_gradebook, one_namespace, monkeypatch
):
    shutil.copy(CONFIG, tiny_course.root)
    with (tiny_course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.ExamPreprocessor.cell_seconds = 7\nc.ExamPreprocessor.processes = 99\n")
    (tiny_course.root / "autograder.toml").write_text("cell_seconds = 20.0\nexam_seconds = 30.0\n")
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    tiny_course.submit("ada", RIGHT)
    used = []

    def record(notebook, *, settings, **more):
        used.append(settings)
        return attempt_exam(notebook, settings=settings, run_exam=one_namespace, **more)

    monkeypatch.setattr(preprocessor, "attempt_exam", record)
    autograde(tiny_course)

    (settings,) = used
    assert (settings.cell_seconds, settings.processes, settings.exam_seconds) == (7, 99, 30)


@nbgraders_warnings
def test_a_lesson_in_the_gradebook_is_not_run(tiny_course, empty_gradebook, monkeypatch):
    shutil.copy(CONFIG, tiny_course.root)
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(lesson, tiny_course.source_path.with_name("lesson.ipynb"))
    nbformat.write(lesson, tiny_course.submit("ada").with_name("lesson.ipynb"))
    with open_gradebook(tiny_course.root) as book:
        book.api.add_assignment(tiny_course.week)
        book.api.add_notebook("lesson", tiny_course.week)
    monkeypatch.delattr(preprocessor, "attempt_exam")

    tiny_course.submission_path("ada").unlink()
    autograde(tiny_course, pre_convert_hook=lambda **_: None)

    graded = nbformat.read(tiny_course.graded_path("ada").with_name("lesson.ipynb"), as_version=4)
    assert graded.cells[0].outputs == []


@pytest.mark.slow
def test_the_command_line_gives_the_points_of_a_real_exam(
    tiny_course, empty_gradebook, other_gradebook
):
    shutil.copy(CONFIG, tiny_course.root)
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    tiny_course.submit("ada", RIGHT)
    tiny_course.submit("bob", WRONG, copy_a_test)
    tiny_course.submit("eve", {**RIGHT, "double": "x ="}, skip_the_tests)
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    done = subprocess.run(
        [programs / "nbgrader", "autograde", tiny_course.week],
        cwd=tiny_course.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    results = grade_class(tiny_course.root, tiny_course.week, db_url=other_gradebook, force=True)
    assert marks(tiny_course) == marks(tiny_course, other_gradebook)
    assert [result.score for result in results] == [10, 4, 4]
