"""What the command line shows: tables of a class, and of what a machine offers."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.reporting.class_report import ClassReport, QuestionLine
from autograder.sandbox.gpus import Gpu
from autograder.sandbox.isolation.capabilities import Layer

GOOD, FAIR, POOR = "green", "yellow", "red"
HARDEST = 5  # questions
BAR = 16  # characters


def class_view(report: ClassReport) -> RenderableType:
    """Return the whole report of a class for a terminal."""
    parts: list[RenderableType] = [students_table(report)]
    hardest = [line for line in report.questions if line.missed][:HARDEST]
    if hardest:
        parts.append(_titled("Hardest questions", _questions_table(hardest)))
    if report.misconceptions:
        parts.append(_titled("Misconceptions", _mistakes_table(report)))
    if report.findings:
        parts.append(_titled("Findings", _findings_table(report)))
    return Group(*parts)


def stories_table(stories: Mapping[str, str]) -> Table:
    """Return who is who in a made-up class."""
    table = _table("student", "what they did")
    for student, story in stories.items():
        table.add_row(escape(student), Text(story))
    return table


def students_table(report: ClassReport) -> Table:
    """Return one row a student: score, questions that missed points, what was found."""
    table = _table("student", ("score", "right"), "questions not right yet", "findings")
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
    table = _table("question", "missed by", "", ("not tried", "right"), ("earned", "right"))
    for column in table.columns:
        column.no_wrap = True
    for line in questions:
        filled = round(line.share * BAR)
        bar = Text("━" * filled, style=POOR) + Text("┄" * (BAR - filled), style="bright_black")
        missed = f"{line.missed} of {line.students}"
        not_tried = str(line.not_attempted or "")
        table.add_row(escape(line.name), bar, missed, not_tried, f"{line.mean:.0%}")
    return table


def _mistakes_table(report: ClassReport) -> Table:
    table = _table("question", "how many, and what they think")
    for line in report.misconceptions:
        table.add_row(escape(line.question), Text(line.sentence))
    return table


def _findings_table(report: ClassReport) -> Table:
    table = _table("student", "finding", "particulars")
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
    """Return a line a layer of the sandbox, and a line a GPU."""
    table = _table("", "layer", "what it is good for")
    for layer in layers:
        mark = Text("✓", style=GOOD) if layer.available else Text("✗", style=POOR)
        table.add_row(mark, layer.name, Text(layer.meaning))
    for gpu in gpus:
        table.add_row(Text("✓", style=GOOD), "GPU", Text(f"{gpu.device}: {gpu.model}"))
    if not gpus:
        table.add_row(Text("–"), "GPU", Text("none: exams run on the CPU"))
    return table
