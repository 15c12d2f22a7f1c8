"""Provide what tests need to work in one process and in two: copies, remote calls, seeds."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse._seeding import seed_generators
from dlcourse.check import _backend
from dlcourse.check._failure import fail


def local_copy(model: Any, like: Any = None) -> Any:
    """Return a copy of a Keras model, rebuilt from its configuration and weights.

    The copy consists of Keras' own layers, and student code has no reference to it: predict with
    it, count its parameters, look at its weights. While a submission is graded, the copy is made
    in the examiner process (runs the tests).

    Parameters
    ----------
    model
        A Keras model made of Keras' own layers; one with `Lambda` or custom layers is refused.
    like
        Data on which a model that is not built yet is built.

    Returns
    -------
    keras.Model
        A copy without optimizer and loss, not stateful, for any batch size.

    Raises
    ------
    CheckFailed
        If it is not a Keras model, or contains what cannot be rebuilt.
    """
    if _backend.current is not None:
        return _backend.current.local_copy(model, like)
    from dlcourse import _keras_rebuild

    try:
        return _keras_rebuild.copy_of(model, like)
    except _keras_rebuild.CannotRebuild as error:
        fail(str(error), "", "")


def run_remotely(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that runs in the candidate process (runs the student's code).

    Use it for what depends on identity: whether a buffer keeps a copy, whether a gradient flows
    through the student's own layer. In a notebook, where there is one process, it is the function
    itself.

    Examples
    --------
    >>> run_remotely(np.add)(1, 2)
    np.int64(3)
    """
    backend = _backend.current
    if backend is None:
        return function
    return lambda *args, **kwargs: backend.run_remotely(function, args, kwargs)


def call_and_inspect(
    function: Callable[..., Any], *args: Any, **kwargs: Any
) -> tuple[Any, tuple[Any, ...]]:
    """Call a function and return its result and its positional arguments after the call.

    Plain data (arrays, lists, dictionaries, …) is copied before the call, so the arguments that
    you pass stay unchanged.

    Examples
    --------
    >>> numbers = [3, 1, 2]
    >>> call_and_inspect(list.sort, numbers)
    (None, ([1, 2, 3],))
    >>> numbers
    [3, 1, 2]
    """
    if _backend.current is not None:
        return _backend.current.call_and_inspect(function, args, kwargs)
    copies = tuple(_copied(argument) for argument in args)
    return function(*copies, **kwargs), copies


def seed(number: int) -> None:
    """Seed the global generators of Python, NumPy and (where imported) TensorFlow and Keras.

    While a submission is graded, those of both processes.
    """
    if _backend.current is not None:
        _backend.current.seed(number)
    seed_generators(number)


def _copied(value: Any) -> Any:
    if type(value) is np.ndarray:
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(_copied(part) for part in value)
    if type(value) in (set, frozenset):
        return type(value)(value)
    if type(value) is dict:
        return {key: _copied(part) for key, part in value.items()}
    return value
