"""Tests of what Results become in nbgrader's database, beside what a person entered there."""

import sqlite3
import subprocess
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook
from sqlalchemy.exc import OperationalError

from autograder.errors import GradebookError, UsageError
from autograder.gradebook import connection, enter_assignment, enter_results, open_gradebook
from autograder.gradebook.export import export
from autograder.models import Result, Verdict, VerdictState

WEEK = "week01_tiny"
DUE = datetime(2026, 1, 10, 12)


@pytest.fixture
def root(tmp_path, empty_gradebook):
    (tmp_path / "gradebook.db").write_bytes(empty_gradebook)
    return tmp_path


@pytest.fixture
def book(root, tiny_source):
    with open_gradebook(root) as book:
        enter_assignment(book, WEEK, {"tiny": tiny_source})
        yield book


def result(student="ada", double=6.0, shout=4.0, unanswered=(), notebook="tiny"):
    verdicts = (
        Verdict("test_double", 6.0, VerdictState.PASSED if double else "failed", double),
        Verdict("test_shout", 4.0, VerdictState.PASSED if shout else "failed", shout),
    )
    return Result(student, WEEK, notebook, verdicts, unanswered=frozenset(unanswered))


def grade(book, name, student="ada"):
    return book.api.find_grade(name, "tiny", WEEK, student)


def comment(book, name, student="ada"):
    return book.api.find_comment(name, "tiny", WEEK, student)


def test_the_assignment_is_what_nbgrader_makes_of_the_source(book, tiny_source):
    notebook = book.api.find_notebook("tiny", WEEK)

    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    assert points == {"test_double": 6, "test_shout": 4, "why": 5}
    assert {cell.name for cell in notebook.solution_cells} == {"double", "shout", "why"}
    sources = {cell.name: cell for cell in notebook.source_cells}
    assert set(sources) == {*points, "double", "shout", "setup", "parameters"}
    assert "HIDDEN TESTS" in sources["test_double"].source
    assert "YOUR CODE HERE" in sources["double"].source
    assert "2 * x" not in sources["double"].source
    assert book.api.find_assignment(WEEK).max_score == 15


def test_the_source_is_not_changed(book, tiny_source, make_tiny_source):
    assert tiny_source == make_tiny_source()


def test_points_are_entered_cell_by_cell(book):
    enter_results(book, WEEK, [result(double=2.5, shout=0.0)])

    assert grade(book, "test_double").auto_score == 2.5
    assert grade(book, "test_shout").auto_score == 0
    assert not grade(book, "test_double").needs_manual_grade
    assert book.api.find_submission(WEEK, "ada").score == 2.5


@pytest.mark.parametrize("points", [float("nan"), float("inf"), -1.0, 6.5])
def test_a_number_that_is_not_a_mark_earns_nothing(book, points):
    enter_results(book, WEEK, [result(double=points)])

    assert grade(book, "test_double").auto_score == 0


def test_a_test_without_a_verdict_earns_nothing(book):
    enter_results(book, WEEK, [Result("ada", WEEK, "tiny", ())])

    assert grade(book, "test_double").auto_score == 0
    assert not grade(book, "test_double").needs_manual_grade


def test_a_verdict_for_a_written_answer_counts_for_nothing(book):
    forged = Result("ada", WEEK, "tiny", (Verdict("why", 5.0, VerdictState.PASSED, 5.0),))

    enter_results(book, WEEK, [forged])

    assert grade(book, "why").auto_score is None


def test_a_written_answer_is_flagged_for_marking(book):
    enter_results(book, WEEK, [result()])

    assert grade(book, "why").auto_score is None
    assert grade(book, "why").needs_manual_grade
    assert comment(book, "why").auto_comment is None


def test_a_missing_answer_is_not_flagged_for_marking(book):
    enter_results(book, WEEK, [result(unanswered={"why", "double"})])

    assert grade(book, "why").auto_score == 0
    assert not grade(book, "why").needs_manual_grade
    assert comment(book, "why").auto_comment == "No response."
    assert comment(book, "double").auto_comment == "No response."
    assert comment(book, "shout").auto_comment is None


def test_what_a_person_entered_is_kept(book):
    enter_results(book, WEEK, [result()])
    grade(book, "why").manual_score = 3.0
    grade(book, "test_double").manual_score = 5.0
    grade(book, "test_double").extra_credit = 1.0
    comment(book, "why").manual_comment = "Nearly."
    book.api.db.commit()

    enter_results(book, WEEK, [result(double=0.0, unanswered={"why"})])

    assert grade(book, "why").manual_score == 3.0
    assert grade(book, "why").needs_manual_grade
    assert comment(book, "why").comment == "Nearly."
    assert grade(book, "test_double").auto_score == 0
    assert grade(book, "test_double").score == 6.0


