"""Answer the examiner's requests with the student's objects.

Nothing here is trusted: student code shares this process and may have replaced any of it. It only
has to be correct for a student who does not interfere with it.
"""

import importlib
import json
import operator
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from os import getpid
from typing import Any
from warnings import WarningMessage, catch_warnings, simplefilter

import numpy as np
from dlcourse._seeding import seed_generators

from autograder.exam.candidate.global_state import GlobalState, watched_modules
from autograder.exam.candidate.replacements import name_replacements
from autograder.exam.candidate.replicas import REPLICAS
from autograder.exam.protocol import exceptions
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.decoding import decode
from autograder.exam.protocol.encoding import encode
from autograder.exam.protocol.framing import ConnectionLost, NotTransferable, refuse
from autograder.exam.protocol.operations import (
    ARITHMETIC,
    CallbackReply,
    Operation,
    Reference,
    Reply,
)

WARNINGS_LIMIT = 20

# Bound here: while student code runs, what it has made of the built-in names is in force.
_next_item, _setattr, _BaseException = next, setattr, BaseException
_END = object()


def serve(
    channel: Channel,
    space: Mapping[str, Any],
    setup: Mapping[str, Any],
    state: GlobalState | None = None,
) -> None:
    """Answer the examiner's requests until it closes the connection.

    `space` is the student's namespace, `setup` that of the set-up cells: its functions run with
    their own globals, whatever the student has bound to their names. `state` is the global state
    that student code may have changed; that of a new process if None.
    """
    server = _RequestServer(channel, space, setup, state or GlobalState(watched_modules()))
    try:
        while True:
            try:
                request = server.receive()
            except Exception as error:  # an argument that cannot be made here
                server.reply([Reply.ERROR, exceptions.describe(error)], [])
            else:
                server.answer(request)
    except ConnectionLost:
        return


