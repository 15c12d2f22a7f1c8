"""Tests of papermill's engine: it finds the course, and uses its settings and answer key."""

import subprocess
import sys

import nbformat
import papermill
import pytest

from autograder.config import read_settings
from autograder.course.assignment import read_notebooks
from autograder.errors import ExamError, UsageError
from autograder.exam.attempt import prepare
from autograder.integrations import papermill as engine
from autograder.notebook.cells import verdicts_of
from autograder.verification.calibrate import exam_config_for


@pytest.mark.parametrize("first", ["autograder.integrations.papermill", "papermill.engines"])
def test_the_engine_can_be_imported_in_any_order(first):
    code = (
        f"import {first}\n"
        "from autograder.integrations.papermill import ExamEngine\n"
        "from papermill.engines import papermill_engines\n"
        "assert papermill_engines.get_engine('exam') is ExamEngine\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.fixture
def calls(monkeypatch, one_namespace):
    """What `run_exam` was called with, in place of a real exam."""
    seen = []

    def run_exam(exam_notebook, **options):
        seen.append(options)
        return one_namespace(exam_notebook)

    monkeypatch.setattr(engine, "run_exam", run_exam)
    return seen


@pytest.fixture
def exam_notebook(tiny_course):
    """The path of an exam notebook, in a folder of the course."""
    (tiny_course.root / "autograder.toml").write_text("cell_seconds = 20.0\nexam_seconds = 30.0\n")
    submitted = tiny_course.submit("ada", {"double": "def double(x): return 2 * x"})
    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)
    config = exam_config_for(tiny_course.root, notebook, read_settings(tiny_course.root))
    path = tiny_course.root / "exams" / "ada.ipynb"
    path.parent.mkdir()
    nbformat.write(prepare(submitted, config).exam_notebook, path)
    return path


def execute(path, **options):
    options = {"engine_name": "exam", "progress_bar": False, **options}
    output = path.with_name("executed.ipynb")
    with pytest.raises(papermill.PapermillExecutionError):  # shout is not solved
        papermill.execute_notebook(path, output, **options)
    return nbformat.read(output, as_version=4)


def settings_of(calls):
    (options,) = calls
    return options["settings"]


def test_the_course_is_found_above_the_exam_notebook(calls, exam_notebook, tiny_course):
    executed = execute(exam_notebook)

    assert (settings_of(calls).cell_seconds, settings_of(calls).exam_seconds) == (20, 30)
    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)
    config = exam_config_for(tiny_course.root, notebook, read_settings(tiny_course.root))
    assert calls[0]["answer_key"] == config.answer_key
    assert calls[0]["answer_key"].expected_kinds
    assert [verdict.points for verdict in verdicts_of(executed)] == [6, 0]


def test_the_course_is_found_above_the_working_directory(
    calls, exam_notebook, tiny_course, tmp_path, monkeypatch
):
    elsewhere = exam_notebook.rename(tmp_path / "ada.ipynb")
    monkeypatch.chdir(tiny_course.root / "submitted")

    execute(elsewhere)

    assert settings_of(calls).exam_seconds == 30


def test_the_course_may_be_named(calls, exam_notebook, tiny_course, tmp_path, monkeypatch):
    elsewhere = exam_notebook.rename(tmp_path / "ada.ipynb")
    monkeypatch.chdir(tmp_path)

    execute(elsewhere, course_root=tiny_course.root)

    assert settings_of(calls).exam_seconds == 30


def test_a_course_without_the_assignment_is_an_error(calls, exam_notebook, tmp_path):
    with pytest.raises(UsageError, match="week01_tiny"):
        papermill.execute_notebook(
            exam_notebook, None, engine_name="exam", progress_bar=False, course_root=tmp_path
        )

    assert calls == []


def test_without_a_course_the_defaults_are_used(
    calls, exam_notebook, tmp_path, monkeypatch, caplog
):
    elsewhere = exam_notebook.rename(tmp_path / "ada.ipynb")
    monkeypatch.chdir(tmp_path)

    execute(elsewhere)

    assert settings_of(calls).exam_seconds == 900
    assert calls[0]["answer_key"] is None
    assert "No course with week01_tiny was found" in caplog.text


def test_execution_timeout_replaces_cell_seconds(calls, exam_notebook):
    execute(exam_notebook, execution_timeout=7)

    assert (settings_of(calls).cell_seconds, settings_of(calls).exam_seconds) == (7, 30)


def test_an_invalid_execution_timeout_is_one_sentence(calls, exam_notebook):
    with pytest.raises(UsageError, match="execution_timeout: cell_seconds = 0 is not valid"):
        papermill.execute_notebook(
            exam_notebook, None, engine_name="exam", progress_bar=False, execution_timeout=0
        )


def test_parameters_of_papermill_become_a_set_up_cell(calls, exam_notebook):
    executed = execute(exam_notebook, parameters={"SEED": 5})

    (cell,) = [
        cell
        for cell in executed.cells
        if "injected-parameters" in cell.metadata.get("tags", ()) and "SEED = 5" in cell.source
    ]
    assert cell.metadata["exam"]["role"] == "setup"


def test_an_ordinary_notebook_is_an_error_with_advice(tiny_course):
    with pytest.raises(ExamError, match="`autograder paper` makes an exam notebook"):
        papermill.execute_notebook(
            tiny_course.source_path, None, engine_name="exam", progress_bar=False
        )