def test_unknown_students_are_added_and_known_ones_are_kept(book):
    book.api.add_student("ada", last_name="Lovelace")
    book.api.db.commit()

    enter_results(book, WEEK, [result("ada"), result("grace")])

    assert book.api.find_student("ada").last_name == "Lovelace"
    assert book.api.find_submission(WEEK, "grace").score == 10


def test_an_unknown_notebook_is_skipped(book):
    enter_results(book, WEEK, [result(notebook="scratch")])

    assert book.api.find_submission(WEEK, "ada").score == 0


def config(root, text):
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{text}\n")


ZERO = 'c.LateSubmissionPlugin.penalty_method = "zero"'


@pytest.mark.parametrize(
    ("method", "late", "penalty"),
    [
        pytest.param(ZERO, timedelta(hours=1), 10.0, id="late"),
        pytest.param(ZERO, timedelta(0), None, id="just in time"),
        pytest.param(ZERO, timedelta(hours=-1), None, id="early"),
        pytest.param("", timedelta(hours=1), None, id="late, no penalty"),
    ],
)
def test_the_courses_plugin_decides_about_late_penalties(root, tiny_source, method, late, penalty):
    config(root, method)
    with open_gradebook(root) as book:
        enter_assignment(book, WEEK, {"tiny": tiny_source})
        book.api.update_or_create_assignment(WEEK, duedate=DUE)

        enter_results(book, WEEK, [result()], submitted_at={"ada": DUE + late})

        notebook = book.api.find_submission_notebook("tiny", WEEK, "ada")
        assert notebook.late_submission_penalty == penalty
        assert book.api.find_submission(WEEK, "ada").timestamp == DUE + late


def test_an_extension_removes_a_penalty(root, tiny_source):
    config(root, ZERO)
    with open_gradebook(root) as book:
        enter_assignment(book, WEEK, {"tiny": tiny_source})
        book.api.update_or_create_assignment(WEEK, duedate=DUE)
        late = {"ada": DUE + timedelta(hours=1)}
        enter_results(book, WEEK, [result()], submitted_at=late)
        book.api.grant_extension(WEEK, "ada", hours=2)

        enter_results(book, WEEK, [result()])

        notebook = book.api.find_submission_notebook("tiny", WEEK, "ada")
        assert notebook.late_submission_penalty is None


def test_an_extension_without_a_due_date_makes_nothing_late(book):
    enter_results(book, WEEK, [result()])
    book.api.find_submission(WEEK, "ada").extension = timedelta(hours=1)
    book.api.db.commit()

    enter_results(book, WEEK, [result(double=3.0)], submitted_at={"ada": DUE})

    assert grade(book, "test_double").auto_score == 3
    notebook = book.api.find_submission_notebook("tiny", WEEK, "ada")
    assert notebook.late_submission_penalty is None


def test_a_late_plugin_that_fails_is_one_sentence_and_enters_nothing(root, tiny_source):
    config(root, 'c.AssignLatePenalties.plugin_class = "no_such.Plugin"')
    with open_gradebook(root) as book:
        enter_assignment(book, WEEK, {"tiny": tiny_source})
        book.api.update_or_create_assignment(WEEK, duedate=DUE)

        with pytest.raises(GradebookError, match=r"plugin .* nbgrader_config\.py .* 'ada'"):
            enter_results(book, WEEK, [result()], submitted_at={"ada": DUE + timedelta(hours=1)})

        assert book.api.students == []


def test_entering_the_same_assignment_again_changes_nothing(book, tiny_source):
    enter_results(book, WEEK, [result()])
    before = list(book.api.db.connection().connection.iterdump())

    enter_assignment(book, WEEK, {"tiny": tiny_source})

    assert list(book.api.db.connection().connection.iterdump()) == before


def test_points_and_texts_are_updated_and_marks_are_kept(book, tiny_source):
    enter_results(book, WEEK, [result()])
    tiny_source.cells[4].metadata.nbgrader.points = 8
    tiny_source.cells[1].source = "import math, os"

    enter_assignment(book, WEEK, {"tiny": tiny_source})

    assert book.api.find_grade_cell("test_double", "tiny", WEEK).max_score == 8
    assert book.api.find_source_cell("setup", "tiny", WEEK).source == "import math, os"
    assert grade(book, "test_double").auto_score == 6


def test_locked_cells_may_change_after_marks_were_given(book, tiny_source):
    enter_results(book, WEEK, [result()])
    tiny_source.cells[1].metadata.nbgrader.grade_id = "imports"

    enter_assignment(book, WEEK, {"tiny": tiny_source})

    names = {cell.name for cell in book.api.find_notebook("tiny", WEEK).source_cells}
    assert "imports" in names
    assert "setup" not in names
    assert grade(book, "test_double").auto_score == 6


