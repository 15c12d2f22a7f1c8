"""Tests of the demo with real exams: attacks earn only what the honest answers earn."""

import html
import re

import nbformat
import pytest

from autograder.cli.demo.demo import ASSIGNMENT, run_demo
from autograder.errors import UsageError


def test_a_folder_that_no_demo_made_is_left_alone(first_week, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(UsageError, match="not from a demo"):
        run_demo(first_week, tmp_path)

    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.fixture(scope="module")
def results(demo):
    return {result.student: result for result in demo.results}


slow = [pytest.mark.slow, pytest.mark.timeout(900)]  # twelve exams, and a run of each known answer


class TestTheTwelve:
    """The class is graded once for all tests here."""

    pytestmark = slow

    def test_all_of_them_are_graded(self, results):
        assert list(results) == [f"student{number:02}" for number in range(1, 13)]

    def test_honest_students_earn_what_they_solved(self, results):
        first, half, as_released = (results[f"student{n}"] for n in ("01", "02", "07"))

        assert first.score == first.max_score > 0
        assert 0 < half.score < half.max_score
        assert as_released.score == 0
        assert {verdict.state for verdict in as_released.verdicts} == {"not attempted"}

    def test_four_misconceptions_are_recognized(self, results):
        for number in ("03", "04", "05", "06"):
            verdicts = results[f"student{number}"].verdicts
            assert next(v.misconception for v in verdicts if not v.passed)

    def test_a_syntax_error_and_an_endless_loop_cost_their_own_questions(self, results):
        for number in ("08", "09"):
            result = results[f"student{number}"]
            assert result.score >= 0.7 * result.max_score
        states = [verdict.state for verdict in results["student09"].verdicts]
        assert "void" in states

    @pytest.mark.parametrize(("attacking", "honest"), [("10", "03"), ("11", "04")])
    def test_an_attack_earns_what_the_same_answers_earn_without_it(
        self, results, attacking, honest
    ):
        attacked, without = results[f"student{attacking}"], results[f"student{honest}"]

        assert [v.points for v in attacked.verdicts] == [v.points for v in without.verdicts]
        assert attacked.findings

    def test_removing_every_check_earns_nothing(self, results):
        assert results["student12"].score == 0

    def test_the_pages_show_no_hidden_test(self, demo, first_week):
        hidden = hidden_lines(first_week)

        assert len(demo.pages) == 12
        for student in ("student07", "student12"):  # their own code is not the reference
            page = demo.gradebook.parent / "feedback" / student / ASSIGNMENT / "perceptron.html"
            text = html.unescape(re.sub(r"<[^>]+>", "", page.read_text("utf-8")))
            assert [line for line in hidden if line in text] == []

    def test_the_course_itself_is_not_changed(self, first_week, demo):
        assert demo.gradebook.is_file()
        assert sorted(path.name for path in first_week.iterdir()) == [
            "course",
            "demo",
            "release",
            "source",
        ]


def hidden_lines(course):
    """The lines of hidden tests that are nowhere in the release."""
    source = nbformat.read(course / "source" / ASSIGNMENT / "perceptron.ipynb", as_version=4)
    release = nbformat.read(course / "release" / ASSIGNMENT / "perceptron.ipynb", as_version=4)
    public = "\n".join(cell.source for cell in release.cells)
    parts = [
        part
        for cell in source.cells
        for part in re.findall(
            r"### BEGIN HIDDEN TESTS(.*?)### END HIDDEN TESTS", cell.source, re.DOTALL
        )
    ]
    lines = {line.strip() for part in parts for line in part.splitlines()}
    return [line for line in lines if len(line) > 18 and line not in public]
