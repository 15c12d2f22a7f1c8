"""Say how an answer's cell failed in the exam, and what an exam lacks that a student's Jupyter has.

After a hidden test the error itself is not shown: student code chooses its text, which may contain
hidden data. The sentences here say which kind of error it was, and nothing more.
"""

from collections.abc import Sequence

from nbformat import NotebookNode

_BEGINNING = "In the exam, this cell ended with an error"

_MODULE = (
    f"{_BEGINNING}: it could not import a module. The exam has the packages of the course, and the "
    "modules that you submitted beside the notebook."
)
_FILE = (
    f"{_BEGINNING}: it did not find a file. The exam has the files that were released or submitted "
    "beside the notebook."
)
_NETWORK = f"{_BEGINNING}: it could not use the network. The exam has none."
_INPUT = f"{_BEGINNING}: it asked for input. Nobody can type in the exam."
_STOPPED = "In the exam, this cell was stopped by a limit of time, memory or output."
_NOT_ATTEMPTED = "In the exam, this cell still raised NotImplementedError."
_OTHER = f"{_BEGINNING}, so what it should define may be missing."

_SENTENCES = {
    **dict.fromkeys(("ModuleNotFoundError", "ImportError"), _MODULE),
    "FileNotFoundError": _FILE,
    **dict.fromkeys(
        ("ConnectionError", "ConnectionRefusedError", "HTTPError", "URLError", "gaierror"), _NETWORK
    ),
    **dict.fromkeys(("EOFError", "StdinNotImplementedError"), _INPUT),
    "NotImplementedError": _NOT_ATTEMPTED,
    **dict.fromkeys(("MemoryError", "Stopped"), _STOPPED),
}
"""By the name of the error."""


def failure_in_exam(outputs: Sequence[NotebookNode]) -> str:
    """Return a sentence about the error that ended a cell in the exam, or "" if it has none."""
    names = [str(output.get("ename")) for output in outputs if output.output_type == "error"]
    return _SENTENCES.get(names[-1], _OTHER) if names else ""
