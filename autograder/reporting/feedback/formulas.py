"""Draw the formulas of a page as SVG paths, which need neither a script nor a font.

Matplotlib's mathtext knows most of the TeX that a course needs, but not all of it. A formula that
it cannot draw stays TeX, in a monospaced font.
"""

import html
import math
import re
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath, text_to_path

MAX_TEX = 400  # characters; longer formulas stay TeX
DEPTHS = 60  # classes d0 ... d60 of the style sheet: depth below the baseline, in 1/20 em
_EM = 1_000  # drawing units
_FORMULA = re.compile(r'<code class="math( display)?">(.*?)</code>', re.DOTALL)
_ROWS = re.compile(
    r"\\begin\{(align|aligned|gather|gathered|split)(\*?)\}(.*?)\\end\{\1\2\}", re.DOTALL
)
# Any character outside those that the STIX fonts have, which would become a dummy symbol.
_STRANGE = re.compile(r"[^\s\x20-\x7e\xa1-\xff\u0370-\u03ff\u2016-\u2033\u2190-\u22ff]|\$")
_COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
# What mathtext has another name for, or does not need.
_SYNONYMS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\[dt]frac\b", r"\\frac"),
        (r"\\frac\s*(\w)\s*(\w)", r"\\frac{\1}{\2}"),
        (r"\\frac\s*(\w)\s*(?=\{)", r"\\frac{\1}"),
        (r"\\[lr]Vert\b", r"\\Vert "),
        (r"\\[lr]vert\b", r"\\vert "),
        (r"\\le(?![a-zA-Z])", r"\\leq "),
        (r"\\ge(?![a-zA-Z])", r"\\geq "),
        (r"\\ne(?![a-zA-Z])", r"\\neq "),
        (r"\\to(?![a-zA-Z])", r"\\rightarrow "),
        (r"\\gets(?![a-zA-Z])", r"\\leftarrow "),
        (r"\\lor(?![a-zA-Z])", r"\\vee "),
        (r"\\land(?![a-zA-Z])", r"\\wedge "),
        (r"\\(?:mathbf|boldsymbol|bm)\s*(\w)(?!\w)", r"\\mathbf{\1}"),
        (r"\\[bB]igg?[lrm]?(?![a-zA-Z])", ""),
        (r"\\(?:display|text)style(?![a-zA-Z])", ""),
        (r"\\(?:nonumber|notag)(?![a-zA-Z])|\\label\{[^}]*\}", ""),
        # Mathtext leaves no space between a large operator and its operand.
        (r"(\\(?:sum|prod|int)(?![a-zA-Z])(?:[_^](?:\{[^{}]*\}|\w))*)", r"\1\\,"),
        (r"\s+", " "),
    )
]


def draw_formulas(page: str) -> str:
    """Return the HTML of `sanitize_markdown` with each formula drawn, and labeled with its TeX."""
    return _FORMULA.sub(_replacement, page)


def _replacement(found: re.Match[str]) -> str:
    kind = "display" if found[1] else "inline"
    tex = html.unescape(found[2])
    drawn = [_drawing(row, display=kind == "display") for row in _rows(tex)]
    if not drawn or not all(drawn):
        return f'<code class="tex {kind}">{found[2]}</code>'
    label = html.escape(tex)
    body = "<br>".join(drawn)
    return f'<span class="formula {kind}" role="img" aria-label="{label}">{body}</span>'


def _rows(tex: str) -> list[str]:
    """Return the rows of an aligned formula, or the one row of any other formula."""
    found = _ROWS.fullmatch(tex.strip())
    if found is None:
        return [tex]
    rows = [row.replace("&", " ").strip() for row in re.split(r"\\\\(?:\[[^\]]*\])?", found[3])]
    return [row for row in rows if row]


@lru_cache(maxsize=4096)
def _drawing(tex: str, *, display: bool) -> str:
    """Return one formula as an SVG element, or "" if mathtext cannot draw it."""
    if len(tex) > MAX_TEX or _STRANGE.search(tex):
        return ""
    for pattern, replacement in _SYNONYMS:
        tex = pattern.sub(replacement, tex)
    if display:
        tex = tex.replace(r"\frac", r"\dfrac")
    properties = FontProperties(math_fontfamily="stix", size=_EM)
    try:
        path = TextPath((0, 0), f"${tex}$", prop=properties)
        width, height, descent = text_to_path.get_text_width_height_descent(
            f"${tex}$", properties, ismath=True
        )
    # The TeX is a student's: the parser may raise anything (ValueError, RecursionError, ...).
    except Exception:
        return ""
    return _svg(path, width, height - descent, descent)


def _svg(path: Path, width: float, ascent: float, descent: float) -> str:
    depth = min(math.ceil(max(descent, 0) / _EM * 20), DEPTHS)
    below = depth * _EM // 20  # the style sheet moves the picture down by exactly this much
    top = math.ceil(ascent) + 30
    size = f'width="{width / _EM:.2f}em" height="{(top + below) / _EM:.2f}em"'
    box = f"0 {-top} {math.ceil(width)} {top + below}"
    return (
        f'<svg class="d{depth}" {size} viewBox="{box}" aria-hidden="true" focusable="false">'
        f'<path fill="currentColor" d="{_outline(path)}"/></svg>'
    )


def _outline(path: Path) -> str:
    """Return the commands of a path in SVG's notation, where y points down."""
    commands = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        if code == Path.CLOSEPOLY:
            commands.append("Z")
        else:
            numbers = (round(-value if index % 2 else value) for index, value in enumerate(points))
            commands.append(_COMMANDS[code] + " ".join(map(str, numbers)))
    return "".join(commands)
