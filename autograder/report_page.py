"""Write the report of a class as a page: `report/<week>.html`."""

from pathlib import Path

from autograder.pages import fill
from autograder.report import ClassReport
from autograder.whole_files import write_whole


def write_report(root: Path, report: ClassReport) -> Path:
    """Write the page of a class below `root`; return where it is."""
    target = root / "report" / f"{report.week}.html"
    write_whole(target, fill("report.html.j2", filters={}, report=report).encode())
    return target
