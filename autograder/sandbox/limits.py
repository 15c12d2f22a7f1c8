"""What a kernel may use, and the sentence for each limit that ends an exam."""

import os
import re
import resource
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Limit:
    """A limit by its name, with a sentence for each who has to know.

    The sentences are formatted with the fields of `Limits`.
    """

    name: str
    student: str
    instructor: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of each resource one kernel may use, with all the processes that it starts.

    cell_seconds    one cell; whoever drives the kernel keeps this one, and `output_bytes`
    exam_seconds    from the kernel's start to its end
    memory_bytes    together, what is shared with the zygote (some 0.3 GB) included
    processes       processes and threads together
    scratch_bytes   what lies in home and `/tmp`
    file_bytes      one file
    output_bytes    what one cell may print or draw
    open_files      of one process
    sockets         with a name, in its doors: each takes an inode of the host's
    """

    cell_seconds: float = 60.0
    exam_seconds: float = 900.0
    memory_bytes: int = 4 << 30
    processes: int = field(default_factory=lambda: 256 + 16 * (os.cpu_count() or 1))
    scratch_bytes: int = 1 << 30
    file_bytes: int = 512 << 20
    output_bytes: int = 2_000_000
    open_files: int = 1024
    sockets: int = 1_000


LIMITS = {
    limit.name: limit
    for limit in (
        Limit(
            "cell seconds",
            "it took longer than {cell_seconds:g} seconds: is there an endless loop?",
            "a cell ran for more than {cell_seconds:g} seconds (cell_seconds)",
        ),
        Limit(
            "exam seconds",
            "the exam's {exam_seconds:g} seconds were over before this",
            "the exam took more than {exam_seconds:g} seconds (exam_seconds)",
        ),
        Limit(
            "memory",
            "it needed more than {memory_bytes:,} bytes of memory: is an array far too large?",
            "the kernel and its processes held more than {memory_bytes:,} bytes (memory_bytes)",
        ),
        Limit(
            "processes",
            "it started more than {processes} processes and threads",
            "more than {processes} processes and threads ran at once (processes)",
        ),
        Limit(
            "scratch",
            "it wrote more than {scratch_bytes:,} bytes of files",
            "the scratch of {scratch_bytes:,} bytes was full (scratch_bytes)",
        ),
        Limit(
            "file size",
            "it wrote a file of more than {file_bytes:,} bytes",
            "a file grew beyond {file_bytes:,} bytes (file_bytes)",
        ),
        Limit(
            "open files",
            "it had more than {open_files} files open at once",
            "a process opened more than {open_files} files (open_files)",
        ),
        Limit(
            "sockets",
            "it made more than {sockets:,} sockets",
            "more than {sockets:,} sockets were made (sockets)",
        ),
        Limit(
            "output",
            "it printed more than {output_bytes:,} bytes, or all cells ten times that",
            "a cell put out more than {output_bytes:,} bytes, or all of them ten times that "
            "(output_bytes)",
        ),
    )
}

# What an exception says when the system refused more of something. Student code may raise the
# same: it then gets the same sentence, and nothing else.
_SIGNS = {
    "scratch": r"\[Errno 28\]|No space left on device",
    "file size": r"\[Errno 27\]|File too large",
    "open files": r"\[Errno 24\]|Too many open files",
    "processes": r"\[Errno 11\] Resource temporarily unavailable|can't start new thread",
    "memory": r"Unable to allocate|\[Errno 12\]|Cannot allocate memory",
}


def student_sentence(name: str, limits: Limits) -> str:
    """Return what a student reads when the limit ended something."""
    return LIMITS[name].student.format(**vars(limits))


def instructor_sentence(name: str, limits: Limits) -> str:
    """Return what an instructor reads when the limit ended something."""
    return LIMITS[name].instructor.format(**vars(limits))


def recognize(error_name: str, error_text: str) -> str | None:
    """Return the name of the limit that an exception in a cell speaks of, or None."""
    if error_name == "MemoryError":
        return "memory"
    found = (name for name, sign in _SIGNS.items() if re.search(sign, error_text))
    return next(found, None)


def reserved_bytes() -> int:
    """Return the bytes of data that this process has reserved, used or not: VmData in proc(5)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(
        1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmData:")
    )


def apply(limits: Limits, *, has_gpu: bool) -> None:
    """Set what the kernel enforces by itself, on this process and its descendants: getrlimit(2).

    A GPU's driver reserves far more addresses than memory.
    """
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes,
        # One giant request fails at once; what is really used is watched from outside.
        resource.RLIMIT_DATA: resource.RLIM_INFINITY
        if has_gpu
        else reserved_bytes() + 8 * limits.memory_bytes,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = hard if value == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
