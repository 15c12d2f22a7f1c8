"""Define the commands that grade: grade, worker, paper, feedback, report, export."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from autograder.cli.console import (
    INTERRUPTED,
    Assignment,
    Database,
    Gpus,
    Jobs,
    Profile,
    Root,
    Student,
    Tls,
    Unsandboxed,
    commands,
    console,
    print_error,
)
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.dispatch import Scheduler
    from autograder.dispatch import Tls as TlsFiles
    from autograder.exam.diagnosis.answer_key import UnusableTest


@commands.command()
def grade(
    assignment: Assignment,
    root: Root = Path(),
    student: Student = None,
    jobs: Jobs = None,
    gpus: Gpus = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler whose workers run the exams."),
    ] = None,
    tls_ca_file: Tls = None,
    tls_cert: Tls = None,
    tls_key: Tls = None,
    force: Annotated[
        bool, typer.Option("--force", help="Re-run exams even if a cached result exists.")
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Stop if the course's own solution fails a test."),
    ] = False,
    profile: Annotated[
        Profile | None, typer.Option(help="Replaces the profile of autograder.toml.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Also write the results here, as JSON lines.")
    ] = None,
    db: Database = None,
    allow_unsandboxed: Unsandboxed = False,
) -> None:
    """Grade the submissions of an assignment: run the exam of each.

    Equal submissions share one exam. After Ctrl-C, the same command continues where it stopped.
    """
    from autograder.cli.progress import progress
    from autograder.cli.views import class_view, unusable_view
    from autograder.config import read_settings
    from autograder.grading.artifacts import write_results
    from autograder.grading.pipeline import grade_class
    from autograder.reporting.class_report import class_report

    settings = read_settings(root)
    if profile is not None:
        settings = replace(settings, profile=profile.value)
    if allow_unsandboxed:
        settings = replace(settings, allow_unsandboxed=True)
    unusable: list[UnusableTest] = []
    with _resumable(), progress(console, f"Grading {assignment}") as show:
        graded = grade_class(
            root,
            assignment,
            students=student or None,
            jobs=jobs,
            gpus=gpus,
            scheduler=_scheduler(scheduler, tls_ca_file, tls_cert, tls_key),
            force=force,
            settings=settings,
            db_url=db,
            on_calibration=lambda done, total: show(done, total, "Running known answers"),
            on_result=show,
            on_unusable=unusable.extend,
            strict=strict,
        )
    if results is not None:
        write_results(graded, results)
    summary = class_report(assignment, graded)
    console.print(class_view(summary))
    if unusable:
        console.print(unusable_view(unusable))
    if summary.ungraded:
        print_error(f"Not graded: {', '.join(summary.ungraded)}. The findings above say why.")
        raise typer.Exit(1)
    command = f"autograder feedback {shlex.quote(assignment)}"
    console.print(Text(f"Next: mark the written answers, then run {command}.", style="dim"))


@commands.command()
def worker(
    address: Annotated[str, typer.Argument(help="The Dask scheduler: tcp://host:8786.")],
    jobs: Jobs = None,
    gpus: Gpus = None,
    name: Annotated[str | None, typer.Option(help="The name of this worker.")] = None,
    tls_ca_file: Tls = None,
    tls_cert: Tls = None,
    tls_key: Tls = None,
    allow_unsandboxed: Unsandboxed = False,
) -> None:
    """Join a Dask scheduler and run exams for `autograder grade --scheduler`.

    This machine needs no files of the course, but the same versions of all packages.
    """
    from autograder.dispatch import ExamSlots, Scheduler
    from autograder.dispatch.machine import machine_slots
    from autograder.dispatch.worker import join

    tls = _tls(tls_ca_file, tls_cert, tls_key)
    exam_slots = ExamSlots(machine_slots(jobs, gpus), allow_unsandboxed=allow_unsandboxed)
    kind = "exams" if gpus is None else "exams, each on a GPU,"
    join(
        Scheduler(address, tls),
        exam_slots,
        lambda own: console.print(
            f"[green]✓[/] {own} runs {len(exam_slots.slots)} {kind} at a time. Ctrl-C stops it.",
            soft_wrap=True,
        ),
        name=name,
    )


@commands.command("paper")
def exam_notebook(
    assignment: Assignment,
    student: Annotated[str, typer.Argument(help="The student.")],
    to: Annotated[Path, typer.Argument(help="The file to write.")] = Path("exam_notebook.ipynb"),
    root: Root = Path(),
) -> None:
    """Write the exam notebook of a submission, for `papermill --engine exam`."""
    from autograder.grading.pipeline import write_exam_notebook

    write_exam_notebook(root, assignment, student, to)
    command = f"papermill --engine exam {shlex.quote(str(to))} executed.ipynb"
    console.print(Text.assemble(("✓", "green"), f" {to}: {command}"), soft_wrap=True)


@commands.command()
def feedback(
    assignment: Assignment, root: Root = Path(), student: Student = None, db: Database = None
) -> None:
    """Write the feedback pages: feedback/<student>/<assignment>/<notebook>.html."""
    from autograder.cli.progress import progress
    from autograder.course.paths import CoursePaths
    from autograder.reporting.feedback.write import not_graded, write_feedback

    with progress(console, f"Feedback for {assignment}") as show:
        count = 0

        def on_page(_page: Path, total: int) -> None:
            nonlocal count
            count += 1
            show(count, total)

        pages = write_feedback(root, assignment, students=student or (), db_url=db, on_page=on_page)
    console.print(
        Text.assemble(
            ("✓", "green"),
            f" {len(pages)} pages in {CoursePaths(root).feedback}/<student>/{assignment}/",
        ),
        soft_wrap=True,
    )
    if waiting := not_graded(root, assignment):
        command = f"autograder grade {shlex.quote(assignment)}"
        print_error(f"Not graded yet, so without a page: {', '.join(waiting)}. Run `{command}`.")


@commands.command()
def report(
    assignment: Assignment,
    root: Root = Path(),
    results: Annotated[
        Path | None, typer.Option(help="Also write the results here, as JSON lines.")
    ] = None,
) -> None:
    """Summarize a graded assignment: scores, hardest questions, misconceptions, findings."""
    from autograder.cli.views import class_view
    from autograder.grading.artifacts import write_results
    from autograder.grading.class_results import read_class
    from autograder.reporting.class_report import class_report
    from autograder.reporting.html import write_report

    graded = read_class(root, assignment)
    if results is not None:
        write_results(graded, results)
    summary = class_report(assignment, graded)
    console.print(class_view(summary))
    page = write_report(root, summary)
    console.print(Text(f"Also written as a page: {page}"), soft_wrap=True)


@commands.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def export(context: typer.Context, root: Root = Path()) -> None:
    """Export the grades; takes the options of `nbgrader export`."""
    from autograder.gradebook.export import export as run

    raise typer.Exit(run(root, context.args))


def _scheduler(address: str | None, *tls: Path | None) -> "Scheduler | None":
    from autograder.dispatch import Scheduler

    if address is None:
        return None
    waiting = f"{address} has no workers. Start one, on any machine: autograder worker {address}"
    return Scheduler(address, _tls(*tls), lambda: console.print(Text(waiting), soft_wrap=True))


def _tls(*files: Path | None) -> "TlsFiles | None":
    from autograder.dispatch import Tls as TlsFiles

    given = [path for path in files if path is not None]
    if given and len(given) < len(files):
        message = "TLS needs all of --tls-ca-file, --tls-cert and --tls-key."
        raise UsageError(message)
    return TlsFiles(*given) if given else None


@contextmanager
def _resumable() -> Iterator[None]:
    """Print how to continue if Ctrl-C is pressed."""
    try:
        yield
    except KeyboardInterrupt:
        print_error("Stopped. The results so far are kept; run the same command to continue.")
        raise typer.Exit(INTERRUPTED) from None
