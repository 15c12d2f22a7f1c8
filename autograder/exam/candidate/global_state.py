"""Keep the global state of the student's code apart from that of the kernel around it.

Student code may replace a built-in function, a function of a library, the filters of warnings or a
stream. It keeps what it has changed, and the kernel, which shares the process, works with what it
started with: `enter` is called before student code runs, `leave` after it.

This is for honest students and protects from nobody: student code can change it, too. `leave` looks
up no built-in name, because all of them may have been replaced when it is called.
"""

import enum
import functools
import os
import resource
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from signal import ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, setitimer
from socket import getdefaulttimeout, setdefaulttimeout
from sys import getprofile, getrecursionlimit, gettrace, setprofile, setrecursionlimit, settrace
from typing import Any, NamedTuple

RESERVED_FILES = 32
"""The open files that student code leaves to the kernel: for a connection, or for an import."""

# What the kernel uses; but not asyncio, of which some libraries replace parts that belong together.
_MODULES = """
    builtins json json.decoder json.encoder struct
    collections contextlib copy datetime dlcourse._seeding functools hashlib heapq importlib
    inspect io itertools json.scanner keras keras.utils linecache logging numpy numpy.random
    operator os posixpath queue random re select selectors signal socket string tensorflow
    tensorflow._api.v2.random threading time tokenize traceback types uuid warnings weakref
    """
_NAMES = tuple(_MODULES.split())
_AFTER_CALLS = 5  # so many of these modules are looked at after a call, too: each message uses them
_OTHER_TOOLS = (
    enum.Enum,  # such as the constants of `socket` and `signal`
    types.ModuleType,
    type(os.environ),
)
# IPython replaces the first of these while a cell runs, `warnings.catch_warnings` the others.
_REPLACED_BY_OTHERS = frozenset({"exit", "input", "quit", "showwarning", "_showwarnmsg_impl"})

_MISSING = object()
_SYSTEM = vars(sys)
_exit, _getpid = os._exit, os.getpid
_LOADED = sys.modules
_FILES = resource.RLIMIT_NOFILE
_getrlimit, _setrlimit = resource.getrlimit, resource.setrlimit
_filters_changed = warnings._filters_mutated  # type: ignore[attr-defined]
_zip, _BaseException = zip, BaseException


class Change(NamedTuple):
    """What student code has made of one name of a module; `_MISSING` if it has deleted it."""

    module: str
    namespace: dict[str, Any]
    name: str
    value: Any
    original: Any


class Watched(NamedTuple):
    """A module, and what the kernel may use of it: functions, classes, modules and constants."""

    module: str
    namespace: dict[str, Any]
    get: Callable[[dict[str, Any]], tuple[Any, ...]]  # returns the values of the names
    names: tuple[str, ...]
    values: tuple[Any, ...]


@functools.cache
def watched_modules() -> tuple[Watched, ...]:
    """Return what the kernel uses of the modules that are loaded at the first call.

    A fork server makes this call, so that no kernel has to.
    """
    found = (_watched(name, _LOADED[name]) for name in _NAMES if name in _LOADED)
    return tuple(each for each in found if len(each.names) > 1)


