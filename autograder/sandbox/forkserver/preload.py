"""What a zygote imports by default: the course's libraries, and what a kernel imports to start."""

from collections.abc import Collection

COURSE = (
    "numpy",
    "tensorflow",
    "keras",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "sklearn.datasets",
    "gymnasium",
    "dlcourse.check",
    "dlcourse.data",
    "dlcourse.plot",
    "dlcourse.probes",
)

# All of it is imported by every kernel before its first cell has ended; measured with
# `sys.modules` before and after.
KERNEL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "email.parser",
    "faulthandler",
    "http.server",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "mimetypes",
    "pydoc",
    "tornado.gen",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
    "xmlrpc.server",
)

# By name only: this package knows no exam.
EXAM = (
    "autograder.exam.candidate.kernel",
    "autograder.exam.examiner.process",
    "autograder.exam.candidate.message_proxy",
)

MODULES = (*COURSE, *KERNEL, *EXAM)
LIGHT = ("numpy", *KERNEL, *EXAM)


def without(modules: Collection[str], packages: Collection[str]) -> tuple[str, ...]:
    """Return the modules that are not of the packages."""
    return tuple(name for name in modules if name.partition(".")[0] not in packages)
