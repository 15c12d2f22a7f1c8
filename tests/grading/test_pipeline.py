"""Test grading a class, from the submissions to the grades in the gradebook."""

import hashlib
import logging

import nbformat
import pytest

from autograder.config import Settings
from autograder.errors import GradebookError, UsageError
from autograder.gradebook import open_gradebook
from autograder.grading import pipeline as grading
from autograder.notebook.cells import exam_metadata

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}
HALF = {**RIGHT, "shout": "def shout(text): return text"}


@pytest.fixture
def course(tiny_course, tmp_path_factory, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    return tiny_course


@pytest.fixture
def exams_run():
    """The answer to `double` of each exam that was run."""
    return []


@pytest.fixture
def grade(course, one_namespace, exams_run):
    def run_exam(exam_notebook, **more):
        exams_run.append(exam_notebook.cells[3].source)
        return one_namespace(exam_notebook, **more)

    def grade(**more):
        more = {"settings": Settings(), "jobs": 2, "run_exam": run_exam, **more}
        return grading.grade_class(course.root, course.week, **more)

    return grade


@pytest.fixture
def marks(course):
    def marks(student, notebook="tiny"):
        with open_gradebook(course.root) as book:
            found = book.api.find_submission_notebook(notebook, course.week, student)
            return {grade.name: grade.auto_score for grade in found.grades}

    return marks


def kinds(result):
    return [finding.kind for finding in result.findings]


def test_a_class_is_graded(course, grade, marks):
    course.submit("zoe", RIGHT)
    course.submit("ada", HALF)
    course.submit_text("bob", "not a notebook")

    results = grade()

    assert [(result.student, result.score) for result in results] == [
        ("ada", 6),
        ("bob", 0),
        ("zoe", 10),
    ]
    assert marks("ada") == {"test_double": 6, "test_shout": 0, "why": None}
    assert marks("bob") == {"test_double": 0, "test_shout": 0, "why": 0}
    assert marks("zoe") == {"test_double": 6, "test_shout": 4, "why": None}
    assert course.graded_path("zoe").is_file()


def test_text_below_an_untouched_answer_waits_for_a_person(course, grade, marks):
    untouched = {name: answer for name, answer in RIGHT.items() if name != "why"}
    note = nbformat.v4.new_markdown_cell("Because of the sum.")
    course.submit("ada", untouched, lambda notebook: notebook.cells.append(note))
    course.submit("bob", untouched)

    ada, bob = grade()

    assert (kinds(ada), kinds(bob)) == (["text-outside-answer"], [])
    assert (marks("ada")["why"], marks("bob")["why"]) == (None, 0)
    assert "Because of the sum." in course.graded_path("ada").read_text("utf-8")


def test_progress_is_reported(course, grade):
    course.submit("ada", RIGHT)
    course.submit("bob", HALF)
    reported = []

    grade(on_result=lambda done, total: reported.append((done, total)))

    assert reported == [(0, 2), (1, 2), (2, 2)]


def test_what_grading_did_is_logged(course, grade, caplog):
    caplog.set_level(logging.INFO, "autograder.grading")
    course.submit("ada", RIGHT)
    grade()
    course.submit("bob", HALF)
    course.submit("eve", HALF).rename(course.submission_path("eve").with_name("mine.ipynb"))
    caplog.clear()

    grade()

    own = [one for one in caplog.records if one.name.startswith("autograder.")]
    assert [one.getMessage() for one in own] == [
        f"Found 2 submissions of {course.week}; 1 are missing",
        "Used 1 cached results, ran 1 exams",
        "Entered 3 results into the gradebook",
    ]


def test_only_wanted_students_are_graded(course, grade, exams_run):
    course.submit("ada", RIGHT)
    course.submit("bob", RIGHT)

    assert [result.student for result in grade(students=["bob"])] == ["bob"]
    assert len(exams_run) == 1


def test_a_missing_notebook_scores_zero_and_leaves_nothing_behind(course, grade, marks):
    path = course.submit("ada", RIGHT)
    grade()
    path.rename(path.with_name("mine.ipynb"))

    (result,) = grade()

    assert (result.score, result.max_score) == (0, 10)
    assert kinds(result) == ["unknown-notebook", "missing-notebook"]
    assert marks("ada") == {"test_double": 0, "test_shout": 0, "why": 0}
    assert not course.graded_path("ada").exists()


def test_nothing_of_a_submission_is_changed(course, grade):
    path = course.submit("ada", RIGHT)
    before = hashlib.sha256(path.read_bytes()).digest()

    grade()

    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_did_not_change_is_not_examined_again(course, grade, exams_run):
    course.submit("ada", RIGHT)
    course.submit("bob", {**RIGHT, "why": "Therefore."})
    first = grade()
    course.submit("bob", HALF)

    second = grade()

    assert len(exams_run) == 3
    assert [result.score for result in second] == [10, 6]
    assert second[0] == first[0]


def change_source(course):
    course.source.cells[4].source = "assert double(2) == 4"
    course.publish()
    return {}


def change_release(course):
    course.release.cells[7].source = RIGHT["shout"]  # submitting that answers nothing
    course.publish()
    return {}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change_source, id="source"),
        pytest.param(change_release, id="release"),
        pytest.param(lambda _: {"settings": Settings(cell_seconds=5)}, id="settings"),
        pytest.param(lambda _: {"settings": Settings(grading_seed=1)}, id="seed"),
        pytest.param(lambda _: {"force": True}, id="force"),
    ],
)
def test_an_exam_is_run_again_when_anything_changes_that_determines_it(
    course, grade, exams_run, change
):
    course.submit("ada", RIGHT)
    grade()

    grade(**change(course))

    assert len(exams_run) == 2


