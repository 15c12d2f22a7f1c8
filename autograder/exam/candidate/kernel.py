"""Run the candidate's kernel: IPython's kernel, with one socket to the grader instead of ZeroMQ's.

Started as `python -P -s -m autograder.exam.candidate.kernel FD`, it reads one request a line from
the socket FD, as JSON, and writes frames of outputs (`frames`); an idle frame ends each request.

    {"id": ..., "kind": "execute", "content": ...}   run a cell of the student's
    {"id": ..., "kind": "setup", "content": ...}     run a set-up cell in its own namespace
    {"id": ..., "kind": "serve", "content": ...}     answer the examiner during one test cell
    {"id": ..., "kind": "ping", "content": ...}      do nothing: the idle frame is the answer

Set-up and serving are separate from "execute", so that a student's AST and input transformers,
hooks and replaced `do_execute` affect only the student's own cells.
"""

import builtins
import contextlib
import getpass
import random
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
from dlcourse._seeding import seed_generators
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.inputtransformer2 import TransformerManager
from traitlets.config import Config

from autograder.exam.candidate.conda import replace_conda
from autograder.exam.candidate.frames import IDLE, Frame
from autograder.exam.candidate.global_state import GlobalState, watched_modules
from autograder.exam.candidate.publishing import OutputSession, OutputThread
from autograder.exam.candidate.request_loop import RequestLoop
from autograder.exam.candidate.server import serve
from autograder.exam.protocol.channel import Channel

_CONFIG = Config({"HistoryManager": {"enabled": False}})
NO_INPUT = (
    "input() gets no answer in the exam: nobody types there. Assign the value in your code instead."
)
EXIT = "exit() ends only this cell in the exam."


class ExamKernel(IPythonKernel):  # type: ignore[misc]
    """Run the student's cells, and answer the examiner between them."""

    _supports_kernel_subshells = False

    def __init__(self, **kwargs: Any) -> None:
        main_thread = SimpleNamespace(parent_thread=threading.main_thread())
        super().__init__(shell_channel_thread=main_thread, **kwargs)
        self.exam_seed = 0
        self.exam_setup: dict[str, Any] = {"__name__": "exam", "get_ipython": lambda: self.shell}
        self.exam_state = GlobalState(())
        self.shell.ask_exit = _end_cell
        self._run_code, self._show_traceback = self.shell.run_code, self.shell.showtraceback
        self.shell.run_code, self.shell.showtraceback = self.run_code, self.show_traceback

    def start(self) -> None:
        """Start the kernel, and note the global state that student code may change."""
        super().start()
        for stream in (sys.stdout, sys.stderr):
            vars(stream).update(close=_leave_open, write=partial(self.write, stream.write))
        builtins.input = _no_input
        setattr(getpass, "getpass", _no_input)  # noqa: B010
        self.exam_state = GlobalState(watched_modules())

    def write(self, write: Callable[[str], int | None], text: str) -> int | None:
        """Write to a stream: if built-in names have been replaced, with the kernel's own."""
        if not self.exam_state.changes:
            return write(text)
        is_cell, was_inside = self.exam_state.is_cell, self.exam_state.leave()
        try:
            return write(text)
        finally:
            if was_inside:
                self.exam_state.enter(is_cell=is_cell)

    def raw_input(self, prompt: object = "") -> NoReturn:
        """Answer `input`."""
        _no_input(prompt)

    def getpass(self, prompt: object = "", *_: Any, **__: Any) -> NoReturn:
        """Answer `getpass.getpass`."""
        _no_input(prompt)

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        """Seed the global generators, then run the cell as IPython does."""
        self.seed()
        self.add_missing_names()
        return await super().do_execute(*args, **kwargs)

    async def run_code(self, *args: Any, **kwargs: Any) -> bool:
        """Run compiled code of the student's, with the global state that it left behind."""
        self.exam_state.enter()
        try:
            return bool(await self._run_code(*args, **kwargs))
        finally:
            self.exam_state.leave()

    def show_traceback(self, *args: Any, **kwargs: Any) -> None:
        """Show an error, with the global state of the kernel."""
        was_inside = self.exam_state.leave()
        try:
            self._show_traceback(*args, **kwargs)
        finally:
            if was_inside:
                self.exam_state.enter()

    def seed(self) -> None:
        """Seed the global generators."""
        try:
            seed_generators(self.exam_seed)
        except Exception:  # student code has changed a library that it imported itself
            self.log.debug("Not every generator was seeded", exc_info=True)
            np.random.seed(self.exam_seed % 2**32)
            random.seed(self.exam_seed)

    def add_missing_names(self) -> None:
        """Add the names of the set-up cells that the student's code has deleted, as %reset does."""
        self.shell.user_ns["__builtins__"] = builtins
        if not isinstance(self.shell.user_ns.get("__name__"), str):
            self.shell.user_ns["__name__"] = "__main__"
        for name, value in self.exam_setup.items():
            self.shell.user_ns.setdefault(name, value)

    async def exam_request(self, request: Mapping[str, Any]) -> None:
        """Handle one request as ipykernel's `dispatch_shell` does."""
        header = self.session.msg_header(f"{request['kind']}_request")
        header["msg_id"] = request["id"]
        parent = {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": header["msg_type"],
            "parent_header": {},
            "metadata": {},
            "content": request["content"],
            "buffers": [],
        }
        self.set_parent([], parent, channel="shell")
        self.pre_handler_hook()
        try:
            await _HANDLERS[request["kind"]](self, None, [], parent)
        except (Exception, KeyboardInterrupt):
            self.log.exception("A request was not completed")
        finally:
            self.post_handler_hook()

    def end_request(self, request: Mapping[str, Any]) -> None:
        """Write what is left of the outputs of a request, and that it has ended."""
        self.exam_state.look_everywhere()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        self.iopub_thread.write(Frame(IDLE, request["id"]))

    async def exam_setup_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Run a set-up cell and copy its new names into the student's namespace."""
        del stream, ident
        content = parent["content"]
        self.exam_seed = content["seed"]
        self.seed()
        before = dict(self.exam_setup)
        error = None
        try:
            source = TransformerManager().transform_cell(content["source"])
            exec(compile(source, "<set-up>", "exec"), self.exam_setup)
        except BaseException:
            error = traceback.format_exc()
        if error is not None and content["shared"]:
            # In a course that was not written for two processes it may need the answers.
            await super().do_execute(content["source"], silent=False, store_history=False)
        for name, value in self.exam_setup.items():
            if name not in before or before[name] is not value:
                self.shell.user_ns[name] = value
        self.exam_state.accept()

    async def exam_serve_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Answer the examiner that listens at the address until it closes the connection."""
        del stream, ident
        try:
            self.seed()
            self.add_missing_names()
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(None)  # whatever student code has made the default
                connection.connect(parent["content"]["address"])
                serve(Channel(connection), self.shell.user_ns, self.exam_setup, self.exam_state)
        except (Exception, KeyboardInterrupt) as error:
            content = {"ename": type(error).__name__, "evalue": str(error), "traceback": []}
            self.session.send(self.iopub_socket, "error", content, parent)


def _no_input(prompt: object = "", *_: Any, **__: Any) -> NoReturn:
    """Refuse to answer `input`, as Python does where nobody types."""
    print(prompt, end="", flush=True)  # noqa: T201
    raise EOFError(NO_INPUT)


def _end_cell() -> NoReturn:
    """End the running cell: what `exit` and `quit` do."""
    raise SystemExit(EXIT)


def _leave_open() -> None:
    """Ignore that student code closes a stream: it is the kernel's, too."""


