"""Rebuild Keras models of Keras' own layers from their configuration and weights.

The two halves may run in different processes: `rest_configuration` and `get_weights` in the
candidate process (runs the student's code), `rebuild` in the examiner process (runs the tests).
`rebuild` trusts nothing in its arguments.
"""

import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse._keras_rebuild import _lazy
from dlcourse._keras_rebuild._clean import model_at_rest
from dlcourse._keras_rebuild._plain import CannotRebuild, Tree
from dlcourse._keras_rebuild._predict import predict_in_numpy

__all__ = ["CannotRebuild", "copy_of", "rebuild", "rest_configuration", "settle"]

_MOST_NAMES = 10_000  # a larger number in a name was not counted by Keras


def rest_configuration(model: Any, like: Any = None) -> Tree:
    """Return the configuration of a model without its training state and batch size.

    Parameters
    ----------
    model
        A Keras model.
    like
        Data on which the model is built if it is not built yet.

    Returns
    -------
    dict
        Plain JSON values; the same for the same architecture with the same names.

    Raises
    ------
    CannotRebuild
        If it is not a Keras model, is not built, or contains classes that are not Keras' own.
    """
    keras = sys.modules.get("keras")
    if keras is None or not issubclass(type(model), keras.Model):
        message = f"expected a Keras model, got {_described(model)}."
        raise CannotRebuild(message)
    if not model.built and like is not None:
        model(_first_example(like))
    if not model.built:
        message = (
            "the model is not built yet: begin it with keras.Input(shape), or call it once on data."
        )
        raise CannotRebuild(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Keras warns of is refused below with a reason
            tree = json.loads(model.to_json())
    except (NotImplementedError, RecursionError, TypeError, ValueError) as error:
        message = (
            f"the model ({type(model).__name__[:40]}) has no complete configuration: build it from "
            "Keras' own layers with keras.Sequential or keras.Model(inputs, outputs)."
        )
        raise CannotRebuild(message) from error
    return model_at_rest(tree)


def rebuild(configuration: Any, weights: Sequence[NDArray[Any]], *, lazily: bool = False) -> Any:
    """Return the Keras model of a configuration, with the given weights.

    Parameters
    ----------
    configuration
        What `rest_configuration` returned; checked again, as it may come from another process.
    weights
        The arrays that `get_weights` returned.
    lazily
        Start TensorFlow's runtime only when it is needed. Weights can be read without it, and
        simple models predict in NumPy, with the same numbers up to rounding.

    Returns
    -------
    keras.Model

    Raises
    ------
    CannotRebuild
        If the configuration contains anything unknown or contradicts itself, or if the shapes or
        dtypes of the weights do not match it.
    """
    clean, values = model_at_rest(configuration), _arrays(weights)
    # First without values: shapes are cheap, but ten billion weights would exhaust the memory.
    with _lazy.without_values() as variables:
        model = _built(clean)
        _require_weights(model.weights, values)
    if lazily and _lazy.is_possible():
        _lazy.set_lazily(variables, model.weights, values)
        predict_in_numpy(model)
        _finish(model)
        return model
    model = _built(clean)
    settle(model, values)
    return model


def settle(model: Any, weights: Sequence[NDArray[Any]]) -> None:
    """Set the weights of a model that was built from a configuration, and reserve its names.

    Raises
    ------
    ValueError
        If the shapes of the weights do not match the model.
    """
    model.set_weights(weights)
    _finish(model)


def _finish(model: Any) -> None:
    """Derive what follows from the weights of a model, and reserve its names."""
    for layer in _all_layers(model):
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # Normalization derives values from its weights
    _reserve_names(model)


def _reserve_names(model: Any) -> None:
    """Reserve the names of a model's layers, so that Keras gives them to no other layer.

    Keras counts only the layers that it named in this process, and the names in a model must be
    unique: without this, a layer on top of a rebuilt model could become a second "dense".
    """
    import keras

    for layer in (model, *_all_layers(model)):
        stem, _, number = layer.name.rpartition("_")
        word, count = (stem, int(number)) if stem and number.isdecimal() else (layer.name, 0)
        if count < _MOST_NAMES:
            while keras.backend.get_uid(word) <= count:
                pass


def copy_of(model: Any, like: Any = None) -> Any:
    """Return a copy of a model, rebuilt from its configuration and weights.

    Raises
    ------
    CannotRebuild
        For the reasons of `rest_configuration` and `rebuild`.
    """
    configuration = rest_configuration(model, like)
    return rebuild(configuration, [np.asarray(weight) for weight in model.get_weights()])


def _built(clean: Tree) -> Any:
    import keras

    of = keras.Sequential if clean["class_name"] == "Sequential" else keras.Model
    try:
        model = of.from_config(json.loads(json.dumps(clean["config"])))
    except Exception as error:  # Keras passes on any error of its layers
        first = str(error).strip().splitlines()[:1] or [type(error).__name__]
        message = f"the model cannot be built again: {first[0][:200]}"
        raise CannotRebuild(message) from error
    if not model.built:
        message = (
            "the model is not built yet: begin it with keras.Input(shape), or call it once on data."
        )
        raise CannotRebuild(message)
    return model


def _require_weights(variables: Sequence[Any], weights: list[NDArray[Any]]) -> None:
    due = [(tuple(variable.shape), str(variable.dtype)) for variable in variables]
    came = [(weight.shape, weight.dtype.name) for weight in weights]
    if len(came) != len(due):
        message = f"the model has {len(due)} arrays of weights, but received {len(came)}."
        raise CannotRebuild(message)
    for i, (have, want) in enumerate(zip(came, due, strict=True)):
        if have != want:
            message = (
                f"array {i} of the model's weights has shape {have[0]} and dtype {have[1]}, "
                f"expected {want[0]} and {want[1]}."
            )
            raise CannotRebuild(message)


def _arrays(weights: Any) -> list[NDArray[Any]]:
    """Return weights as arrays; the count of a Normalization layer is a NumPy scalar."""
    if not isinstance(weights, (list, tuple)) or not all(
        isinstance(weight, (np.ndarray, np.generic)) for weight in weights
    ):
        message = "expected the model's weights as a list of arrays."
        raise CannotRebuild(message)
    return [np.asarray(weight) for weight in weights]


def _all_layers(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _all_layers(layer)


def _first_example(like: Any) -> Any:
    if isinstance(like, (list, tuple)) and all(isinstance(one, np.ndarray) for one in like):
        return [one[:1] for one in like]  # several inputs
    return np.asarray(like)[:1]


def _described(value: object) -> str:
    if value is None:
        return "nothing (None): is a `return` missing?"
    return f"an object of type {type(value).__name__[:40]}"
