"""Results go into nbgrader's database, and nowhere else is it written.

`opening` opens it once a run, `questions` enters what can be earned, `marks` what was earned.
Nothing here knows how an exam is held, and what holds exams never imports this.
"""

from autograder.gradebook.assignments import enter_assignment, enter_week
from autograder.gradebook.connection import Book, open_gradebook
from autograder.gradebook.write import enter_results, parse_time

__all__ = [
    "Book",
    "enter_assignment",
    "enter_results",
    "enter_week",
    "open_gradebook",
    "parse_time",
]
