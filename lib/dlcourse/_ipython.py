"""Show the results of checks in a notebook: the ✓ line, a sentence for a stub, a warning.

`dlcourse.check` registers it with IPython when it is imported in a notebook.
"""

import ast
import sys
import textwrap
from collections.abc import Callable
from types import TracebackType
from typing import Any


def register(shell: Any, count_passed: Callable[[], int]) -> None:
    """Make an IPython shell show the results of checks after each cell.

    Parameters
    ----------
    shell
        The `InteractiveShell` of the notebook.
    count_passed
        Returns how many checks have passed so far in this process.
    """
    watch = _Watch(shell, count_passed)
    shell.events.register("pre_run_cell", watch.before)
    shell.events.register("post_run_cell", watch.after)
    shell.set_custom_exc((NotImplementedError,), show_not_attempted)


class _Watch:
    """The checks of each cell, and the names that the set-up cell defined."""

    def __init__(self, shell: Any, count_passed: Callable[[], int]) -> None:
        self.shell = shell
        self.count_passed = count_passed
        self.passed_before = count_passed()
        self.setup: str | None = None  # source of the cell that imported dlcourse.check
        self.bound: dict[str, Any] = {}

    def before(self, _: Any) -> None:
        self.passed_before = self.count_passed()

    def after(self, result: Any) -> None:
        source = getattr(getattr(result, "info", None), "raw_cell", None) or ""
        if result.success:
            _write_passed(self.count_passed() - self.passed_before)
        if self.setup in (None, source):
            self.setup = source
            space = self.shell.user_ns
            self.bound = {name: space[name] for name in bound_names(source) if name in space}
        else:
            self._warn_of_rebound()

    def _warn_of_rebound(self) -> None:
        space = self.shell.user_ns
        for name in [n for n, thing in self.bound.items() if space.get(n, thing) is not thing]:
            del self.bound[name]  # once is enough
            sys.stderr.write(
                f"`{name}` comes from the set-up of this notebook and now means something else. "
                "Tests keep the original: choose another name for yours.\n"
            )


def bound_names(source: str) -> set[str]:
    """Return the names that a cell imports or defines at its top level."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line magic: such a cell is skipped
        return set()
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.add(statement.name)
    return names


def show_not_attempted(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Show a `NotImplementedError` of a cell as one sentence, one of a library with traceback."""
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    last = frames[-1] if frames else None
    if last is None or last.f_globals is not shell.user_ns:
        lines = shell.InteractiveTB.structured_traceback(
            kind, error, error.__traceback__, tb_offset=tb_offset
        )
    else:
        lines = [wrapped(not_attempted(last.f_code.co_name))]
    shell._showtraceback(kind, error, lines)
    shown: list[str] = lines
    return shown


def not_attempted(function: str) -> str:
    """Return the sentence about a function that is still the stub of the release."""
    subject = "This cell" if function.startswith("<") else f"`{function}`"
    return (
        f"Not attempted yet: {subject} still says `raise NotImplementedError()`. "
        "Replace that line with your answer, run its cell, then this one again."
    )


def _write_passed(n: int) -> None:
    if n:
        sys.stdout.write(f"✓ {n:,} {'check' if n == 1 else 'checks'} passed\n")


def wrapped(text: str) -> str:
    """Return the text in lines of 72 characters: Jupyter breaks longer ones inside words."""
    return textwrap.fill(text, 72, subsequent_indent="  ", break_on_hyphens=False)
