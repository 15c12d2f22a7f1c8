"""A stand-in for an object that stays in the candidate: asks for it, and is never a verdict."""

from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

ITEMS_LIMIT = 100_000


class Asks(Protocol):
    """The room that a remote asks its questions through."""

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Return the candidate's answer."""

    def give_up(self, what: str) -> NoReturn:
        """Void the cell: the other side broke a rule."""


class RemoteObject:
    """An object of the student's, offering call, attributes, items, iteration and arithmetic.

    It forwards no special name, and raises where a test would take its word for a verdict: what
    `==`, `<`, `bool` or `float` say here would be said by the student.
    """

    __slots__ = ("_kind", "_number", "_session", "_type")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, session: Asks, number: int, kind: str, type_name: str) -> None:
        for name, value in (
            ("_session", session),
            ("_number", number),
            ("_kind", kind),
            ("_type", type_name),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        article = "the class" if self._kind == "class" else "an object of the class"
        return f"<{article} {self._type} of the student>"

    def _ask(self, operation: str, *arguments: Any) -> Any:
        if self._kind == "keras":
            message = (
                f"{self!r} is a Keras object, and what it says about itself is a claim: "
                "bring it here first, check.local_copy(...), or pass it on."
            )
            raise TypeError(message)
        return self._session.ask(operation, self, *arguments)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("call", list(args), kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        return self._ask("attribute", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set attribute", name, value)

    def __len__(self) -> int:
        return int(self._ask("length"))

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("set item", key, value)

    def __iter__(self) -> Iterator[Any]:
        iterator = self._ask("iterate")
        for _ in range(ITEMS_LIMIT):
            more, value = iterator._ask("next")
            if not more:
                return
            yield value
        self._session.give_up(f"{self!r} gave more than {ITEMS_LIMIT:,} items and did not end")

    def __next__(self) -> Any:
        more, value = self._ask("next")
        if not more:
            raise StopIteration
        return value

    def __add__(self, other: Any) -> Any:
        return self._ask("add", other)

    def __sub__(self, other: Any) -> Any:
        return self._ask("sub", other)

    def __mul__(self, other: Any) -> Any:
        return self._ask("mul", other)

    def __truediv__(self, other: Any) -> Any:
        return self._ask("truediv", other)

    def __pow__(self, other: Any) -> Any:
        return self._ask("pow", other)

    def __matmul__(self, other: Any) -> Any:
        return self._ask("matmul", other)

    def __neg__(self) -> Any:
        return self._ask("neg")

    def _no_verdict(self, *_: Any) -> NoReturn:
        message = f"{self!r} can't be compared or tested: compare values that it returns."
        raise TypeError(message)

    def _no_copy(self, *_: Any) -> NoReturn:
        message = f"{self!r} cannot be copied here: use check.run_remotely(copy.deepcopy)(...)."
        raise TypeError(message)

    __copy__ = __deepcopy__ = __reduce_ex__ = _no_copy
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _no_verdict
    __bool__ = __contains__ = __float__ = __int__ = __index__ = __complex__ = _no_verdict
    __array__ = __round__ = __abs__ = _no_verdict
