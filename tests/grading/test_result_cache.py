"""An exam that was held is never held again, unless something that decides about it changed."""

import gzip
from collections import Counter

import pytest

from autograder.config import Settings
from autograder.errors import ResultCacheError
from autograder.gradebook import open_gradebook
from autograder.grading.pipeline import grade_class
from autograder.grading.result_cache import ResultCache

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}
DIGEST = "ab" + 62 * "0"


@pytest.fixture
def result_cache(tmp_path):
    return ResultCache(tmp_path)


def test_what_is_recorded_is_recalled(result_cache):
    result_cache.put(DIGEST, b"{}\n")

    assert ResultCache(result_cache.folder.parents[1]).get(DIGEST) == b"{}\n"
    assert [path.name for path in result_cache.folder.rglob("*.gz")] == [f"{DIGEST}.gz"]


def test_what_was_never_recorded_is_not_recalled(result_cache):
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
def test_what_is_torn_or_changed_is_not_recalled(result_cache, damage):
    other = "cd" + DIGEST[2:]
    result_cache.put(DIGEST, b'{"state": "failed"}' * 50)
    result_cache.put(other, b'{"state": "passed"}' * 50)

    damage(result_cache.path(DIGEST), result_cache.path(other))

    assert result_cache.get(DIGEST) is None


def test_a_ledger_that_cannot_be_written_is_one_sentence(result_cache):
    result_cache.folder.parent.mkdir()
    result_cache.folder.write_text("a file is in the way")

    with pytest.raises(ResultCacheError, match="cannot be kept"):
        result_cache.put(DIGEST, b"{}")


@pytest.fixture
def course(tiny_course, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    return tiny_course


@pytest.fixture
def held():
    """How often an exam was held, by the answer to `double`."""
    return Counter()


@pytest.fixture
def grade(course, one_namespace, held):
    def run_exam(exam_notebook, **more):
        held[exam_notebook.cells[3].source] += 1
        return one_namespace(exam_notebook, **more)

    def grade(**more):
        more = {"settings": Settings(), "jobs": 2, "run_exam": run_exam, **more}
        return {result.student: result for result in grade_class(course.root, course.week, **more)}

    return grade


def test_untouched_work_costs_one_exam_however_many_hand_it_in(course, grade, held):
    for number in range(30):
        course.submit(f"student{number}")

    results = grade()

    assert len(results) == 30
    assert {result.score for result in results.values()} == {0}
    assert held.total() == 1
    assert (
        course.graded_path("student29").read_bytes() == course.graded_path("student0").read_bytes()
    )


def test_force_holds_the_same_work_once(course, grade, held):
    for number in range(5):
        course.submit(f"student{number}", RIGHT)
    grade()

    grade(force=True)

    assert held.total() == 2


def test_handing_in_the_same_again_costs_nothing(course, grade, held):
    course.submit("ada", RIGHT)
    first = grade()
    course.submit("ada", RIGHT, lambda notebook: notebook.metadata.update(saved="again"))

    assert grade() == first
    assert held.total() == 1


def test_each_keeps_what_was_found_in_their_own_file(course, grade, held):
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
    assert held.total() == 1


def test_a_graded_notebook_that_was_damaged_is_written_again(course, grade, held):
    course.submit("ada", RIGHT)
    grade()
    before = course.graded_path("ada").read_bytes()
    course.graded_path("ada").write_text("{}")

    assert grade()["ada"].score == 10
    assert course.graded_path("ada").read_bytes() == before
    assert held.total() == 1


def test_a_torn_record_is_held_again(course, grade, held):
    course.submit("ada", RIGHT)
    grade()
    (put,) = ResultCache(course.root).folder.rglob("*.gz")
    put.write_bytes(put.read_bytes()[:100])

    assert grade()["ada"].score == 10
    assert held.total() == 2
    assert grade()["ada"].score == 10
    assert held.total() == 2


def test_the_same_work_of_another_student_is_looked_at_by_a_marker(course, grade, held):
    course.submit("ada", RIGHT)
    course.submit("bob", {**RIGHT, "why": "Therefore."})
    grade()
    with open_gradebook(course.root) as book:
        for student in ("ada", "bob"):
            why = book.api.find_grade("why", "tiny", course.week, student)
            why.manual_score, why.needs_manual_grade = 4.0, False
        book.api.db.commit()
    course.submit("bob", RIGHT)  # ada's, which was examined already

    grade()

    with open_gradebook(course.root) as book:
        needs = {
            student: book.api.find_grade("why", "tiny", course.week, student).needs_manual_grade
            for student in ("ada", "bob")
        }
    assert needs == {"ada": False, "bob": True}
    assert held.total() == 2