class GlobalState:
    """The global state of the kernel, and what student code has changed of it.

    Parameters
    ----------
    watched : the modules in which it looks for changes after a cell
    """

    def __init__(self, watched: Iterable[Watched]) -> None:
        self.watched = [_now(each) for each in watched]
        self.modules = dict(_LOADED)
        self.get_modules = itemgetter(*self.modules)
        self.module_values = tuple(self.modules.values())
        lists: tuple[list[Any], ...] = (sys.path, sys.meta_path, sys.path_hooks)
        self.import_lists = [(each, each[:]) for each in lists]
        self.changes: list[Change] = []
        self.is_inside = self.is_cell = False  # whether student code runs, and a cell
        self.is_thorough = True  # whether the last `leave` has looked everywhere
        self.process = _getpid()
        self.streams = self.their_streams = sys.stdout, sys.stderr
        self.filters = list(warnings.filters)
        self.their_filters: Sequence[Any] = self.filters
        self.recursion_limit = self.their_recursion_limit = getrecursionlimit()
        self.trace = self.their_trace = gettrace()
        self.profile = self.their_profile = getprofile()
        self.timeout = self.their_timeout = getdefaulttimeout()
        self.files = _getrlimit(_FILES)
        self.their_files = max(self.files[0] - RESERVED_FILES, 0), self.files[1]

    def enter(self, *, is_cell: bool = True) -> None:
        """Put back what student code has changed: it runs now.

        Parameters
        ----------
        is_cell : whether it is a cell. A call of a function is short, and expected to change less:
            afterwards only a few modules are looked at, and filters of warnings do not count.
        """
        for _, namespace, name, value, _ in self.changes:
            if value is _MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value
        if is_cell and self.their_filters is not self.filters:
            warnings.filters = self.their_filters
            _filters_changed()
        if self.their_streams is not self.streams:
            _SYSTEM["stdout"], _SYSTEM["stderr"] = self.their_streams
        if self.their_timeout != self.timeout:
            setdefaulttimeout(self.their_timeout)
        _limit_files(self.their_files)
        self.is_inside, self.is_cell = True, is_cell
        if self.their_recursion_limit != self.recursion_limit:
            _limit_recursion(self.their_recursion_limit)
        if self.their_profile is not self.profile:
            setprofile(self.their_profile)
        if self.their_trace is not self.trace:
            settrace(self.their_trace)

    def leave(self) -> bool:
        """Note what student code has changed, and undo it; return whether student code ran.

        A child process that student code has forked ends here: it must not act as this kernel.
        """
        if not self.is_inside:
            return False
        if _getpid() != self.process:
            _exit(0)  # a child that student code has forked, and which has done its work
        try:
            self._stop_timers_and_tracing()
        except _BaseException:  # a timer or a trace function raised; the latter has ended thereby
            self._stop_timers_and_tracing()
        self._undo_changes()
        self._undo_settings()
        if self.is_cell:
            self._undo_filters()
            self._add_missing_modules()
        self.is_inside, self.is_thorough = False, self.is_cell
        return True

    def look_everywhere(self) -> None:
        """Note and undo what student code has changed, also where `leave` has not looked."""
        try:
            if not self.is_thorough:
                self.leave()
                self.enter()
            self.leave()
        except _BaseException:  # a trace function raised, which ends it
            self.leave()

    def accept(self) -> None:
        """Take what a set-up cell has changed as the kernel's own state."""
        self.watched = [_now(each) for each in self.watched]
        self.their_filters = self.filters = list(warnings.filters)

    def replaced(self) -> Iterable[tuple[str, str]]:
        """Yield what student code has replaced: the names of a module and of its attribute."""
        for change in self.changes:
            yield change.module, change.name

    def _stop_timers_and_tracing(self) -> None:
        setitimer(ITIMER_REAL, 0)
        setitimer(ITIMER_VIRTUAL, 0)
        setitimer(ITIMER_PROF, 0)
        self.their_trace, self.their_profile = gettrace(), getprofile()
        if self.their_trace is not self.trace:
            settrace(self.trace)
        if self.their_profile is not self.profile:
            setprofile(self.profile)

    def _undo_changes(self) -> None:
        if not self.is_cell and not self.changes and self._few_are_unchanged():
            return
        changes = [
            Change(each.module, each.namespace, name, value, original)
            for each in self.watched
            if not _is_unchanged(each)
            for name, original in _zip(each.names, each.values)
            if (value := each.namespace.get(name, _MISSING)) is not original
        ]
        for _, namespace, name, _, original in changes:
            namespace[name] = original
        self.changes = changes

    def _few_are_unchanged(self) -> bool:
        return [True for each in self.watched[:_AFTER_CALLS] if not _is_unchanged(each)] == []

    def _undo_settings(self) -> None:
        limit = getrecursionlimit()
        self.their_recursion_limit = limit
        if limit != self.recursion_limit:
            setrecursionlimit(self.recursion_limit)
        self.their_timeout = getdefaulttimeout()
        if self.their_timeout != self.timeout:
            setdefaulttimeout(self.timeout)
        self._undo_streams()
        _limit_files(self.files)

    def _undo_filters(self) -> None:
        self.their_filters = self.filters
        if warnings.filters != self.filters:
            self.their_filters = warnings.filters
            warnings.filters = self.filters[:]
            _filters_changed()

    def _undo_streams(self) -> None:
        streams = _SYSTEM.get("stdout"), _SYSTEM.get("stderr")
        self.their_streams = self.streams
        if streams[0] is self.streams[0] and streams[1] is self.streams[1]:
            return
        _SYSTEM["stdout"], _SYSTEM["stderr"] = self.streams
        if _can_print(streams[0]) and _can_print(streams[1]):
            self.their_streams = streams

    def _add_missing_modules(self) -> None:
        sys.modules = _LOADED
        try:
            is_complete = self.get_modules(_LOADED) == self.module_values
        except _BaseException:
            is_complete = False
        if not is_complete:
            for name, module in self.modules.items():
                if _LOADED.get(name) is None:
                    _LOADED[name] = module
        for current, original in self.import_lists:
            for entry in original:
                if entry not in current:
                    current.append(entry)


def _watched(name: str, module: types.ModuleType) -> Watched:
    namespace = vars(module)
    names = ["__name__"]
    for key, value in namespace.items():
        is_used = callable(value) or isinstance(value, _OTHER_TOOLS)
        if is_used and key not in _REPLACED_BY_OTHERS:
            names.append(key)
    get = itemgetter(*names)
    return Watched(name, namespace, get, tuple(names), get(namespace) if names[1:] else ())


def _now(each: Watched) -> Watched:
    """Return the module as it is now."""
    return each if _is_unchanged(each) else _watched(each.module, _LOADED[each.module])


def _is_unchanged(each: Watched) -> bool:
    try:
        # Tuples compare identities first, which is much faster than a loop here.
        return each.get(each.namespace) == each.values
    except _BaseException:  # a name is missing, or what student code has put there cannot compare
        return False


def _can_print(stream: Any) -> bool:
    """Return whether student code can go on to print to a stream that it has chosen."""
    try:
        stream.write("")
        stream.flush()
    except Exception:
        return False
    return True


def _limit_recursion(limit: int) -> None:
    try:
        setrecursionlimit(limit)
    except RecursionError:  # the kernel itself is deeper
        return


def _limit_files(limits: tuple[int, int]) -> None:
    try:
        _setrlimit(_FILES, limits)
    except (ValueError, OSError):  # student code has lowered its own limit for good
        return
