"""Lay out what the command line prints: a class, a verification, a machine."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.reporting.class_report import ClassReport, QuestionLine
from autograder.sandbox.forkserver.preload import COURSE
from autograder.sandbox.gpus import Gpu
from autograder.sandbox.isolation.capabilities import Layer

if TYPE_CHECKING:
    from autograder.exam.diagnosis.answer_key import UnusableTest
    from autograder.sandbox.forkserver.running import Description
    from autograder.verification.verify import Report, Row

GOOD, FAIR, POOR = "green", "yellow", "red"
HARDEST = 5  # questions
BAR = 16  # characters

_REQUIRED = {
    "reference": "full marks",
    "variant": "full marks",
    "release": "no points",
    "misconception": "fail, recognized",
    "trivial answer": "no points",
}


def class_view(report: ClassReport) -> RenderableType:
    """Return the report of a class."""
    parts: list[RenderableType] = [students_table(report)]
    hardest = [line for line in report.questions if line.missed][:HARDEST]
    if hardest:
        parts.append(_titled("Hardest questions", _questions_table(hardest)))
    if report.misconceptions:
        parts.append(_titled("Misconceptions", _misconceptions_table(report)))
    if report.findings:
        parts.append(_titled("Findings", _findings_table(report)))
    return Group(*parts)


def unusable_view(tests: Sequence["UnusableTest"]) -> RenderableType:
    """Return the tests that the course's own solution fails, and what to do about each."""
    table = _table("test", ("line", "right"), "what happened, and what to write instead")
    for test in tests:
        line = str(test.line or "")
        table.add_row(escape(test.grade_id), line, Text(f"{test.cause} {test.advice}".strip()))
    number = "1 test is" if len(tests) == 1 else f"{len(tests)} tests are"
    title = f"{number} not usable: the course's own solution fails, too"
    note = Text(
        "Whoever lost points there reads that the test has an error. Correct the tests and grade "
        "again, or give the points by hand. With --strict, no exam is run before that.",
        style="dim",
    )
    return Group(_titled(title, table), note)


def stories_table(stories: Mapping[str, str]) -> Table:
    """Return a table of the students of a made-up class, and what they did."""
    table = _table("student", "what they did")
    for student, story in stories.items():
        table.add_row(escape(student), Text(story))
    return table


def students_table(report: ClassReport) -> Table:
    """Return a table of the students: score, questions without full points, findings."""
    table = _table("student", ("score", "right"), "questions without full points", "findings")
    table.columns[0].no_wrap = True
    table.columns[1].no_wrap = True
    for line in report.students:
        kinds = dict.fromkeys(finding.kind for finding in line.findings)
        table.add_row(
            escape(line.student),
            _score(line.score, line.max_score),
            _failed(line.failed, report),
            Text(", ".join(kinds), style=FAIR),
        )
    table.columns[0].footer = f"{len(report.students)} students"
    table.columns[1].footer = f"mean {report.mean:.1f}"
    table.show_footer = True
    return table


def _failed(failed: tuple[str, ...], report: ClassReport) -> Text:
    if not failed:
        return Text("none", style=GOOD)
    if len(failed) == len(report.questions) > 2:
        return Text("all of them", style=POOR)
    return Text(", ".join(failed))


def _score(score: float, max_score: float) -> Text:
    share = score / max_score if max_score else 0.0
    style = GOOD if share >= 0.8 else FAIR if share >= 0.4 else POOR
    return Text(f"{round(score, 2):g} / {round(max_score, 2):g}", style=style)


def _questions_table(questions: list[QuestionLine]) -> Table:
    table = _table("question", "missed by", "", ("not attempted", "right"), ("earned", "right"))
    for column in table.columns:
        column.no_wrap = True
    for line in questions:
        filled = round(line.share * BAR)
        bar = Text("━" * filled, style=POOR) + Text("┄" * (BAR - filled), style="bright_black")
        missed = f"{line.missed} of {line.students}"
        not_attempted = str(line.not_attempted or "")
        table.add_row(escape(line.name), bar, missed, not_attempted, f"{line.mean:.0%}")
    return table


def _misconceptions_table(report: ClassReport) -> Table:
    table = _table("question", "students, misconception and hint")
    for line in report.misconceptions:
        table.add_row(escape(line.question), Text(line.sentence))
    return table