watched_modules()  # here: a fork server imports this module after the libraries

_HANDLERS = {
    "execute": ExamKernel.execute_request,
    "setup": ExamKernel.exam_setup_request,
    "serve": ExamKernel.exam_serve_request,
}


class ExamKernelApp(IPKernelApp):  # type: ignore[misc]
    """Starts the kernel as ipykernel does, without connection file, ZeroMQ and heartbeat."""

    control: socket.socket  # to the grader

    def parse_command_line(self, argv: object = None) -> None:
        """Parse nothing: a parser for all options would take a fifth of the start."""
        del argv
        self.update_config(_CONFIG)

    def init_connection_file(self) -> None:
        """Use no connection file."""

    def write_connection_file(self, **_: Any) -> None:
        """Write none either."""

    def init_heartbeat(self) -> None:
        """Send no heartbeat: the supervisor reports the end of this process."""

    def log_connection_info(self) -> None:
        """Have no port to log."""

    def init_sockets(self) -> None:
        """Make the session and the thread that write to the grader's socket."""
        self.iopub_thread = OutputThread(self.control)
        self.iopub_socket = self.iopub_thread.background_socket
        self.session = OutputSession(parent=self)
        self.session.output_thread = self.iopub_thread
        self.iopub_thread.start()

    def init_kernel(self) -> None:
        """Make the kernel."""
        self.kernel = ExamKernel.instance(
            parent=self,
            session=self.session,
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        replace_conda(self.kernel.shell)
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count


def main(control: socket.socket) -> None:
    """Run the kernel until the other end of the socket is closed."""
    control.set_inheritable(False)
    app = ExamKernelApp.instance()
    app.control = control
    app.initialize()
    app.kernel.start()
    app.iopub_thread.write(Frame(IDLE, ""))
    RequestLoop(control, app.kernel).run()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
