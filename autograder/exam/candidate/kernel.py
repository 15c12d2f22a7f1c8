"""Run the candidate's kernel: IPython's kernel, with one socket to the grader instead of ZeroMQ's.

Started as `python -P -s -m autograder.exam.candidate.kernel FD`, it reads one request a line from
the socket FD, as JSON, and writes frames of outputs (`frames`); an idle frame ends each request.

    {"id": ..., "kind": "execute", "content": ...}   run a cell of the student's
    {"id": ..., "kind": "setup", "content": ...}     run a set-up cell in its own namespace
    {"id": ..., "kind": "serve", "content": ...}     answer the examiner during one test cell

Set-up and serving are separate from "execute", so that a student's AST and input transformers,
hooks and replaced `do_execute` affect only the student's own cells.
"""

import asyncio
import contextlib
import json
import socket
import sys
import threading
import traceback
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from dlcourse._seeding import seed_generators
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.inputtransformer2 import TransformerManager
from tornado.ioloop import IOLoop

from autograder.exam.candidate.conda import replace_conda
from autograder.exam.candidate.frames import IDLE, Frame
from autograder.exam.candidate.publishing import OutputSession, OutputThread
from autograder.exam.candidate.server import serve
from autograder.exam.protocol.channel import Channel

_READ_BYTES = 1 << 16
_OPTIONS = ("--HistoryManager.enabled=False",)


class ExamKernel(IPythonKernel):  # type: ignore[misc]
    """Run the student's cells, and answer the examiner between them."""

    _supports_kernel_subshells = False

    def __init__(self, **kwargs: Any) -> None:
        main_thread = SimpleNamespace(parent_thread=threading.main_thread())
        super().__init__(shell_channel_thread=main_thread, **kwargs)
        self.exam_seed = 0
        self.exam_setup: dict[str, Any] = {"__name__": "exam", "get_ipython": lambda: self.shell}
        self.one_at_a_time = asyncio.Lock()

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        """Seed the global generators, then run the cell as IPython does."""
        seed_generators(self.exam_seed)
        return await super().do_execute(*args, **kwargs)

    async def exam_request(self, request: Mapping[str, Any]) -> None:
        """Handle one request as ipykernel's `dispatch_shell` does, and report its end."""
        async with self.one_at_a_time:
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
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):  # the student's code may have replaced it
                    stream.flush()
            self.iopub_thread.write(Frame(IDLE, request["id"]))

    async def exam_setup_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Run a set-up cell and copy its new names into the student's namespace."""
        del stream, ident
        content = parent["content"]
        self.exam_seed = content["seed"]
        seed_generators(self.exam_seed)
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

    async def exam_serve_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Answer the examiner that listens at the address until it closes the connection."""
        del stream, ident
        seed_generators(self.exam_seed)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(parent["content"]["address"])
                serve(Channel(connection), self.shell.user_ns, self.exam_setup)
        except (KeyboardInterrupt, OSError) as error:
            self.log.debug("The examiner's requests ended: %r", error)


_HANDLERS = {
    "execute": ExamKernel.execute_request,
    "setup": ExamKernel.exam_setup_request,
    "serve": ExamKernel.exam_serve_request,
}


class ExamKernelApp(IPKernelApp):  # type: ignore[misc]
    """Starts the kernel as ipykernel does, without connection file, ZeroMQ and heartbeat."""

    control: socket.socket  # to the grader

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


class _Requests:
    """Reads requests in the kernel's event loop, and has them handled in order."""

    def __init__(self, control: socket.socket, kernel: ExamKernel, loop: IOLoop) -> None:
        self.control, self.kernel, self.loop = control, kernel, loop
        self.rest = b""
        self.running = set[asyncio.Task[None]]()
        loop.add_handler(control.fileno(), self.read, IOLoop.READ)

    def read(self, *_: object) -> None:
        """Read what is there; the end means that the grader has ended."""
        data = self.control.recv(_READ_BYTES, socket.MSG_DONTWAIT)
        if not data:
            self.loop.stop()
            return
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            task = asyncio.ensure_future(self.kernel.exam_request(json.loads(line)))
            self.running.add(task)
            task.add_done_callback(self.running.discard)


def main(control: socket.socket) -> None:
    """Run the kernel until the other end of the socket is closed."""
    control.set_inheritable(False)
    app = ExamKernelApp.instance()
    app.control = control
    app.initialize(_OPTIONS)
    _Requests(control, app.kernel, IOLoop.current())
    app.iopub_thread.write(Frame(IDLE, ""))
    app.start()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
