"""Colours text by a number for each of its letters."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._grids import written_on
from dlcourse.plot._picture import Panel, Picture
from dlcourse.plot._pixels import scale, with_map
from dlcourse.plot._style import DIVERGING, SEQUENTIAL, WIDEST

_LETTER, _LINE = 0.09, 0.22  # inches, of monospace in size 10


@dataclass(frozen=True)
class ColouredText:
    """What `coloured_text` returns: text in HTML, and a picture where HTML is not shown."""

    pieces: tuple[str, ...]
    values: tuple[float, ...]
    colours: NDArray[Any]
    still: Picture

    def html(self) -> str:
        """Return the text with its colours; each piece says its value to who points at it."""
        spans = [
            f'<span title="{value:.3g}" style="background: {_css(colour)}">{escape(piece)}</span>'
            for piece, value, colour in zip(self.pieces, self.values, self.colours, strict=True)
        ]
        panel = self.still.panels[0]
        head = f"<b>{escape(panel.title)}</b>" if panel.title else ""
        foot = f'<i style="opacity: 0.8">{escape(self.still.caption)}</i>'
        style = "white-space: pre-wrap; line-height: 1.5; background: none; margin: 4px 0"
        return f'<div>{head}<pre style="{style}">{"".join(spans)}</pre>{foot}</div>'

    def show(self) -> None:
        """Show the text now: for loops, and for the middle of a cell."""
        from IPython.display import display

        display(self)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        png, size = self.still._repr_png_()
        data = {
            "text/html": self.html(),
            "image/png": base64.b64encode(png).decode("ascii"),
            "text/plain": repr(self),
        }
        return data, {"image/png": size}

    def __repr__(self) -> str:
        return f"{self.still.described()}\n{''.join(self.pieces)}"


def coloured_text(
    text: str | Sequence[str],
    values: ArrayLike,
    *,
    diverging: bool | None = None,
    low: float | None = None,
    high: float | None = None,
    columns: int = 78,
    title: str = "",
    caption: str = "",
) -> ColouredText:
    """Colour each letter by its value: what one unit of a recurrent network does on a text.

    Parameters
    ----------
    text
        A string, coloured letter by letter; or its pieces (words, tokens), coloured one by one.
    values
        One for each letter or piece, shape (n,).
    diverging
        Whether the sign matters: orange below zero, nothing at zero, blue above. When not given,
        it does where a value is negative; otherwise the largest value is blue.
    low, high
        The values at the ends of the scale, to compare several texts; found when not given.
    columns
        Letters in a line of the still picture.
    title, caption
        Above and below.
    """
    pieces = tuple(text)
    numbers = np.asarray(values, dtype=float).ravel()
    if len(pieces) != len(numbers) or not pieces:
        message = (
            "coloured_text expects a value for each letter (or piece) of the text; "
            f"received {len(pieces)} of them and values of shape {np.shape(values)}."
        )
        raise ValueError(message)
    signed = bool(np.nanmin(numbers) < 0) if diverging is None else diverging
    bottom, top = scale(numbers, signed)
    ends = (bottom if low is None else low, top if high is None else high)
    colours = with_map(numbers, DIVERGING if signed else SEQUENTIAL, *ends)
    # At full ink grey letters could not be read any more.
    colours[:, 3] = (colours[:, 3] * 0.62).astype(np.uint8)
    still = _picture(pieces, colours, columns, title, caption)
    return ColouredText(pieces, tuple(numbers.tolist()), colours, still)


def _picture(
    pieces: tuple[str, ...], colours: NDArray[Any], columns: int, title: str, caption: str
) -> Picture:
    letters = [(letter, i) for i, piece in enumerate(pieces) for letter in piece]
    placed, row, column = [], 0, 0
    for letter, i in letters:
        if column == columns:
            row, column = row + 1, 0
        placed.append((letter, i, row, column))
        row, column = (row + 1, 0) if letter == "\n" else (row, column + 1)
    rows, width = placed[-1][2] + 1, max(one[3] for one in placed) + 1

    def draw(axes: Axes) -> None:
        for letter, i, y, x in placed:
            face = colours[i] / 255
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor="none"))
            if letter.strip():
                written_on(axes, y, x, letter, face[3] > 0.42, family="monospace", size=10)
        axes.set(xlim=(-0.5, across / _LETTER - 0.5), ylim=(rows - 0.5, -0.5))
        axes.set_axis_off()

    across = min(WIDEST, max(3.0, _LETTER * width))
    up = _LINE * rows + (0.35 if title else 0.1)
    return Picture((Panel(draw, title, width=across, height=up),), caption=caption)


def _css(colour: NDArray[Any]) -> str:
    red, green, blue, alpha = (int(part) for part in colour)
    return f"rgba({red},{green},{blue},{alpha / 255:.2f})"
