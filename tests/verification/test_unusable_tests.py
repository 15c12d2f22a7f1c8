"""Test that tests which the course's own solution fails are found, explained and reported."""

from copy import deepcopy

import pytest

from autograder.cli import main as cli
from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.errors import UnusableTests
from autograder.exam.diagnosis.answer_key import UNUSABLE_REASON, AnswerKey, UnusableTest
from autograder.grading.pipeline import grade_class
from autograder.models import Verdict, VerdictState
from autograder.verification.calibrate import make_answer_key
from autograder.verification.unusable_tests import unusable_tests
from tests.support.course import make_cell, make_source

KINDS = {
    "a name of a cell that is not marked": (
        "assert double(2) == twice_two",
        "NameError: name 'twice_two' is not defined",
        "Assign the name in a set-up cell",
    ),
    "a file that the answer writes": (
        "double(2)\nassert open('written.txt').read() == 'x'",
        "FileNotFoundError",
        "let the answer return what the test needs",
    ),
    "a module that is not there": (
        "import not_installed_here",
        "ModuleNotFoundError: No module named 'not_installed_here'",
        "put the module beside the notebook",
    ),
    "a special name of a function": (
        "assert double.__name__ == 'double'",
        "AttributeError: __name__",
        "no special names",
    ),
    "a class that is compared": (
        "assert Box() == Box()",
        "cannot be compared or tested: compare values that it returns.",
        "",
    ),
    "a value that cannot be transferred": (
        "double(object())",
        "cannot be passed to student code",
        "",
    ),
    "a wrong test": ("assert double(2) == 5", "AssertionError", "Run the solution and this test"),
    "half the points": ("2.0", "it earns 2 of 6 points", "Correct the number at the end"),
}


def with_tests(*sources):
    """Return the tiny notebook with these tests of `double`, and a cell that is not marked."""
    source = make_source()
    answer = deepcopy(source.cells[3])
    answer.source = (
        "from pathlib import Path\n\n"
        "class Box:\n    pass\n\n"
        "def double(x):\n    Path('written.txt').write_text('x')\n    return 2 * x"
    )
    tests = [
        make_cell(
            "code", text, "test", grade_id=f"test_{number}", points=6, grade=True, locked=True
        )
        for number, text in enumerate(sources)
    ]
    unmarked = make_cell("code", "twice_two = 4", "demo")
    source.cells = [*source.cells[:3], answer, unmarked, *tests, *source.cells[4:]]
    for number, cell in enumerate(source.cells):
        cell["id"] = f"cell-{number}"
    return source


def test_each_kind_is_named_with_line_cause_and_advice():
    source = with_tests(*(text for text, _, _ in KINDS.values()))
    notebook = AssignmentNotebook("week01_tiny", "tiny", source, digest="digest")

    answer_key = make_answer_key(notebook, Settings(cell_seconds=20))

    assert set(answer_key.unusable) == {f"test_{number}" for number in range(len(KINDS))}
    assert not set(answer_key.expected_kinds) & set(answer_key.unusable)
    assert "test_shout" in answer_key.expected_kinds
    for test, (text, cause, advice) in zip(
        answer_key.unusable.values(), KINDS.values(), strict=True
    ):
        assert cause in test.cause
        assert advice in test.advice
        assert bool(test.advice) == bool(advice)
        assert test.line == (0 if text == "2.0" else len(text.splitlines()))
    assert AnswerKey.from_json(answer_key.to_json()) == answer_key


def test_a_test_that_takes_too_long_is_named_with_the_limit():
    slow = Verdict("test_f", 3, VerdictState.VOID, reason="This test took longer than its time.")

    (test,) = unusable_tests([slow, Verdict("test_g", 3, VerdictState.PASSED, points=3)]).values()

    assert str(test) == (
        "test_f: This test took longer than its time. "
        "Make the test shorter, or raise `cell_seconds` in autograder.toml."
    )


@pytest.fixture
def faulty_course(tiny_course, empty_gradebook):
    """A course whose first test no answer can pass; a student who gave the right answers."""
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    tiny_course.source.cells[4].source = "assert double(2) == 4\nassert double.__name__ == 'double'"
    tiny_course.publish()
    right = {"double": "def double(x): return x + x", "shout": "def shout(t): return t.upper()"}
    tiny_course.submit("ada", right)
    return tiny_course


def test_strict_grading_stops_before_any_exam(faulty_course):
    def run_exam(*_, **__):
        pytest.fail("an exam was run")

    with pytest.raises(
        UnusableTests, match=r"solution fails a test:\ntiny: test_double, line 2: AttributeError"
    ):
        grade_class(
            faulty_course.root,
            faulty_course.week,
            settings=Settings(),
            strict=True,
            run_exam=run_exam,
        )


@pytest.mark.slow
def test_student_and_instructor_read_that_a_test_has_an_error(faulty_course, capsys):
    unusable = []
    (result,) = grade_class(
        faulty_course.root, faulty_course.week, settings=Settings(), on_unusable=unusable.extend
    )

    double, shout = result.verdicts
    assert (double.state, double.points, double.reason) == ("test error", 0.0, UNUSABLE_REASON)
    assert shout.passed
    (finding,) = result.findings
    assert finding.kind == "test-error"
    assert "line 2: AttributeError: __name__" in finding.message
    (test,) = unusable
    assert type(test) is UnusableTest

    again = ["grade", faulty_course.week, "--root", str(faulty_course.root)]
    assert cli.main(again) == 0
    shown = capsys.readouterr().out
    assert "1 test is not usable: the course's own solution fails, too" in shown
    assert cli.main([*again, "--strict"]) == 1
    assert "solution fails a test" in capsys.readouterr().err
