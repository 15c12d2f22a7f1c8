"""Make the references of what a test passes to student code and cannot send by value.

A function or class of a library or of a set-up cell is sent by name, a generator, Keras model or
optimizer as a copy that stays in the candidate process, and a function of the test is called back.
"""

import json
import sys
import types
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from autograder.exam.protocol.framing import NotTransferable
from autograder.exam.protocol.operations import Reference

_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    partial,
    type,
    np.ufunc,
    type(np.sum),  # the functions of NumPy that another array type may override
)


class Exports:
    """What one test cell has passed to student code by reference.

    Parameters
    ----------
    setup : the namespace of the set-up cells; its functions and classes are sent by name
    """

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.setup = {
            id(v): k for k, v in setup.items() if isinstance(v, types.FunctionType | type)
        }
        self.namedtuples = {k: v for k, v in setup.items() if isinstance(v, type)}
        self.callbacks: list[Callable[..., Any]] = []
        self.copied: list[
            Any
        ] = []  # what has a copy in the candidate process; the index is its key

    def name_of(self, cls: type) -> str | None:
        """Return the name of a class of the set-up cells, None for any other class."""
        return self.setup.get(id(cls))

    def refer(self, value: Any) -> tuple[str, Any]:
        """Return the reference (word, plain payload) of a value.

        Raises
        ------
        NotTransferable
            If it cannot be passed to student code.
        """
        if isinstance(value, np.random.Generator):
            return self._generator(value)
        if id(value) in self.setup:
            return Reference.NAME, ("", self.setup[id(value)])
        if isinstance(value, _FUNCTIONS):
            return self._function(value)
        if "keras" in sys.modules:
            keras = sys.modules["keras"]
            if isinstance(value, keras.Model):
                return self._model(value)
            if isinstance(value, keras.Optimizer):
                return self._optimizer(value)
        message = (
            f"A {type(value).__name__} cannot be passed to student code, since it would not be the "
            "same object there: make it there, check.run_remotely(f)(...)."
        )
        raise NotTransferable(message)

    def has_copy(self, value: Any) -> bool:
        """Return whether the candidate process has a copy of this very object."""
        return any(known is value for known in self.copied)

    def _key(self, value: Any) -> tuple[int, bool]:
        """Return the key of the copy of an object, and whether there is no copy yet."""
        for key, known in enumerate(self.copied):
            if known is value:
                return key, False
        self.copied.append(value)
        return len(self.copied) - 1, True

    def _generator(self, generator: np.random.Generator) -> tuple[str, Any]:
        key, is_new = self._key(generator)
        bits = generator.bit_generator
        state = dict(bits.state)
        if is_new:
            if not hasattr(bits, "jumped"):
                message = (
                    f"A generator with {type(bits).__name__} cannot be passed to student code: "
                    "use np.random.default_rng(seed)."
                )
                raise NotTransferable(message)
            bits.state = bits.jumped().state  # the two copies never draw the same numbers
        return Reference.GENERATOR, (key, state)

    def _function(self, function: Any) -> tuple[str, Any]:
        module = getattr(function, "__module__", None) or "numpy"  # ufuncs have none
        path = str(getattr(function, "__qualname__", None) or getattr(function, "__name__", ""))
        found: Any = sys.modules.get(module) if module != "__main__" else None
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is function:
            return Reference.NAME, (module, path)
        if isinstance(function, type):
            message = (
                f"The class {function.__name__} of the test cannot be passed to student code: "
                "define it in a set-up cell."
            )
            raise NotTransferable(message)
        self.callbacks.append(function)
        return Reference.CALLBACK, len(self.callbacks) - 1

    def _model(self, model: Any) -> tuple[str, Any]:
        if type(model).__module__.partition(".")[0] != "keras":
            message = f"A {type(model).__name__} is not of Keras' own classes: make it there."
            raise NotTransferable(message)
        key, is_new = self._key(model)
        if not is_new:
            return Reference.MODEL, (key,)
        return Reference.MODEL, (key, model.to_json(), [np.asarray(w) for w in model.get_weights()])

    def _optimizer(self, optimizer: Any) -> tuple[str, Any]:
        import keras

        key, is_new = self._key(optimizer)
        if not is_new:
            return Reference.OPTIMIZER, (key,)
        return Reference.OPTIMIZER, (key, json.dumps(keras.optimizers.serialize(optimizer)))
