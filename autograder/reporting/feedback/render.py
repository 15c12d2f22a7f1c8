"""Render a feedback page as one HTML file, without scripts and without other files."""

import html
from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.notebook.sanitize import sanitize_markdown
from autograder.reporting.feedback.formulas import draw_formulas
from autograder.reporting.feedback.graded_cells import GradedCell
from autograder.reporting.feedback.page import Block, Page
from autograder.reporting.html import fill, points_text

MAX_HIGHLIGHTED = 20_000  # characters of code; longer cells are shown without colors
_HEAD_LINES, _TAIL_LINES = 80, 20  # the lines that are shown of a long output
_LINE = 2_000  # characters that are shown of one line


def render(page: Page) -> str:
    """Return the page as HTML, with everything that a student wrote escaped."""
    return fill(
        "feedback.html.j2",
        prose=_prose,
        page=page,
        blocks=_numbered(page),
        strip=_strip(page.graded_cells),
    )


@dataclass(frozen=True)
class _Output:
    kind: str
    text: str = ""
    picture: str = ""


def _numbered(page: Page) -> list[dict[str, object]]:
    """Return what the template shows of each block; graded cells are numbered from 1."""
    shown: list[dict[str, object]] = []
    number = 0
    for block in page.blocks:
        number += block.graded_cell is not None
        shown.append(
            {
                "kind": block.kind,
                "html": _body(block, page.title),
                "beside": [_prose(text) for text in block.beside],
                "outputs": [_output(output) for output in block.outputs],
                "graded_cell": block.graded_cell,
                "number": number,
                "is_withheld": block.is_withheld,
                "failure": block.failure,
                "comment": block.comment,
                "problem": block.problem,
            }
        )
    return shown


def _body(block: Block, title: str) -> Markup:
    if block.kind == "prose":
        return _prose(block.text.removeprefix(f"# {title}\n"))  # the page has the title at its top
    return _prose(block.text) if block.kind in ("written", "note") else _code(block.text)


def _prose(markdown: str) -> Markup:
    return Markup(draw_formulas(sanitize_markdown(markdown, heading_shift=1)))


def _code(source: str) -> Markup:
    if not source.strip():
        return Markup("")
    if len(source) > MAX_HIGHLIGHTED:
        return Markup(f"<pre>{html.escape(source)}</pre>")
    return Markup(f"<pre>{highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))}</pre>")


def _output(output: NotebookNode) -> _Output:
    """Return an output that `sanitize_outputs` made; of long text only both ends."""
    if output.output_type == "stream":
        return _Output(output.name, _excerpt(output.text))
    if output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return _Output("error", _excerpt(text))
    if "image/png" in output.data:
        return _Output("picture", picture=output.data["image/png"])
    return _Output("result", _excerpt(output.data.get("text/plain", "")))


def _excerpt(text: str) -> str:
    lines = [line if len(line) <= _LINE else line[:_LINE] + " …" for line in text.split("\n")]
    if len(lines) > _HEAD_LINES + _TAIL_LINES + 1:
        left_out = len(lines) - _HEAD_LINES - _TAIL_LINES
        note = f"… {left_out:,} lines are left out here …"
        lines = [*lines[:_HEAD_LINES], note, *lines[-_TAIL_LINES:]]
    return "\n".join(lines)


def _strip(graded_cells: tuple[GradedCell, ...]) -> Markup:
    """Return a bar of all graded cells: as wide as their points, filled as far as earned."""
    total = sum(graded_cell.max_points for graded_cell in graded_cells)
    if not total:
        return Markup("")
    parts, x = [], 0.0
    for graded_cell in graded_cells:
        width = 1000 * graded_cell.max_points / total
        share = min((graded_cell.points or 0.0) / graded_cell.max_points, 1.0) if width else 0.0
        earned, most = points_text(graded_cell.points), points_text(graded_cell.max_points)
        parts.append(
            f"<g><title>{html.escape(graded_cell.name)}: {earned} of {most}</title>"
            + _bar(f"back {graded_cell.standing}", x, width)
            + _bar(graded_cell.standing, x, width * share)
            + "</g>"
        )
        x += width
    label = "Points earned by each question, drawn as wide as the points that it is worth"
    return Markup(
        f'<svg class="strip" viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg>'
    )


def _bar(kind: str, x: float, width: float) -> str:
    # Attributes, because the policy of the page refuses inline styles.
    return f'<rect class="{kind}" x="{x + 2:.1f}" width="{max(width - 4, 0):.1f}" height="16"/>'
