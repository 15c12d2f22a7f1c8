"""Every limit takes effect and is named."""

import os

import pytest

from autograder.sandbox.forkserver import usage
from autograder.sandbox.limits import (
    LIMITS,
    LimitName,
    Limits,
    instructor_sentence,
    recognize,
    student_sentence,
)

MB = 1 << 20


def test_too_much_memory_ends_a_process(enter):
    inside = enter(limits=Limits(memory_bytes=200 * MB))

    inside.send("kept = [bytearray(b'x') * (10 << 20) for _ in range(35)]")

    ended = inside.end()
    assert ended.limit == LimitName.MEMORY_BYTES
    assert ended.peak_memory > 200 * MB


def test_memory_counts_over_all_processes(enter):
    inside = enter(limits=Limits(memory_bytes=300 * MB))

    inside.send(
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        kept = bytearray(b'x') * (100 << 20); time.sleep(60)\n"
        "time.sleep(60)"
    )

    assert inside.end().limit == LimitName.MEMORY_BYTES


def test_page_tables_count_as_memory(enter):
    inside = enter(limits=Limits(memory_bytes=200 * MB))

    inside.send(
        "import ctypes, time\n"
        "size, step = 1 << 38, 2 << 20\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] "
        "+ [ctypes.c_long]\n"
        "start = libc.mmap(None, size, 1, 0x4022, -1, 0)\n"  # read only, private, unreserved
        "for at in range(start, start + size, step): ctypes.c_ubyte.from_address(at).value\n"
        "time.sleep(60)"
    )

    assert inside.end().limit == LimitName.MEMORY_BYTES


def test_proportional_memory_is_unknown_where_linux_does_not_report_it(monkeypatch):
    read = usage._text
    monkeypatch.setattr(usage, "_text", lambda path: "" if "smaps" in path else read(path))

    assert usage.measure([os.getpid()]).memory > MB
    assert usage.proportional_memory([os.getpid()]) == 0


def test_too_many_sockets_end_a_process(enter, socket_dir):
    inside = enter(socket_dirs=(str(socket_dir),))

    inside.send(
        "import socket, time\n"
        "for number in range(10**6):\n"
        f"    with socket.socket(socket.AF_UNIX) as one: one.bind(f'{socket_dir}/{{number}}')\n"
    )

    assert inside.end().limit == LimitName.SOCKETS


def test_shared_memory_of_processes_counts_once(enter):
    inside = enter(limits=Limits(memory_bytes=300 * MB))

    answer = inside.do(
        "import os, time\n"
        "kept = bytearray(b'x') * (100 << 20)\n"
        "children = []\n"
        "for _ in range(4):\n"
        "    children.append(os.fork())\n"
        "    if children[-1] == 0:\n"
        "        time.sleep(1); os._exit(0)\n"
        "answer = [os.waitpid(child, 0)[1] for child in children]"
    )

    assert answer == [0, 0, 0, 0]


def test_one_giant_request_fails_at_once(enter):
    inside = enter(limits=Limits(memory_bytes=200 * MB))

    with pytest.raises(RuntimeError, match="MemoryError"):
        inside.do("import numpy; numpy.ones(1 << 40, 'u1')")


def test_a_fork_bomb_is_ended(enter):
    inside = enter(limits=Limits(processes=60))

    inside.send(
        "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(1)"
    )

    assert inside.end().limit == LimitName.PROCESSES


def test_exam_seconds_end_a_process(enter):
    inside = enter(limits=Limits(exam_seconds=0.5))

    inside.send("import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass")

    assert inside.end().limit == LimitName.EXAM_SECONDS


@pytest.mark.parametrize(
    ("limits", "program", "name"),
    [
        pytest.param(
            Limits(scratch_bytes=5 * MB),
            "open('big', 'wb').write(bytes(10 << 20))",
            LimitName.SCRATCH_BYTES,
            id="scratch",
        ),
        pytest.param(
            Limits(scratch_bytes=5 * MB),
            "open('/dev/shm/big', 'wb').write(bytes(10 << 20))",
            LimitName.SCRATCH_BYTES,
            id="shared memory",
        ),
        pytest.param(
            Limits(scratch_bytes=5 * MB),
            "for i in range(10**6): open(f'{i}', 'wb')",
            LimitName.SCRATCH_BYTES,
            id="many empty files",
        ),
        pytest.param(
            Limits(file_bytes=MB),
            "open('big', 'wb').write(bytes(10 << 20))",
            LimitName.FILE_BYTES,
            id="file size",
        ),
        pytest.param(
            Limits(open_files=50),
            "files = [open('/dev/null') for _ in range(100)]",
            LimitName.OPEN_FILES,
            id="open files",
        ),
        pytest.param(
            Limits(memory_bytes=200 * MB),
            "bytearray(1 << 40)",
            LimitName.MEMORY_BYTES,
            id="memory",
        ),
    ],
)
def test_a_refusal_of_the_system_is_recognized(enter, limits, program, name):
    inside = enter(limits=limits)

    with pytest.raises(RuntimeError) as caught:
        inside.do(program)

    error, _, text = str(caught.value).partition(": ")
    assert recognize(error, text) == name


def test_an_ordinary_error_is_not_taken_for_a_limit():
    assert recognize("ValueError", "shapes (2,) and (3,) not aligned") is None


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_has_a_sentence_for_student_and_instructor(name):
    limits = Limits(processes=61, cell_seconds=2.5)

    assert "{" not in student_sentence(name, limits) + instructor_sentence(name, limits)
    assert "(" in instructor_sentence(name, limits)


def test_a_sentence_contains_the_number():
    assert student_sentence(LimitName.CELL_SECONDS, Limits(cell_seconds=2.5)) == (
        "it took longer than 2.5 seconds: is there an endless loop?"
    )
