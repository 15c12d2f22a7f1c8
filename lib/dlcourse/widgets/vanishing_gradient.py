"""A widget that shows the gradient of each layer for a depth, an activation and a weight scale."""

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

_LOWEST, _HIGHEST = -15.0, 9.0  # limits of the vertical axis, as powers of ten


class VanishingGradient(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `vanishing_gradient` returns.

    The notebook's own function computes the gradients in Python each time a slider is moved.
    """

    _esm = script(__file__)

    activations = traitlets.List().tag(sync=True)
    max_depth = traitlets.Int(20).tag(sync=True)
    limits = traitlets.List([_LOWEST, _HIGHEST]).tag(sync=True)
    depth = traitlets.Int(10).tag(sync=True)
    activation = traitlets.Unicode().tag(sync=True)
    scale = traitlets.Float(1.0).tag(sync=True)
    powers = traitlets.List().tag(sync=True)  # of ten, one per layer; None for no finite number

    def __init__(self, measure: Callable[[int, str, float], ArrayLike], **state: Any) -> None:
        super().__init__(**state)
        self._measure = measure
        self.observe(self._update, ["depth", "activation", "scale"])
        self._update()

    def _update(self, _: Any = None) -> None:
        with np.errstate(all="ignore"):
            lengths = np.asarray(self._measure(self.depth, self.activation, self.scale), float)
            powers = np.log10(lengths)
        self.powers = [round(float(p), 3) if np.isfinite(p) else None for p in powers]

    def static_picture(self) -> plot.Picture:
        """Draw the length of each layer's gradient for the current settings."""
        lengths = [np.nan if power is None else 10.0**power for power in self.powers]
        return plot.curves(
            lengths,
            x=np.arange(1, len(lengths) + 1),
            logy=True,
            ylim=(10**_LOWEST, 10**_HIGHEST),
            xlabel="layer (1 is next to the input)",
            ylabel="length of the gradient",
            title=f"{self.depth} layers, {self.activation}, weights × {self.scale:.2f}",
            caption="In JupyterLab, you can change depth, activation and weight scale.",
        )


def vanishing_gradient(
    measure: Callable[[int, str, float], ArrayLike],
    activations: Sequence[str],
    *,
    depth: int = 10,
    scale: float = 1.0,
    max_depth: int = 20,
) -> VanishingGradient:
    """Return controls for depth, activation and weight scale, and a plot of layer gradients.

    Parameters
    ----------
    measure
        `measure(depth, activation, scale)` returns the length of each layer's gradient, shape
        (depth,), from the first layer.
    activations
        Names of activations to choose from; the first one is selected.
    depth, scale
        Initial number of layers and weight scale.
    max_depth
        The largest number of layers.
    """
    return VanishingGradient(
        measure,
        activations=list(activations),
        activation=activations[0],
        depth=depth,
        scale=scale,
        max_depth=max_depth,
    )
