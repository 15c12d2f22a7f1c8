"""Count the modules of `autograder` on the way from `autograder grade` to the gradebook.

    python -m tests.support.count_modules [--stand-in]

A tiny course is graded for real: two students, one right, one wrong. Counted is each module of
which a function is called in the command's own process, in any thread. What is only imported does
not count, nor do the processes of the exam.

Counting begins with the command and ends when all grades are in the gradebook: what is printed
afterwards is not counted. Calibration is a step of its own, once for an assignment, so the course
is graded before, in another process; of that, only the answer key is kept. With `--stand-in`, all
cells run in one namespace instead of an exam.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType
from typing import Any

from autograder.course.paths import CoursePaths
from tests.support.course import WEEK, Course, make_release, make_source, run_in_one_namespace
from tests.support.paths import ROOT

PACKAGE = ROOT / "autograder"
RIGHT = {
    "double": "def double(x):\n    return x + x",
    "shout": "def shout(text):\n    return text.upper()",
}
WRONG = RIGHT | {"double": "def double(x):\n    return x * x"}


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """Count the calls of functions of `autograder`, by module, in this thread and new ones."""
    calls: Counter[str] = Counter()
    prefix = f"{PACKAGE}{os.sep}"

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        # The bodies of modules and classes, and comprehensions, run when a module is imported.
        is_function = code.co_flags & CO_OPTIMIZED and not code.co_name.endswith("comp>")
        if event == "call" and is_function and code.co_filename.startswith(prefix):
            calls[code.co_filename] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield calls
    finally:
        stop_counting()


def stop_counting() -> None:
    """Stop counting in this thread; others only run functions that were called before."""
    sys.setprofile(None)
    threading.setprofile(None)


def make_tiny_course(root: Path) -> None:
    """Make a tiny course of two submissions that has an answer key and no results."""
    source = make_source()
    course = Course(root, source, make_release(source))
    course.publish()
    course.submit("ada", RIGHT)
    course.submit("bob", WRONG)
    grade = "import sys; from autograder.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", grade, *arguments(root)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(CoursePaths(root).result_cache)
    shutil.rmtree(root / "autograded")
    (root / "gradebook.db").unlink()


def arguments(root: Path) -> list[str]:
    """Return the arguments of the command that grades the tiny course."""
    return ["grade", WEEK, "--root", str(root), "--jobs", "1"]


def grade_tiny_course(root: Path, *, stand_in: bool) -> int:
    """Grade a tiny course by the command line; return its exit code."""
    make_tiny_course(root)
    from autograder.cli.main import main
    from autograder.grading import pipeline

    grade_class = pipeline.grade_class

    def grade_and_stop_counting(*args: Any, **options: Any) -> Any:
        if stand_in:
            options["run_exam"] = run_in_one_namespace
        results = grade_class(*args, **options)
        stop_counting()
        return results

    pipeline.grade_class = grade_and_stop_counting
    with counted_calls() as calls:
        code = main(arguments(root))
    modules = sorted(Path(name).relative_to(PACKAGE).as_posix() for name in calls)
    print(*modules, sep="\n")  # noqa: T201
    print(f"{len(modules)} modules")  # noqa: T201
    return code


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="count-modules-") as folder:
        sys.exit(grade_tiny_course(Path(folder) / "course", stand_in="--stand-in" in sys.argv[1:]))