def test_other_questions_are_refused_once_marks_were_given(book, tiny_source):
    enter_results(book, WEEK, [result()])
    tiny_source.cells[4].metadata.nbgrader.grade_id = "test_twice"

    with pytest.raises(GradebookError, match=r"added: test_twice; removed: test_double.*remove"):
        enter_assignment(book, WEEK, {"tiny": tiny_source})


def test_other_questions_are_entered_before_marks_were_given(book, tiny_source):
    tiny_source.cells[4].metadata.nbgrader.grade_id = "test_twice"

    enter_assignment(book, WEEK, {"renamed": tiny_source})

    (notebook,) = book.api.find_assignment(WEEK).notebooks
    assert notebook.name == "renamed"
    assert "test_twice" in {cell.name for cell in notebook.grade_cells}


def test_lessons_are_not_entered(book, tiny_source, tiny_release):
    lesson = tiny_release
    lesson.cells = lesson.cells[:1]

    enter_assignment(book, WEEK, {"tiny": tiny_source, "lesson": lesson})

    assert [notebook.name for notebook in book.api.find_assignment(WEEK).notebooks] == ["tiny"]


def test_a_source_that_nbgrader_cannot_read_is_one_sentence(book, tiny_source):
    tiny_source.cells[4].metadata.nbgrader.grade_id = "double"

    with pytest.raises(GradebookError, match=r"source/week01_tiny/tiny\.ipynb"):
        enter_assignment(book, WEEK, {"tiny": tiny_source})


def test_a_locked_gradebook_is_one_sentence_after_a_bounded_wait(root, book, monkeypatch):
    monkeypatch.setattr(connection, "PAUSE", 0.01)
    monkeypatch.setattr(connection, "ATTEMPTS", 2)
    enter_results(book, WEEK, [result(double=0.0)])
    book.api.db.connection().connection.execute("PRAGMA busy_timeout = 50")
    book.api.db.rollback()
    other = sqlite3.connect(root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")

    started = time.monotonic()
    with pytest.raises(GradebookError, match="locked by another program"):
        enter_results(book, WEEK, [result()])

    assert time.monotonic() - started < 5
    other.rollback()
    other.close()
    assert grade(book, "test_double").auto_score == 0
    enter_results(book, WEEK, [result()])
    assert grade(book, "test_double").auto_score == 6


def test_a_locked_gradebook_prints_no_traceback(root, book, tiny_source, monkeypatch, caplog):
    monkeypatch.setattr(connection, "ATTEMPTS", 1)
    book.api.db.connection().connection.execute("PRAGMA busy_timeout = 50")
    book.api.db.rollback()
    other = sqlite3.connect(root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(GradebookError, match="locked"):
        enter_assignment(book, "week02_other", {"tiny": tiny_source})

    other.close()
    assert caplog.text == ""


def test_a_lock_that_goes_away_is_waited_for(root, book, monkeypatch):
    monkeypatch.setattr(connection, "PAUSE", 0.01)
    book.api.db.connection().connection.execute("PRAGMA busy_timeout = 50")
    book.api.db.rollback()
    other = sqlite3.connect(root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: other.rollback())

    enter_results(book, WEEK, [result()])

    other.close()
    assert grade(book, "test_double").auto_score == 6


def test_a_batch_that_fails_leaves_no_rows(book):
    broken = result("bob")
    object.__setattr__(broken, "verdicts", None)

    with pytest.raises(TypeError):
        enter_results(book, WEEK, [result("ada"), broken])

    assert book.api.students == []
    assert book.api.find_assignment(WEEK).submissions == []


def test_a_new_submission_has_the_rows_that_nbgrader_makes(book):
    book.api.add_student("by_nbgrader")
    with book.api.db.no_autoflush:
        book.api.add_submission(WEEK, "by_nbgrader")

    enter_results(book, WEEK, [result("ada")])

    def rows(student):
        (notebook,) = book.api.find_submission(WEEK, student).notebooks
        grades = {(type(grade.cell).__name__, grade.name) for grade in notebook.grades}
        return grades | {("comment", comment.name) for comment in notebook.comments}

    assert rows("ada") == rows("by_nbgrader")
    assert len(rows("ada")) == 6


def test_a_task_is_flagged_for_marking_unless_it_has_no_answer(root, tiny_source):
    marks = {"task": True, "grade_id": "draw", "points": 3, "grade": False, "solution": False}
    marks |= {"locked": False, "schema_version": 3}
    tiny_source.cells.append(new_markdown_cell("Draw it.", metadata={"nbgrader": marks}))
    with open_gradebook(root) as book:
        enter_assignment(book, WEEK, {"tiny": tiny_source})

        enter_results(book, WEEK, [result("ada"), result("bob", unanswered={"draw"})])

        assert grade(book, "draw", "ada").needs_manual_grade
        assert not grade(book, "draw", "bob").needs_manual_grade
        enter_assignment(book, WEEK, {"tiny": tiny_source})


def test_a_locked_gradebook_cannot_be_opened_in_one_sentence(root, monkeypatch):
    monkeypatch.setattr(connection, "PAUSE", 0.01)
    monkeypatch.setattr(connection, "ATTEMPTS", 2)
    other = sqlite3.connect(root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")

    url = f"sqlite:///{root}/gradebook.db?timeout=0.05"
    with pytest.raises(GradebookError, match="locked"), open_gradebook(root, url):
        pass
    other.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("nonsense", "not the URL of a database", id="no URL"),
        pytest.param("nosuch://x/y", "cannot be used", id="no such database"),
        pytest.param("sqlite:////nowhere/at/all.db", "unable to open", id="no such folder"),
    ],
)
def test_a_gradebook_that_cannot_be_opened_is_one_sentence(tmp_path, url, sentence):
    with pytest.raises(GradebookError, match=sentence), open_gradebook(tmp_path, url):
        pass


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "gradebook.db").write_text("Dear diary, " * 200)

    with pytest.raises(GradebookError, match="not a database"), open_gradebook(tmp_path):
        pass


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%41b", "a%b", "a b", "ä", "a:b@c", "[a]*"])
def test_the_path_of_a_course_may_have_any_characters(tmp_path, empty_gradebook, name):
    root = tmp_path / name
    root.mkdir()
    (root / "gradebook.db").write_bytes(empty_gradebook)

    with open_gradebook(root) as book:
        book.api.add_student("ada")

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert b"ada" in (root / "gradebook.db").read_bytes()


