"""A widget to separate two classes of points with a line."""

from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin


class SeparatingLine(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `separating_line` returns.

    The browser computes everything. It sends `w1`, `w2` and `b` to Python, so that later cells can
    use the line.
    """

    _esm = script(__file__)

    points = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    limits = traitlets.List().tag(sync=True)  # left, right, bottom, top
    reach = traitlets.Float(2.0).tag(sync=True)  # largest absolute value of b on the slider
    w1 = traitlets.Float(1.0).tag(sync=True)
    w2 = traitlets.Float(0.0).tag(sync=True)
    b = traitlets.Float(0.0).tag(sync=True)

    @property
    def n_correct(self) -> int:
        """Number of points on the side of their class."""
        X, y = np.asarray(self.points), np.asarray(self.labels)
        return int(((X @ [self.w1, self.w2] + self.b > 0) == y).sum())

    def static_picture(self) -> plot.Picture:
        """Draw the points and the current line."""
        X, y = np.asarray(self.points), np.asarray(self.labels)
        w = np.array([self.w1, self.w2])
        left, right, bottom, top = self.limits

        def sides(Z: NDArray[np.float64]) -> Any:
            return 0.5 + 0.3 * np.sign(Z @ w + self.b)

        return plot.overlay(
            plot.decision_boundary(sides, xlim=(left, right), ylim=(bottom, top)),
            plot.points(X, y),
            plot.line(w, self.b),
            title=self.title,
            caption=f"{self.n_correct} of {len(y)} points are on the correct side of "
            f"${self.w1:.2f}\\,x_1 {self.w2:+.2f}\\,x_2 {self.b:+.2f} = 0$.",
        )


def separating_line(
    X: ArrayLike | tuple[ArrayLike, ArrayLike],
    y: ArrayLike | None = None,
    *,
    w: ArrayLike = (1.0, 0.0),
    b: float | None = None,
    title: str = "",
) -> SeparatingLine:
    """Return a line `w·x + b = 0` to move, and the number of points that it classifies correctly.

    Parameters
    ----------
    X
        Points, shape (n, 2); or a pair `(X, y)`, as returned by the functions of `data`.
    y
        Class of each point, shape (n,): two values. The upper one belongs where `w·x + b > 0`.
    w, b
        Initial weights, shape (2,), and bias; if `b` is None, the line passes through the mean of
        the points.
    title
        Text above the widget.

    Returns
    -------
    SeparatingLine
        Its attributes `w1`, `w2`, `b` and `n_correct` are those of the line currently shown.

    Raises
    ------
    ValueError
        If the points are not of shape (n, 2), or if there are not n classes.
    """
    if y is None:
        X, y = X  # type: ignore[misc, str-unpack]
    points, classes = np.asarray(X, dtype=float), np.asarray(y).ravel()
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(classes):
        message = (
            "separating_line expects points of shape (n, 2) and n classes; "
            f"received shapes {points.shape} and {classes.shape}."
        )
        raise ValueError(message)
    weights = np.asarray(w, dtype=float)
    offset = -float(weights @ points.mean(axis=0)) if b is None else float(b)
    return SeparatingLine(
        points=points.round(4).tolist(),
        labels=(classes == classes.max()).astype(int).tolist(),
        title=title,
        limits=_limits(points),
        reach=float(max(2.0, np.ceil(1.5 * np.abs(points).max()))),
        w1=float(weights[0]),
        w2=float(weights[1]),
        b=round(offset, 2),
    )


def _limits(points: NDArray[np.float64]) -> list[float]:
    """Return left, right, bottom and top of a square around the points, with a margin."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.68 * float(max(high - low)) or 1.0
    (x, y) = (low + high) / 2
    return [float(x - half), float(x + half), float(y - half), float(y + half)]
