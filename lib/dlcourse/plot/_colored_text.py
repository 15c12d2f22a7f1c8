"""Shows text with a background color for each letter or token."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._colormap import to_rgba, value_range
from dlcourse.plot._heatmap import write_in_cell
from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import DIVERGING, MAX_WIDTH, SEQUENTIAL

_LETTER, _LINE = 0.09, 0.22  # inches: a monospace letter of size 10
_MAX_OPACITY = 0.62  # gray letters must remain readable
_SATURATED = 0.42  # opacity above which the picture's letters are white


@dataclass(frozen=True)
class ColoredText:
    """A text that `colored_text` returns; the last one in a cell is shown.

    Attributes
    ----------
    pieces
        The letters or tokens.
    values
        The value of each piece.
    colors
        The background of each piece as RGBA bytes, shape (n, 4).
    static_picture
        The text as a picture, for pages without HTML.
    """

    pieces: tuple[str, ...]
    values: tuple[float, ...]
    colors: NDArray[Any]
    static_picture: Picture

    def html(self) -> str:
        """Return the text as HTML; a tooltip shows the value of each piece."""
        spans = [
            f'<span title="{value:.3g}" style="background: {_css(color)}">{escape(piece)}</span>'
            for piece, value, color in zip(self.pieces, self.values, self.colors, strict=True)
        ]
        title = self.static_picture.panels[0].title
        head = f"<b>{escape(title)}</b>" if title else ""
        foot = f'<i style="opacity: 0.8">{escape(self.static_picture.caption)}</i>'
        style = "white-space: pre-wrap; line-height: 1.5; background: none; margin: 4px 0"
        return f'<div>{head}<pre style="{style}">{"".join(spans)}</pre>{foot}</div>'

    def show(self) -> None:
        """Display the text now: in a loop or in the middle of a cell."""
        from IPython.display import display

        display(self)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.static_picture.static_bundle()
        return {"text/html": self.html(), **data, "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return f"{self.static_picture.describe()}\n{''.join(self.pieces)}"


def colored_text(
    text: str | Sequence[str],
    values: ArrayLike,
    *,
    diverging: bool | None = None,
    low: float | None = None,
    high: float | None = None,
    columns: int = 78,
    title: str = "",
    caption: str = "",
) -> ColoredText:
    """Color each letter of a text by its value, such as the output of one recurrent unit.

    Parameters
    ----------
    text
        A string, colored letter by letter; or a list of tokens, colored one by one.
    values
        The value of each letter or token, shape (n,).
    diverging
        Whether the sign matters: orange below zero, transparent at zero, blue above. If None, it
        matters if a value is negative. Otherwise the largest value is blue.
    low, high
        Values at the ends of the color scale, to compare several texts; computed from the values
        if None.
    columns
        Number of letters in a line of the static picture.
    title, caption
        Texts above and below the colored text.

    Raises
    ------
    ValueError
        If the text is empty, or if the number of values differs from that of letters or tokens.
    """
    pieces = tuple(text)
    numbers = np.asarray(values, dtype=float).ravel()
    if len(pieces) != len(numbers) or not pieces:
        message = (
            "colored_text expects a value for each letter (or token) of the text; "
            f"received {len(pieces)} of them and values of shape {np.shape(values)}."
        )
        raise ValueError(message)
    signed = bool(np.nanmin(numbers) < 0) if diverging is None else diverging
    # Without `low` the scale includes zero, so that an equal value everywhere is still visible.
    bottom, top = value_range(np.append(numbers, 0.0), diverging=signed)
    ends = (bottom if low is None else low, top if high is None else high)
    colors = to_rgba(numbers, DIVERGING if signed else SEQUENTIAL, *ends)
    colors[:, 3] = (colors[:, 3] * _MAX_OPACITY).astype(np.uint8)
    static = _draw_text(pieces, colors, columns, title, caption)
    return ColoredText(pieces, tuple(numbers.tolist()), colors, static)


def _draw_text(
    pieces: tuple[str, ...], colors: NDArray[Any], columns: int, title: str, caption: str
) -> Picture:
    letters = [(letter, i) for i, piece in enumerate(pieces) for letter in piece]
    cells, row, column = [], 0, 0
    for letter, i in letters:
        if column == columns:
            row, column = row + 1, 0
        cells.append((letter, i, row, column))
        row, column = (row + 1, 0) if letter == "\n" else (row, column + 1)
    n_rows, n_columns = cells[-1][2] + 1, max(cell[3] for cell in cells) + 1
    width = min(MAX_WIDTH, max(3.0, _LETTER * n_columns))
    height = _LINE * n_rows + (0.35 if title else 0.1)

    def draw(axes: Axes) -> None:
        for letter, i, y, x in cells:
            face = colors[i] / 255
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor="none"))
            if letter.strip():
                is_saturated = bool(face[3] > _SATURATED)
                write_in_cell(axes, y, x, letter, is_saturated, family="monospace", size=10)
        axes.set(xlim=(-0.5, width / _LETTER - 0.5), ylim=(n_rows - 0.5, -0.5))
        axes.set_axis_off()

    return Picture((Panel(draw, title, width=width, height=height),), caption=caption)


def _css(color: NDArray[Any]) -> str:
    red, green, blue, alpha = (int(part) for part in color)
    return f"rgba({red},{green},{blue},{alpha / 255:.2f})"
