"""Call functions of the test when student code asks for it.

A test may pass one of its functions to student code. It stays in the examiner process. The
candidate asks for a call while the examiner waits for a reply, so calls nest strictly.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograder.exam.diagnosis.transcript import summary
from autograder.exam.protocol import exceptions
from autograder.exam.protocol.framing import refuse
from autograder.exam.protocol.operations import CallbackReply, Reply

CALLBACK_DEPTH = 4

Note = Callable[[str, Any], None]
"""Adds an entry to the transcript: the kind of the request, and what it carried."""


class Callbacks:
    """The functions of one test cell that student code may call.

    Parameters
    ----------
    functions : those passed to student code so far, by their numbers
    note : records a call in the transcript
    """

    def __init__(self, functions: Sequence[Callable[..., Any]], note: Note) -> None:
        self.functions, self.note = functions, note
        self.depth = 0  # how many calls are running now, each inside the one before

    def call(
        self, request: list[Any], *, is_plain: bool
    ) -> tuple[list[Any], AssertionError | None]:
        """Call the function that a request of the candidate names.

        Parameters
        ----------
        is_plain : whether the request has only plain data, no remote objects

        Returns
        -------
        The answer to the candidate, and the error if a check failed in the function: then the test
        cell earns nothing, whatever student code catches.

        Raises
        ------
        ProtocolViolation
            If the request breaks a rule.
        """
        if len(request) != 4 or type(request[2]) is not list or type(request[3]) is not dict:
            refuse("a callback that is not a number, arguments and keywords")
        _, number, args, kwargs = request
        if type(number) is not int or not 0 <= number < len(self.functions):
            refuse("a callback to a function that was never passed to student code")
        if not all(type(name) is str for name in kwargs):
            refuse("a callback with keywords that are not names")
        if not is_plain:
            refuse("a callback with something other than plain data")
        if self.depth >= CALLBACK_DEPTH:
            refuse(f"callbacks nested more than {CALLBACK_DEPTH} deep")
        self.note(Reply.CALLBACK, summary([args, kwargs]))
        self.depth += 1
        try:
            return [CallbackReply.ANSWER, self.functions[number](*args, **kwargs)], None
        except AssertionError as error:
            return [CallbackReply.RAISE, ("AssertionError", "a check of the test failed")], error
        except Exception as error:
            return [CallbackReply.RAISE, exceptions.describe(error)], None
        finally:
            self.depth -= 1
