"""The command `python -m bench.scale`: measure the parts, check the model, write the page."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from autograder.config import Settings
from autograder.course.assignment import read_notebooks
from autograder.course.paths import CoursePaths
from autograder.dispatch import RunSpec, run_spec_of
from autograder.exam.attempt import prepare
from autograder.notebook.cells import to_bytes
from autograder.verification.calibrate import exam_config_for
from bench.machine import load, machine
from bench.scale import course
from bench.scale.cluster import run_simulation
from bench.scale.page import Measured, page
from bench.scale.parts import (
    NEW,
    STORED,
    UNCHANGED,
    Exams,
    Stored,
    on_disk,
    parts_of,
    run_exams,
    seconds_of_commit,
)
from bench.scale.stored import TEMPLATE, Grading, grade_stored
from bench.scale.workers import Group

console = Console()


@dataclass(frozen=True)
class Sent:
    """What is sent for one exam, and what returns."""

    exam_notebook: bytes
    run_spec: RunSpec
    executed: bytes


def main(
    few: Annotated[int, typer.Option(min=64, help="Students of the small class.")] = 500,
    many: Annotated[int, typer.Option(min=128, help="Students of the large class.")] = 5_000,
    exams: Annotated[int, typer.Option(min=100, help="Exams of the simulated cluster.")] = 5_000,
    groups: Annotated[int, typer.Option(min=1, help="Groups of 25 simulated workers.")] = 4,
    assignment: Annotated[str, typer.Option(help="An assignment of this repository.")] = (
        "week02_backprop"
    ),
    to: Annotated[Path, typer.Option(help="The page to write.")] = Path("docs/scale.md"),
    work: Annotated[Path, typer.Option(help="Where the course is made.")] = Path(".bench/scale"),
) -> None:
    """Measure what a submission costs in each part, and predict what a night needs."""
    before, root = load(), work.absolute() / "course"
    real = _real_exams(root, assignment)
    sent = _sent(root, assignment)
    stored = _stored(root, assignment, few, many)
    console.print("A cluster of simulated workers ...")
    quick = Group(workers=5, slots=2, seconds=0.0)
    rough = Group(workers=25, slots=2, seconds=4.0, delay=0.005, lifetime=120.0)
    fast = run_simulation([quick] * 2, exams // 5, sent.exam_notebook, sent.run_spec)
    slow = run_simulation([rough] * groups, exams, sent.exam_notebook, sent.run_spec, kills=3)
    sizes = (len(sent.exam_notebook), len(sent.run_spec.packed), len(sent.executed))
    parts = parts_of(
        real,
        stored,
        on_disk(root, many),
        fast,
        sizes=sizes,
        commit=seconds_of_commit(root),
    )
    about = f"{date.today():%-d %B %Y}. {machine()}; load {before:.1f} before the start."
    text = page(
        Measured(assignment, parts, stored, fast, slow, rough, groups, (about,)),
    )
    to.write_text(text, encoding="utf-8")
    console.print(Markdown(text))


def _real_exams(root: Path, assignment: str) -> Exams:
    """Grade a few real submissions: the first time with the known answers, which is not counted."""
    console.print("Real exams ...")
    course.write_course(root, assignment)
    course.submit(root, assignment, [0])
    run_exams(root, assignment, jobs=1)
    course.submit(root, assignment, range(2))
    small = run_exams(root, assignment, jobs=1)
    course.submit(root, assignment, range(8))
    large, two = (run_exams(root, assignment, jobs=jobs) for jobs in (1, 2))
    return Exams(small, large, two, added=6)


def _sent(root: Path, assignment: str) -> Sent:
    (notebook,) = read_notebooks(root, assignment)
    config, paths = exam_config_for(root, notebook, Settings()), CoursePaths(root)
    first = course.student(0)
    path = paths.submitted_folder(first, assignment) / f"{notebook.name}.ipynb"
    executed = paths.graded_notebook(first, assignment, notebook.name).read_bytes()
    (root / TEMPLATE).write_bytes(executed)
    return Sent(to_bytes(prepare(path, config).exam_notebook), run_spec_of(config), executed)


def _stored(root: Path, assignment: str, few: int, many: int) -> Stored:
    gradings: dict[tuple[str, int], Grading] = {}
    for size in (few, many):
        console.print(f"A class of {size:,} copied results ...")
        course.forget_results(root)
        course.submit(root, assignment, range(size))
        for phase in (NEW, STORED, UNCHANGED):
            if phase != UNCHANGED:
                course.forget_grades(root)
            gradings[phase, size] = grade_stored(root, assignment)
    return Stored(gradings, few, many)


if __name__ == "__main__":
    typer.run(main)
