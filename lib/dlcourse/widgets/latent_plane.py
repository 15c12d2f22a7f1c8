"""A point moved through a latent plane, and the picture that a decoder paints for it."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

Layer = tuple[ArrayLike, ArrayLike, str]  # weights (n_inputs, n_outputs), biases, activation

_BENDS: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 + 0.5 * np.tanh(z / 2),
}
_MOST = 500  # examples that are drawn


class LatentPlane(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `latent_plane` makes one.

    The decoder's weights are in the browser, so a picture follows the point at once and needs no
    kernel; `z1` and `z2` come back, so that a later cell can use the point that was found.
    """

    _esm = script(__file__)

    layers = traitlets.List().tag(sync=True)  # {"W": rows, "b": numbers, "bend": name}
    shape = traitlets.List().tag(sync=True)  # height and width of a picture
    codes = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    z1 = traitlets.Float(0.0).tag(sync=True)
    z2 = traitlets.Float(0.0).tag(sync=True)

    def picture(self) -> NDArray[np.float64]:
        """Return what the decoder paints for the present point."""
        A = np.array([[self.z1, self.z2]])
        for layer in self.layers:
            A = _BENDS[layer["bend"]](A @ np.array(layer["W"]) + np.array(layer["b"]))
        return A.reshape(self.shape)

    def still(self) -> plot.Picture:
        """Return the present state as a picture."""
        codes, labels = np.asarray(self.codes), np.asarray(self.labels)
        left, right, bottom, top = self.limits

        def draw(axes: Axes) -> None:
            for (x, y), label in zip(codes, labels, strict=True):
                axes.text(x, y, str(label), size=7, ha="center", va="center", color=_color(label))
            axes.plot(self.z1, self.z2, "o", markersize=13, color="none", markeredgecolor=plot.INK)

        plane = plot.picture(
            draw,
            title=self.title,
            xlabel="code unit 1",
            ylabel="code unit 2",
            xlim=(left, right),
            ylim=(bottom, top),
            width=5.4,
            height=4.6,
        )
        return plot.side_by_side(
            plane,
            plot.images(self.picture(), low=0, high=1, title="decoded at the ring"),
            caption="In JupyterLab the ring can be moved, and the picture follows it.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def latent_plane(
    layers: Sequence[Layer],
    codes: ArrayLike,
    labels: ArrayLike,
    *,
    shape: tuple[int, int] = (8, 8),
    at: tuple[float, float] | None = None,
    title: str = "",
) -> LatentPlane:
    """Return a plane of codes to walk in, beside the picture that is decoded from the point.

    Parameters
    ----------
    layers
        Of the decoder, from the two code units to the pixels: `(W, b, activation)` each; the
        activation is one of "linear", "relu", "tanh", "sigmoid".
    codes
        Where examples lie, shape (n, 2); at most 500 are drawn.
    labels
        Whole numbers to draw in their places, shape (n,).
    shape
        Height and width of a picture.
    at
        Where to begin; in the middle of the codes when not given.
    title
        Above the plane.

    Raises
    ------
    ValueError
        If shapes do not fit, or an activation is unknown.
    """
    points = np.asarray(codes, dtype=float)
    sizes = [2, *(np.shape(W)[1] for W, _, _ in layers)]
    due = list(itertools.pairwise(sizes))
    came = [np.shape(W) for W, _, _ in layers]
    if came != due or sizes[-1] != shape[0] * shape[1] or points.shape[1:] != (2,):
        message = (
            f"latent_plane expects codes (n, 2) and layers from 2 units to {shape[0]}×{shape[1]} "
            f"pixels; received codes {points.shape} and weights {came}."
        )
        raise ValueError(message)
    unknown = [bend for _, _, bend in layers if bend not in _BENDS]
    if unknown:
        message = f"Unknown activation {unknown[0]!r}. Expected one of {', '.join(_BENDS)}."
        raise ValueError(message)
    z1, z2 = points.mean(axis=0) if at is None else at
    return LatentPlane(
        layers=[{"W": _rounded(W), "b": _rounded(b), "bend": bend} for W, b, bend in layers],
        shape=list(shape),
        codes=points[:_MOST].round(3).tolist(),
        labels=np.asarray(labels).ravel()[:_MOST].astype(int).tolist(),
        title=title,
        limits=_limits(points),
        z1=round(float(z1), 3),
        z2=round(float(z2), 3),
    )


def _rounded(array: ArrayLike) -> Any:
    return np.asarray(array, dtype=float).round(4).tolist()


def _limits(points: NDArray[np.float64]) -> list[float]:
    low, high = np.percentile(points, [0.5, 99.5], axis=0)
    room = 0.1 * (high - low) + 1e-6
    return [
        float(edge)
        for edge in (low[0] - room[0], high[0] + room[0], low[1] - room[1], high[1] + room[1])
    ]


def _color(label: int) -> str:
    colors = (plot.BLUE, plot.ORANGE, plot.GREEN, plot.PURPLE, plot.GOLD, plot.INK)
    return colors[int(label) % len(colors)]
