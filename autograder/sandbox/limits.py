"""The limits of a sandboxed process: one table, from which everything that lists limits derives.

To add a limit, add a member to `LimitName` and a field of that name to `Limits`, with its texts;
then measure it: in `forkserver/supervisor.py` or `apply` below where `in_sandbox` is true, else in
the exam.
"""

import os
import re
import resource
from dataclasses import dataclass, field, fields
from enum import StrEnum, auto
from pathlib import Path
from typing import TypedDict, get_type_hints


class LimitName(StrEnum):
    """The name of a limit, which is also the name of its field in `Limits`."""

    CELL_SECONDS = auto()
    EXAM_SECONDS = auto()
    MEMORY_BYTES = auto()
    PROCESSES = auto()
    SCRATCH_BYTES = auto()
    FILE_BYTES = auto()
    OUTPUT_BYTES = auto()
    OPEN_FILES = auto()
    SOCKETS = auto()


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One row of the table of limits.

    default      of a process that is started without its own limits
    unit         what the number counts
    help         what is limited, for a list of options
    student      the sentence for the student; formatted with the fields of `Limits`
    instructor   the sentence for the instructor; formatted likewise
    sign         a pattern of the message of the exception that this limit raises in a cell. Student
                 code may raise the same: it then gets the same sentence, and nothing else.
    is_setting   whether a course may set it in `autograder.toml`
    in_sandbox   whether the sandbox enforces it; else whoever drives the process does
    """

    name: LimitName
    type: type[int] | type[float]
    default: float
    unit: str
    help: str
    student: str
    instructor: str
    sign: str | None = None
    is_setting: bool = False
    in_sandbox: bool = True


class _Texts(TypedDict, total=False):
    """What the table says about a limit beside its name, type and default; see `Limit`."""

    unit: str
    help: str
    student: str
    instructor: str
    sign: str
    is_setting: bool
    in_sandbox: bool


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of each resource one process may use, together with all its descendants."""

    cell_seconds: float = field(
        default=60.0,
        metadata=_Texts(
            unit="seconds",
            help="run time of one cell; that of a test cell includes the student's code",
            student="it took longer than {cell_seconds:g} seconds: is there an endless loop?",
            instructor="a cell ran for more than {cell_seconds:g} seconds (cell_seconds)",
            is_setting=True,
            in_sandbox=False,
        ),
    )
    exam_seconds: float = field(
        default=900.0,
        metadata=_Texts(
            unit="seconds",
            help="time from the start to the end of the process, or of a whole exam",
            student="the exam's {exam_seconds:g} seconds were over before this",
            instructor="the exam took more than {exam_seconds:g} seconds (exam_seconds)",
            is_setting=True,
        ),
    )
    memory_bytes: int = field(
        default=4 << 30,
        metadata=_Texts(
            unit="bytes",
            help="memory of all processes, with what they share with the fork server: about 0.3 GB",
            student="it needed more than {memory_bytes:,} bytes of memory: is an array far too "
            "large?",
            instructor="the kernel and its processes used more than {memory_bytes:,} bytes of "
            "memory (memory_bytes)",
            sign=r"Unable to allocate|\[Errno 12\]|Cannot allocate memory",
            is_setting=True,
        ),
    )
    processes: int = field(
        default=256 + 16 * (os.cpu_count() or 1),
        metadata=_Texts(
            unit="processes",
            help="processes and threads at a time",
            student="it started more than {processes} processes and threads",
            instructor="more than {processes} processes and threads ran at once (processes)",
            sign=r"\[Errno 11\] Resource temporarily unavailable|can't start new thread",
            is_setting=True,
        ),
    )
    scratch_bytes: int = field(
        default=1 << 30,
        metadata=_Texts(
            unit="bytes",
            help="all files in the home folder, /tmp and /dev/shm",
            student="it wrote more than {scratch_bytes:,} bytes of files",
            instructor="the scratch space of {scratch_bytes:,} bytes was full (scratch_bytes)",
            sign=r"\[Errno 28\]|No space left on device",
            is_setting=True,
        ),
    )
    file_bytes: int = field(
        default=512 << 20,
        metadata=_Texts(
            unit="bytes",
            help="size of one file",
            student="it wrote a file of more than {file_bytes:,} bytes",
            instructor="a file grew beyond {file_bytes:,} bytes (file_bytes)",
            sign=r"\[Errno 27\]|File too large",
        ),
    )
    output_bytes: int = field(
        default=2_000_000,
        metadata=_Texts(
            unit="bytes",
            help="output of one cell; all cells of an exam may print ten times as much",
            student="it printed more than {output_bytes:,} bytes, or all cells ten times that",
            instructor="a cell printed more than {output_bytes:,} bytes, or all cells ten times "
            "that (output_bytes)",
            is_setting=True,
            in_sandbox=False,
        ),
    )
    open_files: int = field(
        default=1024,
        metadata=_Texts(
            unit="files",
            help="open files of one process",
            student="it had more than {open_files} files open at once",
            instructor="a process opened more than {open_files} files (open_files)",
            sign=r"\[Errno 24\]|Too many open files",
        ),
    )
    sockets: int = field(
        default=1_000,
        metadata=_Texts(
            unit="sockets",
            help="entries of the socket directories: each takes an inode of the machine",
            student="it made more than {sockets:,} sockets",
            instructor="more than {sockets:,} sockets were made (sockets)",
        ),
    )


