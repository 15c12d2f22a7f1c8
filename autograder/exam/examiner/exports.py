"""What the test hands to student code by reference: by name, as a copy, or to be called back."""

import json
import sys
import types
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from autograder.exam.protocol.framing import NotTransferable

_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    partial,
    type,
    np.ufunc,
    type(np.sum),  # what NumPy dispatches to other arrays' own functions
)


class Exports:
    """Names what has identity, and remembers what a test cell has handed out.

    Parameters
    ----------
    setup : the namespace of the set-up cells; its functions and classes cross by name
    """

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.setup = {
            id(v): k for k, v in setup.items() if isinstance(v, types.FunctionType | type)
        }
        self.namedtuples = {k: v for k, v in setup.items() if isinstance(v, type)}
        self.callbacks: list[Callable[..., Any]] = []
        self.crossed: list[Any] = []  # generators, models, optimisers that have a copy there

    def name_of(self, cls: type) -> str | None:
        """Return the name of a class of the set-up cells."""
        return self.setup.get(id(cls))

    def refer(self, x: Any) -> tuple[str, Any]:
        """Name what the test hands to student code, or refuse it."""
        if isinstance(x, np.random.Generator):
            return self.generator(x)
        if id(x) in self.setup:
            return "name", ("", self.setup[id(x)])
        if isinstance(x, _FUNCTIONS):
            return self.function(x)
        if "keras" in sys.modules:
            keras = sys.modules["keras"]
            if isinstance(x, keras.Model):
                return self.model(x)
            if isinstance(x, keras.Optimizer):
                return self.optimizer(x)
        message = (
            f"A {type(x).__name__} can't be handed to student code, since it would not be the same "
            "object there: make it there, check.run_remotely(f)(...)."
        )
        raise NotTransferable(message)

    def key(self, x: Any) -> tuple[int, bool]:
        """Return the key of the copy of x, and whether it is new."""
        for key, known in enumerate(self.crossed):
            if known is x:
                return key, False
        self.crossed.append(x)
        return len(self.crossed) - 1, True

    def generator(self, x: np.random.Generator) -> tuple[str, Any]:
        key, is_new = self.key(x)
        bits = x.bit_generator
        state = dict(bits.state)
        if is_new:
            if not hasattr(bits, "jumped"):
                message = f"A {type(bits).__name__} can't cross: use np.random.default_rng(seed)."
                raise NotTransferable(message)
            bits.state = bits.jumped().state  # the two copies never draw the same numbers
        return "generator", (key, state)

    def function(self, x: Any) -> tuple[str, Any]:
        module = getattr(x, "__module__", None) or "numpy"  # ufuncs have none
        path = str(getattr(x, "__qualname__", None) or getattr(x, "__name__", ""))
        found: Any = sys.modules.get(module) if module != "__main__" else None
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is x:
            return "name", (module, path)
        if isinstance(x, type):
            message = f"The class {x.__name__} of the test can't cross: define it in a set-up cell."
            raise NotTransferable(message)
        self.callbacks.append(x)
        return "callback", len(self.callbacks) - 1

    def model(self, x: Any) -> tuple[str, Any]:
        if type(x).__module__.partition(".")[0] != "keras":
            message = f"A {type(x).__name__} is not of Keras' own classes: make it there."
            raise NotTransferable(message)
        key, is_new = self.key(x)
        if not is_new:
            return "model", (key,)
        return "model", (key, x.to_json(), [np.asarray(w) for w in x.get_weights()])

    def optimizer(self, x: Any) -> tuple[str, Any]:
        import keras

        key, is_new = self.key(x)
        text = json.dumps(keras.optimizers.serialize(x)) if is_new else ""
        return "optimizer", (key, text) if is_new else (key,)
