"""Define the candidate's kernel: IPython's kernel with two additional messages.

`exam_setup_request` runs a set-up cell in its own namespace and copies its names to the
student's; `exam_serve_request` answers the examiner during one test cell. Both are separate from
`execute_request`, so that a student's AST and input transformers, hooks and replaced `do_execute`
affect only the student's own cells.
"""

import socket
import traceback
from typing import Any

from dlcourse._seeding import seed_generators
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.inputtransformer2 import TransformerManager

from autograder.exam.candidate.server import serve
from autograder.exam.protocol.channel import Channel


class ExamKernel(IPythonKernel):  # type: ignore[misc]
    """Run the student's cells, and answer the examiner between them."""

    msg_types = [*IPythonKernel.msg_types, "exam_setup_request", "exam_serve_request"]  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.exam_seed = 0
        self.exam_setup: dict[str, Any] = {"__name__": "exam", "get_ipython": lambda: self.shell}

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        """Seed the global generators, then run the cell as IPython does."""
        seed_generators(self.exam_seed)
        return await super().do_execute(*args, **kwargs)

    async def exam_setup_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Run a set-up cell and copy its new names into the student's namespace."""
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
            error = None
            await super().do_execute(content["source"], silent=False, store_history=False)
        for name, value in self.exam_setup.items():
            if name not in before or before[name] is not value:
                self.shell.user_ns[name] = value
        self.session.send(stream, "exam_setup_reply", {"error": error}, parent, ident=ident)

    async def exam_serve_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Answer the examiner that listens at the address until it closes the connection."""
        seed_generators(self.exam_seed)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(parent["content"]["address"])
                serve(Channel(connection), self.shell.user_ns, self.exam_setup)
        except (KeyboardInterrupt, OSError) as error:
            self.log.debug("The examiner's requests ended: %r", error)
        self.session.send(stream, "exam_serve_reply", {}, parent, ident=ident)


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=ExamKernel)
