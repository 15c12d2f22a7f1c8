"""A race of optimizers down a surface, with their rates to change while it runs."""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import contourpy
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

_CONTOURS = 14
_FAR = 1e4  # a runner beyond has left the surface for good

Race = Callable[[str, float, float], Mapping[str, ArrayLike]]
Surface = Callable[[NDArray[np.float64]], Any]


class OptimizerComparison(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `optimizer_comparison` makes one.

    The notebook's own rules run here in Python whenever a slider moves; the browser draws.
    """

    _esm = script(__file__)

    surfaces = traitlets.List().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    surface = traitlets.Unicode().tag(sync=True)
    rate = traitlets.Float(0.02).tag(sync=True)
    momentum = traitlets.Float(0.9).tag(sync=True)
    contours = traitlets.List().tag(sync=True)  # of the surface: lists of points
    paths = traitlets.Dict().tag(sync=True)  # name -> the points that were visited
    losses = traitlets.Dict().tag(sync=True)  # name -> the loss at each of them

    def __init__(self, race: Race, losses_of: Mapping[str, Surface], **state: Any) -> None:
        super().__init__(surfaces=list(losses_of), surface=next(iter(losses_of)), **state)
        self._race, self._losses_of = race, dict(losses_of)
        self.observe(self._draw_surface, "surface")
        self.observe(self._run, ["surface", "rate", "momentum"])
        self._draw_surface()
        self._run()

    def _draw_surface(self, _: Any = None) -> None:
        left, right, bottom, top = self.limits
        across, up = np.linspace(left, right, 120), np.linspace(bottom, top, 120)
        heights = self._losses_of[self.surface](np.stack(np.meshgrid(across, up), axis=-1))
        lines = contourpy.contour_generator(across, up, heights)
        levels = np.max(heights) * np.linspace(0, 1, _CONTOURS + 1)[1:-1] ** 2.2
        self.contours = [
            np.round(np.asarray(line), 2).tolist()
            for level in levels
            for line in lines.lines(level)
        ]

    def _run(self, _: Any = None) -> None:
        visited = {
            name: np.asarray(path, float)
            for name, path in self._race(self.surface, self.rate, self.momentum).items()
        }
        with np.errstate(all="ignore"):
            losses = {name: self._losses_of[self.surface](path) for name, path in visited.items()}
        self.losses = {name: _readable(values) for name, values in losses.items()}
        self.paths = {
            name: np.clip(np.nan_to_num(path, nan=_FAR), -_FAR, _FAR).round(3).tolist()
            for name, path in visited.items()
        }

    def still(self) -> plot.Picture:
        """Return the present state as a picture: all paths, to their ends."""
        left, right, bottom, top = self.limits
        return plot.side_by_side(
            *(
                plot.surface_path(
                    lambda w: np.asarray(self._losses_of[self.surface](w)),
                    np.asarray(path),
                    xlim=(left, right),
                    ylim=(bottom, top),
                    title=name,
                )
                for name, path in self.paths.items()
            ),
            columns=3,
            title=f"The {self.surface} ravine: rate {self.rate:.3f}, momentum {self.momentum:.2f}",
            caption="In JupyterLab the race runs live, and sliders change rate and momentum.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def optimizer_comparison(
    race: Race,
    surfaces: Mapping[str, Surface],
    *,
    rate: float = 0.02,
    momentum: float = 0.9,
    limits: tuple[float, float, float, float] = (-10.5, 4.0, -3.0, 6.5),
) -> OptimizerComparison:
    """Return a race of optimizers down a surface, to start, stop and change.

    Parameters
    ----------
    race
        `race(surface, rate, momentum)` returns, for each runner's name, the points that it
        visits, shape (n_steps + 1, 2), all of one length.
    surfaces
        From a name to a loss of points, shape (..., 2); the first is shown at the start.
    rate, momentum
        Where the sliders stand at the start.
    limits
        The part of the plane that is drawn: left, right, bottom, top.
    """
    return OptimizerComparison(race, surfaces, rate=rate, momentum=momentum, limits=list(limits))


def _readable(values: NDArray[np.float64]) -> list[float | None]:
    """Return losses with three digits, None where they are no numbers."""
    return [float(f"{value:.3g}") if np.isfinite(value) else None for value in values]
