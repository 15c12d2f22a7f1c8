"""Check the layers and the number of parameters of a Keras model."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from dlcourse.check import _format
from dlcourse.check._coerce import describe
from dlcourse.check._failure import fail, tally

Layer = str | tuple[str, Mapping[str, Any]]


def parameters(model: object, count: int, *, name: str = "", hint: str = "") -> None:
    """Check the number of parameters of a model.

    Parameters
    ----------
    model
        A Keras model, as `check.local_copy` returns it.
    count
        The expected number.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If the number differs; the message lists the numbers layer by layer.
    """
    keras_model = _require_model(model, name, hint)
    came = int(keras_model.count_params())
    if came != count:
        each = ", ".join(
            f"{_kind(layer)} {layer.count_params():,}" for layer in _inner(keras_model)
        )
        fail(
            f"{came:,} parameters, expected {count:,}. Layer by layer yours are: {each}."
            f"{_about_biases(keras_model, came, count)}",
            name,
            hint,
        )
    tally.passed += 1


def layers(model: object, expected: Sequence[Layer], *, name: str = "", hint: str = "") -> None:
    """Check the layers of a model, in order and without its inputs.

    Parameters
    ----------
    model
        A Keras model, as `check.local_copy` returns it.
    expected
        Names of Keras classes, each alone or with fields of its configuration:
        `["Flatten", ("Dense", {"units": 10, "activation": "softmax"})]`.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If the layers or their settings differ.
    """
    came = _inner(_require_model(model, name, hint))
    due = [(item, {}) if isinstance(item, str) else (item[0], dict(item[1])) for item in expected]
    have, want = [_kind(layer) for layer in came], [kind for kind, _ in due]
    if have != want:
        message = f"the layers are {' → '.join(have) or 'none'}, expected {' → '.join(want)}."
        fail(message + _first_difference(have, want), name, hint)
    for i, (layer, (kind, fields)) in enumerate(zip(came, due, strict=True)):
        configuration = layer.get_config()
        for field, value in fields.items():
            got = configuration.get(field)
            if _plain(got) != _plain(value):
                message = f"layer {i} ({kind}) has {field}={_format.value(got)}, expected "
                fail(f"{message}{_format.value(value)}.", name, hint)
    tally.passed += 1


def _require_model(model: object, name: str, hint: str) -> Any:
    keras = sys.modules.get("keras")
    if keras is None or not issubclass(type(model), keras.Model):
        fail(f"expected a Keras model, got {describe(model)}.", name, hint)
    return model


def _inner(model: Any) -> list[Any]:
    return [layer for layer in model.layers if _kind(layer) != "InputLayer"]


def _kind(layer: object) -> str:
    return type(layer).__name__


def _plain(value: Any) -> Any:
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def _first_difference(have: list[str], want: list[str]) -> str:
    if len(have) != len(want):
        return f" That is {_format.count(len(have), 'layer')}, expected {len(want)}."
    i = next(i for i, (a, b) in enumerate(zip(have, want, strict=True)) if a != b)
    return f" The first difference is layer {i}."


def _about_biases(model: Any, came: int, count: int) -> str:
    """Return a sentence if the difference is exactly the number of biases, else nothing."""
    biases = sum(
        int(weight.shape[-1])
        for layer in _inner(model)
        for weight in layer.weights
        if weight.name == "bias"
    )
    outputs = sum(
        int(layer.weights[0].shape[-1])
        for layer in _inner(model)
        if layer.weights and not layer.get_config().get("use_bias", True)
    )
    if biases and came - count == biases:
        return " The surplus is exactly the biases."
    return " What is missing is exactly the biases." if count - came == outputs > 0 else ""