def test_export_uses_the_database_of_the_course(tmp_path, monkeypatch):
    commands = []
    done = SimpleNamespace(returncode=3, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command) or done)

    assert export(tmp_path, ["--to", "x.csv"]) == 3
    config(tmp_path, 'c.CourseDirectory.db_url = "sqlite:///other.db"')
    assert export(tmp_path) == 3

    database = f"--db=sqlite:///{tmp_path}/gradebook.db"
    assert [command[1:] for command in commands] == [
        ["export", database, "--to", "x.csv"],
        ["export"],
    ]


def test_an_export_that_fails_is_one_sentence(root, tmp_path):
    to = tmp_path / "nowhere" / "grades.csv"

    with pytest.raises(GradebookError, match=r"cannot export the grades: .*No such file"):
        export(root, ["--to", str(to)])


def test_export_in_no_folder_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match=r"nbgrader cannot be run in .*nowhere"):
        export(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("attempt to write a readonly database", "Allow writing"),
        ("database or disk is full", "Free some space"),
        ("unable to open database file", "that you may write there"),
        ("no such column: extension", "nbgrader db upgrade"),
        ("something else", "Check that it is the gradebook of this course"),
    ],
)
def test_the_advice_fits_what_the_database_says(book, reason, advice):
    def refuse():
        raise OperationalError("select 1", {}, sqlite3.OperationalError(reason))

    with pytest.raises(GradebookError, match=f"{reason}.*{advice}") as caught:
        book.write(refuse)

    assert ("upgrade" in str(caught.value)) == ("column" in reason)


def test_a_password_is_not_shown(tmp_path):
    url = "sqlite://user:secret@host/x.db"

    with pytest.raises(GradebookError) as caught, open_gradebook(tmp_path, url):
        pass

    assert "secret" not in str(caught.value)


def test_a_configuration_that_fails_is_one_sentence(root):
    config(root, "1 / 0")

    with (
        pytest.raises(GradebookError, match=r"nbgrader_config\.py fails: ZeroDivisionError"),
        open_gradebook(root),
    ):
        pass


def test_the_database_of_the_configuration_is_used(root, empty_gradebook):
    (root / "other.db").write_bytes(empty_gradebook)
    config(root, f'c.CourseDirectory.db_url = "sqlite:///{root}/other.db"')

    with open_gradebook(root) as book:
        book.api.add_student("ada")

    with Gradebook(f"sqlite:///{root}/other.db") as other:
        assert [student.id for student in other.students] == ["ada"]


def test_alembic_is_found_beside_python(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    with open_gradebook(tmp_path) as book:
        assert book.api.students == []


def test_a_submission_is_entered_quickly(book):
    results = [result(f"student{number:03}") for number in range(100)]
    started = time.monotonic()

    for each in results:
        enter_results(book, WEEK, [each])

    assert (time.monotonic() - started) / 100 < 0.2  # 12 ms CPU, the rest is the disk
