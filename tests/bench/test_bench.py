"""The benchmark's class, its formats and its arithmetic; nothing is timed here."""

import sys

import pytest

from bench.assignment import KERAS, TRIVIAL
from bench.crowd import Crowd, seconds_a_stored_result
from bench.figures import ONE, TWO, aims, line_of, seconds_a_submission
from bench.formats import nbgrader_source, nbgrader_submission, otter_submission, otter_test
from bench.measure import CommandFailed, Usage, measure
from bench.pupils import keras_class, trivial_class
from bench.race import Disagreement, Race, demand_points, start_afresh
from bench.report import report

RACE = Race(
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
CROWD = Crowd(
    grown={10: Usage(5.0, 6.0, 500 << 20), 1_000: Usage(90.0, 150.0, 550 << 20)},
    stored={10: Usage(2.0, 2.1), 1_000: Usage(12.0, 12.0)},
)


def test_the_same_class_comes_every_time_and_no_two_hand_in_the_same():
    class_work = keras_class(30)

    assert class_work == keras_class(30)
    assert len({tuple(student_work.answers.values()) for student_work in class_work}) == 30
    assert (
        len({tuple(student_work.answers.values()) for student_work in trivial_class(1_000)})
        == 1_000
    )


def test_the_class_holds_right_and_wrong_answers_of_each_exercise():
    class_work = keras_class(24)

    for exercise in KERAS.exercises:
        assert {student_work.points[exercise.name] for student_work in class_work} == {
            0.0,
            exercise.points,
        }


def code(notebook, drop):
    return [cell.source for cell in notebook.cells if not drop(cell)]


def is_test(cell):
    return cell.metadata.nbgrader.grade


def test_each_systems_format_holds_the_same_code():
    for student_work in keras_class(24):
        submitted_at = nbgrader_submission(KERAS, student_work.answers)

        assert code(otter_submission(KERAS, student_work.answers), lambda _: False) == code(
            submitted_at, is_test
        )
        tests = [cell.source for cell in submitted_at.cells if is_test(cell)]
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


def test_other_points_than_deserved_stop_the_race():
    class_work = trivial_class(2)
    demand_points(
        "one",
        {student_work.name: dict(student_work.points) for student_work in class_work},
        class_work,
    )

    with pytest.raises(Disagreement, match=r"one gave student0002 \{'double': 0\.0\}"):
        demand_points(
            "one", {"student0001": {"double": 1.0}, "student0002": {"double": 0.0}}, class_work
        )
    with pytest.raises(Disagreement, match="student0001 None"):
        demand_points("one", {}, class_work)


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
    line = line_of("nbgrader", RACE.usages["nbgrader"], RACE)

    assert (line.a_minute, line.cpu, line.overhead, line.first) == (6.0, 11.0, 10.0, 11.0)
    assert seconds_a_submission(RACE.usages[TWO]) == pytest.approx(0.5)


def test_a_stored_result_costs_the_slope():
    assert seconds_a_stored_result(CROWD.stored) == pytest.approx(0.01)


def test_each_aim_says_whether_it_is_met():
    met = {aim.what: (aim.measured, aim.is_met) for aim in aims(RACE, CROWD)}

    assert met == {
        "throughput of nbgrader, with 2 jobs": ("13.3 ×", True),
        "throughput of Otter, with 2 jobs": ("8.0 ×", True),
        "from 1 job to 2": ("2.0 ×", True),
        "overhead a submission": ("0.40 CPU s", True),
        "a stored result": ("10.0 ms", True),
        "memory, 1,000 students to 10": ("1.10 ×", True),
    }


def test_the_page_holds_a_row_for_each_system_and_size():
    page = report(RACE, CROWD, about=["21 November 2026. A machine."])

    assert "| nbgrader | 6.0 | 1.0 × | 11.00 | 10.00 | 100 | 11.0 |" in page
    assert f"| {TWO} | 80.0 | 13.3 × | 1.50 | 0.50 | 400 | 1.5 |" in page
    assert f"| {TWO} | 0.50 | 19.3 × |" in page
    assert "| 1,000 | 550 | 0 | 90 | 12.0 |" in page
    assert "* 21 November 2026. A machine." in page


def test_the_second_run_starts_where_the_first_did(tmp_path):
    for name in ("gradebook.db", ".autograder/schemes/a", ".autograder/ledger/b", "autograded/c/d"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("marks")

    start_afresh(tmp_path, b"nobody yet")

    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"gradebook.db", ".autograder/schemes/a"}
    assert (tmp_path / "gradebook.db").read_bytes() == b"nobody yet"
