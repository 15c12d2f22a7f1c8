"""Measure what a large class costs besides its exams: memory as it grows, and cached results.

The assignment is trivial and imports no Keras, so that a thousand exams take minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import courses, systems
from bench.assignment import TRIVIAL
from bench.comparison import OnProgress, grade
from bench.measure import Usage
from bench.students import trivial_class


@dataclass(frozen=True)
class LargeClass:
    """The measurements, by the size of the class.

    grown     grading what is new since the class had the next smaller size
    cached    grading the same class again, unchanged
    """

    grown: Mapping[int, Usage]
    cached: Mapping[int, Usage]


def run_large_class(folder: Path, sizes: Sequence[int], on_progress: OnProgress) -> LargeClass:
    """Grade a class that grows: at each size once for what is new, and once unchanged."""
    root = folder / "large_class"
    everybody = trivial_class(max(sizes))
    courses.write_nbgrader_course(root, TRIVIAL, ())
    system = systems.ours(root, TRIVIAL, 2)
    grown, cached = {}, {}
    for size in sizes:
        on_progress(f"a class of {size:,}", 0, size)
        courses.submit(root, TRIVIAL, everybody[:size])
        grown[size] = grade(system, everybody[:size], on_progress)
        cached[size] = grade(system, everybody[:size], on_progress)
    return LargeClass(grown, cached)


def seconds_of_cached_result(cached: Mapping[int, Usage]) -> float:
    """Return the CPU seconds that one more cached result costs: the slope, without the start."""
    few, many = min(cached), max(cached)
    return (cached[many].cpu - cached[few].cpu) / (many - few)
