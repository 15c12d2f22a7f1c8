"""Compute the benchmark's figures from the measurements, and compare them with the targets."""

from dataclasses import dataclass

from bench.comparison import Comparison
from bench.large_class import LargeClass, seconds_of_cached_result
from bench.measure import Usage

ONE, TWO = "this project, 1 job", "this project, 2 jobs"


@dataclass(frozen=True)
class Line:
    """The figures of one system; `overhead` is the CPU time above that of the cells alone."""

    name: str
    a_minute: float
    cpu: float
    overhead: float
    peak: int
    first: float


@dataclass(frozen=True)
class Target:
    """A target of the project, and the measurement."""

    name: str
    target: str
    measured: str
    is_met: bool


def line_of(name: str, usage: Usage, comparison: Comparison) -> Line:
    """Return the figures of a system for one submission."""
    cpu = usage.cpu / comparison.students
    first = usage.moments[0] if usage.moments else usage.wall
    a_minute = 60 * comparison.students / usage.wall
    return Line(name, a_minute, cpu, cpu - comparison.pure, usage.peak, first)


def seconds_of_submission(usage: Usage) -> float:
    """Return the seconds from one result to the next: without the start, which comes once."""
    return (usage.moments[-1] - usage.moments[0]) / (len(usage.moments) - 1)


def targets(comparison: Comparison, large_class: LargeClass) -> tuple[Target, ...]:
    """Return the project's targets and the measurements of whole commands, start included."""
    wall = {name: usage.wall for name, usage in comparison.usages.items()}
    overhead = line_of(ONE, comparison.usages[ONE], comparison).overhead
    cached = seconds_of_cached_result(large_class.cached)
    sizes = sorted(large_class.grown)
    growth = large_class.grown[sizes[-1]].peak / large_class.grown[sizes[0]].peak
    return (
        _at_least("throughput of nbgrader, with 2 jobs", wall["nbgrader"] / wall[TWO], 12),
        _at_least("throughput of Otter, with 2 jobs", wall["Otter"] / wall[TWO], 7),
        _at_least("from 1 job to 2", wall[ONE] / wall[TWO], 1.8),
        Target("overhead of a submission", "< 0.7 CPU s", f"{overhead:.2f} CPU s", overhead < 0.7),
        Target("a cached result", "< 30 ms", f"{1000 * cached:.1f} ms", cached < 0.03),
        Target(
            f"memory, {sizes[-1]:,} students to {sizes[0]}", "flat", f"{growth:.2f} ×", growth < 1.2
        ),
    )


def _at_least(name: str, ratio: float, target: float) -> Target:
    return Target(name, f"≥ {target:g} ×", f"{ratio:.1f} ×", ratio >= target)
