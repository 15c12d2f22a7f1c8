"""List the modules that a fork server imports: a course's libraries, and what a kernel needs."""

COURSE = (
    "numpy",
    "tensorflow",
    "keras",
    "matplotlib.pyplot",
    # Not `matplotlib_inline`: its import makes a kernel show figures, but only the kernel in which
    # it is imported. A kernel imports it for its first figure.
    "matplotlib.backends.backend_agg",
    "sklearn.datasets",
    "gymnasium",
    "dlcourse.check",
    "dlcourse.data",
    "dlcourse.plot",
    "dlcourse.probes",
)

# Every kernel imports these before its first cell has ended, as `sys.modules` shows.
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

# By name only: this package imports nothing of the exam.
EXAM = (
    "autograder.exam.candidate.kernel",
    "autograder.exam.examiner.process",
)

MODULES = (*COURSE, *KERNEL, *EXAM)
