"""Render HTML pages from the templates, with one style sheet and one content security policy."""

import base64
import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.course.paths import CoursePaths
from autograder.files import write_for_user
from autograder.reporting.class_report import ClassReport


def fill(template: str, **values: object) -> str:
    """Return the HTML of a template; every value is escaped unless it is already markup."""
    return _environment().get_template(template).render(**values)


def points_text(points: float | None) -> str:
    """Return points as a reader expects them: 4, 2.5, or a dash if they are not known yet."""
    return "–" if points is None else f"{round(points, 2):g}"


def write_report(root: Path, report: ClassReport) -> Path:
    """Write the report of a class as a page: `report/<assignment>.html`; return its path.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    target = CoursePaths(root).class_report(report.assignment)
    write_for_user(target, fill("report.html.j2", report=report).encode("utf-8", "replace"))
    return target


@cache
def _environment() -> Environment:
    """Return the environment of the templates, with the style sheet and the policy for it."""
    environment = Environment(
        loader=PackageLoader("autograder.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (
        resources.files("autograder.reporting").joinpath("templates/page.css").read_text("utf-8")
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # A second line of defense: no script, frame, form or request, even if some text is not escaped.
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    environment.globals.update(style=Markup(style), policy=policy)
    environment.filters["points"] = points_text
    return environment
