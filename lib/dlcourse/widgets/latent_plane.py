"""A widget to move a point in a latent plane and see the decoded picture."""

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
from dlcourse.widgets._static_image import StaticImageMixin

Layer = tuple[ArrayLike, ArrayLike, str]  # weights (n_inputs, n_outputs), biases, activation

_ACTIVATIONS: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 + 0.5 * np.tanh(z / 2),
}
_MAX_CODES = 500  # codes that are drawn


class LatentPlane(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `latent_plane` returns.

    The decoder runs in the browser and needs no kernel. The browser sends `z1` and `z2` to Python,
    so that later cells can use the point.
    """

    _esm = script(__file__)

    layers = traitlets.List().tag(sync=True)  # {"W": rows, "b": numbers, "activation": name}
    shape = traitlets.List().tag(sync=True)  # height and width of a picture
    codes = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    z1 = traitlets.Float(0.0).tag(sync=True)
    z2 = traitlets.Float(0.0).tag(sync=True)

    def picture(self) -> NDArray[np.float64]:
        """Return the decoded picture of the current point, shape (height, width)."""
        A = np.array([[self.z1, self.z2]])
        for layer in self.layers:
            A = _ACTIVATIONS[layer["activation"]](A @ np.array(layer["W"]) + np.array(layer["b"]))
        return A.reshape(self.shape)

    def static_picture(self) -> plot.Picture:
        """Draw the codes, the current point and its decoded picture."""
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
            plot.images(self.picture(), low=0, high=1, title="decoded picture at the ring"),
            caption="In JupyterLab you can move the ring to decode other points.",
        )


def latent_plane(
    layers: Sequence[Layer],
    codes: ArrayLike,
    labels: ArrayLike,
    *,
    shape: tuple[int, int] = (8, 8),
    at: tuple[float, float] | None = None,
    title: str = "",
) -> LatentPlane:
    """Return a plane of codes, and the decoded picture of a point that you can move.

    Parameters
    ----------
    layers
        Layers of the decoder, from the two code units to the pixels, as `(W, b, activation)`:
        weights (n_inputs, n_outputs), biases (n_outputs,), and "linear", "relu", "tanh" or
        "sigmoid".
    codes
        Codes of examples, shape (n, 2); at most 500 are drawn.
    labels
        Integer label of each example, shape (n,), drawn at its code.
    shape
        Height and width of a picture.
    at
        Initial point; the mean of the codes if None.
    title
        Text above the widget.

    Raises
    ------
    ValueError
        If the shapes do not match, or if an activation is unknown.
    """
    points = np.asarray(codes, dtype=float)
    sizes = [2, *(np.shape(W)[1] for W, _, _ in layers)]
    expected = list(itertools.pairwise(sizes))
    received = [np.shape(W) for W, _, _ in layers]
    if received != expected or sizes[-1] != shape[0] * shape[1] or points.shape[1:] != (2,):
        message = (
            f"latent_plane expects codes (n, 2) and layers from 2 units to {shape[0]}×{shape[1]} "
            f"pixels; received codes {points.shape} and weights {received}."
        )
        raise ValueError(message)
    unknown = [activation for _, _, activation in layers if activation not in _ACTIVATIONS]
    if unknown:
        message = f"Unknown activation {unknown[0]!r}. Expected one of {', '.join(_ACTIVATIONS)}."
        raise ValueError(message)
    z1, z2 = points.mean(axis=0) if at is None else at
    return LatentPlane(
        layers=[{"W": _rounded(W), "b": _rounded(b), "activation": name} for W, b, name in layers],
        shape=list(shape),
        codes=points[:_MAX_CODES].round(3).tolist(),
        labels=np.asarray(labels).ravel()[:_MAX_CODES].astype(int).tolist(),
        title=title,
        limits=_limits(points),
        z1=round(float(z1), 3),
        z2=round(float(z2), 3),
    )


def _rounded(array: ArrayLike) -> Any:
    return np.asarray(array, dtype=float).round(4).tolist()


def _limits(points: NDArray[np.float64]) -> list[float]:
    low, high = np.percentile(points, [0.5, 99.5], axis=0)
    margin = 0.1 * (high - low) + 1e-6
    (left, bottom), (right, top) = low - margin, high + margin
    return [float(left), float(right), float(bottom), float(top)]


def _color(label: int) -> str:
    colors = (plot.BLUE, plot.ORANGE, plot.GREEN, plot.PURPLE, plot.GOLD, plot.INK)
    return colors[int(label) % len(colors)]
