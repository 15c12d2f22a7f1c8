"""The examiner's half of the room: asks the candidate, and believes nothing but values.

One `Room` lives as long as one test cell. It is what `dlcourse.check` finds in `_backend.current`.
"""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from dlcourse._seeding import seed_generators
from dlcourse.check import CheckFailed

from autograder.exam.diagnosis.transcript import Entry, summary
from autograder.exam.examiner.exports import Exports
from autograder.exam.examiner.remote_object import RemoteObject
from autograder.exam.examiner.reply_rules import (
    REMOTE_KINDS,
    fits,
    is_pair_of_text,
    kind_of,
    not_plain,
)
from autograder.exam.protocol import exceptions
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.decoding import decode
from autograder.exam.protocol.encoding import encode
from autograder.exam.protocol.framing import NotTransferable, ProtocolViolation, refuse
from autograder.exam.protocol.operations import (
    ARITHMETIC,
    WITHOUT_EXPECTED_KIND,
    CallbackReply,
    Operation,
    Reference,
    Reply,
)

CALLBACK_DEPTH = 4

Lines = Callable[[], tuple[int, int]]
"""The lines of the test cell that are running now: the innermost and the outermost one."""


class ExaminerSession:
    """Asks, judges the kind of what comes, and keeps the transcript.

    Parameters
    ----------
    setup : the namespace of the set-up cells; its functions and classes cross by name
    due : what was plain where the reference sat: "<line> <operation>" -> {"plain", "remote"}
    lines : tells which lines of the test are running
    """

    def __init__(
        self,
        channel: Channel,
        setup: Mapping[str, Any],
        expected_kinds: Mapping[str, list[str]],
        lines: Lines,
    ) -> None:
        self.channel, self.expected_kinds, self.lines = channel, expected_kinds, lines
        self.line = self.reached = 0  # the line that asks now; the last statement that asked
        self.exports = Exports(setup)
        self.remotes: dict[int, RemoteObject] = {}
        self.brought: dict[int, Any] = {}  # the student's models, as they were the first time
        self.has_remote = False  # in the message that came last
        self.void: BaseException | None = None
        self.depth = 0
        self.transcript: list[Entry] = []
        self.kinds: dict[str, set[str]] = {}

    # --- asking ----------------------------------------------------------------------------------

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Return the candidate's answer to one request.

        Raises
        ------
        RoomViolation
            If a rule was broken, now or before in this cell.
        Exception
            What student code raised, as `crossing.rebuild` gives it.
        """
        if self.void is not None:
            raise ProtocolViolation(str(self.void)) from self.void
        self.line, statement = self.lines()
        self.reached = max(self.reached, statement)
        if (
            operation in ARITHMETIC
            and self.expected_kinds
            and f"{self.line} {operation}" not in self.expected_kinds
        ):
            raise not_plain(arguments[0])
        message = encode([operation, *arguments], self.refer, self.exports.name_of)
        try:
            reply = self.exchange(message)
        except BaseException as broken:  # in the middle of a question: the rooms are out of step
            self.void = self.void or broken
            raise
        try:
            return self.judge(operation, *reply)
        except ProtocolViolation as violation:
            self.void = self.void or violation
            raise

    def give_up(self, what: str) -> NoReturn:
        """Void the cell for what was found out between two questions."""
        violation = ProtocolViolation(what)
        self.void = self.void or violation
        raise violation

    def finish(self) -> None:
        """End the cell: what comes now was not asked for."""
        try:
            self.channel.expect_silence()
        except ProtocolViolation as violation:
            self.void = self.void or violation

    def exchange(self, message: Any) -> tuple[str, Any, Any]:
        self.channel.expect_silence()
        self.channel.send(message)
        while True:
            self.has_remote = False
            reply = decode(self.channel.receive(), self.resolve, self.exports.namedtuples.get)
            if type(reply) is not list or not reply or type(reply[0]) is not str:
                refuse("a reply that is no list")
            if reply[0] == Reply.CALLBACK:
                self.channel.send(self.call_back(reply))
                continue
            if reply[0] not in (Reply.VALUE, Reply.ERROR) or len(reply) != 3:
                refuse("a reply of the wrong kind")
            return reply[0], reply[1], reply[2]

    def judge(self, operation: str, outcome: str, value: Any, warned: Any) -> Any:
        self.warn(warned)
        if outcome == Reply.ERROR:
            if not is_pair_of_text(value):
                refuse("an error that is not a name and a text")
            self.note(operation, {"error": value[0] or "other"})
            raise exceptions.rebuild(*value)
        if not fits(operation, value):
            refuse(f"a reply that does not fit the request {operation!r}")
        if operation not in WITHOUT_EXPECTED_KIND:
            judged = value[1] if operation == Operation.NEXT else value
            self.check_kind(f"{self.line} {operation}", judged)
        if operation not in (Operation.GET, Operation.ITERATE):
            self.note(operation, summary(value))
        return value

    def name(self, name: str) -> tuple[bool, Any]:
        """Return whether the student has bound a name, and to what."""
        is_bound, value = self.ask(Operation.GET, name)
        if is_bound:
            self.check_kind(f"name {name}", value)
        return is_bound, value

    def check_kind(self, place: str, value: Any) -> None:
        """Refuse a remote where the reference and the variants gave plain data.

        Where nothing is known of the right answers, any may come; where they are known but did
        not get this far, plain data only.
        """
        kind = kind_of(value) if self.has_remote else "plain"
        self.kinds.setdefault(place, set()).add(kind)
        if (
            kind != "plain"
            and self.expected_kinds
            and kind not in self.expected_kinds.get(place, ())
        ):
            self.note(place.partition(" ")[2], "remote")
            raise not_plain(value)

    def note(self, operation: str, what: Any) -> None:
        self.transcript.append([self.line, str(operation), what])

    def warn(self, warned: Any) -> None:
        if type(warned) is not list or not all(is_pair_of_text(item) for item in warned):
            refuse("warnings that are not names and texts")
        for name, text in warned[:20]:
            warnings.warn(exceptions.WARNINGS.get(name, UserWarning)(text), stacklevel=5)

    # --- callbacks -------------------------------------------------------------------------------

    def call_back(self, reply: list[Any]) -> Any:
        """Call a function of the test for the candidate, and encode what it returned."""
        if len(reply) != 4 or type(reply[2]) is not list or type(reply[3]) is not dict:
            refuse("a callback that is not a number, arguments and keywords")
        _, number, args, kwargs = reply
        if type(number) is not int or not 0 <= number < len(self.exports.callbacks):
            refuse("a callback to a function that was never handed out")
        if not all(type(name) is str for name in kwargs):
            refuse("a callback with keywords that are no names")
        if self.has_remote:
            refuse("a callback with something else than plain data")
        if self.depth >= CALLBACK_DEPTH:
            refuse(f"callbacks nested more than {CALLBACK_DEPTH} deep")
        self.note(Reply.CALLBACK, summary([args, kwargs]))
        self.depth += 1
        try:
            answer = [CallbackReply.ANSWER, self.exports.callbacks[number](*args, **kwargs)]
        except AssertionError as error:
            self.void = error
            answer = [CallbackReply.RAISE, ("AssertionError", "a check of the test failed")]
        except Exception as error:
            answer = [CallbackReply.RAISE, exceptions.describe(error)]
        finally:
            self.depth -= 1
        return encode(answer, self.refer, self.exports.name_of)

    # --- references ------------------------------------------------------------------------------

    def resolve(self, word: str, payload: Any) -> RemoteObject:
        if word != Reference.REMOTE or type(payload) is not tuple or len(payload) != 3:
            refuse(f"a reference of the kind {word[:40]!r}")
        number, kind, type_name = payload
        if type(number) is not int or not 0 <= number < 1_000_000:
            refuse("a remote without a number")
        if type(kind) is not str or type(type_name) is not str or kind not in REMOTE_KINDS:
            refuse("a remote of an unknown kind")
        self.has_remote = True
        if number not in self.remotes:
            self.remotes[number] = RemoteObject(self, number, kind, type_name[:80])
        return self.remotes[number]

    def refer(self, x: Any) -> tuple[str, Any]:
        """Name what the test hands to student code, or refuse it."""
        if type(x) is RemoteObject:
            if x._session is not self:
                message = f"{x!r} belongs to another test cell, and is gone with it."
                raise NotTransferable(message)
            return Reference.REMOTE, x._number
        return self.exports.refer(x)

    # --- the words of dlcourse.check -------------------------------------------------------------

    def run_remotely(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Call a library's or a set-up cell's function in the candidate."""
        if type(function) is not RemoteObject and self.refer(function)[0] != Reference.NAME:
            message = f"check.run_remotely takes a function of a library or a set-up cell, not {function}."
            raise NotTransferable(message)
        return self.ask(Operation.CALL, function, list(args), dict(kwargs))

    def call_and_inspect(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call the function there; return its result, and its arguments as the call left them."""
        result, after, _ = self.ask(Operation.CALL_AND_INSPECT, function, list(args), dict(kwargs))
        if len(after) != len(args):
            self.give_up("arguments that came back in another number")
        return result, tuple(after)

    def seed(self, number: int) -> None:
        """Seed the global generators of both rooms."""
        self.ask(Operation.SEED, number)
        seed_generators(number)

    def local_copy(self, model: Any, like: Any) -> Any:
        """Rebuild a model here from its configuration and weights."""
        from dlcourse import _keras_rebuild

        try:
            return _keras_rebuild.rebuild(*self.parts(model, like))
        except _keras_rebuild.CannotRebuild as error:
            raise CheckFailed(str(error)) from error

    def parts(self, model: Any, like: Any) -> tuple[Any, list[Any]]:
        """Return the configuration and the weights of a model, wherever it lives."""
        from dlcourse import _keras_rebuild

        if type(model) is RemoteObject:
            return self.brought_parts(model, like)
        configuration = _keras_rebuild.rest_configuration(model, like)
        if self.exports.has_copy(model):
            return configuration, self.ask(Operation.LOCAL_COPY, model, like)[1]
        return configuration, [np.asarray(w) for w in model.get_weights()]

    def brought_parts(self, model: RemoteObject, like: Any) -> tuple[Any, list[Any]]:
        try:
            text, weights = self.ask(Operation.LOCAL_COPY, model, like)
        except AssertionError as error:
            raise CheckFailed(str(error)) from error
        try:
            configuration = json.loads(text)
            known = (_unfrozen(configuration), [w.shape for w in weights])
        except (TypeError, ValueError, RecursionError):
            self.give_up("the configuration of a model that is not JSON")
        if self.brought.setdefault(model._number, known) != known:
            message = "the model is another one than before: its configuration has changed."
            raise CheckFailed(message)
        return configuration, weights


def _unfrozen(tree: Any) -> Any:
    """Return a configuration without what it says of being frozen, which training may change."""
    if isinstance(tree, dict):
        return {key: _unfrozen(value) for key, value in tree.items() if key != "trainable"}
    return [_unfrozen(item) for item in tree] if isinstance(tree, list) else tree
