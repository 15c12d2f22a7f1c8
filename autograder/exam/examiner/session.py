"""Ask the candidate process on behalf of one test cell, and judge its replies.

Replies are decoded into plain data and remote objects, checked against the rules of the protocol,
and recorded in the transcript. Nothing else of what student code sends is used.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from autograder.exam.diagnosis.transcript import Entry, summary
from autograder.exam.examiner.callbacks import Callbacks
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
from autograder.exam.protocol.framing import NotTransferable, ProtocolViolation, TooLarge, refuse
from autograder.exam.protocol.operations import (
    ARITHMETIC,
    WITHOUT_EXPECTED_KIND,
    CallbackReply,
    Operation,
    Reference,
    Reply,
)
from autograder.notebook.cells import ExpectedKinds

_MAX_REMOTES = 1_000_000
_MAX_WARNINGS = 20  # of one reply
_MAX_NAME = 80  # characters of the name of a class

Lines = Callable[[], tuple[int, int]]
"""Returns the lines of the test cell that are running now: the innermost and the outermost."""


class ExaminerSession:
    """The conversation with the candidate during one test cell.

    Parameters
    ----------
    setup : the namespace of the set-up cells; its functions and classes are sent by name
    expected_kinds : what right answers returned: "<line> <operation>" -> ["plain", "remote"]
    lines : returns the lines of the test that are running

    Attributes
    ----------
    void : the error that voided the cell, if any; every request after it raises
    reached : the last statement of the test that sent a request
    kinds : what the student's answer returned, in the form of `expected_kinds`
    """

    def __init__(
        self,
        channel: Channel,
        setup: Mapping[str, Any],
        expected_kinds: ExpectedKinds,
        lines: Lines,
    ) -> None:
        self.channel, self.expected_kinds, self.lines = channel, expected_kinds, lines
        self.line = self.reached = 0
        self.exports = Exports(setup)
        self.callbacks = Callbacks(self.exports.callbacks, self.note)
        self.remotes: dict[int, RemoteObject] = {}
        self.has_remote = False  # whether the last message that was received has remote objects
        self.void: BaseException | None = None
        self.transcript: list[Entry] = []
        self.kinds: dict[str, set[str]] = {}

    # --- requests --------------------------------------------------------------------------------

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Return the candidate's reply to one request.

        Raises
        ------
        ProtocolViolation
            If a rule was broken, now or before in this cell.
        Exception
            What student code raised, as `exceptions.rebuild` returns it.
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
        except BaseException as error:  # in the middle of an exchange: the two are out of step
            self.void = self.void or error
            raise
        try:
            return self.judge(operation, *reply)
        except ProtocolViolation as violation:
            self.void = self.void or violation
            raise

    def name(self, name: str) -> tuple[bool, Any]:
        """Return whether the student has bound a name, and its value."""
        is_bound, value = self.ask(Operation.GET, name)
        if is_bound:
            self.check_kind(f"name {name}", value)
        return is_bound, value

    def give_up(self, what: str) -> NoReturn:
        """Void the cell for a violation that was found between two requests."""
        violation = ProtocolViolation(what)
        self.void = self.void or violation
        raise violation

    def finish(self) -> None:
        """End the cell: a message that is still waiting was not a reply, and voids it."""
        try:
            self.channel.expect_silence()
        except ProtocolViolation as violation:
            self.void = self.void or violation

    def exchange(self, message: Any) -> tuple[str, Any, Any]:
        """Send a request, serve callbacks, and return its reply: (outcome, value, warnings)."""
        self.channel.expect_silence()
        self.channel.send(message)
        while True:
            self.has_remote = False
            reply = decode(self.channel.receive(), self.resolve, self.exports.namedtuples.get)
            if type(reply) is not list or not reply or type(reply[0]) is not str:
                refuse("a reply that is not a list")
            if reply[0] == Reply.CALLBACK:
                answer, failed_check = self.callbacks.call(reply, is_plain=not self.has_remote)
                if failed_check is not None:
                    self.void = failed_check
                self.channel.send(self.encode_answer(answer))
                continue
            if reply[0] not in (Reply.VALUE, Reply.ERROR) or len(reply) != 3:
                refuse("a reply of the wrong kind")
            return reply[0], reply[1], reply[2]

    def encode_answer(self, answer: list[Any]) -> Any:
        """Return the answer to a callback as a message; if it is too large, an error that says so.

        How large the result of a function of the test is depends on what student code passed to it.
        """
        try:
            return encode(answer, self.refer, self.exports.name_of)
        except TooLarge as error:
            text = f"the result of a function of the test is too large: {error}"
            answer = [CallbackReply.RAISE, ("ValueError", text)]
            return encode(answer, self.refer, self.exports.name_of)

    # --- replies ---------------------------------------------------------------------------------

    def judge(self, operation: str, outcome: str, value: Any, warned: Any) -> Any:
        """Return the value of a reply, or raise its error, if it is one that the request allows."""
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

    def check_kind(self, place: str, value: Any) -> None:
        """Refuse a remote object where the reference and the variants returned plain data.

        If nothing is known of right answers, anything is accepted. If right answers are known but
        did not get as far as this line, only plain data is.
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
        """Add an entry to the transcript."""
        self.transcript.append([self.line, str(operation), what])

    def warn(self, warned: Any) -> None:
        """Issue the warnings of a reply again."""
        if type(warned) is not list or not all(is_pair_of_text(item) for item in warned):
            refuse("warnings that are not names and texts")
        for name, text in warned[:_MAX_WARNINGS]:
            warnings.warn(exceptions.WARNINGS.get(name, UserWarning)(text), stacklevel=5)

    # --- references ------------------------------------------------------------------------------

    def resolve(self, word: str, payload: Any) -> RemoteObject:
        """Return the remote object that a reference in a reply stands for."""
        if word != Reference.REMOTE or type(payload) is not tuple or len(payload) != 3:
            refuse(f"a reference of the kind {word[:40]!r}")
        number, kind, type_name = payload
        if type(number) is not int or not 0 <= number < _MAX_REMOTES:
            refuse("a remote object without a number")
        if type(kind) is not str or type(type_name) is not str or kind not in REMOTE_KINDS:
            refuse("a remote object of an unknown kind")
        self.has_remote = True
        if number not in self.remotes:
            self.remotes[number] = RemoteObject(self, number, kind, type_name[:_MAX_NAME])
        return self.remotes[number]

    def refer(self, x: Any) -> tuple[str, Any]:
        """Return the reference for something that the test passes to student code, or refuse it."""
        if type(x) is RemoteObject:
            if x._session is not self:
                message = f"{x!r} belongs to another test cell and no longer exists."
                raise NotTransferable(message)
            return Reference.REMOTE, x._number
        return self.exports.refer(x)
