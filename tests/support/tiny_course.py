"""A course of one small week, for tests that build one."""

from pathlib import Path

import nbformat

from autograder.course.build.release import build

WEEK = "week01_doubling"

ASSIGNMENT = '''\
# A comment about the file.

# %% [markdown]
r"""
# Doubling

Write $2\\sigma$ down.
"""

# %% setup=true
import numpy as np
from dlcourse import check

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% exercise="double" outcomes=[3, 14]
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    secret_of_doubling = 2
    return secret_of_doubling * x
    ### END SOLUTION

# %% test="double" points=30
check.equal(double(2), 4)
### BEGIN HIDDEN TESTS
hidden_number = 21
check.equal(double(hidden_number), 42)
### END HIDDEN TESTS

# %%
print(double(3))

# %% exercise="quadruple" uses=["double"] outcomes=[14]
def quadruple(x):
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION

# %% test="quadruple" points=40
check.equal(quadruple(2), 8)

# %% test="quadruple" points=20
check.equal(quadruple(np.arange(3)), [0, 4, 8])

# %% [markdown] written="why_two" points=10 outcomes=[1]
"""
Why two?

### BEGIN SOLUTION
The model answer.
### END SOLUTION

### BEGIN MARK SCHEME
The rubric.
### END MARK SCHEME
"""
'''

LESSON = """\
# %% [markdown]
# # The lesson
#
# Twice is more.

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %%
2 * 2
"""

MISCONCEPTIONS = """\
import numpy as np

from autograder.course.known_answers import misconception, variant, whole_cell


def _square(x):
    return np.square(x)


@misconception("double", hint="Squaring is not doubling.")
def squared(x):
    return _square(x)


@misconception("double", hint="Twice, not three times.")
def tripled(x):
    return 3 * x


@misconception("double", hint="Something should happen.")
def unchanged(x):
    return x


@variant("double")
def added(x):
    return x + x


@misconception("quadruple", hint="Once more.")
def only_doubled(x):
    return double(x)


@misconception("quadruple", hint="Something should happen.")
def unchanged(x):
    return x


whole_cell("quadruple", name="as_text", hint="Numbers, not text.", source=\'\'\'
def quadruple(x):
    return str(4 * x)
\'\'\')
"""


def write_course(
    root: Path,
    *,
    assignment: str = ASSIGNMENT,
    lesson: str | None = LESSON,
    misconceptions: str | None = MISCONCEPTIONS,
    week: str = WEEK,
) -> Path:
    """Write the text of a course of one week and return its root."""
    folder = root / "course" / week
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "doubling.py").write_text(assignment, encoding="utf-8")
    if lesson is not None:
        (folder / "lesson.py").write_text(lesson, encoding="utf-8")
    if misconceptions is not None:
        (folder / "misconceptions.py").write_text(misconceptions, encoding="utf-8")
    return root


def build_course(root: Path) -> Path:
    """Build the course with a support file and what tools leave behind; return its root."""
    folder = write_course(root) / "course" / WEEK
    for name, content in (
        ("figures/dot.bin", b"\x00\xff"),
        ("__pycache__/x.pyc", b""),
        (".hidden", b""),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    build(root)
    return root


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a notebook that was built."""
    return nbformat.read(path, as_version=4)


def line_of(text: str, fragment: str) -> int:
    """Return the number of the first line of a text that has a fragment."""
    return next(n for n, line in enumerate(text.split("\n"), start=1) if fragment in line)
