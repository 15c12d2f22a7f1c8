"""Predict the next character of a text with a trained model."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_WINDOW = 100  # characters that the model receives


def next_logits(model: Any, window: int = _WINDOW) -> Callable[[ArrayLike], NDArray[np.float64]]:
    """Return a function from the characters so far to the logits of the next one.

    Parameters
    ----------
    model
        A Keras model from integers, shape (n_examples, n_steps), to logits at every step.
    window
        Number of last characters that the model receives.
    """

    def predict(ids: ArrayLike) -> NDArray[np.float64]:
        last = np.asarray(ids, dtype=np.int32)[-window:]
        # Always one shape, or Keras would compile again for each length. The padding after the
        # last character cannot change the predictions before it.
        padded = np.zeros((1, window), dtype=np.int32)
        padded[0, : len(last)] = last
        return np.asarray(model.predict_on_batch(padded)[0, len(last) - 1], dtype=np.float64)

    return predict
