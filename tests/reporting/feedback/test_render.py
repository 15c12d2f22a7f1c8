"""Tests of the HTML of a feedback page."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from nbformat.v4 import new_output

from autograder.gradebook.read import Mark, Marks
from autograder.notebook.cells import update_exam_cell
from autograder.reporting.feedback.page import page_of
from autograder.reporting.feedback.render import render
from autograder.reporting.html import points_text

ATTACK = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 191 }}"


def html_of(graded, submission, marks=None):
    return render(page_of(*graded, marks or Marks(), submission))


def test_no_trace_of_a_hidden_test_is_on_the_page(graded, submission):
    html = html_of(graded, submission)

    assert "12345" not in html
    assert "HIDDEN" not in html
    assert "SECRET" not in html
    assert "assert" in html  # the visible part


def test_everything_a_student_can_write_is_shown_as_text(graded, submission, verdict):
    examined = graded[0]
    examined.cells[3].source = f"x = '''{ATTACK}'''"
    examined.cells[3].outputs = [
        new_output("stream", text=ATTACK),
        new_output("stream", name="stderr", text=ATTACK),
        new_output("error", ename=ATTACK, evalue=ATTACK, traceback=[ATTACK]),
        new_output("display_data", {"text/html": ATTACK, "image/svg+xml": ATTACK}),
        new_output("execute_result", {"text/plain": ATTACK}),
    ]
    update_exam_cell(
        examined.cells[4],
        verdict=replace(verdict, reason=ATTACK, hint=ATTACK, misconception=ATTACK),
    )
    examined.cells[7].source = ATTACK
    examined.cells[10].source = ATTACK
    hostile = replace(submission, student=ATTACK, assignment=ATTACK, notebook=ATTACK)

    html = html_of((examined, graded[1]), hostile, Marks({}, {"why": ATTACK, "step": ATTACK}))

    assert "<script" not in html
    assert "<img" not in html
    assert "1337" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_policy_allows_this_style_sheet_and_no_script(graded, submission):
    html = html_of(graded, submission)

    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_the_page_needs_nothing_but_itself(graded, submission):
    html = html_of(graded, submission)

    assert "style=" not in html
    assert not re.search(r"(?:src|href)=\"(?!#|data:image/png)", html)
    assert "@import" not in html
    assert "url(" not in html


def test_the_same_notebook_gives_the_same_bytes(graded, submission):
    assert html_of(graded, submission) == html_of(graded, submission)


def test_formulas_of_the_prose_are_drawn(graded, submission):
    html = html_of(graded, submission)

    assert re.search(r'role="img" aria-label="w x"><svg class="d\d+"', html)


def test_marks_and_comments_of_the_instructor_are_shown(graded, submission):
    marks = Marks({"why": Mark(3.5, 5, by_hand=True)}, {"why": "Say **where**."}, late_penalty=2)

    html = html_of(graded, submission, marks)

    assert "3.5 / 5" in html
    assert "<strong>where</strong>" in html
    assert "2 were deducted because the submission was late" in html


def test_a_long_output_is_cut_to_its_ends(graded, submission):
    text = "".join(f"line {n}\n" for n in range(5_000))
    graded[0].cells[3].outputs = [new_output("stream", text=text)]

    html = html_of(graded, submission)

    assert "line 0\n" in html
    assert "line 4999\n" in html
    assert "line 2500" not in html
    assert "lines are left out here" in html


@pytest.mark.parametrize(
    ("points", "text"), [(4.0, "4"), (2.5, "2.5"), (1 / 3, "0.33"), (None, "–")]
)
def test_points_are_written_without_needless_digits(points, text):
    assert points_text(points) == text
