"""Write the page with the figures: `BENCHMARKS.md`."""

from collections.abc import Iterable, Sequence

from bench.comparison import Comparison
from bench.figures import line_of, seconds_of_submission, targets
from bench.large_class import LargeClass

MIB = 1024 * 1024


def report(comparison: Comparison, large_class: LargeClass, *, about: Sequence[str]) -> str:
    """Return the page; `about` has sentences about the machine and the versions."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"{comparison.students} different submissions of a small Keras assignment, graded by",
            "each system with the same tests. All systems give the same points for every exercise.",
            "All figures are from one run on one machine: compare only figures of one table.",
            "",
            *_table(
                ("", "submissions / min", "ratio", "CPU s each", "overhead", "peak MiB", "first"),
                _comparison_rows(comparison),
            ),
            "",
            f"The cells alone (set-up, answers and tests) take {comparison.pure:.2f} CPU seconds",
            "per submission in a process that has imported Keras.",
            "*Overhead* is what a system takes above that, its own start included, in CPU seconds.",
            "*First* is the time until the first result, in seconds. Memory is that of the whole",
            "tree of processes, with shared pages counted once. Without Docker, Otter grades one",
            "submission after another in one process. Before the first class of an assignment,",
            f"this project runs the known answers ({comparison.preparation:.0f} s here, once per",
            "assignment), which is not counted; nor is the `generate` step of the others.",
            "",
            "## From one result to the next",
            "",
            "The seconds per submission of a class of any size, without the start of the command.",
            "",
            *_table(("", "seconds", "ratio"), _steady_rows(comparison)),
            "",
            "## A large class",
            "",
            "An assignment without Keras, two jobs. At each size of the class, the new submissions",
            "are graded, then the whole class again, unchanged.",
            "",
            *_table(
                ("students", "peak MiB", "main process MiB", "seconds", "again: CPU s"),
                _large_class_rows(large_class),
            ),
            "",
            "## Targets",
            "",
            *_table(
                ("", "target", "measured", ""),
                [
                    (
                        target.name,
                        target.target,
                        target.measured,
                        "met" if target.is_met else "**missed**",
                    )
                    for target in targets(comparison, large_class)
                ],
            ),
            "",
            "## Machine and versions",
            "",
            *(f"* {sentence}" for sentence in about),
            "* `make bench` installs Otter into its own environment, runs everything and",
            "  writes this page. Do not use the machine meanwhile.",
            "",
        ]
    )


def _comparison_rows(comparison: Comparison) -> Iterable[Sequence[str]]:
    slowest = comparison.usages["nbgrader"].wall
    for name, usage in comparison.usages.items():
        line = line_of(name, usage, comparison)
        yield (
            name,
            f"{line.a_minute:.1f}",
            f"{slowest / usage.wall:.1f} ×",
            f"{line.cpu:.2f}",
            f"{line.overhead:.2f}",
            f"{line.peak / MIB:,.0f}",
            f"{line.first:.1f}",
        )


def _steady_rows(comparison: Comparison) -> Iterable[Sequence[str]]:
    slowest = seconds_of_submission(comparison.usages["nbgrader"])
    for name, usage in comparison.usages.items():
        seconds = seconds_of_submission(usage)
        yield name, f"{seconds:.2f}", f"{slowest / seconds:.1f} ×"


def _large_class_rows(large_class: LargeClass) -> Iterable[Sequence[str]]:
    for size, usage in large_class.grown.items():
        yield (
            f"{size:,}",
            f"{usage.peak / MIB:,.0f}",
            f"{usage.peak_main / MIB:,.0f}",
            f"{usage.wall:.0f}",
            f"{large_class.cached[size].cpu:.1f}",
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    align = ["---"] + ["---:"] * (len(head) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (head, align, *rows)]
