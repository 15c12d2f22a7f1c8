"""What the gradebook does for one student costs the same in a class of any size."""

import re
from contextlib import contextmanager

import pytest
from nbgrader.api import SubmittedAssignment
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.gradebook import enter_assignment, enter_results, open_gradebook
from autograder.gradebook.read import marks_of
from autograder.models import Result, Submission, Verdict, VerdictState

WEEK = "week01_tiny"
TABLES = {"student", "submitted_assignment", "submitted_notebook", "grade", "comment"}
"""The tables that grow with the class."""


@pytest.fixture
def book(tmp_path, empty_gradebook, tiny_source):
    (tmp_path / "gradebook.db").write_bytes(empty_gradebook)
    with open_gradebook(tmp_path) as book:
        enter_assignment(book, WEEK, {"tiny": tiny_source})
        yield book


def result(student):
    verdicts = (
        Verdict("test_double", 6.0, VerdictState.PASSED, 6.0),
        Verdict("test_shout", 4.0, VerdictState.FAILED),
    )
    return Result(student, WEEK, "tiny", verdicts)


@contextmanager
def tables_read_whole():
    """Yield a set that receives the tables, of those that grow, of which a query reads every row.

    It also receives "queries", so that a test which recorded nothing fails.
    """
    found, explaining = set(), []

    def explain(_connection, cursor, statement, parameters, _context, is_many):
        if explaining or not re.match("SELECT|UPDATE|DELETE", statement.strip()):
            return
        explaining.append(statement)
        values = parameters[0] if is_many else parameters
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        explaining.clear()
        found.add("queries")
        names = re.findall(r"SCAN (\w+?)(?:_\d+)?\b", " ".join(row[3] for row in plan))
        found.update(TABLES & set(names))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def test_no_query_reads_the_rows_of_the_whole_class(book):
    enter_results(book, WEEK, [result("ada")])

    with tables_read_whole() as found:
        enter_results(book, WEEK, [result("ada"), result("bob")], seen={("ada", "tiny")})
        marks = marks_of(book.api, Submission("ada", WEEK, "tiny", None))

    assert found == {"queries"}
    assert {name: mark.points for name, mark in marks.by_cell.items()} == {
        "test_double": 6.0,
        "test_shout": 0.0,
        "why": None,
    }


def test_a_query_that_reads_every_row_would_be_found(book):
    enter_results(book, WEEK, [result("ada")])

    with tables_read_whole() as found:
        _ = book.api.find_submission_notebook("tiny", WEEK, "ada").grades

    assert found == {"queries", "grade"}


def test_entering_an_assignment_again_reads_no_submissions(book, tiny_source):
    enter_results(book, WEEK, [result(f"student{number}") for number in range(5)])
    book.api.db.expunge_all()
    loaded = []

    def note(entry, _context):
        loaded.append(entry)

    event.listen(SubmittedAssignment, "load", note)
    try:
        enter_assignment(book, WEEK, {"tiny": tiny_source})
        read_again = len(loaded)
        every = book.api.find_assignment(WEEK).submissions
    finally:
        event.remove(SubmittedAssignment, "load", note)

    assert read_again == 0
    assert len(every) == len(loaded) == 5
