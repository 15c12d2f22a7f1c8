"""Puts the panels of a picture on a figure: sizes, room for words, no empty ground."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

from dlcourse.plot._style import DPI, SHARPER, WIDEST

if TYPE_CHECKING:
    from dlcourse.plot._picture import Panel, Picture

_CAPTION_LETTERS = 13.5  # an inch, where they are wide
_TITLE_LETTERS = 11.0
_CAPTION_LINE, _TITLE_LINE = 0.17, 0.2  # inches


def laid_out(whole: Picture) -> Figure:
    """Return the picture on a new figure, at most as wide as the text."""
    columns = min(whole.columns, len(whole.panels))
    rows = [whole.panels[i : i + columns] for i in range(0, len(whole.panels), columns)]
    widths = [max(row[i].width for row in rows if i < len(row)) for i in range(columns)]
    shrink = min(1.0, WIDEST / sum(widths))
    titles = [[_title(panel, shrink) for panel in row] for row in rows]
    heights = [
        max(_height(panel, title, shrink) for panel, title in zip(row, over, strict=True))
        for row, over in zip(rows, titles, strict=True)
    ]
    caption = wrapped(whole.caption, sum(widths) * shrink * _CAPTION_LETTERS)
    above = 0.27 if whole.title else 0.0
    below = _CAPTION_LINE * caption.count("\n") + (0.3 if caption else 0)
    figure = Figure(
        figsize=(sum(widths) * shrink, sum(heights) + above + below),
        dpi=DPI * SHARPER,
        layout=ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.07),
    )
    grid = GridSpec(len(rows), columns, figure, width_ratios=widths, height_ratios=heights)
    if whole.title:
        figure.suptitle(whole.title, x=0.01, ha="left", weight="bold", size=12)
    if caption:
        figure.supxlabel(caption, x=0.01, ha="left", size=9, style="italic")
    for i, row in enumerate(rows):
        for j, panel in enumerate(row):
            panel.on(figure.add_subplot(grid[i, j]), titles[i][j])
    return figure


def wrapped(text: str, letters: float) -> str:
    """Return the text in lines of so many letters; a formula is not broken."""
    pieces = text.split("$")
    whole = "$".join(piece.replace(" ", "\0") if i % 2 else piece for i, piece in enumerate(pieces))
    return textwrap.fill(whole, max(8, round(letters))).replace("\0", " ")


def _title(panel: Panel, shrink: float) -> str:
    room = panel.width * shrink - _margins(panel)[0] - 0.1
    return wrapped(panel.title, room * _TITLE_LETTERS)


def _height(panel: Panel, title: str, shrink: float) -> float:
    """Return the height of a panel in inches, once its width has shrunk."""
    more = _TITLE_LINE * title.count("\n")
    if not panel.equal or panel.xlim is None or panel.ylim is None:
        # Panels side by side lose width but keep most of their height: text does not shrink.
        return panel.height * max(shrink, 0.8) + more
    left, below = _margins(panel)
    across, up = panel.xlim[1] - panel.xlim[0], panel.ylim[1] - panel.ylim[0]
    over = 0.35 + more if title else 0.1
    return (panel.width * shrink - left - 0.1) * abs(up / across) + below + over


def _margins(panel: Panel) -> tuple[float, float]:
    """Return what numbers and names take at the left and below, in inches."""
    if panel.margins is not None:
        return panel.margins
    return 0.75 if panel.ylabel else 0.45, 0.55 if panel.xlabel else 0.3
