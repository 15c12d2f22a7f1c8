"""Rosenblatt's rule, one mistake after another: which point, and how the line turns."""

from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

_MOST_MISTAKES = 400  # what a slider can still show


class PerceptronRule(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `perceptron_rule` makes one.

    The whole training is computed beforehand; the browser only chooses what to show.
    """

    _esm = script(__file__)

    points = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)  # 0 and 1
    history = traitlets.List().tag(sync=True)  # one [example, w1, w2, b] for each mistake
    is_clean = traitlets.Bool().tag(sync=True)  # whether the last epoch was without a mistake
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    at = traitlets.Int(0).tag(sync=True)  # mistakes made so far, in what is shown

    def still(self) -> plot.Picture:
        """Return the line after a third of the mistakes, two thirds, and all, as a picture."""
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
        end = "then it came to rest" if self.is_clean else "and it would go on"
        words = f"{n} mistakes, {end}. Each one turns or moves the line."
        return plot.side_by_side(*panels, title=self.title, caption=words)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def perceptron_rule(
    X: ArrayLike, y: ArrayLike, *, epochs: int = 50, title: str = ""
) -> PerceptronRule:
    """Return the training of a perceptron to step through, mistake by mistake.

    Parameters
    ----------
    X
        Points, shape (n, 2); they are shown in their order, again and again.
    y
        Their classes, shape (n,): two values, of which the upper one counts as +1.
    epochs
        When to stop if no epoch is without a mistake.
    title
        Above the picture.
    """
    points, classes = np.asarray(X, dtype=float), np.asarray(y).ravel()
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(classes):
        message = (
            "perceptron_rule expects points of shape (n, 2) and n classes; "
            f"received shapes {points.shape} and {classes.shape}."
        )
        raise ValueError(message)
    signs = np.where(classes == classes.max(), 1, -1)
    history, is_clean = _trained(points, signs, epochs)
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.6 * float(max(high - low)) or 1.0
    x, up = (low + high) / 2
    return PerceptronRule(
        points=points.round(4).tolist(),
        labels=(signs > 0).astype(int).tolist(),
        history=history,
        is_clean=is_clean,
        title=title,
        limits=[float(x - half), float(x + half), float(up - half), float(up + half)],
    )


def _trained(
    points: NDArray[np.float64], signs: NDArray[Any], epochs: int
) -> tuple[list[list[float]], bool]:
    """Return [example, w1, w2, b] after each mistake, and whether the training came to rest."""
    w, b = np.zeros(2), 0.0
    history: list[list[float]] = []
    for _ in range(epochs):
        before = len(history)
        for i in range(len(points)):
            if signs[i] * (points[i] @ w + b) <= 0:
                w, b = w + signs[i] * points[i], b + float(signs[i])
                history.append([i, *w.round(4).tolist(), b])
                if len(history) == _MOST_MISTAKES:
                    return history, False
        if len(history) == before:
            return history, True
    return history, False
