"""Connect the functions of `dlcourse.check` in a test cell to the candidate process."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from dlcourse._seeding import seed_generators
from dlcourse.check import CheckFailed

from autograder.exam.examiner.remote_object import RemoteObject
from autograder.exam.examiner.session import ExaminerSession
from autograder.exam.protocol.framing import NotTransferable
from autograder.exam.protocol.operations import Operation, Reference


class CheckBackend:
    """The value of `dlcourse.check._backend.current` while a test cell runs; see `Backend`."""

    def __init__(self, session: ExaminerSession) -> None:
        self.session = session
        # Configuration and shapes of the weights of the student's models, when they were first
        # copied, by number of the remote object.
        self.known_models: dict[int, Any] = {}

    def run_remotely(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Call a function of a library or of a set-up cell in the candidate process."""
        if type(function) is not RemoteObject and self.session.refer(function)[0] != Reference.NAME:
            message = (
                "check.run_remotely takes a function of a library or a set-up cell, "
                f"not {function}."
            )
            raise NotTransferable(message)
        return self.session.ask(Operation.CALL, function, list(args), dict(kwargs))

    def call_and_inspect(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a function in the candidate process; return its result and its arguments."""
        result, after, _ = self.session.ask(
            Operation.CALL_AND_INSPECT, function, list(args), dict(kwargs)
        )
        if len(after) != len(args):
            self.session.give_up("another number of arguments after the call than before")
        return result, tuple(after)

    def seed(self, number: int) -> None:
        """Seed the global random generators of both processes."""
        self.session.ask(Operation.SEED, number)
        seed_generators(number)

    def local_copy(self, model: Any, like: Any) -> Any:
        """Rebuild a model in this process from its configuration and weights."""
        from dlcourse import _keras_rebuild

        try:
            return _keras_rebuild.rebuild(*self.parts(model, like), lazily=True)
        except _keras_rebuild.CannotRebuild as error:
            raise CheckFailed(str(error)) from error

    def parts(self, model: Any, like: Any) -> tuple[Any, list[Any]]:
        """Return the configuration and the weights of a model in either process."""
        from dlcourse import _keras_rebuild

        if type(model) is RemoteObject:
            return self._remote_parts(model, like)
        configuration = _keras_rebuild.rest_configuration(model, like)
        if self.session.exports.has_copy(model):
            # The candidate has a copy of the test's model, and may have trained it.
            return configuration, self.session.ask(Operation.LOCAL_COPY, model, like)[1]
        return configuration, [np.asarray(weights) for weights in model.get_weights()]

    def _remote_parts(self, model: RemoteObject, like: Any) -> tuple[Any, list[Any]]:
        try:
            text, weights = self.session.ask(Operation.LOCAL_COPY, model, like)
        except AssertionError as error:
            raise CheckFailed(str(error)) from error
        try:
            configuration = json.loads(text)
            known = (_without_trainable(configuration), [w.shape for w in weights])
        except (TypeError, ValueError, RecursionError):
            self.session.give_up("a configuration of a model that is not JSON")
        if self.known_models.setdefault(model._number, known) != known:
            message = "the model is not the same as before: its configuration has changed."
            raise CheckFailed(message)
        return configuration, weights


def _without_trainable(tree: Any) -> Any:
    """Return a configuration without its "trainable" fields, which training may change."""
    if isinstance(tree, dict):
        return {key: _without_trainable(value) for key, value in tree.items() if key != "trainable"}
    return [_without_trainable(item) for item in tree] if isinstance(tree, list) else tree