class _RequestServer:
    """The objects and copies that the examiner refers to during one test cell."""

    def __init__(
        self,
        channel: Channel,
        space: Mapping[str, Any],
        setup: Mapping[str, Any],
        state: GlobalState,
    ) -> None:
        self.channel, self.space, self.setup, self.state = channel, space, setup, state
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}  # id() of an object -> its index in `objects`
        self.copies: dict[int, Any] = {}  # the examiner's key -> generator, model or optimizer
        self.names = {id(v): k for k, v in setup.items() if isinstance(v, type)}
        self.turn = threading.RLock()  # student code may have threads: one calls back at a time
        self.serving = 0

    # --- messages --------------------------------------------------------------------------------

    def receive(self) -> Any:
        return decode(self.channel.receive(), self.resolve, self.setup.get)

    def send(self, value: Any, refer: Callable[[Any], tuple[str, Any]]) -> None:
        self.channel.send(encode(value, refer, lambda cls: self.names.get(id(cls))))

    def answer(self, request: Any) -> None:
        operation, *arguments = request
        self.serving += 1
        value, error, caught = self.perform(operation, arguments)
        reply = [Reply.VALUE, value] if error is None else [Reply.ERROR, self.describe(error)]
        with self.turn:
            self.serving -= 1
            self.reply(reply, [_warning(w) for w in caught[:WARNINGS_LIMIT]])

    def perform(
        self, operation: str, arguments: list[Any]
    ) -> tuple[Any, BaseException | None, list[WarningMessage]]:
        """Run student code; return its value or its error, and its warnings."""
        with catch_warnings(record=True) as caught:
            simplefilter("always")
            if operation not in _OWN_WORK:
                self.state.enter(is_cell=False)
            try:
                return _OPERATIONS[operation](self, *arguments), None, caught
            except _BaseException as error:
                return None, error, caught
            finally:
                self.state.leave()

    def describe(self, error: BaseException) -> tuple[str, str]:
        """Return the name and text of an error; an empty text only if a student's cell raised it.

        An answer that is still the stub raises NotImplementedError without a text. So do some
        libraries, for a method that a class should have.
        """
        name, text = exceptions.describe(error)
        if not text and isinstance(error, NotImplementedError):
            *_, (frame, _) = traceback.walk_tb(error.__traceback__)
            if frame.f_globals is not self.space:
                module = frame.f_globals.get("__name__", "code without a module")
                text = f"raised by {frame.f_code.co_qualname} of {module}"
        replaced = name_replacements(error, self.space, self.setup, self.state)
        return name, f"{text}{replaced}"

    def reply(self, reply: list[Any], warned: list[tuple[str, str]]) -> None:
        try:
            self.send([*reply, warned], self.refer)
        except NotTransferable as error:
            self.send([Reply.ERROR, ("", str(error)), warned], self.refer)

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if getpid() != self.state.process:
            message = "A function of the test was called in another process."
            raise RuntimeError(message)
        was_inside = self.state.leave()
        try:
            return self.exchange(number, args, kwargs)
        finally:
            if was_inside:
                self.state.enter(is_cell=False)

    def exchange(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with self.turn:
            if not self.serving:
                message = "A function of the test was called while the test had no request open."
                raise RuntimeError(message)
            self.send([Reply.CALLBACK, number, list(args), kwargs], _only_plain)
            while (message := self.receive())[0] not in (CallbackReply.ANSWER, CallbackReply.RAISE):
                self.answer(message)
        if message[0] == CallbackReply.RAISE:
            raise exceptions.rebuild(*message[1])
        return message[1]

    # --- references ------------------------------------------------------------------------------

    def refer(self, x: Any) -> tuple[str, Any]:
        number = self.numbers.setdefault(id(x), len(self.objects))
        if number == len(self.objects):
            self.objects.append(x)
        return Reference.REMOTE, (number, _kind(x), str(type(x).__name__)[:80])

    def resolve(self, word: str, payload: Any) -> Any:
        match word:
            case Reference.REMOTE:
                return self.objects[payload]
            case Reference.NAME:
                return self.named(*payload)
            case Reference.CALLBACK:
                return lambda *args, **kwargs: self.call_back(payload, args, kwargs)
            case Reference.GENERATOR | Reference.MODEL | Reference.OPTIMIZER:
                key, *rest = payload
                if key not in self.copies:
                    self.copies[key] = REPLICAS[word](*rest)
                return self.copies[key]
            case _:
                return refuse(f"a reference of the kind {word}")

    def named(self, module: str, path: str) -> Any:
        if module == "":
            return self.setup[path]
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        return found


# --- operations: what a test may do with the objects ---------------------------------------------


def _get(server: _RequestServer, name: str) -> tuple[bool, Any]:
    return name in server.space, server.space.get(name)


def _call(_: _RequestServer, f: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return f(*args, **kwargs)


def _changed(
    _: _RequestServer, f: Any, args: list[Any], kwargs: dict[str, Any]
) -> tuple[Any, list[Any], dict[str, Any]]:
    return f(*args, **kwargs), args, kwargs


def _set(_: _RequestServer, x: Any, name: str, value: Any) -> None:
    _setattr(x, name, value)


def _set_item(_: _RequestServer, x: Any, key: Any, value: Any) -> None:
    x[key] = value


def _next(_: _RequestServer, iterator: Any) -> tuple[bool, Any]:
    item = _next_item(iterator, _END)
    return (False, None) if item is _END else (True, item)


def _here(_: _RequestServer, model: Any, like: Any) -> tuple[str, list[Any]]:
    from dlcourse import _keras_rebuild

    try:
        configuration = _keras_rebuild.rest_configuration(model, like)
    except _keras_rebuild.CannotRebuild as error:
        raise AssertionError(str(error)) from error
    return json.dumps(configuration), [np.asarray(w) for w in model.get_weights()]


def _seed(_: _RequestServer, seed: int) -> None:
    seed_generators(seed)


def _without_server(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, *arguments: f(*arguments)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    Operation.GET: _get,
    Operation.CALL: _call,
    Operation.CALL_AND_INSPECT: _changed,
    Operation.GET_ATTRIBUTE: _without_server(getattr),
    Operation.SET_ATTRIBUTE: _set,
    Operation.GET_ITEM: _without_server(operator.getitem),
    Operation.SET_ITEM: _set_item,
    Operation.LENGTH: _without_server(len),
    Operation.ITERATE: _without_server(iter),
    Operation.NEXT: _next,
    Operation.LOCAL_COPY: _here,
    Operation.SEED: _seed,
    **{name: _without_server(getattr(operator, name)) for name in ARITHMETIC},
}


_OWN_WORK = frozenset({Operation.GET, Operation.LOCAL_COPY, Operation.SEED})
"""The operations that run no student code: they keep the kernel's own state."""


# --- references and warnings ---------------------------------------------------------------------


def _only_plain(x: Any) -> tuple[str, Any]:
    message = (
        f"A function of the test takes plain data (numbers, arrays, lists), not a "
        f"{type(x).__name__}. Inside tf.function, call it with eager tensors instead."
    )
    raise NotTransferable(message)


def _kind(x: Any) -> str:
    if isinstance(x, type):
        return "class"
    if "keras" in sys.modules and type(x).__module__.startswith("keras."):
        keras = sys.modules["keras"]
        if isinstance(x, keras.Layer | keras.Optimizer | keras.Loss | keras.Metric):
            return "keras"
    return "object"


def _warning(warned: WarningMessage) -> tuple[str, str]:
    return exceptions.describe_warning(warned.category, warned.message)
