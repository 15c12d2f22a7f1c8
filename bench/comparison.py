"""Grade the same class with every system, and check that they give the same points."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from autograder.course.paths import CoursePaths
from bench import courses, systems
from bench.assignment import KERAS
from bench.measure import Usage, measure
from bench.otter_venv import OtterVenv
from bench.students import StudentWork, keras_class
from bench.systems import ENVIRONMENT, System

OnProgress = Callable[[str, int, int], object]
"""Called with the part of the work, how much of it is done, and the total."""


@dataclass(frozen=True)
class Comparison:
    """The measurements of the systems.

    usages         what each took, by its name, in the order in which they ran
    pure           CPU seconds of the cells of one submission, in a warm process
    preparation    seconds to run the known answers: once for an assignment, this project only
    """

    students: int
    usages: Mapping[str, Usage]
    pure: float
    preparation: float


class Disagreement(AssertionError):
    """Two systems gave different points for the same answers."""


def run_comparison(
    folder: Path, students: int, otter: OtterVenv, on_progress: OnProgress
) -> Comparison:
    """Grade a class with every system; return the measurements.

    Raises
    ------
    Disagreement
        If a system did not give the points that the answers deserve.
    """
    class_work = keras_class(students)
    pure = _pure_seconds(folder, class_work, on_progress)
    usages = {}
    on_progress("nbgrader", 0, students)
    courses.write_nbgrader_course(folder / "nbgrader", KERAS, class_work)
    usages["nbgrader"] = grade(
        systems.nbgrader(folder / "nbgrader", KERAS), class_work, on_progress
    )
    on_progress("Otter", 0, students)
    courses.write_otter_course(folder / "otter", KERAS, class_work, otter.command)
    names = [student.name for student in class_work]
    usages["Otter"] = grade(
        systems.otter(folder / "otter", otter.python, names), class_work, on_progress
    )
    root = folder / "ours"
    on_progress("known answers", 0, 1)
    courses.write_nbgrader_course(root, KERAS, class_work)
    empty_gradebook = (root / "gradebook.db").read_bytes()
    preparation = prepare(root, names[0])
    for jobs in (1, 2):
        reset(root, empty_gradebook)
        system = systems.ours(root, KERAS, jobs)
        usages[system.name] = grade(system, class_work, on_progress)
    return Comparison(students, usages, pure, preparation)


def grade(system: System, class_work: Sequence[StudentWork], on_progress: OnProgress) -> Usage:
    """Grade the course of a system; return what that took, if the points are right."""
    log = system.root.with_suffix(".log")
    total = len(class_work)
    on_progress(system.name, 0, total)
    usage = measure(
        system.command,
        cwd=system.root,
        log=log,
        environment=ENVIRONMENT,
        count=lambda: system.count(log),
        on_count=lambda done: on_progress(system.name, done, total),
    )
    check_points(system.name, system.points(), class_work)
    return usage


def check_points(system: str, given: systems.Points, class_work: Sequence[StudentWork]) -> None:
    """Raise Disagreement unless every student got the right points for each exercise."""
    for student in class_work:
        if given.get(student.name) != dict(student.points):
            message = (
                f"{system} gave {student.name} {given.get(student.name)}. "
                f"Expected {dict(student.points)}."
            )
            raise Disagreement(message)


def prepare(root: Path, student: str) -> float:
    """Grade one submission, so that the answer key is made; return the seconds.

    nbgrader and Otter have a preparation too (`generate`); none is counted in the comparison.
    """
    command = systems.ours(root, KERAS, 1, "--student", student).command
    log = root.with_suffix(".log")
    return measure(command, cwd=root, log=log, environment=ENVIRONMENT).wall


def reset(root: Path, empty_gradebook: bytes) -> None:
    """Delete everything that was graded, but not the answer key."""
    (root / "gradebook.db").write_bytes(empty_gradebook)
    paths = CoursePaths(root)
    shutil.rmtree(paths.autograded, ignore_errors=True)
    shutil.rmtree(paths.result_cache, ignore_errors=True)


def _pure_seconds(
    folder: Path, class_work: Sequence[StudentWork], on_progress: OnProgress
) -> float:
    """Return the CPU seconds that the cells of one submission take: the mean of the class."""
    on_progress("the cells alone", 0, 1)
    courses.write_nbgrader_course(folder / "pure", KERAS, class_work)
    notebooks = [courses.submission(folder / "pure", KERAS, student.name) for student in class_work]
    to = folder / "pure.json"
    command = [systems.NBGRADER[0], str(Path(__file__).with_name("pure.py")), str(to)]
    environment = {**os.environ, **ENVIRONMENT}
    subprocess.run([*command, *notebooks], env=environment, check=True, capture_output=True)
    return fmean(json.loads(to.read_text()).values())
