"""Make the candidate's copies of generators, models and optimizers that a test passes to it."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from dlcourse import _keras_rebuild


def _generator(state: dict[str, Any]) -> np.random.Generator:
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)


def _model(configuration: str, weights: list[Any]) -> Any:
    import keras

    model = keras.models.model_from_json(configuration)
    _keras_rebuild.settle(model, weights)
    return model


def _optimizer(configuration: str) -> Any:
    import keras

    return keras.optimizers.deserialize(json.loads(configuration))


REPLICAS: dict[str, Callable[..., Any]] = {
    "generator": _generator,
    "model": _model,
    "optimizer": _optimizer,
}
"""By the word of the reference that carries a copy."""
