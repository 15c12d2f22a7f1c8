"""A widget that compares optimizers on a loss surface."""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import contourpy
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

_CONTOURS = 14
_MAX_COORDINATE = 1e4  # coordinates of diverging paths are clipped to this

Run = Callable[[str, float, float], Mapping[str, ArrayLike]]
Loss = Callable[[NDArray[np.float64]], Any]


class OptimizerComparison(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `optimizer_comparison` returns.

    The notebook's own optimizers run in Python each time a slider is moved; the browser draws.
    """

    _esm = script(__file__)

    surfaces = traitlets.List().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    surface = traitlets.Unicode().tag(sync=True)
    rate = traitlets.Float(0.02).tag(sync=True)
    momentum = traitlets.Float(0.9).tag(sync=True)
    contours = traitlets.List().tag(sync=True)  # contour lines of the surface: lists of points
    paths = traitlets.Dict().tag(sync=True)  # points of each optimizer's path, by name
    losses = traitlets.Dict().tag(sync=True)  # loss at each point of the path, by name

    def __init__(self, run: Run, losses_of: Mapping[str, Loss], **state: Any) -> None:
        super().__init__(surfaces=list(losses_of), surface=next(iter(losses_of)), **state)
        self._run, self._losses_of = run, dict(losses_of)
        self.observe(self._update_contours, "surface")
        self.observe(self._update_paths, ["surface", "rate", "momentum"])
        self._update_contours()
        self._update_paths()

    def _update_contours(self, _: Any = None) -> None:
        left, right, bottom, top = self.limits
        xs, ys = np.linspace(left, right, 120), np.linspace(bottom, top, 120)
        heights = self._losses_of[self.surface](np.stack(np.meshgrid(xs, ys), axis=-1))
        lines = contourpy.contour_generator(xs, ys, heights)
        levels = np.max(heights) * np.linspace(0, 1, _CONTOURS + 1)[1:-1] ** 2.2
        self.contours = [
            np.round(np.asarray(line), 2).tolist()
            for level in levels
            for line in lines.lines(level)
        ]

    def _update_paths(self, _: Any = None) -> None:
        paths = {
            name: np.asarray(path, float)
            for name, path in self._run(self.surface, self.rate, self.momentum).items()
        }
        with np.errstate(all="ignore"):
            losses = {name: self._losses_of[self.surface](path) for name, path in paths.items()}
        self.losses = {name: _rounded(values) for name, values in losses.items()}
        far = _MAX_COORDINATE
        self.paths = {
            name: np.clip(np.nan_to_num(path, nan=far), -far, far).round(3).tolist()
            for name, path in paths.items()
        }

    def static_picture(self) -> plot.Picture:
        """Draw the complete path of each optimizer for the current settings."""
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
            title=f"Surface “{self.surface}”: learning rate {self.rate:.3f}, "
            f"momentum {self.momentum:.2f}",
            caption="In JupyterLab the paths are animated, and you can change learning rate and "
            "momentum.",
        )


def optimizer_comparison(
    run: Run,
    surfaces: Mapping[str, Loss],
    *,
    rate: float = 0.02,
    momentum: float = 0.9,
    limits: tuple[float, float, float, float] = (-10.5, 4.0, -3.0, 6.5),
) -> OptimizerComparison:
    """Return an animated comparison of optimizers on loss surfaces of two parameters.

    Parameters
    ----------
    run
        `run(surface, rate, momentum)` returns the path of each optimizer by name, shape
        (n_steps + 1, 2), all with the same number of steps.
    surfaces
        Loss of points, shape (..., 2) -> (...), by the surface's name; the first one is selected.
    rate, momentum
        Initial learning rate and momentum.
    limits
        The part of the plane to draw: left, right, bottom, top.
    """
    return OptimizerComparison(run, surfaces, rate=rate, momentum=momentum, limits=list(limits))


def _rounded(values: NDArray[np.float64]) -> list[float | None]:
    """Return losses rounded to three digits, with None for those that are not finite."""
    return [float(f"{value:.3g}") if np.isfinite(value) else None for value in values]
