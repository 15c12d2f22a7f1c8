"""Write the report of a class as a page: `report/<assignment>.html`."""

from pathlib import Path

from autograder.files import write_atomically
from autograder.reporting.class_report import ClassReport
from autograder.reporting.html import fill


def write_report(root: Path, report: ClassReport) -> Path:
    """Write the page of a class below `root`; return where it is."""
    target = root / "report" / f"{report.assignment}.html"
    write_atomically(target, fill("report.html.j2", filters={}, report=report).encode())
    return target
