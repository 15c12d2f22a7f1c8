"""Gradient descent on the log-loss of one weight and one bias, walked by the reader."""

from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

_STEPS_SHOWN = 60  # in the still picture


class Descent(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `descent` makes one. Loss and gradient are computed in the browser."""

    _esm = script(__file__)

    x = traitlets.List().tag(sync=True)
    y = traitlets.List().tag(sync=True)  # 0 and 1
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # weight from, to, bias from, to
    start = traitlets.List().tag(sync=True)  # weight, bias
    learning_rate = traitlets.Float(0.5).tag(sync=True)

    def loss(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean log-loss at each (weight, bias), shape (m, 2) -> (m,)."""
        z = parameters @ np.stack([np.asarray(self.x), np.ones(len(self.x))])
        losses: NDArray[np.float64] = np.logaddexp(0, np.where(self.y, -z, z)).mean(axis=1)
        return losses

    def walked(self, steps: int) -> NDArray[np.float64]:
        """Return the places of so many steps from `start`, shape (steps + 1, 2)."""
        x, y, place = np.asarray(self.x), np.asarray(self.y), np.asarray(self.start, dtype=float)
        path = [place]
        for _ in range(steps):
            error = 1 / (1 + np.exp(-np.clip(place[0] * x + place[1], -60, 60))) - y
            place = place - self.learning_rate * np.array([(error * x).mean(), error.mean()])
            path.append(place)
        return np.array(path)

    def still(self) -> plot.Picture:
        """Return the walk with the present start and learning rate as a picture."""
        left, right, bottom, top = self.limits
        path = self.walked(_STEPS_SHOWN)
        first, *_, last = self.loss(path)
        return plot.surface_path(
            self.loss,
            path,
            xlim=(left, right),
            ylim=(bottom, top),
            xlabel="weight w",
            ylabel="bias b",
            title=self.title,
            caption=f"{_STEPS_SHOWN} steps from the ring, learning rate {self.learning_rate:g}: "
            f"the loss goes from {first:.2f} to {last:.2f}.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def descent(
    x: ArrayLike,
    y: ArrayLike,
    *,
    start: tuple[float, float] = (-1.0, 1.0),
    learning_rate: float = 0.5,
    limits: tuple[float, float, float, float] = (-2.0, 4.0, -7.0, 3.0),
    title: str = "",
) -> Descent:
    """Return a landscape to walk down: the log-loss of a unit with one input.

    Parameters
    ----------
    x
        The input of each example, shape (n,).
    y
        Its label, 0 or 1, shape (n,).
    start
        Weight and bias to begin with; a click on the landscape chooses others.
    learning_rate
        To begin with; there is a slider for it.
    limits
        What part of the plane to show: weight from, to, bias from, to.
    title
        Above the picture.
    """
    inputs, labels = np.asarray(x, dtype=float).ravel(), np.asarray(y).ravel()
    if len(inputs) != len(labels) or not np.isin(labels, (0, 1)).all():
        message = (
            "descent expects as many labels, 0 or 1, as inputs; "
            f"received {len(inputs)} inputs and the labels {np.unique(labels).tolist()[:5]}."
        )
        raise ValueError(message)
    return Descent(
        x=inputs.round(4).tolist(),
        y=labels.astype(int).tolist(),
        title=title,
        limits=[float(limit) for limit in limits],
        start=[float(place) for place in start],
        learning_rate=learning_rate,
    )
