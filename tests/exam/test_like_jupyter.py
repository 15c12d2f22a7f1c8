"""A student's cell that works in Jupyter works in an exam: shell lines, files, modules, figures."""

import pytest

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.exam.run import run_exam
from autograder.notebook.cells import verdicts_of
from tests.support.exam_notebooks import exam_notebook

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CELLS = {
    "shell line": "!echo from a shell; test -t 1 && echo in a terminal; exit 3\n"
    "print('went on', _exit_code)",
    "many shell lines": "for k in range(60):\n    !true\nprint('went on')",
    "captured": "lines = !ls\nprint('went on', 'data.csv' in lines)",
    "bash": "%%bash\necho in bash && echo went on",
    "pip": "%pip install no_such_package_of_ours\nprint('went on')",
    "pip in a shell": "!pip install -q no_such_package_of_ours numpy\nprint('went on')",
    "pip asks": "!pip uninstall numpy\nimport numpy\nprint('went on')",
    "conda": "%conda install numpy\n%mamba list\nprint('went on')",
    "python in a shell": "!python -c 'import numpy; print(40 + 2)'\nprint('went on')",
    "writefile": "%%writefile helper.py\nvalue = 41",
    "import helper": "import helper\nprint('went on', helper.value)",
    "import support": "import given, package.part\nprint('went on', given.x + package.part.y)",
    "change support": "open('data.csv', 'a').write(',3')\n"
    "import os\nos.rename('tables/more.csv', 'more.csv')\n"
    "print('went on', open('data.csv').read())",
    "parameters": "import matplotlib\nimport matplotlib.pyplot as plt\n"
    "plt.plot([1, 2])\n"
    "print('went on', sorted(k for k, v in plt.rcParams.items()\n"
    "                        if v != matplotlib.rcParamsDefault[k]))",
}
SUPPORT = SupportFiles(
    {
        "data.csv": b"1,2",
        "tables/more.csv": b"7",
        "given.py": b"x = 1",
        "package/__init__.py": b"",
        "package/part.py": b"y = 2",
    }
)
TEST = """import given, package.part
check.equal(open("data.csv").read() + open("tables/more.csv").read(), "1,27")
check.equal(f(given.x + package.part.y), 3)"""


@pytest.fixture(scope="module")
def executed():
    answers = [("answer", source) for source in CELLS.values()]
    notebook = exam_notebook(*answers, ("answer", "def f(x): return x"), ("test", TEST))
    return run_exam(notebook, settings=Settings(), support=SUPPORT)


@pytest.fixture(scope="module")
def texts(executed):
    """Return what each cell printed and raised."""
    return {
        name: "".join(
            output.get("text", "") + output.get("ename", "") + "".join(output.get("data", {}))
            for output in cell.outputs
        )
        for name, cell in zip(CELLS, executed.cells[1:], strict=False)
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shell line", "from a shell\nin a terminal\nwent on 3\n"),
        ("many shell lines", "went on\n"),
        ("captured", "went on True\n"),
        ("bash", "in bash\nwent on\n"),
        ("python in a shell", "42\nwent on\n"),
        ("writefile", "Writing helper.py\n"),
        ("import helper", "went on 41\n"),
        ("import support", "went on 3\n"),
        ("change support", "went on 1,2,3\n"),
    ],
)
def test_a_cell_prints_what_it_prints_in_jupyter(texts, name, expected):
    assert texts[name].replace("\r", "") == expected


@pytest.mark.parametrize("name", ["pip", "pip in a shell"])
def test_pip_says_itself_what_it_cannot_do_and_the_cell_goes_on(texts, name):
    assert "No matching distribution found for no_such_package_of_ours" in texts[name]
    assert texts[name].endswith("went on\n")


def test_pip_does_not_wait_for_an_answer(texts):
    assert texts["pip asks"].endswith("went on\n")


def test_conda_does_not_end_the_cell(texts):
    assert "`%conda install numpy` does nothing in an exam" in texts["conda"]
    assert texts["conda"].endswith("went on\n")


def test_matplotlib_has_the_style_and_shows_the_figures_of_a_plain_kernel(texts):
    assert "went on ['interactive']\n" in texts["parameters"]
    assert "image/png" in texts["parameters"]


def test_the_examiner_has_the_released_files_as_they_were(executed):
    (verdict,) = verdicts_of(executed)
    assert verdict.points == 3.0, verdict.details


def test_a_shell_line_without_end_is_stopped_with_its_cell():
    endless = ("answer", "!sleep 4711.7\nprint('not printed')")
    notebook = exam_notebook(
        endless, ("answer", "def f(x): return x"), ("test", "check.equal(f(1), 1)")
    )

    executed = run_exam(notebook, settings=Settings(cell_seconds=2))

    assert "longer than 2 seconds" in str(executed.cells[1].outputs)
    assert "not printed" not in str(executed.cells[1].outputs)
    assert [verdict.points for verdict in verdicts_of(executed)] == [3.0]
