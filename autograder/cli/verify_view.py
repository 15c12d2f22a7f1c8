"""What the command line shows of a proof: how the answers of each kind did, and what is wrong."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.verification.verify import Report, Row

_DUTY = {
    "reference": "full marks",
    "variant": "full marks",
    "release": "no points",
    "misconception": "refused, named",
    "trivial answer": "no points",
}


def verify_view(reports: Iterable[Report]) -> RenderableType:
    """Return the table of a proof, and a line for everything that should not be so."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("answers", no_wrap=True)
    table.add_column("must get", no_wrap=True)
    for heading in ("right", "rooms agree", "named"):
        table.add_column(heading, justify="right", no_wrap=True)
    problems: list[RenderableType] = []
    for report in reports:
        table.add_row(Text(report.assignment, style="bold"))
        for kind in dict.fromkeys(row.kind for row in report.rows):
            rows = [row for row in report.rows if row.kind == kind]
            table.add_row(f"  {kind}", _DUTY[kind], *_counts(rows))
        table.add_section()
        problems += [Text(f"✗ {problem}", style="red") for problem in report.problems]
    verdict = Text("Everything is as it should be.", style="green") if not problems else Text()
    return Group(table, verdict, *problems)


def _counts(rows: list[Row]) -> tuple[Text, ...]:
    right = sum(not row.problems for row in rows)
    agreed, sat = sum(row.agreed for row in rows), sum(row.tests for row in rows)
    named = sum(row.recognized for row in rows)
    is_misconception = rows[0].kind == "misconception"
    return (
        _of(right, len(rows)),
        _of(agreed, sat),
        _of(named, len(rows)) if is_misconception else Text(""),
    )


def _of(count: int, total: int) -> Text:
    return Text(f"{count} of {total}", style="green" if count == total else "red")
