"""Lets every system grade the same class, and holds them to the same points."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bench import courses, systems
from bench.assignment import KERAS
from bench.measure import Usage, measure
from bench.otter_venv import OtterVenv
from bench.pupils import StudentWork, keras_class
from bench.systems import ENVIRONMENT, System

Tell = Callable[[str, int, int], object]
"""Told what is being done, how much of it is, and of how much."""


@dataclass(frozen=True)
class Race:
    """How the systems did.

    usages         what each took, by its name, in the order of the race
    pure           CPU seconds of the cells of one submission, in a warm process
    preparation    seconds to sit the known answers, once an assignment, this project only
    """

    students: int
    usages: Mapping[str, Usage]
    pure: float
    preparation: float


class Disagreement(AssertionError):
    """Two systems gave different points for the same answers."""


def run_race(folder: Path, students: int, otter: OtterVenv, tell: Tell) -> Race:
    """Grade a class with every system; return what each took.

    Raises
    ------
    Disagreement
        If a system did not give the points that the answers deserve.
    """
    class_work = keras_class(students)
    pure = _pure_seconds(folder, class_work, tell)
    usages = {}
    tell("nbgrader", 0, students)
    courses.write_nbgrader_course(folder / "nbgrader", KERAS, class_work)
    usages["nbgrader"] = grade(systems.nbgrader(folder / "nbgrader", KERAS), class_work, tell)
    tell("Otter", 0, students)
    courses.write_otter_course(folder / "otter", KERAS, class_work, otter.command)
    names = [student_work.name for student_work in class_work]
    usages["Otter"] = grade(systems.otter(folder / "otter", otter.python, names), class_work, tell)
    root = folder / "ours"
    tell("known answers", 0, 1)
    courses.write_nbgrader_course(root, KERAS, class_work)
    empty_gradebook = (root / "gradebook.db").read_bytes()
    preparation = prepare(root, names[0])
    for jobs in (1, 2):
        start_afresh(root, empty_gradebook)
        system = systems.ours(root, KERAS, jobs)
        usages[system.name] = grade(system, class_work, tell)
    return Race(students, usages, pure, preparation)


def grade(system: System, class_work: Sequence[StudentWork], tell: Tell) -> Usage:
    """Have a system grade its course; return what that took, if the points are right."""
    log = system.root.with_suffix(".log")
    total = len(class_work)
    tell(system.name, 0, total)
    usage = measure(
        system.command,
        cwd=system.root,
        log=log,
        environment=ENVIRONMENT,
        count=lambda: system.count(log),
        on_count=lambda done: tell(system.name, done, total),
    )
    demand_points(system.name, system.points(), class_work)
    return usage


def demand_points(system: str, given: systems.Points, class_work: Sequence[StudentWork]) -> None:
    """Raise Disagreement unless everybody got, exercise by exercise, what they deserve."""
    for student_work in class_work:
        if given.get(student_work.name) != dict(student_work.points):
            message = (
                f"{system} gave {student_work.name} {given.get(student_work.name)}. "
                f"Expected {dict(student_work.points)}."
            )
            raise Disagreement(message)


def prepare(root: Path, student: str) -> float:
    """Grade one submission, so that the known answers are sat; return the seconds of it all.

    nbgrader and Otter have their preparation too (`generate`); none is counted in the race.
    """
    command = systems.ours(root, KERAS, 1, "--student", student).command
    log = root.with_suffix(".log")
    return measure(command, cwd=root, log=log, environment=ENVIRONMENT).wall


def start_afresh(root: Path, empty_gradebook: bytes) -> None:
    """Forget what was graded, but not what was learned of right and wrong answers."""
    (root / "gradebook.db").write_bytes(empty_gradebook)
    shutil.rmtree(root / "autograded", ignore_errors=True)
    for kept in (root / ".autograder").glob("*"):
        if kept.name != "schemes":
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()


def _pure_seconds(folder: Path, class_work: Sequence[StudentWork], tell: Tell) -> float:
    """Return the CPU seconds that the cells of one submission take, the mean of the class."""
    tell("the cells alone", 0, 1)
    courses.write_nbgrader_course(folder / "pure", KERAS, class_work)
    notebooks = [
        courses.submission(folder / "pure", KERAS, student_work.name) for student_work in class_work
    ]
    to = folder / "pure.json"
    command = [systems.NBGRADER[0], str(Path(__file__).with_name("pure.py")), str(to)]
    environment = {**os.environ, **ENVIRONMENT}
    subprocess.run([*command, *notebooks], env=environment, check=True, capture_output=True)
    return fmean(json.loads(to.read_text()).values())
