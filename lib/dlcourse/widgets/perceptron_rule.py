"""A widget to step through the training of a perceptron, mistake by mistake."""

from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

_MAX_MISTAKES = 400  # steps of the slider


class PerceptronRule(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `perceptron_rule` returns.

    Python computes the whole training in advance; the browser selects the step to show.
    """

    _esm = script(__file__)

    points = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)  # 0 and 1
    history = traitlets.List().tag(sync=True)  # [example, w1, w2, b] after each mistake
    has_converged = traitlets.Bool().tag(sync=True)  # the last epoch had no mistake
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    at = traitlets.Int(0).tag(sync=True)  # number of mistakes before the step shown

    def static_picture(self) -> plot.Picture:
        """Draw the line after a third of the mistakes, two thirds, and all of them."""
        X, y = np.asarray(self.points), np.asarray(self.labels)
        n = len(self.history)
        left, right, bottom, top = self.limits
        panels = []
        for k in sorted({(n + 2) // 3, 2 * n // 3, n} - {0}) or [0]:
            _, w1, w2, b = self.history[k - 1] if k else (0, 0.0, 0.0, 0.0)
            title = f"after mistake {k}" if k else "no mistake"
            panels.append(
                plot.points(
                    X, y, line=((w1, w2), b), title=title, xlim=(left, right), ylim=(bottom, top)
                )
            )
        end = "then training converged" if self.has_converged else "without convergence"
        caption = f"{n} mistakes, {end}. Each mistake turns or moves the line."
        return plot.side_by_side(*panels, title=self.title, caption=caption)


def perceptron_rule(
    X: ArrayLike, y: ArrayLike, *, epochs: int = 50, title: str = ""
) -> PerceptronRule:
    """Return the training of a perceptron to step through, mistake by mistake.

    Parameters
    ----------
    X
        Points, shape (n, 2); every epoch uses them in this order.
    y
        Class of each point, shape (n,): two values, the upper of which counts as +1.
    epochs
        Maximum number of epochs; training stops earlier after an epoch without a mistake.
    title
        Text above the widget.

    Raises
    ------
    ValueError
        If the points are not of shape (n, 2), or if there are not n classes.
    """
    points, classes = np.asarray(X, dtype=float), np.asarray(y).ravel()
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(classes):
        message = (
            "perceptron_rule expects points of shape (n, 2) and n classes; "
            f"received shapes {points.shape} and {classes.shape}."
        )
        raise ValueError(message)
    signs = np.where(classes == classes.max(), 1, -1)
    history, has_converged = _train(points, signs, epochs)
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.6 * float(max(high - low)) or 1.0
    x, up = (low + high) / 2
    return PerceptronRule(
        points=points.round(4).tolist(),
        labels=(signs > 0).astype(int).tolist(),
        history=history,
        has_converged=has_converged,
        title=title,
        limits=[float(x - half), float(x + half), float(up - half), float(up + half)],
    )


def _train(
    points: NDArray[np.float64], signs: NDArray[Any], epochs: int
) -> tuple[list[list[float]], bool]:
    """Return [example, w1, w2, b] after each mistake, and whether training has converged."""
    w, b = np.zeros(2), 0.0
    history: list[list[float]] = []
    for _ in range(epochs):
        before = len(history)
        for i in range(len(points)):
            if signs[i] * (points[i] @ w + b) <= 0:
                w, b = w + signs[i] * points[i], b + float(signs[i])
                history.append([i, *w.round(4).tolist(), b])
                if len(history) == _MAX_MISTAKES:
                    return history, False
        if len(history) == before:
            return history, True
    return history, False
