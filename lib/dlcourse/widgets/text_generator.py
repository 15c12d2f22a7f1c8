"""A widget that generates text with a trained character model."""

import base64
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

_N_BARS = 8  # characters whose probability the static picture shows
_EXPECTED = "Embedding, GRU, Dense"

Array = NDArray[np.float64]


class TextGenerator(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `text_generator` returns. The network runs in the browser."""

    _esm = script(__file__)

    letters = traitlets.List().tag(sync=True)
    sizes = traitlets.List().tag(sync=True)  # n_letters, n_embedding, n_units
    weights = traitlets.Unicode().tag(sync=True)  # all weights, as float32 in base64
    prime = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(0.7).tag(sync=True)

    def logits(self, text: str) -> Array:
        """Return the logits of the character after `text`, shape (n_letters,)."""
        arrays = _split(np.frombuffer(base64.b64decode(self.weights), "<f4"), *self.sizes)
        vectors, Wx, Wh, b, V, c = (array.astype(float) for array in arrays)
        n = self.sizes[2]
        h = np.zeros(n)
        for letter in text:
            if letter not in self.letters:
                continue
            from_input = vectors[self.letters.index(letter)] @ Wx + b[0]
            from_state = h @ Wh + b[1]
            sums = from_input + from_state
            z, r = (1 / (1 + np.exp(-sums[k * n : (k + 1) * n])) for k in (0, 1))
            h = z * h + (1 - z) * np.tanh(from_input[2 * n :] + r * from_state[2 * n :])
        logits: Array = h @ V + c
        return logits

    def static_picture(self) -> plot.Picture:
        """Draw the most probable next characters at three temperatures."""
        logits = self.logits(self.prime)
        best = np.argsort(-logits)[:_N_BARS]
        panels: list[plot.Picture] = []
        for temperature in (0.3, 0.8, 1.5):
            p = np.exp((logits - logits.max()) / temperature)
            p /= p.sum()
            heights = {_letter_name(self.letters[k]): float(p[k]) for k in best}
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
            title=f"Next character after “{self.prime}”",
            caption="In JupyterLab the network generates text at the temperature that you choose.",
        )


def text_generator(
    model: Any, letters: Sequence[str], *, prime: str = "the ", temperature: float = 0.7
) -> TextGenerator:
    """Return a character model that generates text from a start text, at a chosen temperature.

    Parameters
    ----------
    model
        A Keras model of three layers: Embedding, GRU and Dense. Its weights are sent to the
        browser.
    letters
        The character of each index, shape (n_letters,).
    prime
        Initial start text; characters that are not in `letters` are skipped.
    temperature
        Initial temperature; a slider changes it.

    Raises
    ------
    ValueError
        If the model has other layers, or if it does not have one logit per character.
    """
    arrays = [np.asarray(array) for array in model.get_weights()]
    kinds = ", ".join(type(layer).__name__ for layer in model.layers if layer.weights)
    if kinds != _EXPECTED or len(arrays) != 6 or arrays[3].ndim != 2:
        message = f"text_generator expects a model of {_EXPECTED}, with biases; received {kinds}."
        raise ValueError(message)
    if len(letters) != arrays[5].size:
        message = (
            f"text_generator expects a character for each logit; received {len(letters)} "
            f"characters and a model with {arrays[5].size} logits."
        )
        raise ValueError(message)
    flat = np.concatenate([array.ravel() for array in arrays]).astype("<f4")
    return TextGenerator(
        letters=list(letters),
        sizes=[*arrays[0].shape, arrays[2].shape[0]],
        weights=base64.b64encode(flat.tobytes()).decode("ascii"),
        prime=prime,
        temperature=temperature,
    )


def _split(flat: NDArray[Any], n_letters: int, n_embedding: int, n_units: int) -> list[Array]:
    """Return the weight arrays of the three layers from one flat array."""
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


def _letter_name(letter: str) -> str:
    return {" ": "space", "\n": "line"}.get(letter, letter)
