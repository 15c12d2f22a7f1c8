"""Arranges panels on a figure: sizes, space for titles and captions, no empty areas."""

import textwrap
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

from dlcourse.plot._panel import Panel
from dlcourse.plot._style import DPI, MAX_WIDTH, OVERSAMPLING

_CAPTION_LETTERS = 13.5  # per inch, for wide letters
_TITLE_LETTERS = 11.0
_CAPTION_LINE, _TITLE_LINE = 0.17, 0.2  # inches


def arrange(panels: Sequence[Panel], columns: int, title: str, caption: str) -> Figure:
    """Return a new figure with the panels in rows of `columns`, at most as wide as the text."""
    columns = min(columns, len(panels))
    rows = [panels[i : i + columns] for i in range(0, len(panels), columns)]
    widths = [max(row[i].width for row in rows if i < len(row)) for i in range(columns)]
    shrink = min(1.0, MAX_WIDTH / sum(widths))
    titles = [[_wrap_title(panel, shrink) for panel in row] for row in rows]
    heights = [
        max(_height(panel, text, shrink) for panel, text in zip(row, texts, strict=True))
        for row, texts in zip(rows, titles, strict=True)
    ]
    caption = wrap(caption, sum(widths) * shrink * _CAPTION_LETTERS)
    above = 0.27 if title else 0.0
    below = _CAPTION_LINE * caption.count("\n") + (0.3 if caption else 0)
    figure = Figure(
        figsize=(sum(widths) * shrink, sum(heights) + above + below),
        dpi=DPI * OVERSAMPLING,
        layout=ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.07),
    )
    grid = GridSpec(len(rows), columns, figure, width_ratios=widths, height_ratios=heights)
    if title:
        figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)
    if caption:
        figure.supxlabel(caption, x=0.01, ha="left", size=9, style="italic")
    for i, row in enumerate(rows):
        for j, panel in enumerate(row):
            panel.draw_on(figure.add_subplot(grid[i, j]), titles[i][j])
    return figure


def wrap(text: str, letters: float) -> str:
    """Break a text into lines of at most `letters` characters, but never inside a formula."""
    pieces = text.split("$")
    whole = "$".join(piece.replace(" ", "\0") if i % 2 else piece for i, piece in enumerate(pieces))
    return textwrap.fill(whole, max(8, round(letters))).replace("\0", " ")


def _wrap_title(panel: Panel, shrink: float) -> str:
    width = panel.width * shrink - _margins(panel)[0] - 0.1
    return wrap(panel.title, width * _TITLE_LETTERS)


def _height(panel: Panel, title: str, shrink: float) -> float:
    """Return the height of a panel in inches after its width is multiplied by `shrink`."""
    more = _TITLE_LINE * title.count("\n")
    if not panel.equal or panel.xlim is None or panel.ylim is None:
        # Panels side by side become narrower but keep most of their height: text does not shrink.
        return panel.height * max(shrink, 0.8) + more
    left, below = _margins(panel)
    x_range, y_range = panel.xlim[1] - panel.xlim[0], panel.ylim[1] - panel.ylim[0]
    above = 0.35 + more if title else 0.1
    return (panel.width * shrink - left - 0.1) * abs(y_range / x_range) + below + above


def _margins(panel: Panel) -> tuple[float, float]:
    """Return the inches taken by tick labels and axis labels at the left and at the bottom."""
    if panel.margins is not None:
        return panel.margins
    return 0.75 if panel.ylabel else 0.45, 0.55 if panel.xlabel else 0.3
