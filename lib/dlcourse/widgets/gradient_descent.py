"""A widget that runs gradient descent on the log loss of one weight and one bias."""

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

_STATIC_STEPS = 60  # steps in the static picture


class GradientDescent(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `gradient_descent` returns. The browser computes loss and gradient."""

    _esm = script(__file__)

    x = traitlets.List().tag(sync=True)
    y = traitlets.List().tag(sync=True)  # 0 and 1
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # lowest and highest weight, lowest and highest bias
    start = traitlets.List().tag(sync=True)  # weight, bias
    learning_rate = traitlets.Float(0.5).tag(sync=True)

    def loss(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean log loss of each (weight, bias), shape (m, 2) -> (m,)."""
        z = parameters @ np.stack([np.asarray(self.x), np.ones(len(self.x))])
        losses: NDArray[np.float64] = np.logaddexp(0, np.where(self.y, -z, z)).mean(axis=1)
        return losses

    def path(self, steps: int) -> NDArray[np.float64]:
        """Return the parameters after each of `steps` steps, shape (steps + 1, 2)."""
        x, y, place = np.asarray(self.x), np.asarray(self.y), np.asarray(self.start, dtype=float)
        path = [place]
        for _ in range(steps):
            error = 1 / (1 + np.exp(-np.clip(place[0] * x + place[1], -60, 60))) - y
            place = place - self.learning_rate * np.array([(error * x).mean(), error.mean()])
            path.append(place)
        return np.array(path)

    def static_picture(self) -> plot.Picture:
        """Draw the path for the current start and learning rate on the loss surface."""
        left, right, bottom, top = self.limits
        path = self.path(_STATIC_STEPS)
        first, *_, last = self.loss(path)
        return plot.surface_path(
            self.loss,
            path,
            xlim=(left, right),
            ylim=(bottom, top),
            xlabel="weight w",
            ylabel="bias b",
            title=self.title,
            caption=f"{_STATIC_STEPS} steps from the ring with learning rate "
            f"{self.learning_rate:g}: the loss changes from {first:.2f} to {last:.2f}.",
        )


def gradient_descent(
    x: ArrayLike,
    y: ArrayLike,
    *,
    start: tuple[float, float] = (-1.0, 1.0),
    learning_rate: float = 0.5,
    limits: tuple[float, float, float, float] = (-2.0, 4.0, -7.0, 3.0),
    title: str = "",
) -> GradientDescent:
    """Return gradient descent on a loss surface: the log loss of a logistic unit with one input.

    Parameters
    ----------
    x
        Input of each example, shape (n,).
    y
        Label of each example, 0 or 1, shape (n,).
    start
        Initial weight and bias; clicking on the surface changes them.
    learning_rate
        Initial learning rate; a slider changes it.
    limits
        The part of the plane to show: lowest and highest weight, lowest and highest bias.
    title
        Text above the widget.

    Raises
    ------
    ValueError
        If the numbers of inputs and labels differ, or if a label is not 0 or 1.
    """
    inputs, labels = np.asarray(x, dtype=float).ravel(), np.asarray(y).ravel()
    if len(inputs) != len(labels) or not np.isin(labels, (0, 1)).all():
        message = (
            "gradient_descent expects as many labels, 0 or 1, as inputs; "
            f"received {len(inputs)} inputs and the labels {np.unique(labels).tolist()[:5]}."
        )
        raise ValueError(message)
    return GradientDescent(
        x=inputs.round(4).tolist(),
        y=labels.astype(int).tolist(),
        title=title,
        limits=[float(limit) for limit in limits],
        start=[float(place) for place in start],
        learning_rate=learning_rate,
    )
