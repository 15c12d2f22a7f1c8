"""A picture as a value: panels that know how to draw themselves, shown by the notebook.

No figure is left open, none needs a display, and a picture can stand beside another.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlcourse.plot._layout import laid_out
from dlcourse.plot._style import DPI, SHARPER, STYLE

Limits = tuple[float, float] | None


@dataclass(frozen=True)
class Panel:
    """One set of axes.

    Attributes
    ----------
    draw
        Draws on the axes it is given.
    width, height
        In inches, title and labels included.
    equal
        Whether both axes have the same unit; the height then follows from the width and limits.
    margins
        Inches that numbers and names take at the left and below; guessed when not given.
    """

    draw: Callable[[Axes], None]
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xlim: Limits = None
    ylim: Limits = None
    width: float = 5.4
    height: float = 3.4
    equal: bool = False
    margins: tuple[float, float] | None = None

    def on(self, axes: Axes, title: str) -> None:
        """Draw on axes that exist already, with the title broken into lines that fit."""
        axes.set(title=title, xlabel=self.xlabel, ylabel=self.ylabel)
        if self.xlim is not None:
            axes.set_xlim(*self.xlim)
        if self.ylim is not None:
            axes.set_ylim(*self.ylim)
        self.draw(axes)


@dataclass(frozen=True)
class Picture:
    """What every function of `plot` returns: the last one in a cell is shown.

    Attributes
    ----------
    panels
        Drawn row by row.
    columns
        How many panels stand in a row.
    title, caption
        Above and below all panels; the caption is the one sentence that says what to see.
    """

    panels: tuple[Panel, ...]
    columns: int = 1
    title: str = ""
    caption: str = ""

    def figure(self) -> Figure:
        """Return the picture drawn as a Matplotlib figure, to add to or to save."""
        with mpl.rc_context(STYLE):
            return laid_out(self)

    def show(self) -> None:
        """Show the picture now: for loops, and for pictures in the middle of a cell."""
        from IPython.display import display

        display(self)

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; the ending decides the format."""
        with mpl.rc_context(STYLE):
            laid_out(self).savefig(path, dpi=DPI * SHARPER)

    def png(self) -> bytes:
        """Return the picture as the bytes of a PNG file."""
        buffer = io.BytesIO()
        with mpl.rc_context(STYLE):
            figure = laid_out(self)
            FigureCanvasAgg(figure).print_png(buffer)
        return buffer.getvalue()

    def described(self) -> str:
        """Return the picture in words: titles, axes, caption."""
        parts = [self.title, *map(_panel_words, self.panels), self.caption]
        return "Figure. " + " ".join(_ended(part) for part in parts if part)

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        # Drawn finer than shown, so the notebook has to be told the size.
        with mpl.rc_context(STYLE):
            figure = laid_out(self)
            buffer = io.BytesIO()
            FigureCanvasAgg(figure).print_png(buffer)
        width, height = (round(inches * DPI) for inches in figure.get_size_inches())
        return buffer.getvalue(), {"width": width, "height": height}

    def __repr__(self) -> str:
        return self.described()


def picture(draw: Callable[[Axes], None], caption: str = "", **panel: Any) -> Picture:
    """Return a picture of one panel: for figures that only one lesson needs.

    Parameters
    ----------
    draw
        Takes Matplotlib axes and draws on them.
    caption
        The one sentence that says what to see.
    **panel
        Fields of `Panel`: title, xlabel, ylabel, xlim, ylim, width, height.
    """
    return Picture((Panel(draw, **panel),), caption=caption)


def side_by_side(
    *pictures: Picture, title: str = "", caption: str = "", columns: int | None = None
) -> Picture:
    """Return one picture with all panels of the given ones, in rows of `columns`."""
    panels = tuple(panel for one in pictures for panel in one.panels)
    if not panels:
        message = "side_by_side needs at least one picture."
        raise ValueError(message)
    return Picture(panels, columns or len(panels), title, caption)


def overlay(*pictures: Picture, caption: str = "", **panel: Any) -> Picture:
    """Return one panel on which the given pictures are drawn one over the other.

    What `panel` does not say (title, labels, limits, size) is as in the first picture.
    """
    panels = [one for whole in pictures for one in whole.panels]
    if not panels:
        message = "overlay needs at least one picture."
        raise ValueError(message)

    def draw(axes: Axes) -> None:
        for one in panels:
            one.draw(axes)

    words = caption or pictures[0].caption
    return Picture((replace(panels[0], draw=draw, **panel),), caption=words)


def _panel_words(panel: Panel) -> str:
    axes = f" ({panel.ylabel} against {panel.xlabel})" if panel.xlabel and panel.ylabel else ""
    return f"{panel.title}{axes}".strip()


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
