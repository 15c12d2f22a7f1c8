"""A picture as a value: panels with a title and a caption, drawn when the picture is shown.

No figure stays open, no display is needed, and pictures can be combined.
"""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlcourse.plot._layout import arrange
from dlcourse.plot._panel import Panel
from dlcourse.plot._style import DPI, OVERSAMPLING, STYLE


@dataclass(frozen=True)
class Picture:
    """A figure that the functions of `plot` return; the last one in a cell is shown.

    Attributes
    ----------
    panels
        The sets of axes, row by row.
    columns
        Number of panels in a row.
    title, caption
        Texts above and below all panels.
    """

    panels: tuple[Panel, ...]
    columns: int = 1
    title: str = ""
    caption: str = ""

    def figure(self) -> Figure:
        """Return the picture as a new Matplotlib figure, to draw more on it or to save it."""
        with mpl.rc_context(STYLE):
            return arrange(self.panels, self.columns, self.title, self.caption)

    def show(self) -> None:
        """Display the picture now: in a loop or in the middle of a cell."""
        from IPython.display import display

        display(self)

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; the file extension selects the format."""
        with mpl.rc_context(STYLE):
            self.figure().savefig(path, dpi=DPI * OVERSAMPLING)

    def png(self) -> bytes:
        """Return the picture as the bytes of a PNG file."""
        return self._repr_png_()[0]

    def describe(self) -> str:
        """Return titles, axis labels and caption as text."""
        parts = [self.title, *(panel.describe() for panel in self.panels), self.caption]
        return "Figure. " + " ".join(_with_period(part) for part in parts if part)

    def static_bundle(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return PNG and text as a mime bundle, for pages that do not run scripts.

        Returns
        -------
        data, metadata
            `{"image/png": ..., "text/plain": ...}` and the image's displayed size.
        """
        png, size = self._repr_png_()
        data = {
            "image/png": base64.b64encode(png).decode("ascii"),
            "text/plain": self.describe(),
        }
        return data, {"image/png": size}

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        # The PNG has more pixels than are displayed, so the notebook needs the displayed size.
        buffer = io.BytesIO()
        with mpl.rc_context(STYLE):
            figure = self.figure()
            FigureCanvasAgg(figure).print_png(buffer)
        width, height = (round(inches * DPI) for inches in figure.get_size_inches())
        return buffer.getvalue(), {"width": width, "height": height}

    def __repr__(self) -> str:
        return self.describe()


def picture(draw: Callable[[Axes], None], caption: str = "", **panel: Any) -> Picture:
    """Return a picture with one panel that `draw` draws: for figures used only once.

    Parameters
    ----------
    draw
        Function that takes Matplotlib axes and draws on them.
    caption
        Text below the picture.
    **panel
        Other fields of `Panel`: title, xlabel, ylabel, xlim, ylim, width, height, equal, margins.
    """
    return Picture((Panel(draw, **panel),), caption=caption)


def side_by_side(
    *pictures: Picture, title: str = "", caption: str = "", columns: int | None = None
) -> Picture:
    """Return one picture with the panels of all given pictures.

    Parameters
    ----------
    *pictures
        Pictures with one or more panels each; their own captions are not shown.
    title, caption
        Texts above and below all panels.
    columns
        Number of panels in a row; all panels in one row if None.

    Raises
    ------
    ValueError
        If no picture is given.
    """
    panels = tuple(panel for one in pictures for panel in one.panels)
    if not panels:
        message = "side_by_side needs at least one picture."
        raise ValueError(message)
    return Picture(panels, columns or len(panels), title, caption)


def overlay(*pictures: Picture, caption: str = "", **panel: Any) -> Picture:
    """Draw several pictures on the same axes, in the given order.

    Parameters
    ----------
    *pictures
        The pictures; the first one is drawn first.
    caption
        Text below the picture; the first picture's caption if "".
    **panel
        Fields of `Panel` (title, labels, limits, size) to change; the others are those of the
        first picture.

    Raises
    ------
    ValueError
        If no picture is given.
    """
    panels = [one for whole in pictures for one in whole.panels]
    if not panels:
        message = "overlay needs at least one picture."
        raise ValueError(message)

    def draw(axes: Axes) -> None:
        for one in panels:
            one.draw(axes)

    shared = replace(panels[0], draw=draw, **panel)
    return Picture((shared,), caption=caption or pictures[0].caption)


def _with_period(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