def test_an_exam_that_could_not_be_run_is_run_the_next_time(course, grade, one_namespace):
    def broken(exam_notebook, **more):
        raise OSError("no kernel")

    course.submit("ada", RIGHT)
    assert kinds(grade(run_exam=broken)[0]) == ["exam-not-run"]

    (result,) = grade(run_exam=one_namespace)

    assert (result.score, kinds(result)) == (10, [])


def test_manual_grades_of_unchanged_work_need_no_check(course, grade):
    course.submit("ada", RIGHT)
    grade()
    with open_gradebook(course.root) as book:
        why = book.api.find_grade("why", "tiny", course.week, "ada")
        why.manual_score, why.needs_manual_grade = 4.0, False
        book.api.db.commit()

    def waits():
        with open_gradebook(course.root) as book:
            why = book.api.find_grade("why", "tiny", course.week, "ada")
            return why.manual_score, why.needs_manual_grade

    grade()
    assert waits() == (4.0, False)

    course.submit("ada", {**RIGHT, "why": "Therefore."})
    grade()
    assert waits() == (4.0, True)


def test_a_new_gradebook_gets_the_marks_of_what_was_graded_before(course, grade, marks, exams_run):
    course.submit("ada", RIGHT)
    grade()
    with open_gradebook(course.root) as book:
        book.api.remove_assignment(course.week)

    grade()

    assert marks("ada")["test_double"] == 6
    assert len(exams_run) == 1


def test_lateness_reaches_the_gradebook(course, grade):
    path = course.submit("ada", RIGHT)
    path.with_name("timestamp.txt").write_text("2026-01-10 12:00:00 UTC")
    course.submit("bob", RIGHT).with_name("timestamp.txt").write_text("yesterday night")
    config = 'c.LateSubmissionPlugin.penalty_method = "zero"'
    (course.root / "nbgrader_config.py").write_text(f"c = get_config()\n{config}\n")
    grade()
    with open_gradebook(course.root) as book:
        book.api.update_or_create_assignment(course.week, duedate="2026-01-10 11:00:00 UTC")

    ada, bob = grade()

    assert kinds(ada) == []
    assert kinds(bob) == ["bad-timestamp"]
    with open_gradebook(course.root) as book:
        late = book.api.find_submission(course.week, "ada")
        assert late.late_submission_penalty == 10


def test_an_assignment_may_have_several_notebooks(course, grade, marks):
    again = course.source_path.with_name("zweites.ipynb")
    nbformat.write(course.source, again)
    course.submit("ada", RIGHT)

    results = grade()

    assert [(result.notebook, result.score) for result in results] == [("tiny", 10), ("zweites", 0)]
    assert kinds(results[1]) == ["missing-notebook"]
    assert marks("ada", "zweites")["test_double"] == 0


def test_the_private_seed_reaches_the_exam(course, grade, one_namespace):
    seeds = []

    def run_exam(exam_notebook, **more):
        seeds.append(exam_metadata(exam_notebook).seed)
        return one_namespace(exam_notebook, **more)

    course.submit("ada", RIGHT)
    grade(run_exam=run_exam, settings=Settings(grading_seed=1234))

    assert seeds == [1234]
    assert "SEED = 1234" in course.graded_path("ada").read_text()


def test_settings_are_read_from_the_course(course, grade, exams_run):
    (course.root / "autograder.toml").write_text("grading_seed = 99")
    course.submit("ada", RIGHT)

    grade(settings=None)

    assert "SEED = 99" in course.graded_path("ada").read_text()


def test_another_gradebook_can_be_written(course, grade, tmp_path, empty_gradebook):
    (tmp_path / "other.db").write_bytes(empty_gradebook)
    course.submit("ada", RIGHT)

    grade(db_url=f"sqlite:///{tmp_path}/other.db")

    with open_gradebook(course.root, f"sqlite:///{tmp_path}/other.db") as book:
        assert [student.id for student in book.api.students] == ["ada"]
    with open_gradebook(course.root) as book:
        assert book.api.students == []


def test_no_submissions_are_an_error(course, grade):
    with pytest.raises(UsageError, match="There are no submissions"):
        grade()
    course.submit("ada", RIGHT)
    with pytest.raises(UsageError, match="'eve'"):
        grade(students=["eve"])


def test_a_gradebook_that_cannot_be_opened_is_an_error_before_any_exam(course, grade, exams_run):
    course.submit("ada", RIGHT)
    (course.root / "gradebook.db").write_text("Dear diary, " * 200)

    with pytest.raises(GradebookError):
        grade()

    assert exams_run == []
