"""Tests of progress: without a terminal, it is a line from time to time."""

import io

from rich.console import Console

from autograder.cli.progress import PlainLines, progress


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_line_says_how_many_how_fast_and_how_long_yet():
    clock, lines = Clock(), []
    show = PlainLines("Grading week 1", lines.append, clock)

    show(0, 20)
    clock.now = 30.0
    show(5, 20)

    assert lines == [
        "Grading week 1: 0 of 20",
        "Grading week 1: 5 of 20, 10.0/min, 0:01:30 left",
    ]


def test_the_number_of_lines_is_limited():
    clock, lines = Clock(), []
    show = PlainLines("Grading", lines.append, clock)

    for done in range(1_001):
        clock.now = done / 10
        show(done, 1_000)

    assert len(lines) == 11
    assert lines[-1] == "Grading: 1000 of 1000, 600.0/min, 0:00:00 left"


def test_each_part_of_the_work_has_its_own_rate():
    clock, lines = Clock(), []
    show = PlainLines("Grading", lines.append, clock)

    show(3, 4, "Running known answers")
    clock.now = 60.0
    show(0, 2)
    clock.now = 120.0
    show(1, 2)

    assert lines[-1] == "Grading: 1 of 2, 1.0/min, 0:01:00 left"


def test_a_file_gets_lines_and_no_bar():
    file = io.StringIO()

    with progress(Console(file=file), "Grading") as show:
        show(0, 1)
        show(1, 1)

    assert file.getvalue().splitlines()[0] == "Grading: 0 of 1"
    assert len(file.getvalue().splitlines()) == 2
    assert "━" not in file.getvalue()
