"""Stand in for an object that stays in the candidate process."""

from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from dlcourse.check._backend import RemoteObjectBase

from autograder.exam.protocol.operations import Operation

ITEMS_LIMIT = 100_000


class Session(Protocol):
    """What a remote object needs of the session of its test cell."""

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Return the candidate's reply to a request."""

    def give_up(self, what: str) -> NoReturn:
        """Void the test cell: the candidate broke a rule."""


class RemoteObjectMisused(TypeError):
    """A test used a remote object in a way that would let student code choose the verdict."""


class RemoteObject(RemoteObjectBase):
    """An object of the student's that offers calls, attributes, items, iteration and arithmetic.

    It forwards no special name. It raises where a test would use its reply as a verdict: the
    result of `==`, `<`, `bool` or `float` would be chosen by student code.

    Parameters
    ----------
    number : the candidate's number of the object
    kind : "object", "class" or "keras"
    type_name : the name of its class
    """

    __slots__ = ("_kind", "_number", "_session", "_type")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, session: Session, number: int, kind: str, type_name: str) -> None:
        for name, value in (
            ("_session", session),
            ("_number", number),
            ("_kind", kind),
            ("_type", type_name),
        ):
            object.__setattr__(self, name, value)  # its own `__setattr__` asks the candidate

    def __repr__(self) -> str:
        article = "the class" if self._kind == "class" else "an object of the class"
        return f"<{article} {self._type} of the student>"

    def _ask(self, operation: Operation, *arguments: Any) -> Any:
        if self._kind == "keras":
            message = (
                f"{self!r} is a Keras object, and student code decides what it says about itself: "
                "copy it first, check.local_copy(...), or pass it on."
            )
            raise RemoteObjectMisused(message)
        return self._session.ask(operation, self, *arguments)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(Operation.CALL, list(args), kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        return self._ask(Operation.GET_ATTRIBUTE, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask(Operation.SET_ATTRIBUTE, name, value)

    def __len__(self) -> int:
        return int(self._ask(Operation.LENGTH))

    def __getitem__(self, key: Any) -> Any:
        return self._ask(Operation.GET_ITEM, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask(Operation.SET_ITEM, key, value)

    def __iter__(self) -> Iterator[Any]:
        iterator = self._ask(Operation.ITERATE)
        for _ in range(ITEMS_LIMIT):
            has_item, item = iterator._ask(Operation.NEXT)
            if not has_item:
                return
            yield item
        self._session.give_up(f"{self!r} gave more than {ITEMS_LIMIT:,} items and did not end")

    def __next__(self) -> Any:
        has_item, item = self._ask(Operation.NEXT)
        if not has_item:
            raise StopIteration
        return item

    def __add__(self, other: Any) -> Any:
        return self._ask(Operation.ADD, other)

    def __sub__(self, other: Any) -> Any:
        return self._ask(Operation.SUB, other)

    def __mul__(self, other: Any) -> Any:
        return self._ask(Operation.MUL, other)

    def __truediv__(self, other: Any) -> Any:
        return self._ask(Operation.TRUEDIV, other)

    def __pow__(self, other: Any) -> Any:
        return self._ask(Operation.POW, other)

    def __matmul__(self, other: Any) -> Any:
        return self._ask(Operation.MATMUL, other)

    def __neg__(self) -> Any:
        return self._ask(Operation.NEG)

    def _refuse_verdict(self, *_: Any) -> NoReturn:
        message = f"{self!r} cannot be compared or tested: compare values that it returns."
        raise RemoteObjectMisused(message)

    def _refuse_copy(self, *_: Any) -> NoReturn:
        message = f"{self!r} cannot be copied here: use check.run_remotely(copy.deepcopy)(...)."
        raise RemoteObjectMisused(message)

    __copy__ = __deepcopy__ = __reduce_ex__ = _refuse_copy
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse_verdict
    __bool__ = __contains__ = __float__ = __int__ = __index__ = __complex__ = _refuse_verdict
    __array__ = __round__ = __abs__ = _refuse_verdict
