"""Draws arrays of numbers as pictures: images, heat maps, surfaces with paths on them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Panel, Picture
from dlcourse.plot._style import COLOURS, DIVERGING, INK, INKED, MARKERS, SEQUENTIAL, WIDEST

_GAP = 0.12  # between two images, as a part of their width
_LARGEST = 2.8  # inches: the longer side of an image
_LETTER = 0.085  # inches, on average
_OUTLINE: list[Any] = [patheffects.withStroke(linewidth=1.8, foreground="#3a3a3a")]


def images(
    pictures: ArrayLike,
    titles: Sequence[object] | NDArray[Any] = (),
    *,
    columns: int | None = None,
    diverging: bool = False,
    low: float | None = None,
    high: float | None = None,
    title: str = "",
    caption: str = "",
) -> Picture:
    """Draw images in rows.

    Parameters
    ----------
    pictures
        Shape (n, height, width), or (n, height, width, 3) in colours, or one image.
    titles
        What to write below each image.
    columns
        Images in a row; as many as look well when not given.
    diverging
        Whether the sign matters (weights): orange below zero, nothing at zero, blue above.
        Otherwise the lowest value is paper and the highest ink.
    low, high
        The values at the ends of the scale, common to all images; found when not given.
    title, caption
        Above and below.
    """
    stack = np.asarray(pictures)
    stack = stack[None] if stack.ndim == 2 else stack
    n = len(stack)
    across = columns or min(n, max(4, int(np.ceil(np.sqrt(2.2 * n)))))
    rows = -(-n // across)
    top, bottom = _scale(stack, low, high, diverging)
    tall = stack.shape[1] / stack.shape[2]
    size = min(_LARGEST, max(1.05, 4.4 / max(across, rows * tall)))  # inches, of one image
    below = 0.24 / size if len(titles) else 0.0
    row_height = tall + _GAP + below
    xlim = (-0.02, across * (1 + _GAP) - _GAP + 0.02)
    ylim = (_GAP - rows * row_height - 0.02, 0.02)

    def draw(axes: Axes) -> None:
        for i, image in enumerate(stack):
            x, y = (i % across) * (1 + _GAP), -(i // across) * row_height
            axes.imshow(
                image,
                extent=(x, x + 1, y - tall, y),
                cmap=DIVERGING if diverging else INKED,
                vmin=bottom,
                vmax=top,
                interpolation="nearest",
            )
            axes.add_patch(Rectangle((x, y - tall), 1, tall, fill=False, edgecolor=INK, alpha=0.35))
            if i < len(titles):
                axes.text(x + 0.5, y - tall - 0.05, str(titles[i]), ha="center", va="top", size=9)
        axes.set(xlim=xlim, ylim=ylim)  # drawing has scaled to the last image
        axes.set_aspect("equal", anchor="NW")
        axes.set_axis_off()

    width = min(WIDEST, size * across * (1 + _GAP))
    panel = Panel(draw, title, "", "", xlim, ylim, width, equal=True, margins=(0.07, 0.0))
    return Picture((panel,), caption=caption)


def heatmap(
    matrix: ArrayLike,
    *,
    rows: Sequence[object] | NDArray[Any] = (),
    columns: Sequence[object] | NDArray[Any] = (),
    numbers: str | None = None,
    diverging: bool | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    caption: str = "",
) -> Picture:
    """Draw a matrix as coloured cells.

    Parameters
    ----------
    matrix
        Shape (n_rows, n_columns).
    rows, columns
        What to call them.
    numbers
        How to write each value into its cell, as in `format`: ".2f", "d"; "" writes none. When
        not given, small matrices are written with two digits.
    diverging
        Whether the sign matters; when not given, it does where a value is negative.
    title, xlabel, ylabel, caption
        As they say.
    """
    z = np.asarray(matrix, dtype=float)
    signed = bool(z.min() < 0) if diverging is None else diverging
    top, bottom = _scale(z, None, None, signed)
    form = (".3g" if z.size <= 120 else "") if numbers is None else numbers

    def draw(axes: Axes) -> None:
        axes.imshow(
            z, cmap=DIVERGING if signed else SEQUENTIAL, vmin=bottom, vmax=top, aspect="auto"
        )
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xticks(np.arange(z.shape[1]), _names(columns, z.shape[1]))
        axes.set_yticks(np.arange(z.shape[0]), _names(rows, z.shape[0]))
        axes.tick_params(length=0)
        if form:
            _write_numbers(axes, z, form, 0.0 if signed else bottom, top)

    names = 0.3 + _LETTER * max(2, _longest(rows)) + (0.25 if ylabel else 0)
    width = names + max(0.52, 0.15 + _LETTER * _longest(columns)) * z.shape[1]
    height = min(7.0, 0.9 + 0.4 * z.shape[0])
    panel = Panel(
        draw,
        title,
        xlabel,
        ylabel,
        width=min(WIDEST, max(width, 2.6)),
        height=max(height, 1.6),
        margins=(names, 0.55),
    )
    return Picture((panel,), caption=caption)


def surface_path(
    loss: Callable[[NDArray[np.float64]], Any],
    paths: Mapping[str, ArrayLike] | ArrayLike,
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int = 16,
    minimum: ArrayLike | None = None,
    title: str = "",
    xlabel: str = "$w_1$",
    ylabel: str = "$w_2$",
    caption: str = "",
) -> Picture:
    """Draw a loss of two parameters as contour lines, and the paths of learners on it.

    Parameters
    ----------
    loss
        Takes parameters, shape (m, 2); returns their losses, shape (m,).
    paths
        From a name to the parameters after each step, shape (n_steps + 1, 2); or one path.
    xlim, ylim
        What part of the plane to draw.
    levels
        Number of contour lines; they are denser near the minimum.
    minimum
        Where to draw a cross.
    title, xlabel, ylabel, caption
        As they say.
    """
    named = paths if isinstance(paths, Mapping) else {"": paths}
    tracks = {name: np.asarray(path, dtype=float) for name, path in named.items()}
    across, up = np.linspace(*xlim, 140), np.linspace(*ylim, 140)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    z = np.asarray(loss(grid), dtype=float).reshape(140, 140)

    def draw(axes: Axes) -> None:
        low, high = np.nanmin(z), np.nanmax(z)
        heights = low + (high - low) * np.linspace(0, 1, levels + 1)[1:] ** 2.2
        axes.contour(across, up, z, heights, colors=INK, linewidths=0.9, alpha=0.55)
        for i, (name, track) in enumerate(tracks.items()):
            _track(axes, track, name, i)
        if minimum is not None:
            axes.plot(*np.asarray(minimum, float), "x", color=INK, markersize=9, markeredgewidth=2)
        axes.set(xlim=xlim, ylim=ylim)
        axes.grid(visible=False)

    panel = Panel(draw, title, xlabel, ylabel, xlim, ylim, width=5.4, height=4.0)
    return Picture((panel,), caption=caption)


def _track(axes: Axes, track: NDArray[np.float64], name: str, i: int) -> None:
    colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
    size = 4 if len(track) <= 60 else 2
    axes.plot(*track.T, color=colour, marker=marker, markersize=size, linewidth=1.6)
    axes.plot(*track[0], marker="o", color="none", markeredgecolor=colour, markersize=10)
    if name:
        axes.annotate(
            name,
            track[-1],
            xytext=(7, 7),
            textcoords="offset points",
            color=colour,
            weight="bold",
            annotation_clip=True,
        )


def _write_numbers(
    axes: Axes, z: NDArray[np.float64], form: str, empty: float, full: float
) -> None:
    """Write each value into its cell; `empty` and `full` are the values at the ends of the ink."""
    for (i, j), value in np.ndenumerate(z):
        strong = bool(abs(value - empty) > 0.42 * abs(full - empty))
        written = format(int(value) if form.endswith("d") else value, form)
        if written.strip("-0.") == "":
            written = written.removeprefix("-")
        written_on(axes, i, j, written, strong)


def written_on(axes: Axes, row: int, column: int, text: str, strong: bool, **look: Any) -> None:
    """Write into a cell of a heat map; `strong` says whether the cell is saturated."""
    drawn = axes.text(column, row, text, ha="center", va="center", **{"size": 9, **look})
    if strong:  # grey ink drowns in a saturated cell
        drawn.set(color="white", weight="bold")
        drawn.set_path_effects(_OUTLINE)


def _scale(
    z: NDArray[Any], low: float | None, high: float | None, diverging: bool
) -> tuple[float, float]:
    """Return the values at the top and the bottom of the scale."""
    finite = z[np.isfinite(z)] if z.dtype.kind == "f" else z
    top = float(finite.max(initial=0) if high is None else high)
    bottom = float(finite.min(initial=top) if low is None else low)
    if diverging:
        span = max(abs(top), abs(bottom), 1e-12)
        return span, -span
    return (top, bottom) if top > bottom else (bottom + 1, bottom)


def _longest(names: Sequence[object] | NDArray[Any]) -> int:
    return max((len(str(name)) for name in names), default=0)


def _names(given: Sequence[object] | NDArray[Any], n: int) -> list[str]:
    return [str(name) for name in given] if len(given) else [str(i) for i in range(n)]
