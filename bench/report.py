"""Puts the figures into words: `BENCHMARKS.md`."""

from collections.abc import Iterable, Sequence

from bench.crowd import Crowd
from bench.figures import aims, line_of, seconds_a_submission
from bench.race import Race

MIB = 1024 * 1024


def report(race: Race, crowd: Crowd, *, about: Sequence[str]) -> str:
    """Return the page; `about` says on what it was measured, a sentence a line."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"A class of {race.students} different submissions of a small Keras assignment, graded",
            "by each system with the same tests; the points agree, exercise by exercise. All is",
            "from one run on one machine: compare within the table.",
            "",
            *_table(
                ("", "a minute", "ratio", "CPU s each", "above the cells", "peak MiB", "first"),
                _race_rows(race),
            ),
            "",
            f"The cells alone, set-up, answers and tests, take {race.pure:.2f} CPU seconds a",
            "submission in a process that has Keras imported; what a system takes more is its",
            "overhead, its own start included. *First* is when the first result is there, in",
            "seconds. Memory is that of the whole tree of processes, shared pages counted once.",
            "Otter runs one submission after another where there is no Docker, in one process that",
            "stays. Before its first class of an assignment, this project sits the known answers",
            f"({race.preparation:.0f} s here, once, kept), as the others generate theirs.",
            "",
            "## From one result to the next",
            "",
            "What a class of any size tends to: the start, which comes once a class, left out.",
            "",
            *_table(("", "seconds", "ratio"), _steady_rows(race)),
            "",
            "## A large class",
            "",
            "An assignment without Keras, two jobs. Each time the class has grown, what is new is",
            "graded; then all of it again, unchanged.",
            "",
            *_table(
                ("students", "peak MiB", "its main process", "seconds", "again: CPU s"),
                _crowd_rows(crowd),
            ),
            "",
            "## What was aimed at",
            "",
            *_table(
                ("", "aim", "measured", ""),
                [
                    (aim.what, aim.aimed, aim.measured, "met" if aim.is_met else "**missed**")
                    for aim in aims(race, crowd)
                ],
            ),
            "",
            "## Where, and how to repeat",
            "",
            *(f"* {sentence}" for sentence in about),
            "* `make bench` installs Otter into an environment of its own, runs everything and",
            "  writes this page. Leave the machine alone meanwhile.",
            "",
        ]
    )


def _race_rows(race: Race) -> Iterable[Sequence[str]]:
    slowest = race.usages["nbgrader"].wall
    for name, usage in race.usages.items():
        line = line_of(name, usage, race)
        yield (
            name,
            f"{line.a_minute:.1f}",
            f"{slowest / usage.wall:.1f} ×",
            f"{line.cpu:.2f}",
            f"{line.overhead:.2f}",
            f"{line.peak / MIB:,.0f}",
            f"{line.first:.1f}",
        )


def _steady_rows(race: Race) -> Iterable[Sequence[str]]:
    slowest = seconds_a_submission(race.usages["nbgrader"])
    for name, usage in race.usages.items():
        seconds = seconds_a_submission(usage)
        yield name, f"{seconds:.2f}", f"{slowest / seconds:.1f} ×"


def _crowd_rows(crowd: Crowd) -> Iterable[Sequence[str]]:
    for size, usage in crowd.grown.items():
        yield (
            f"{size:,}",
            f"{usage.peak / MIB:,.0f}",
            f"{usage.peak_main / MIB:,.0f}",
            f"{usage.wall:.0f}",
            f"{crowd.stored[size].cpu:.1f}",
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    align = ["---"] + ["---:"] * (len(head) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (head, align, *rows)]
