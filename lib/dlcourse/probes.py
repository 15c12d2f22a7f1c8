"""Provide functions for hidden tests, so that no visible cell has to define them.

Tests call them with `check.run_remotely`, as in `check.run_remotely(probes.results)(...)`: the
candidate process (runs the student's code) calls them by name and returns plain data. In a
notebook they are ordinary functions.
"""

import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np


def value_and_gradient(function: Callable[..., Any], x: Any, *rest: Any) -> tuple[Any, Any]:
    """Return `function(x, *rest)` and its gradient with respect to `x`, by TensorFlow.

    Parameters
    ----------
    function
        Returns one number (a tensor); must be made of TensorFlow operations.
    x
        Numbers; sent as an array, and made a `tf.Variable`.
    *rest
        Further arguments of `function`.

    Returns
    -------
    tuple
        The value, and the gradient in the shape of `x`, or None when none reaches `x`.
    """
    import tensorflow as tf

    variable = tf.Variable(x)
    with tf.GradientTape() as tape:
        value = function(variable, *rest)
    return value, tape.gradient(value, variable)


def reaches(function: Callable[..., Any], args: Sequence[Any], models: Sequence[Any]) -> list[bool]:
    """Return, for each model, whether a gradient of `function(*args)` reaches its weights.

    A result that is not a tensor passes no gradient on, so it reaches nothing.
    """
    import tensorflow as tf

    with tf.GradientTape(persistent=True) as tape:
        result = function(*args)
        total = tf.reduce_sum(result) if tf.is_tensor(result) else None
    if total is None:
        return [False for _ in models]
    return [
        any(gradient is not None for gradient in tape.gradient(total, model.trainable_variables))
        for model in models
    ]


def results(thing: Any, calls: Iterable[Sequence[Any]]) -> list[Any]:
    """Return the results of a series of method calls on one object.

    Parameters
    ----------
    thing
        The student's object.
    calls
        Each `(method name, *arguments)`.
    """
    return [getattr(thing, method)(*arguments) for method, *arguments in calls]


def overwrite_after(thing: Any, method: str, *args: Any) -> None:
    """Call a method, then set every array that it was given to zero.

    An object that stored the caller's array instead of a copy has then lost its data.
    """
    getattr(thing, method)(*args)
    for argument in args:
        if isinstance(argument, np.ndarray):
            argument[...] = 0


def memory_of(
    make: Callable[..., Any], args: Sequence[Any], method: str, calls: Iterable[Sequence[Any]]
) -> int:
    """Return the bytes that an object uses after a series of calls of one method.

    An upper bound alone proves little: also check what the object does.
    """
    calls = list(calls)
    tracemalloc.start()
    try:
        thing = make(*args)
        for arguments in calls:
            getattr(thing, method)(*arguments)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
