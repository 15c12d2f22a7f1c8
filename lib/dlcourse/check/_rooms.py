"""The four words that know of a second room, and do nearly nothing without one."""

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import _room
from dlcourse.check._failure import fail


def here(model: Any, like: Any = None) -> Any:
    """Return a Keras model rebuilt on this side, from its configuration and weights.

    What is judged is then a model of Keras' own layers that nobody else holds: predict with it,
    count its parameters, look at its weights.

    Parameters
    ----------
    model
        A Keras model made of Keras' own layers; one with `Lambda` or custom layers is refused.
    like
        Data on which a model that has not been built yet is built.

    Returns
    -------
    keras.Model
        A copy without optimiser and loss, not stateful, for any batch size.

    Raises
    ------
    CheckFailed
        If it is not a Keras model, or holds what cannot be rebuilt.
    """
    if _room.current is not None:
        return _room.current.here(model, like)
    from dlcourse import models

    try:
        return models.copy_of(model, like)
    except models.CannotRebuild as error:
        fail(str(error), "", "")


def there(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that runs where the student's code lives.

    For what is about identity: whether a buffer keeps a copy, whether a gradient flows through
    the student's own layer. In one kernel it is the function itself.

    Examples
    --------
    >>> there(np.add)(1, 2)
    np.int64(3)
    """
    room = _room.current
    if room is None:
        return function
    return lambda *args, **kwargs: room.there(function, args, kwargs)


def changed(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the result of a call, and the positional arguments as the call left them.

    Plain data (arrays, lists, dictionaries, …) is copied before, so that what is given here stays
    as it is.

    Examples
    --------
    >>> numbers = [3, 1, 2]
    >>> changed(list.sort, numbers)
    (None, ([1, 2, 3],))
    >>> numbers
    [3, 1, 2]
    """
    if _room.current is not None:
        return _room.current.changed(function, args, kwargs)
    copies = tuple(_copied(argument) for argument in args)
    return function(*copies, **kwargs), copies


def seed(number: int) -> None:
    """Seed the global generators of Python, NumPy and (where imported) TensorFlow.

    With two rooms, those of both.
    """
    if _room.current is not None:
        _room.current.seed(number)
    random.seed(number)
    np.random.seed(number % 2**32)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(number)


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
