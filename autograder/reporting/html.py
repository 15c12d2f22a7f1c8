"""What every page that the course writes has in common: templates, style sheet, policy."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def fill(template: str, *, filters: Mapping[str, Callable[..., object]], **values: object) -> str:
    """Return the HTML of a template; every value is escaped unless it is markup already."""
    environment = _environment()
    environment.filters.update(filters)
    return environment.get_template(template).render(**values)


def points_text(points: float | None) -> str:
    """Return points as a reader wants them: 4, 2.5, or a dash where they are not known yet."""
    return "–" if points is None else f"{round(points, 2):g}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the templates, which know the style sheet and a policy that allows it alone."""
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
    # Even if something slipped through: no script, no frame, no form, no request to anywhere.
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    environment.globals.update(style=Markup(style), policy=policy)
    environment.filters["points"] = points_text
    return environment
