"""Facts about formulas drawn without a script."""

import re
import time

import pytest

from autograder.reporting.feedback.formulas import draw_formulas


def drawn(tex, kind="math"):
    return draw_formulas(f'<p><code class="{kind}">{tex}</code></p>')


@pytest.mark.parametrize(
    "tex",
    [
        r"w^\top x + b",
        r"\frac{1}{1+e^{-cz}}",
        r"-\frac1n \sum_{i=1}^{n} \big[ y_i \log p_i \big]",
        r"\lVert w \rVert \le R",
        r"\operatorname{softmax}(z)_i \in \mathbb{R}",
        r"v \gets \mu v - \varepsilon \nabla f(\theta)",
        r"\sigma'(z) = \sigma(z)\,(1 - \sigma(z))",
    ],
)
def test_the_course_s_formulas_are_drawn(tex):
    html = drawn(tex)

    assert "<svg" in html
    assert 'fill="currentColor"' in html
    assert "<code" not in html


def test_a_formula_says_its_tex_to_a_screen_reader():
    assert 'aria-label="a &lt; b"' in drawn("a &lt; b")


def test_aligned_rows_are_drawn_one_below_the_other():
    html = drawn(r"\begin{aligned} a &amp;= b \\ c &amp;= d \end{aligned}", "math display")

    assert html.count("<svg") == 2


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{pmatrix} 1 &amp; 2 \end{pmatrix}",
        r"\unknowncommand{x}",
        r"\frac{",
        "{" * 300,
        "x_{" * 100 + "}" * 100,
        "\u6771",
        "a" * 5_000,
        "",
    ],
)
def test_what_cannot_be_drawn_stays_readable_tex(tex):
    assert drawn(tex) == f'<p><code class="tex inline">{tex}</code></p>'


def test_a_formula_cannot_leave_its_attribute():
    html = drawn("x &quot; onload=&quot;alert(1) \\text{&lt;/svg&gt;&lt;script&gt;}")

    assert not re.search(r"<script|\" onload=\"", html)


@pytest.mark.parametrize("unit", [r"\left(", r"\sqrt{", r"\frac{", "x^", "{", r"\text{", "'"])
def test_hostile_tex_costs_seconds_at_most(unit):
    started = time.process_time()

    for length in range(300, 400, 10):
        drawn((unit * 400)[:length])

    assert time.process_time() - started < 10
