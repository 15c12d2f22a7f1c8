"""The benchmark's arithmetic: what the measurements say, and whether it is what was aimed at."""

from dataclasses import dataclass

from bench.crowd import Crowd, seconds_a_stored_result
from bench.measure import Usage
from bench.race import Race

ONE, TWO = "this project, 1 job", "this project, 2 jobs"


@dataclass(frozen=True)
class Line:
    """One system on the whole class; `overhead` is CPU above the cells alone."""

    name: str
    a_minute: float
    cpu: float
    overhead: float
    peak: int
    first: float


@dataclass(frozen=True)
class Aim:
    """What was aimed at, and what came."""

    what: str
    aimed: str
    measured: str
    is_met: bool


def line_of(name: str, usage: Usage, race: Race) -> Line:
    """Return what a system took, a submission."""
    cpu = usage.cpu / race.students
    first = usage.moments[0] if usage.moments else usage.wall
    a_minute = 60 * race.students / usage.wall
    return Line(name, a_minute, cpu, cpu - race.pure, usage.peak, first)


def seconds_a_submission(usage: Usage) -> float:
    """Return the seconds from one result to the next: without the start, which comes once."""
    return (usage.moments[-1] - usage.moments[0]) / (len(usage.moments) - 1)


def aims(race: Race, crowd: Crowd) -> tuple[Aim, ...]:
    """Return every aim of the project's, with what was measured; whole commands, start included."""
    wall = {name: usage.wall for name, usage in race.usages.items()}
    overhead = line_of(ONE, race.usages[ONE], race).overhead
    stored = seconds_a_stored_result(crowd.stored)
    sizes = sorted(crowd.grown)
    growth = crowd.grown[sizes[-1]].peak / crowd.grown[sizes[0]].peak
    return (
        _at_least("throughput of nbgrader, with 2 jobs", wall["nbgrader"] / wall[TWO], 12),
        _at_least("throughput of Otter, with 2 jobs", wall["Otter"] / wall[TWO], 7),
        _at_least("from 1 job to 2", wall[ONE] / wall[TWO], 1.8),
        Aim("overhead a submission", "< 0.7 CPU s", f"{overhead:.2f} CPU s", overhead < 0.7),
        Aim("a stored result", "< 30 ms", f"{1000 * stored:.1f} ms", stored < 0.03),
        Aim(
            f"memory, {sizes[-1]:,} students to {sizes[0]}", "flat", f"{growth:.2f} ×", growth < 1.2
        ),
    )


def _at_least(what: str, ratio: float, aimed: float) -> Aim:
    return Aim(what, f"≥ {aimed:g} ×", f"{ratio:.1f} ×", ratio >= aimed)
