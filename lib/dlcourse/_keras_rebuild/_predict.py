"""Predict with a rebuilt model in NumPy, if its layers are simple: `model.predict(x, verbose=0)`.

Keras' own `predict` starts TensorFlow's runtime and compiles a function, which takes a second for
each new model. The numbers are the same up to rounding: each layer is computed in float64 and
rounded to float32. Whatever is not certain to be the same is left to Keras.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dlcourse._keras_rebuild import _lazy

Array = NDArray[Any]
_ROWS = 256  # computed at a time


class _NotHere(Exception):
    """Something that only Keras can compute."""


def predict_in_numpy(model: Any) -> None:
    """Make a model predict in NumPy where that is possible."""
    of_keras = model.predict

    @wraps(of_keras)
    def predict(x: Any, *args: Any, **kwargs: Any) -> Any:
        if not args and kwargs.keys() <= {"verbose", "batch_size"} and kwargs.get("verbose") == 0:
            try:
                return _predict(model, x)
            except _NotHere:
                pass  # Keras can
        return of_keras(x, *args, **kwargs)

    vars(model)["predict"] = predict  # for this model only, and not tracked as a part of it


def _predict(model: Any, x: Any) -> Array:
    _require(type(x) is np.ndarray and x.dtype.kind in "fiu" and len(x) > 0)
    _require(x.dtype.itemsize <= 8)
    _require(len(model.inputs) == len(model.outputs) == 1)
    (due,) = model.inputs
    _require(due.dtype == "float32" and x.ndim == len(due.shape))
    _require(all(want in (None, have) for have, want in zip(x.shape, due.shape, strict=True)))
    rows = (x[first : first + _ROWS] for first in range(0, len(x), _ROWS))
    result = np.concatenate([_run(model, part.astype(np.float32)) for part in rows])
    _require(bool(np.isfinite(result).all()))  # what follows from NaN differs between libraries
    return result


def _run(model: Any, x: Array) -> Array:
    """Return the output of a model, whose layers may be models."""
    import keras

    graph = model._functional if type(model) is keras.Sequential else model
    _require("call" not in vars(model) and type(graph) is _functional())
    _require(len(graph.inputs) == len(graph.outputs) == 1)
    (output,) = _flat(graph._run_through_graph(x, operation_fn=_operation))
    return output


def _operation(layer: Any) -> Callable[..., Array]:
    """Return a layer as a function of an array."""
    import keras

    if type(layer) in (keras.Sequential, _functional()):
        return partial(_call, partial(_run, layer))
    of = _LAYERS.get(type(layer).__name__)
    _require(of is not None and type(layer) is getattr(keras.layers, type(layer).__name__))
    _require("call" not in vars(layer) and "__call__" not in vars(layer))
    _require(layer.compute_dtype == "float32" and not getattr(layer, "lora_enabled", False))
    _require(getattr(layer, "quantization_mode", None) is None)
    assert of is not None
    return partial(_call, partial(of, layer))


def _call(compute: Callable[[Array], Array], *args: Any, **kwargs: Any) -> Array:
    """Compute a layer on its only input, as Keras calls it for a prediction."""
    _require(len(args) == 1 and isinstance(args[0], np.ndarray))
    _require(all(value in (None, False) for value in kwargs.values()))
    with np.errstate(all="ignore"):  # TensorFlow warns of no overflow either
        return np.asarray(compute(args[0]).astype(np.float32))


def _functional() -> type:
    from keras.src.models.functional import Functional

    return Functional  # type: ignore[no-any-return]


def _flat(outputs: Any) -> list[Array]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _require(is_certain: bool) -> None:
    if not is_certain:
        raise _NotHere


def _value(variable: Any) -> Array:
    value = _lazy.value_of(variable)
    _require(value is not None and value.dtype == np.float32)
    assert value is not None
    return value.astype(np.float64)


# --- layers: each takes float32, and computes in float64 -----------------------------------------


def _dense(layer: Any, x: Array) -> Array:
    y = x.astype(np.float64) @ _value(layer._kernel)
    return _activated(layer, y + _value(layer.bias) if layer.bias is not None else y)


def _conv_2d(layer: Any, x: Array) -> Array:
    _require(layer.groups == 1 and set(layer.dilation_rate) == {1})
    kernel = _value(layer._kernel)  # (height, width, channels, filters)
    windows = _windows(layer, x, kernel.shape[:2], layer.strides, 0.0)
    y = np.tensordot(windows.astype(np.float64), kernel, axes=((4, 5, 3), (0, 1, 2)))
    return _activated(layer, y + _value(layer.bias) if layer.use_bias else y)


def _max_pooling_2d(layer: Any, x: Array) -> Array:
    windows = _windows(layer, x, layer.pool_size, layer.strides, -np.inf)
    return np.asarray(windows.max(axis=(4, 5)))


def _average_pooling_2d(layer: Any, x: Array) -> Array:
    _require(layer.padding == "valid")  # else the padding does not count
    windows = _windows(layer, x, layer.pool_size, layer.strides, 0.0)
    return np.asarray(windows.mean(axis=(4, 5), dtype=np.float64))


def _windows(layer: Any, x: Array, size: Any, strides: Any, fill: float) -> Array:
    """Return (rows, height, width, channels, window height, window width)."""
    _require(layer.data_format == "channels_last" and layer.padding in ("valid", "same"))
    if layer.padding == "same":
        pads = [_padding(x.shape[axis + 1], size[axis], strides[axis]) for axis in (0, 1)]
        x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    windows = sliding_window_view(x, tuple(size), axis=(1, 2))
    return np.asarray(windows[:, :: strides[0], :: strides[1]])


def _padding(length: int, size: int, stride: int) -> tuple[int, int]:
    """Return TensorFlow's padding "same": before and after."""
    missing = max((-(-length // stride) - 1) * stride + size - length, 0)
    return missing // 2, missing - missing // 2


def _global_average_pooling_2d(layer: Any, x: Array) -> Array:
    _require(layer.data_format == "channels_last")
    return np.asarray(x.mean(axis=(1, 2), dtype=np.float64, keepdims=bool(layer.keepdims)))


def _global_max_pooling_2d(layer: Any, x: Array) -> Array:
    _require(layer.data_format == "channels_last")
    return np.asarray(x.max(axis=(1, 2), keepdims=bool(layer.keepdims)))


def _batch_normalization(layer: Any, x: Array) -> Array:
    _require(layer.axis in (-1, x.ndim - 1))
    y = x.astype(np.float64) - _value(layer.moving_mean)
    y = y / np.sqrt(_value(layer.moving_variance) + layer.epsilon)
    y = y * _value(layer.gamma) if layer.scale else y
    return np.asarray(y + _value(layer.beta) if layer.center else y)


def _flatten(layer: Any, x: Array) -> Array:
    _require(layer.data_format == "channels_last" or x.ndim == 2)
    return x.reshape(len(x), -1)


def _reshape(layer: Any, x: Array) -> Array:
    return x.reshape(len(x), *(-1 if d is None else d for d in layer.target_shape))


def _rescaling(layer: Any, x: Array) -> Array:
    _require(type(layer.scale) in (int, float) and type(layer.offset) in (int, float))
    return np.asarray(x * np.float32(layer.scale) + np.float32(layer.offset))


def _identity(layer: Any, x: Array) -> Array:
    del layer  # such as Dropout: it acts during training only
    return x


def _relu_layer(layer: Any, x: Array) -> Array:
    _require(layer.max_value is None and layer.threshold == 0)
    return _leaky(x.astype(np.float64), float(layer.negative_slope))


def _leaky_relu_layer(layer: Any, x: Array) -> Array:
    return _leaky(x.astype(np.float64), float(layer.negative_slope))


def _softmax_layer(layer: Any, x: Array) -> Array:
    _require(layer.axis in (-1, x.ndim - 1))
    return _softmax(x.astype(np.float64))


def _activated(layer: Any, x: Array) -> Array:
    """Return the activation of a layer's result, which Keras rounds first."""
    import keras

    if layer.activation is None:
        return x
    name = getattr(layer.activation, "__name__", "")
    _require(name in _ACTIVATIONS and layer.activation is getattr(keras.activations, name))
    return _ACTIVATIONS[name](x.astype(np.float32).astype(np.float64))


_LAYERS: Mapping[str, Callable[[Any, Array], Array]] = {
    "Activation": _activated,
    "AveragePooling2D": _average_pooling_2d,
    "BatchNormalization": _batch_normalization,
    "Conv2D": _conv_2d,
    "Dense": _dense,
    "Dropout": _identity,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_average_pooling_2d,
    "GlobalMaxPooling2D": _global_max_pooling_2d,
    "LeakyReLU": _leaky_relu_layer,
    "MaxPooling2D": _max_pooling_2d,
    "ReLU": _relu_layer,
    "Rescaling": _rescaling,
    "Reshape": _reshape,
    "Softmax": _softmax_layer,
}


# --- activations ---------------------------------------------------------------------------------


def _softmax(x: Array) -> Array:
    _require(x.ndim > 1)
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _leaky(x: Array, slope: float) -> Array:
    return np.where(x > 0, x, slope * x)


def _sigmoid(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


_ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = {
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "exponential": np.exp,
    "leaky_relu": lambda x: _leaky(x, 0.2),
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "softmax": _softmax,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "tanh": np.tanh,
}
