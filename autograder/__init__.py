"""Build a course of notebooks from text, and grade it where student code cannot forge a grade.

    build           build `source/` and `release/` from the text in `course/`
    verify          test the tests of a notebook with known right and wrong answers
    grade_class     grade the submissions of an assignment
    write_feedback  write a feedback page for each student
    class_report    summarize the results of a class
    write_report    write the summary as an HTML page

The command line has the same: `autograder --help`. Submodules are imported on first use, so
`import autograder` is fast.

Examples
--------
>>> from pathlib import Path
>>> from autograder import class_report, grade_class, write_feedback
>>> root = Path("my_course")
>>> results = grade_class(root, "week01_perceptron")  # doctest: +SKIP
>>> class_report("week01_perceptron", results).mean  # doctest: +SKIP
71.5
>>> pages = write_feedback(root, "week01_perceptron")  # doctest: +SKIP
"""

import logging
from importlib.metadata import PackageNotFoundError, version

import lazy_loader

__getattr__, _, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "course.build.release": ["build"],
        "verification.verify": ["verify"],
        "grading.pipeline": ["grade_class"],
        "reporting.feedback.write": ["write_feedback"],
        "reporting.class_report": ["class_report"],
        "reporting.html": ["write_report"],
    },
)

try:
    __version__ = version("autograder")
except PackageNotFoundError:  # imported from a checkout that is not installed
    __version__ = "0+unknown"
__all__ += ["__version__"]

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __dir__() -> list[str]:
    return sorted(__all__)
