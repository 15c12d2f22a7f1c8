"""Give a model its weights without starting TensorFlow's runtime, which takes a third of a second.

Each variable holds its value as an array, and becomes an ordinary variable the first time that
TensorFlow, an optimizer or an assignment needs it. Until then, weights can be read and counted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_REGISTER = "uninitialized_variables"  # Keras' list of variables that have no value yet


@contextmanager
def without_values() -> Iterator[list[Any]]:
    """Make variables without values inside the block; afterwards, the list contains them.

    Keras forgets them: otherwise it would give all of them values at a later time, of its own
    accord, however large they are.
    """
    import keras
    from keras.src.backend.common import global_state

    before = global_state.get_global_attribute(_REGISTER) or []
    made: list[Any] = []
    global_state.set_global_attribute(_REGISTER, made)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield made
    finally:
        global_state.set_global_attribute(_REGISTER, before)


def is_possible() -> bool:
    """Return whether Keras' backend is the one whose variables this module knows."""
    import keras

    return bool(keras.backend.backend() == "tensorflow")


def set_lazily(
    variables: Sequence[Any], weights: Sequence[Any], values: Sequence[NDArray[Any]]
) -> None:
    """Give values to the weights of a new model; other variables keep their initializers.

    Parameters
    ----------
    variables : all variables of the model, made by `without_values`
    weights : those that get the values, in their order
    """
    of_weights = dict(zip(map(id, weights), values, strict=True))
    for variable in variables:
        variable.__dict__[_LAZY] = of_weights.get(id(variable))
        kind: Any = type(variable)
        variable.__class__ = _lazy_class(kind)


def value_of(variable: Any) -> NDArray[Any] | None:
    """Return the value of a variable that TensorFlow has not needed yet; None for any other."""
    found: NDArray[Any] | None = vars(variable).get(_LAZY)
    return found


_LAZY = "_lazy_value"


@cache
def _lazy_class(original: Any) -> Any:
    """Return a subclass of Keras' class of variables, whose `_value` is made when it is needed."""

    def get(self: Any) -> Any:
        import tensorflow as tf

        value = vars(self).pop(_LAZY)
        self.__class__ = original
        self._value = None
        with tf.init_scope():
            if value is None:
                self._initialize_with_initializer(self._initializer)
            else:
                self._initialize(value)
        self._initializer = None
        return self._value

    def set_(self: Any, value: Any) -> None:
        vars(self).pop(_LAZY)
        self.__class__ = original
        self._value = value

    def numpy(self: Any) -> Any:
        value = value_of(self)
        # As of a tensor: a copy, and a NumPy scalar if it has no dimensions.
        return original.numpy(self) if value is None else np.array(value)[()]

    body = {"_value": property(get, set_), "numpy": numpy, "__module__": original.__module__}
    return type(original.__name__, (original,), body)
