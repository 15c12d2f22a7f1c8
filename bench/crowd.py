"""Measures what a large class costs beside its exams: memory as it grows, and stored results.

The assignment is trivial and imports no Keras, so that a thousand exams take minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import courses, systems
from bench.assignment import TRIVIAL
from bench.measure import Usage
from bench.pupils import trivial_class
from bench.race import Tell, grade


@dataclass(frozen=True)
class Crowd:
    """How it went, by the size of the class.

    grown     the class had so many, and what was new since the smaller class was graded
    stored    the same again, when nothing had changed
    """

    grown: Mapping[int, Usage]
    stored: Mapping[int, Usage]


def run_crowd(folder: Path, sizes: Sequence[int], tell: Tell) -> Crowd:
    """Grade a class that grows, each time once for what is new, and once for nothing."""
    root = folder / "crowd"
    everybody = trivial_class(max(sizes))
    courses.write_nbgrader_course(root, TRIVIAL, ())
    system = systems.ours(root, TRIVIAL, 2)
    grown, stored = {}, {}
    for size in sizes:
        tell(f"a class of {size:,}", 0, size)
        courses.hand_in(root, TRIVIAL, everybody[:size])
        grown[size] = grade(system, everybody[:size], tell)
        stored[size] = grade(system, everybody[:size], tell)
    return Crowd(grown, stored)


def seconds_a_stored_result(stored: Mapping[int, Usage]) -> float:
    """Return the CPU seconds that one more stored result costs: the slope, without the start."""
    few, many = min(stored), max(stored)
    return (stored[many].cpu - stored[few].cpu) / (many - few)
