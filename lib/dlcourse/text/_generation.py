"""Asks a trained model for the next character."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_WINDOW = 100  # characters that the model is shown


def next_logits(model: Any, window: int = _WINDOW) -> Callable[[ArrayLike], NDArray[np.float64]]:
    """Return a function from all characters so far to the logits of the next one.

    Parameters
    ----------
    model
        A Keras model from whole numbers, shape (n_examples, n_steps), to logits at every step.
    window
        How many of the last characters it is shown.
    """

    def asked(ids: ArrayLike) -> NDArray[np.float64]:
        last = np.asarray(ids, dtype=np.int32)[-window:]
        # Always one shape, or Keras would compile anew for each length. What stands after the
        # last character can't change what is said before it.
        shown = np.zeros((1, window), dtype=np.int32)
        shown[0, : len(last)] = last
        return np.asarray(model.predict_on_batch(shown)[0, len(last) - 1], dtype=np.float64)

    return asked
