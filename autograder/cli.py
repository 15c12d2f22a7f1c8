"""The command `autograder`: strings to values, one call, an exit code.

0    all is well
1    a check or a proof failed, or some work could not be graded
2    a name, path or option that does not exist
"""

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from autograder.errors import AutograderError, UsageError

commands = typer.Typer(
    name="autograder",
    help="Build a course of notebooks, grade it, and tell everyone how it went.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
kernel_commands = typer.Typer(help="The warm, sandboxed kernel.", no_args_is_help=True)
commands.add_typer(kernel_commands, name="kernel")
console = Console()

_GRADING = (
    "dask",
    "distributed",
    "jupytext",
    "nbconvert",
    "nbgrader",
    "nh3",
    "papermill",
    "psutil",
)


class Profile(StrEnum):
    """How much is trained: what two cores can do, or the real thing."""

    quick = "quick"
    full = "full"


Week = Annotated[str, typer.Argument(help="The week, for example week01_perceptron.")]
Weeks = Annotated[list[str] | None, typer.Argument(help="The weeks; all of them without a name.")]
Root = Annotated[Path, typer.Option(help="The course's root: source/, submitted/, gradebook.db.")]
Student = Annotated[list[str] | None, typer.Option(help="Only this student (may be repeated).")]
Database = Annotated[str | None, typer.Option(help="The gradebook, as any SQLAlchemy URL.")]
Unsandboxed = Annotated[
    bool, typer.Option("--allow-unsandboxed", help="Go on where a layer of the sandbox is missing.")
]


@commands.command()
def build(
    weeks: Weeks = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when stale.")] = False,
    root: Root = Path(),
) -> None:
    """Build source/ and release/ from the text in course/."""
    from autograder import authoring

    if check:
        stale = authoring.stale(root, weeks or None)
        for line in stale:
            console.print(Text(f"✗ {line}"), soft_wrap=True)
        if stale:
            console.print("Run [bold]autograder build[/] and commit what it writes.")
            raise typer.Exit(1)
        console.print("[green]✓[/] source/ and release/ are what course/ says.")
        return
    for built in authoring.build(root, weeks or None):
        changed = f"{len(built.changed)} files written" if built.changed else "nothing to do"
        console.print(
            f"[green]✓[/] {built.week}: {built.exercises} exercises, {built.points:g} points, "
            f"{built.misconceptions} misconceptions; {changed}"
        )


@commands.command()
def grade(
    week: Week,
    root: Root = Path(),
    student: Student = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Exams at a time.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is graded.")] = False,
    profile: Annotated[Profile | None, typer.Option(help="Overrides autograder.toml.")] = None,
    results: Annotated[Path | None, typer.Option(help="Write JSON lines here.")] = None,
    db: Database = None,
    allow_unsandboxed: Unsandboxed = False,
) -> None:
    """Grade what students handed in: every submission sits the exam."""
    from autograder.display import class_view, progress
    from autograder.grading import grade_class
    from autograder.report import class_report
    from autograder.results import write_results
    from autograder.settings import read_settings

    settings = read_settings(root)
    if profile is not None:
        settings = replace(settings, profile=profile.value)
    if allow_unsandboxed:
        settings = replace(settings, allow_unsandboxed=True)
    with progress(console, f"Grading {week}") as tell:
        graded = grade_class(
            root,
            week,
            students=student or None,
            jobs=jobs,
            force=force,
            settings=settings,
            db_url=db,
            on_known=lambda done, total: tell(done, total, "Sitting known answers"),
            on_result=tell,
        )
    if results is not None:
        write_results(graded, results)
    summary = class_report(week, graded)
    console.print(class_view(summary))
    if summary.ungraded:
        _complain(f"Not graded: {', '.join(summary.ungraded)}. The findings say why.")
        raise typer.Exit(1)
    console.print(f"Next: autograder feedback {week}, and mark the written answers.", style="dim")


@commands.command()
def paper(
    week: Week,
    student: Annotated[str, typer.Argument(help="Whose submission.")],
    to: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("paper.ipynb"),
    root: Root = Path(),
) -> None:
    """Write the paper that a student sits, for `papermill --engine exam PAPER EXECUTED`."""
    from autograder.grading import write_paper

    write_paper(root, week, student, to)
    console.print(f"[green]✓[/] {to}: papermill --engine exam {to} executed.ipynb")


@commands.command()
def feedback(week: Week, root: Root = Path(), student: Student = None, db: Database = None) -> None:
    """Write what each student reads: feedback/<student>/<week>/."""
    from autograder.display import progress
    from autograder.feedback import write_feedback

    with progress(console, f"Feedback for {week}") as tell:
        count = 0

        def on_page(_page: Path, total: int) -> None:
            nonlocal count
            count += 1
            tell(count, total)

        pages = write_feedback(root, week, students=student or (), db_url=db, on_page=on_page)
    console.print(f"[green]✓[/] {len(pages)} pages in {root / 'feedback'}/<student>/{week}/")


@commands.command()
def report(
    week: Week,
    root: Root = Path(),
    results: Annotated[Path | None, typer.Option(help="Write JSON lines here.")] = None,
) -> None:
    """Sum up a graded week: scores, hardest questions, misconceptions, findings."""
    from autograder.display import class_view
    from autograder.report import class_report
    from autograder.report_page import write_report
    from autograder.results import read_results, write_results

    graded = read_results(root, week)
    if results is not None:
        write_results(graded, results)
    summary = class_report(week, graded)
    console.print(class_view(summary))
    console.print(f"As a page: {write_report(root, summary)}")


@commands.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def export(context: typer.Context, root: Root = Path()) -> None:
    """Export the grades; options are those of `nbgrader export`."""
    from autograder.export import export as run

    raise typer.Exit(run(root, context.args))


@commands.command()
def verify(
    weeks: Weeks = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds to prove it on.")] = 1,
    exercise: Annotated[
        list[str] | None, typer.Option(help="Only answers to this exercise. May be repeated.")
    ] = None,
    root: Root = Path(),
) -> None:
    """Prove the tests: every known answer sits them, in one kernel and in the exam room."""
    from autograder.display import progress
    from autograder.display_verify import verify_view
    from autograder.settings import read_settings
    from autograder.verify import verify as prove
    from autograder.weeks import find_week, week_names

    settings = read_settings(root)
    reports = []
    for week in weeks or week_names(root):
        found = find_week(root, week)
        with progress(console, f"Proving {week}") as tell:
            reports.append(
                prove(
                    found,
                    settings,
                    seeds=range(seeds),
                    exercises=frozenset(exercise or ()),
                    on_progress=tell,
                )
            )
    if not reports:
        message = f"There is no week in {root / 'source'}. Build one first: `autograder build`."
        raise UsageError(message)
    console.print(verify_view(reports))
    if any(report.problems for report in reports):
        raise typer.Exit(1)


@commands.command()
def doctor() -> None:
    """Say what this machine offers to hold exams on: layers of the sandbox, and GPUs."""
    from autograder.display import layers_view
    from autograder.kernels.layers import gpus, layers

    found = layers()
    console.print(layers_view(found, gpus()))
    if not all(layer.offered for layer in found):
        raise typer.Exit(1)


@kernel_commands.command()
def install(
    prefix: Annotated[Path | None, typer.Option(help="Below this folder, not for you.")] = None,
) -> None:
    """Install the warm, sandboxed kernel for any Jupyter client."""
    from autograder.kernels.kernelspec import install_kernelspec

    console.print(f"[green]✓[/] {install_kernelspec(prefix=prefix)}")


@commands.command()
def demo(
    root: Annotated[Path, typer.Option(help="The course to make it from.")] = Path(),
    to: Annotated[Path, typer.Option(help="Where to write it; made anew.")] = Path("demo"),
    jobs: Annotated[int | None, typer.Option(min=1, help="Exams at a time.")] = None,
    allow_unsandboxed: Unsandboxed = False,
) -> None:
    """Make up a class of twelve, cheats and all, and grade it for real."""
    from autograder.demo import run_demo
    from autograder.display import class_view, progress, stories_table
    from autograder.report import class_report

    console.print(f"A made-up class of twelve hands in week 1. Everything is written in {to}/.")
    with progress(console, "Grading twelve students") as tell:
        shown = run_demo(
            root,
            to,
            jobs=jobs,
            allow_unsandboxed=allow_unsandboxed,
            on_known=lambda done, total: tell(done, total, "Sitting known answers"),
            on_result=tell,
        )
    console.print(stories_table(shown.stories), class_view(class_report(shown.week, shown.results)))
    console.print(f"Feedback:     {shown.pages[0]} and {len(shown.pages) - 1} more", soft_wrap=True)
    console.print(f"Class report: {shown.report}", soft_wrap=True)
    console.print(f"Gradebook:    {shown.gradebook}", soft_wrap=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code, with one sentence on stderr when it is not 0."""
    try:
        commands(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except AutograderError as error:
        _complain(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _GRADING:
            raise
        _complain(
            f"This needs what instructors install: pip install 'dlcourse[grading]' ({error})."
        )
        return 2
    return 0


def _complain(sentence: str) -> None:
    Console(stderr=True).print(Text(sentence), soft_wrap=True)


def app() -> None:
    """Run the command line, as the installed program does."""
    sys.exit(main())
