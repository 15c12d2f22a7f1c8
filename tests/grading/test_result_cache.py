"""Test that no exam is run twice, unless something that determines its result changed."""

import gzip
from collections import Counter

import pytest

from autograder.config import Settings
from autograder.errors import ResultCacheError
from autograder.gradebook import open_gradebook
from autograder.grading.artifacts import ResultCache
from autograder.grading.pipeline import grade_class

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}
DIGEST = "ab" + 62 * "0"


@pytest.fixture
def result_cache(tmp_path):
    return ResultCache(tmp_path)


def test_what_is_put_is_got(result_cache):
    result_cache.put(DIGEST, b"{}\n")

    assert ResultCache(result_cache.folder.parents[1]).get(DIGEST) == b"{}\n"
    assert [path.name for path in result_cache.folder.rglob("*.gz")] == [f"{DIGEST}.gz"]


def test_a_digest_without_an_entry_is_none(result_cache):
    assert result_cache.get(DIGEST) is None


def cut(path, other):
    path.write_bytes(path.read_bytes()[:-9])


def empty(path, other):
    path.write_bytes(b"")


def turn_a_bit(path, other):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def rewrite(path, other):
    text = gzip.decompress(path.read_bytes()).replace(b"failed", b"passed")
    path.write_bytes(gzip.compress(text))


def put_under_another_name(path, other):
    path.write_bytes(other.read_bytes())


@pytest.mark.parametrize("damage", [cut, empty, turn_a_bit, rewrite, put_under_another_name])
def test_a_damaged_entry_is_none(result_cache, damage):
    other = "cd" + DIGEST[2:]
    result_cache.put(DIGEST, b'{"state": "failed"}' * 50)
    result_cache.put(other, b'{"state": "passed"}' * 50)

    damage(result_cache.path(DIGEST), result_cache.path(other))

    assert result_cache.get(DIGEST) is None


def test_a_cache_that_cannot_be_written_is_an_error(result_cache):
    result_cache.folder.parent.mkdir()
    result_cache.folder.write_text("a file is in the way")

    with pytest.raises(ResultCacheError, match=r"cannot be written to .*: "):
        result_cache.put(DIGEST, b"{}")


@pytest.fixture
def course(tiny_course, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    return tiny_course


@pytest.fixture
def exams_run():
    """How often an exam was run, by the answer to `double`."""
    return Counter()


@pytest.fixture
def grade(course, one_namespace, exams_run):
    def run_exam(exam_notebook, **more):
        exams_run[exam_notebook.cells[3].source] += 1
        return one_namespace(exam_notebook, **more)

    def grade(**more):
        more = {"settings": Settings(), "jobs": 2, "run_exam": run_exam, **more}
        return {result.student: result for result in grade_class(course.root, course.week, **more)}

    return grade


def test_equal_submissions_share_one_exam(course, grade, exams_run):
    for number in range(30):
        course.submit(f"student{number}")

    results = grade()

    assert len(results) == 30
    assert {result.score for result in results.values()} == {0}
    assert exams_run.total() == 1
    assert (
        course.graded_path("student29").read_bytes() == course.graded_path("student0").read_bytes()
    )


def test_force_runs_equal_submissions_once(course, grade, exams_run):
    for number in range(5):
        course.submit(f"student{number}", RIGHT)
    grade()

    grade(force=True)

    assert exams_run.total() == 2


def test_the_same_work_submitted_again_needs_no_exam(course, grade, exams_run):
    course.submit("ada", RIGHT)
    first = grade()
    course.submit("ada", RIGHT, lambda notebook: notebook.metadata.update(saved="again"))

    assert grade() == first
    assert exams_run.total() == 1


def test_findings_about_a_file_stay_with_its_student(course, grade, exams_run):
    def forge(notebook):
        notebook.cells[4].source = "pass"

    course.submit("ada", RIGHT)
    course.submit("eve", RIGHT, forge)

    for _ in range(2):
        results = grade()
        assert results["ada"].findings == ()
        assert [finding.kind for finding in results["eve"].findings] == ["forged-test-cell"]
        assert "forged-test-cell" in course.graded_path("eve").read_text()
        assert "forged-test-cell" not in course.graded_path("ada").read_text()
    assert exams_run.total() == 1


def test_a_graded_notebook_that_was_damaged_is_written_again(course, grade, exams_run):
    course.submit("ada", RIGHT)
    grade()
    before = course.graded_path("ada").read_bytes()
    course.graded_path("ada").write_text("{}")

    assert grade()["ada"].score == 10
    assert course.graded_path("ada").read_bytes() == before
    assert exams_run.total() == 1


def test_an_exam_with_a_damaged_entry_is_run_again(course, grade, exams_run):
    course.submit("ada", RIGHT)
    grade()
    (put,) = ResultCache(course.root).folder.rglob("*.gz")
    put.write_bytes(put.read_bytes()[:100])

    assert grade()["ada"].score == 10
    assert exams_run.total() == 2
    assert grade()["ada"].score == 10
    assert exams_run.total() == 2


def test_the_same_work_of_another_student_needs_manual_grading(course, grade, exams_run):
    course.submit("ada", RIGHT)
    course.submit("bob", {**RIGHT, "why": "Therefore."})
    grade()
    with open_gradebook(course.root) as book:
        for student in ("ada", "bob"):
            why = book.api.find_grade("why", "tiny", course.week, student)
            why.manual_score, why.needs_manual_grade = 4.0, False
        book.api.db.commit()
    course.submit("bob", RIGHT)  # equal to ada's, which was examined already

    grade()

    with open_gradebook(course.root) as book:
        needs = {
            student: book.api.find_grade("why", "tiny", course.week, student).needs_manual_grade
            for student in ("ada", "bob")
        }
    assert needs == {"ada": False, "bob": True}
    assert exams_run.total() == 2