def _findings_table(report: ClassReport) -> Table:
    table = _table("student", "finding", "details")
    table.columns[0].no_wrap = True
    table.columns[1].no_wrap = True
    for student, finding in report.findings:
        where = f"{finding.grade_id}: " if finding.grade_id else ""
        table.add_row(
            escape(student), Text(finding.kind, style=FAIR), Text(where + finding.message)
        )
    return table


def _table(*headings: str | tuple[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", footer_style="bold")
    for heading in headings:
        if isinstance(heading, str):
            table.add_column(heading)
        else:
            table.add_column(heading[0], justify=heading[1])  # type: ignore[arg-type]
    return table


def _titled(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(title, style="bold"), Padding(body, (0, 0, 0, 2)))


def layers_view(layers: Sequence[Layer], gpus: Sequence[Gpu]) -> RenderableType:
    """Return a table of the layers of the sandbox, and of the GPUs."""
    table = _table("", "layer", "purpose")
    for layer in layers:
        mark = Text("✓", style=GOOD) if layer.available else Text("✗", style=POOR)
        table.add_row(mark, layer.name, Text(layer.meaning))
    for gpu in gpus:
        table.add_row(Text("✓", style=GOOD), "GPU", Text(f"{gpu.device}: {gpu.model}"))
    if not gpus:
        table.add_row(Text("–"), "GPU", Text("none: exams run on the CPU"))
    return table


def forkservers_view(found: "Sequence[Description]") -> RenderableType:
    """Return a table of the fork servers that run."""
    if not found:
        return Text("No fork server is running. The next exam starts one.", style="dim")
    table = _table("fork server", "imports", ("memory", "right"), "in use", "ends")
    for column in (table.columns[0], *table.columns[2:]):
        column.no_wrap = True
    for one in found:
        in_use = f"{_plural(one.clients, 'command')}, {_plural(one.processes, 'process', 'es')}"
        table.add_row(
            str(one.pid),
            ", ".join(_libraries(one.modules)),
            _mebibytes(one.memory),
            Text(in_use) if one.clients or one.processes else Text(f"idle for {one.idle:.0f} s"),
            f"after {one.idle_seconds:g} s idle" if one.idle_seconds else "with its command",
        )
    return table


def stopped_lines(found: "Sequence[Description]") -> RenderableType:
    """Return a line for each fork server that was asked to end."""
    if not found:
        return Text("No fork server is running.")
    return Group(*(Text(_stopped(one)) for one in found))


def _stopped(one: "Description") -> str:
    if not one.idle_seconds:
        return f"Fork server {one.pid} ends with its command."
    if one.processes:
        count = _plural(one.processes, "process", "es")
        return f"Fork server {one.pid} ends when its exams have ended ({count})."
    return f"Fork server {one.pid} has ended ({_mebibytes(one.memory)})."


def _libraries(modules: Sequence[str]) -> Sequence[str]:
    """Return the course's libraries among the modules."""
    wanted = (name.partition(".")[0] for name in COURSE if name in modules)
    return [name for name in dict.fromkeys(wanted) if name != "dlcourse"]


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"


def _plural(count: int, word: str, ending: str = "s") -> str:
    return f"{count} {word}{'' if count == 1 else ending}"


def verify_view(reports: "Iterable[Report]") -> RenderableType:
    """Return a table of the answers that were run, and a line for each problem."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("answers", no_wrap=True)
    table.add_column("expected", no_wrap=True)
    for heading in ("as expected", "processes agree", "recognized"):
        table.add_column(heading, justify="right", no_wrap=True)
    problems: list[RenderableType] = []
    for report in reports:
        table.add_row(Text(report.assignment, style="bold"))
        for kind in dict.fromkeys(row.kind for row in report.rows):
            rows = [row for row in report.rows if row.kind == kind]
            table.add_row(f"  {kind}", _REQUIRED[kind], *_counts(rows))
        table.add_section()
        problems += [Text(f"✗ {problem}", style=POOR) for problem in report.problems]
    summary = Text() if problems else Text("All answers got what was expected.", style=GOOD)
    return Group(table, summary, *problems)


def _counts(rows: "list[Row]") -> tuple[Text, ...]:
    right = sum(not row.problems for row in rows)
    agreed, tests = sum(row.agreed for row in rows), sum(row.tests for row in rows)
    recognized = sum(row.recognized for row in rows)
    is_misconception = rows[0].kind == "misconception"
    return (
        _of(right, len(rows)),
        _of(agreed, tests),
        _of(recognized, len(rows)) if is_misconception else Text(""),
    )


def _of(count: int, total: int) -> Text:
    return Text(f"{count} of {total}", style=GOOD if count == total else POOR)
