"""A trained character model that writes in the browser, at a temperature to choose."""

import base64
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

_SHOWN = 8  # characters of which the still picture draws the probability
_EXPECTED = "Embedding, GRU, Dense"

Array = NDArray[np.float64]


class Writer(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `writer` makes one. The network runs in the browser."""

    _esm = script(__file__)

    letters = traitlets.List().tag(sync=True)
    sizes = traitlets.List().tag(sync=True)  # n_letters, n_embedding, n_units
    weights = traitlets.Unicode().tag(sync=True)  # all of them, as float32 in base64
    prime = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(0.7).tag(sync=True)

    def logits(self, text: str) -> Array:
        """Return the logits of the next character, as the browser computes them."""
        arrays = _parts(np.frombuffer(base64.b64decode(self.weights), "<f4"), *self.sizes)
        vectors, Wx, Wh, b, V, c = (array.astype(float) for array in arrays)
        n = self.sizes[2]
        h = np.zeros(n)
        for letter in text:
            if letter not in self.letters:
                continue
            x = vectors[self.letters.index(letter)] @ Wx + b[0]
            kept = h @ Wh + b[1]
            z, r = (1 / (1 + np.exp(-(x + kept)[k * n : (k + 1) * n])) for k in (0, 1))
            h = z * h + (1 - z) * np.tanh(x[2 * n :] + r * kept[2 * n :])
        said: Array = h @ V + c
        return said

    def still(self) -> plot.Picture:
        """Return what may come after the beginning, at three temperatures, as a picture."""
        logits = self.logits(self.prime)
        best = np.argsort(-logits)[:_SHOWN]
        panels: list[plot.Picture] = []
        for temperature in (0.3, 0.8, 1.5):
            p = np.exp((logits - logits.max()) / temperature)
            p /= p.sum()
            heights = {_named(self.letters[k]): float(p[k]) for k in best}
            panels.append(
                plot.bars(
                    heights,
                    numbers="",
                    ylim=(0, 1.05),
                    ylabel="probability" if not panels else "",
                    title=f"temperature {temperature:g}",
                )
            )
        return plot.side_by_side(
            *panels,
            title=f"What may come after “{self.prime}”",
            caption="In JupyterLab the network writes, at the temperature that you choose.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def writer(
    model: Any, letters: Sequence[str], *, prime: str = "the ", temperature: float = 0.7
) -> Writer:
    """Return a character model that writes, with a beginning and a temperature to choose.

    Parameters
    ----------
    model
        A Keras model of three layers: Embedding, GRU, Dense. Its weights go to the browser.
    letters
        The character of each number, shape (n_letters,).
    prime
        The text to begin with; characters that are not among `letters` are not read.
    temperature
        To begin with; there is a slider for it.

    Raises
    ------
    ValueError
        If the model has other layers, or does not fit the letters.
    """
    arrays = [np.asarray(array) for array in model.get_weights()]
    kinds = ", ".join(type(layer).__name__ for layer in model.layers if layer.weights)
    if kinds != _EXPECTED or len(arrays) != 6 or arrays[3].ndim != 2:
        message = f"writer expects a model of {_EXPECTED}, with biases; received {kinds}."
        raise ValueError(message)
    if len(letters) != arrays[5].size:
        message = (
            f"writer expects a letter for each logit; received {len(letters)} letters and a "
            f"model that says {arrays[5].size} logits."
        )
        raise ValueError(message)
    flat = np.concatenate([array.ravel() for array in arrays]).astype("<f4")
    return Writer(
        letters=list(letters),
        sizes=[*arrays[0].shape, arrays[2].shape[0]],
        weights=base64.b64encode(flat.tobytes()).decode("ascii"),
        prime=prime,
        temperature=temperature,
    )


def _parts(flat: NDArray[Any], n_letters: int, n_embedding: int, n_units: int) -> list[Array]:
    """Return the arrays of the three layers, from all numbers in a row."""
    shapes = [
        (n_letters, n_embedding),
        (n_embedding, 3 * n_units),
        (n_units, 3 * n_units),
        (2, 3 * n_units),
        (n_units, n_letters),
        (n_letters,),
    ]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    pieces = np.split(flat, ends[:-1])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]


def _named(letter: str) -> str:
    return {" ": "space", "\n": "line"}.get(letter, letter)
