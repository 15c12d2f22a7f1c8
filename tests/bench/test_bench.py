"""The benchmark's class, its formats and its arithmetic; nothing is timed here."""

import sys

import pytest

from bench.assignment import KERAS, TRIVIAL
from bench.comparison import Comparison, Disagreement, check_points, reset
from bench.figures import ONE, TWO, line_of, seconds_of_submission, targets
from bench.formats import nbgrader_source, nbgrader_submission, otter_submission, otter_test
from bench.large_class import LargeClass, seconds_of_cached_result
from bench.measure import CommandFailed, Usage, measure
from bench.report import report
from bench.students import keras_class, trivial_class

COMPARISON = Comparison(
    students=4,
    usages={
        "nbgrader": Usage(40.0, 44.0, 100 << 20, 50 << 20, (11.0, 21.0, 31.0, 40.0)),
        "Otter": Usage(24.0, 30.0, 200 << 20, 50 << 20, (8.0, 13.0, 18.0, 24.0)),
        ONE: Usage(6.0, 5.6, 300 << 20, 50 << 20, (3.0, 4.0, 5.0, 6.0)),
        TWO: Usage(3.0, 6.0, 400 << 20, 50 << 20, (1.5, 2.0, 2.5, 3.0)),
    },
    pure=1.0,
    preparation=10.0,
)
LARGE_CLASS = LargeClass(
    grown={10: Usage(5.0, 6.0, 500 << 20), 1_000: Usage(90.0, 150.0, 550 << 20)},
    cached={10: Usage(2.0, 2.1), 1_000: Usage(12.0, 12.0)},
)


def test_a_class_is_the_same_every_time_and_all_submissions_are_distinct():
    class_work = keras_class(30)

    assert class_work == keras_class(30)
    assert len({tuple(student.answers.values()) for student in class_work}) == 30
    assert len({tuple(student.answers.values()) for student in trivial_class(1_000)}) == 1_000


def test_a_class_has_right_and_wrong_answers_to_each_exercise():
    class_work = keras_class(24)

    for exercise in KERAS.exercises:
        assert {student.points[exercise.name] for student in class_work} == {
            0.0,
            exercise.points,
        }


def code(notebook, drop):
    return [cell.source for cell in notebook.cells if not drop(cell)]


def is_test(cell):
    return cell.metadata.nbgrader.grade


def test_each_systems_format_has_the_same_code():
    for student in keras_class(24):
        submission = nbgrader_submission(KERAS, student.answers)

        assert code(otter_submission(KERAS, student.answers), lambda _: False) == code(
            submission, is_test
        )
        tests = [cell.source for cell in submission.cells if is_test(cell)]
        assert tests == [exercise.test for exercise in KERAS.exercises]


def test_otters_test_files_run_the_same_code():
    for exercise in KERAS.exercises:
        namespace = {}
        text = otter_test(exercise).replace("from otter.test_files import test_case", "")

        exec(text, {"test_case": lambda **_: lambda test: test}, namespace)

        assert namespace["CODE"] == exercise.test
        assert namespace["points"] == exercise.points


def test_the_instructors_notebook_marks_solutions_for_removal():
    source = nbgrader_source(TRIVIAL)

    assert "### BEGIN SOLUTION\ndef double" in source.cells[1].source
    assert source.cells[2].metadata.nbgrader.points == 1


def test_wrong_points_stop_the_comparison():
    class_work = trivial_class(2)
    check_points(
        "one",
        {student.name: dict(student.points) for student in class_work},
        class_work,
    )

    with pytest.raises(Disagreement, match=r"one gave student0002 \{'double': 0\.0\}"):
        check_points(
            "one", {"student0001": {"double": 1.0}, "student0002": {"double": 0.0}}, class_work
        )
    with pytest.raises(Disagreement, match="student0001 None"):
        check_points("one", {}, class_work)


def test_a_command_is_measured_with_its_orphans(tmp_path):
    spend = "import time\nwhile time.process_time() < 0.3: pass"
    orphan = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {spend!r}])"
    counts = iter(range(100))

    usage = measure(
        [sys.executable, "-c", orphan],
        cwd=tmp_path,
        log=tmp_path / "log",
        count=lambda: min(next(counts), 2),
    )

    assert usage.cpu > 0.3
    assert len(usage.moments) <= 2


def test_a_command_that_fails_says_what_it_printed(tmp_path):
    with pytest.raises(CommandFailed, match=r"(?s)ended with 1.*no such luck"):
        measure(
            [sys.executable, "-c", "raise SystemExit('no such luck')"],
            cwd=tmp_path,
            log=tmp_path / "log",
        )


def test_a_line_says_what_a_submission_took():
    line = line_of("nbgrader", COMPARISON.usages["nbgrader"], COMPARISON)

    assert (line.a_minute, line.cpu, line.overhead, line.first) == (6.0, 11.0, 10.0, 11.0)
    assert seconds_of_submission(COMPARISON.usages[TWO]) == pytest.approx(0.5)


def test_a_stored_result_costs_the_slope():
    assert seconds_of_cached_result(LARGE_CLASS.cached) == pytest.approx(0.01)


def test_each_target_says_whether_it_is_met():
    met = {
        target.name: (target.measured, target.is_met) for target in targets(COMPARISON, LARGE_CLASS)
    }

    assert met == {
        "throughput of nbgrader, with 2 jobs": ("13.3 ×", True),
        "throughput of Otter, with 2 jobs": ("8.0 ×", True),
        "from 1 job to 2": ("2.0 ×", True),
        "overhead of a submission": ("0.40 CPU s", True),
        "a cached result": ("10.0 ms", True),
        "memory, 1,000 students to 10": ("1.10 ×", True),
    }


def test_the_page_has_a_row_for_each_system_and_size():
    page = report(COMPARISON, LARGE_CLASS, about=["21 November 2026. A machine."])

    assert "| nbgrader | 6.0 | 1.0 × | 11.00 | 10.00 | 100 | 11.0 |" in page
    assert f"| {TWO} | 80.0 | 13.3 × | 1.50 | 0.50 | 400 | 1.5 |" in page
    assert f"| {TWO} | 0.50 | 19.3 × |" in page
    assert "| 1,000 | 550 | 0 | 90 | 12.0 |" in page
    assert "* 21 November 2026. A machine." in page


def test_a_reset_deletes_all_but_the_answer_key(tmp_path):
    for name in (
        "gradebook.db",
        ".autograder/answer_keys/a",
        ".autograder/results/b",
        "autograded/c/d",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("marks")

    reset(tmp_path, b"nobody yet")

    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"gradebook.db", ".autograder/answer_keys/a"}
    assert (tmp_path / "gradebook.db").read_bytes() == b"nobody yet"
