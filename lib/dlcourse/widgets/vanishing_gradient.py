"""Three dials (depth, activation, size of the weights) and the gradient of every layer."""

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

_LOWEST, _HIGHEST = -15.0, 9.0  # powers of ten that are drawn


class VanishingGradient(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `vanishing_gradient` makes one.

    The notebook's own function measures, here in Python, whenever a dial is turned.
    """

    _esm = script(__file__)

    activations = traitlets.List().tag(sync=True)
    most = traitlets.Int(20).tag(sync=True)
    limits = traitlets.List([_LOWEST, _HIGHEST]).tag(sync=True)
    depth = traitlets.Int(10).tag(sync=True)
    activation = traitlets.Unicode().tag(sync=True)
    scale = traitlets.Float(1.0).tag(sync=True)
    powers = traitlets.List().tag(sync=True)  # of ten, a layer; None where there is no number

    def __init__(self, measure: Callable[[int, str, float], ArrayLike], **state: Any) -> None:
        super().__init__(**state)
        self._measure = measure
        self.observe(self._turned, ["depth", "activation", "scale"])
        self._turned()

    def _turned(self, _: Any = None) -> None:
        with np.errstate(all="ignore"):
            lengths = np.asarray(self._measure(self.depth, self.activation, self.scale), float)
            powers = np.log10(lengths)
        self.powers = [round(float(p), 3) if np.isfinite(p) else None for p in powers]

    def still(self) -> plot.Picture:
        """Return the present state as a picture."""
        known = [np.nan if power is None else 10.0**power for power in self.powers]
        return plot.curves(
            known,
            x=np.arange(1, len(known) + 1),
            logy=True,
            ylim=(10**_LOWEST, 10**_HIGHEST),
            xlabel="layer (1 is next to the input)",
            ylabel="length of the gradient",
            title=f"{self.depth} layers, {self.activation}, weights × {self.scale:.2f}",
            caption="In JupyterLab three dials change depth, activation and size of the weights.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def vanishing_gradient(
    measure: Callable[[int, str, float], ArrayLike],
    activations: Sequence[str],
    *,
    depth: int = 10,
    scale: float = 1.0,
    most: int = 20,
) -> VanishingGradient:
    """Return dials for depth, activation and weights, and a plot of each layer's gradient.

    Parameters
    ----------
    measure
        `measure(depth, activation, scale)` returns the length of each layer's gradient.
    activations
        The names among which the reader chooses; the first is shown at the start.
    depth, scale
        Where the other dials stand at the start.
    most
        The largest depth.
    """
    return VanishingGradient(
        measure,
        activations=list(activations),
        activation=activations[0],
        depth=depth,
        scale=scale,
        most=most,
    )
