"""Read and write nbgrader's database; no other package does.

`connection` opens it, `assignments` enters the points that can be earned, `write` enters the
points that were earned, and `read` returns what was marked by hand. Nothing here knows how an
exam is run.
"""

from autograder.gradebook.assignments import enter_assignment, register_assignment
from autograder.gradebook.connection import Book, open_gradebook
from autograder.gradebook.times import EXPECTED as EXPECTED_TIME
from autograder.gradebook.times import parse_time
from autograder.gradebook.write import enter_results

__all__ = [
    "EXPECTED_TIME",
    "Book",
    "enter_assignment",
    "enter_results",
    "open_gradebook",
    "parse_time",
    "register_assignment",
]
