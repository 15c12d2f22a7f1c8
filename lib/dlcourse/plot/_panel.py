"""The parts of a picture as values: panels, which are drawn later."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.axes import Axes

Limits = tuple[float, float] | None


@dataclass(frozen=True)
class Panel:
    """One set of axes and the function that draws on it.

    Attributes
    ----------
    draw
        Function that takes Matplotlib axes and draws on them.
    title, xlabel, ylabel
        Title and axis labels; "" for none.
    xlim, ylim
        Axis limits `(low, high)`; None to fit the data.
    width, height
        Size in inches, including title and labels.
    equal
        Whether both axes have the same unit; the height then follows from the width and the
        limits.
    margins
        Inches taken by tick labels and axis labels at the left and at the bottom; estimated if
        None.
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

    def draw_on(self, axes: Axes, title: str) -> None:
        """Draw the panel on existing axes, with `title` already broken into lines."""
        axes.set(title=title, xlabel=self.xlabel, ylabel=self.ylabel)
        if self.xlim is not None:
            axes.set_xlim(*self.xlim)
        if self.ylim is not None:
            axes.set_ylim(*self.ylim)
        self.draw(axes)

    def describe(self) -> str:
        """Return the title and the axis labels as text."""
        has_labels = self.xlabel and self.ylabel
        labels = f" ({self.ylabel} against {self.xlabel})" if has_labels else ""
        return f"{self.title}{labels}".strip()
