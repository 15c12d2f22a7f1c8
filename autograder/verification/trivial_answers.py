"""Define answers that ignore the exercise, and must earn no points in any test."""

from collections.abc import Iterable, Mapping

_OPERATORS = "add radd sub rsub mul rmul truediv rtruediv pow rpow neg pos abs matmul rmatmul"

_OBJECTS = f"""
import numpy as np

class _EqualsEverything:
    __hash__ = None
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __le__ = __ge__ = __contains__ = __eq__
    def __bool__(self): return True
    def __float__(self): return 1.0
    def __int__(self): return 1
    __index__ = __int__
    def __len__(self): return 3
    def __iter__(self): return iter(())
    def __getitem__(self, key): return self
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self

class _NoDifference:
    pass

for _name in {_OPERATORS.split()!r}:
    setattr(_NoDifference, f"__{{_name}}__", lambda self, *others: 0.0)

class _LikeAnArray:
    shape, ndim, size, dtype = (3, 2), 2, 6, np.dtype("float64")
    def mean(self, *args, **kwargs): return 0.0
    def std(self, *args, **kwargs): return 1.0
    def max(self, *args, **kwargs): return 1.0
    min = sum = mean
    def __len__(self): return 3
    @property
    def __array_interface__(self): return np.zeros((3, 2)).__array_interface__
    def __array__(self, *args, **kwargs): return np.zeros((3, 2))

class _EqualFloat(float):
    __hash__ = None
    def __eq__(self, other): return True
    __ne__ = lambda self, other: False
    __lt__ = __gt__ = __le__ = __ge__ = __eq__

def _raise(error):
    raise error("no")
"""

TRIVIAL_ANSWERS: Mapping[str, str] = {
    "the first argument": "lambda *a, **k: a[0] if a else None",
    "zeros": "lambda *a, **k: np.zeros(np.shape(a[0])) if a else 0.0",
    "ones": "lambda *a, **k: np.ones(np.shape(a[0])) if a else 1.0",
    "NaN": "lambda *a, **k: np.full(np.shape(a[0]), np.nan) if a else float('nan')",
    "an empty list": "lambda *a, **k: []",
    "None": "lambda *a, **k: None",
    "True": "lambda *a, **k: True",
    "equals everything": "lambda *a, **k: _EqualsEverything()",
    "a float that equals everything": "lambda *a, **k: _EqualFloat(1.0)",
    "has no difference": "lambda *a, **k: _NoDifference()",
    "like an array": "lambda *a, **k: _LikeAnArray()",
    **{
        f"raises {name}": f"lambda *a, **k: _raise({name})"
        for name in (
            "AssertionError",
            "IndexError",
            "KeyError",
            "NotImplementedError",
            "StopIteration",
            "TypeError",
            "ValueError",
        )
    },
}
"""The object that each trivial answer binds all names of an exercise to."""


def trivial_answer(name: str, names: Iterable[str]) -> str:
    """Return the text of an answer cell that binds all `names` to one trivial answer."""
    return (
        _OBJECTS + "\n".join(f"{bound} = {TRIVIAL_ANSWERS[name]}" for bound in sorted(names)) + "\n"
    )