def _read_table() -> dict[LimitName, Limit]:
    types, defaults = get_type_hints(Limits), Limits()
    rows = (
        Limit(
            name=LimitName(each.name),
            type=types[each.name],
            default=getattr(defaults, each.name),
            **each.metadata,
        )
        for each in fields(Limits)
    )
    return {row.name: row for row in rows}


LIMITS = _read_table()
"""Every limit, by name."""


COURSE_LIMITS = tuple(limit for limit in LIMITS.values() if limit.is_setting)
"""The limits that a course may set in `autograder.toml`."""

SANDBOX_LIMITS = tuple(limit for limit in LIMITS.values() if limit.in_sandbox)
"""The limits that the sandbox enforces."""


def student_sentence(name: LimitName, limits: Limits) -> str:
    """Return what a student reads when this limit stopped something."""
    return LIMITS[name].student.format(**vars(limits))


def instructor_sentence(name: LimitName, limits: Limits) -> str:
    """Return what an instructor reads when this limit stopped something."""
    return LIMITS[name].instructor.format(**vars(limits))


def recognize(error_name: str, error_text: str) -> LimitName | None:
    """Return the limit that caused an exception with this name and text, or None."""
    if error_name == "MemoryError":
        return LimitName.MEMORY_BYTES
    signs = ((limit.name, limit.sign) for limit in LIMITS.values() if limit.sign is not None)
    return next((name for name, sign in signs if re.search(sign, error_text)), None)


def reserved_bytes() -> int:
    """Return the bytes of data that this process has reserved, used or not: VmData in proc(5)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(
        1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmData:")
    )


def _no_priority() -> dict[int, int]:
    """Return the limits that forbid student code a priority above that of other processes."""
    names = ("RLIMIT_NICE", "RLIMIT_RTPRIO")
    return {getattr(resource, name): 0 for name in names if hasattr(resource, name)}


def apply(limits: Limits, *, has_gpu: bool) -> None:
    """Set the limits that Linux enforces, on this process and its descendants: getrlimit(2).

    A GPU's driver reserves far more addresses than memory.
    """
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes,
        **_no_priority(),
        # One giant request fails at once; the supervisor watches what is really used.
        resource.RLIMIT_DATA: resource.RLIM_INFINITY
        if has_gpu
        else reserved_bytes() + 8 * limits.memory_bytes,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = hard if value == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
