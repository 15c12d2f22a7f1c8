"""Test that each attack in a class of many attackers earns what honest work earns.

Every attack comes with a wrong answer to `mean` (5 points) and right ones to `shout` (3) and
`twice` (2), in the middle of a class with three honest students.
"""

import json
import os
import resource
import time
from copy import deepcopy
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.config import Settings
from autograder.gradebook import open_gradebook
from autograder.grading.pipeline import grade_class
from autograder.reporting.feedback.write import write_feedback
from tests.support.attacks import BREAKING, EXHAUSTING, FORGING, READING, SHOUT, TWICE, WRONG
from tests.support.course import Course, make_cell, make_release
from tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HIDDEN_TEXT, HIDDEN_INPUT = "Zebrafish-5521", "Quagga-7391"
MEAN = """def mean(numbers):
    ### BEGIN SOLUTION
    return sum(numbers) / len(numbers)
    ### END SOLUTION"""
TEST_MEAN = """check.close(mean([1.0, 2.0]), 1.5, name="a mean of two")
### BEGIN HIDDEN TESTS
# Zebrafish-5521
check.close(mean([73.91, 1.0, 6.09]), 27.0, name="a mean of three")
### END HIDDEN TESTS"""
TEST_SHOUT = """check.equal(shout("a"), "A", name="a letter")
### BEGIN HIDDEN TESTS
# Zebrafish-5521
check.equal(shout("Quagga-7391"), "QUAGGA-7391", name="a word")
### END HIDDEN TESTS"""
TEST_TWICE = """check.equal(twice(lambda x: x + 3, 1), 7, name="a function of the test")
### BEGIN HIDDEN TESTS
check.equal(twice(lambda x: x + "Quagga-7391", ""), "Quagga-7391Quagga-7391", name="words")
### END HIDDEN TESTS"""
STUBS = {"shout": SHOUT, "twice": TWICE}
HONEST = {**STUBS, "mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)\n"}
DESERVED = {"test_mean": 0, "test_shout": 3, "test_twice": 2}
FULL = {**DESERVED, "test_mean": 5}
NOTHING = dict.fromkeys(DESERVED, 0)
SETTINGS = Settings(
    cell_seconds=5,
    exam_seconds=40,
    memory_bytes=700 << 20,
    scratch_bytes=64 << 20,
    output_bytes=200_000,
)
INDEX_OF_TEST = 4
SAFE_TYPES = {"text/plain", "image/png"}


def make_source():
    """Return a notebook of three exercises, each with visible and hidden tests."""
    test = {"grade": True, "locked": True}

    def answer(name, text):
        return make_cell("code", text, "answer", grade_id=name, solution=True)

    cells = [
        make_cell("markdown", "# Attacked"),
        make_cell("code", "import numpy as np\nfrom dlcourse import check", "setup"),
        make_cell("code", 'SEED = 0\nPROFILE = "quick"', "setup", tags=["parameters"]),
        answer("mean", MEAN),
        make_cell("code", TEST_MEAN, "test", grade_id="test_mean", points=5, **test),
        answer("shout", SHOUT_SOLVED),
        make_cell("code", TEST_SHOUT, "test", grade_id="test_shout", points=3, **test),
        make_cell("code", "print(shout('demo'))", "demo"),
        answer("twice", TWICE_SOLVED),
        make_cell("code", TEST_TWICE, "test", grade_id="test_twice", points=2, **test),
        make_cell(
            "markdown", "Why?", "written", grade_id="why", points=1, grade=True, solution=True
        ),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return notebook


SHOUT_SOLVED = """def shout(text):
    ### BEGIN SOLUTION
    return text.upper()
    ### END SOLUTION"""
TWICE_SOLVED = """def twice(f, x):
    ### BEGIN SOLUTION
    return f(f(x))
    ### END SOLUTION"""


# --- what is done to the notebook itself ---------------------------------------------------------


def index_of(notebook, grade_id):
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(grade_id)


def skip_and_edit(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["tags"] = ["skip-execution"]
            cell.metadata.nbgrader["points"] = 1_000
    notebook.metadata["exam"] = {"verdict": "passed"}
    notebook.cells[index_of(notebook, "test_mean")].source = "float('nan')"
    notebook.cells[index_of(notebook, "test_shout")].source = "-1"


def rename(notebook):
    for cell in notebook.cells[INDEX_OF_TEST : INDEX_OF_TEST + 1]:
        cell.metadata.nbgrader["grade_id"] = "test_shout"
        cell.source = "assert True"


def change_types(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.cell_type = "markdown"
            cell.pop("outputs", None)
            cell.pop("execution_count", None)


def delete_tests(notebook):
    notebook.cells = [
        cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")
    ]


def duplicate_tests(notebook):
    twin = deepcopy(notebook.cells[INDEX_OF_TEST])
    twin.source, twin["id"] = "5.0", "twin"
    notebook.cells.insert(INDEX_OF_TEST, twin)
    notebook.cells.append(deepcopy(twin))


def reorder(notebook):
    notebook.cells.insert(0, notebook.cells.pop(INDEX_OF_TEST))


def fill_outputs(notebook):
    verdict = {"grade_id": "test_mean", "max_points": 5, "state": "passed", "points": 5}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            data = {"text/plain": "5.0", "text/html": "<script>alert('pwned')</script>"}
            cell.outputs = [nbformat.v4.new_output("execute_result", data=data)]
            cell.metadata["exam"] = {"role": "test", "verdict": verdict}


def answer_with_scripts(notebook):
    notebook.cells[-1].source = (
        "<script>alert('pwned')</script> <img src=x onerror=alert('pwned')> "
        "[a](javascript:alert('pwned')) ![](https://pwned.example/x.png)\n\n"
        "$</code><script>alert('pwned')</script>$"
    )


def add_endless_cells(notebook):
    for number in range(30):
        loop = "import time\nwhile True:\n    try:\n        time.sleep(9)\n"
        cell = nbformat.v4.new_code_cell(loop + "    except BaseException:\n        pass")
        cell["id"] = f"endless-{number}"
        notebook.cells.append(cell)


CHANGES = {
    "skips-tests": skip_and_edit,
    "renames-tests": rename,
    "changes-types": change_types,
    "deletes-tests": delete_tests,
    "duplicates-tests": duplicate_tests,
    "reorders-tests": reorder,
    "fills-outputs": fill_outputs,
    "answers-with-scripts": answer_with_scripts,
    "never-ends": add_endless_cells,
}

# Each remembers what hidden tests call with, and tries to have it shown.
HOARD = {
    "hoards-and-prints": {
        "mean": "kept = []\ndef mean(numbers):\n    kept.append(numbers)\n    print(kept)\n"
        "    return sum(numbers) / len(numbers) if len(numbers) < 3 else str(numbers)\n",
        "shout": "print(kept)\ndef shout(text):\n    kept.append(text)\n    print(kept)\n"
        "    return text.upper()\n",
        "twice": "import warnings\nimport matplotlib.pyplot as plt\nprint(kept)\n"
        "plt.title(str(kept))\nplt.show()\nwarnings.warn(str(kept))\n"
        "def twice(f, x):\n    kept.append(f(f(x)))\n    return kept\n"
        "raise ValueError(str(kept))\n",
    },
    "hoards-and-raises": {
        "mean": "kept = []\ndef mean(numbers):\n    kept.append(numbers)\n"
        "    raise type(str(numbers), (ValueError,), {})(str(numbers))\n",
        "shout": "def shout(text):\n    kept.append(text)\n"
        "    if text == 'a':\n        return 'A'\n    raise NameError(text, name=text)\n",
        "twice": "def twice(f, x):\n    raise ValueError(str(kept))\n",
    },
    "hoards-and-returns": {
        "mean": "kept = []\ndef mean(numbers):\n    kept.append(numbers)\n"
        "    return sum(numbers) / len(numbers) if len(numbers) < 3 else kept\n",
        "shout": "def shout(text):\n    kept.append(text)\n    return text.upper() + text[1:]\n",
        "twice": "def twice(f, x):\n    return type(str(kept), (), {})()\n",
    },
}
SOURCES = {**FORGING, **READING, **BREAKING, **EXHAUSTING}

# What else an attack costs its author: the honest part cannot be separated from the dishonest one.
EXPECTED = {
    **dict.fromkeys((*SOURCES, *CHANGES), DESERVED),
    "honest-a": FULL,
    "honest-in-the-middle": FULL,
    "zz-honest": FULL,
    "hoards-and-prints": {**NOTHING, "test_shout": 3},
    "hoards-and-raises": NOTHING,
    "hoards-and-returns": NOTHING,
    "links-to-source": NOTHING,
    "large-file": NOTHING,
    "deep-json": NOTHING,
    "empty-file": NOTHING,
    "no-notebook": NOTHING,
    "no-metadata": DESERVED,
    "latin-encoding": DESERVED,
    "utf16-encoding": DESERVED,
    "nan-in-json": DESERVED,
    "format-3": DESERVED,
    "shadows-numpy": DESERVED,
}
FINDINGS = {
    "skips-tests": {"skip-execution-tag", "forged-test-cell", "changed-metadata"},
    "renames-tests": {"forged-test-cell", "duplicate-cell"},
    "changes-types": {"changed-cell-type"},
    "deletes-tests": {"deleted-test-cell"},
    "duplicates-tests": {"duplicate-cell"},
    "reorders-tests": {"reordered-cells"},
    "links-to-source": {"unreadable-notebook"},
    "large-file": {"unreadable-notebook"},
    "deep-json": {"unreadable-notebook"},
    "empty-file": {"unreadable-notebook"},
    "no-notebook": {"unreadable-notebook"},
    "no-metadata": {"no-known-cells"},
}

# Threads and floods may kill the kernel that they live in, at this question or the next.
HURT_THEMSELVES = ("floods-replies", "gigabyte-messages")
# Which limit is met first depends on how fast the machine is.
STOPPED = ("loops", "never-ends", "gigabytes", "displays", "fork-bomb", "memory-bomb",
           "memory-bomb-when-asked")  # fmt: skip
LIMITS = {"limit", "kernel-died"}


def submit_all(course):
    """Submit the work of every student."""
    for name in ("honest-a", "honest-in-the-middle", "zz-honest"):
        course.submit(name, HONEST)
    for name, code in SOURCES.items():
        code = code.replace("ROOT", str(course.root)).replace("REPOSITORY", str(ROOT))
        code = code.replace("MEAN_INDEX", repr(str(INDEX_OF_TEST)))
        prefix = "" if "def mean(" in code and name != "smells-grading" else WRONG
        suffix = ALWAYS if name == "equals-everything" else ""
        course.submit(name, {**STUBS, "mean": prefix + code + suffix})
    for name, change in CHANGES.items():
        course.submit(name, {**STUBS, "mean": WRONG}, change)
    for name, answers in HOARD.items():
        course.submit(name, answers)
    submit_unusual_files(course)


ALWAYS = "def mean(numbers):\n    return Always(0)\n"


def submit_unusual_files(course):
    """Submit files that are broken, unusual or no notebooks."""
    link = course.submission_path("links-to-source")
    link.parent.mkdir(parents=True)
    link.symlink_to(course.source_path)
    text = course.submit("wrong", {**STUBS, "mean": WRONG}).read_text()
    course.submission_path("wrong").unlink()
    course.submission_path("wrong").parent.rmdir()
    course.submission_path("wrong").parent.parent.rmdir()
    course.submit_text("large-file", '{"cells": [{"source": "' + "x" * 51_000_000 + '"}]}')
    deep = "[" * 100_000 + "]" * 100_000
    course.submit_text("deep-json", f'{{"cells": [{{"cell_type": "code", "source": {deep}}}]}}')
    course.submit_text("empty-file", "")
    course.submit_text("no-notebook", "[1, 2")
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
        cell["source"] += " "
    course.submit_text("no-metadata", json.dumps(notebook))
    course.submit_text("nan-in-json", text[:-1] + ', "a": NaN, "b": -Infinity, "c": 1e999}')
    latin = text.replace("# Attacked", "# Attacked \u00e9").encode("latin-1")
    course.submit_text("latin-encoding", "").write_bytes(latin)
    course.submit_text("utf16-encoding", "").write_bytes(text.encode("utf-16"))
    course.submit_text("format-3", json.dumps(format_3(json.loads(text))))
    folder = course.submit("shadows-numpy", {**STUBS, "mean": WRONG}).parent
    for name in ("numpy.py", "sitecustomize.py", "dlcourse.py", "conftest.py"):
        (folder / name).write_text("import os; os._exit(3)")
    (folder / "numpy.pth").write_text("import os; os._exit(3)")


def format_3(notebook):
    """Return a notebook as nbformat 3 keeps it."""
    cells = notebook.pop("cells")
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"] = "python"
    return {**notebook, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}


# --- the evening ---------------------------------------------------------------------------------


class Evening:
    """What there is when the class has been graded."""

    def __init__(self, course, results, seconds, memory):
        self.course, self.seconds, self.memory = course, seconds, memory
        self.results = {result.student: result for result in results}
        self.pages = {page.parent.parent.name: page.read_text() for page in self.feedback()}

    def feedback(self):
        return write_feedback(self.course.root, self.course.week)

    def graded(self, student):
        return self.course.graded_path(student).read_text()

    def points(self, student):
        return {v.grade_id: v.points for v in self.results[student].verdicts}

    def kinds(self, student):
        return {finding.kind for finding in self.results[student].findings}

    def outputs(self, student):
        notebook = nbformat.read(self.course.graded_path(student), as_version=4)
        return json.dumps([cell.get("outputs", []) for cell in notebook.cells])


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    source = make_source()
    course = Course(tmp_path_factory.mktemp("attacked"), source, make_release(source))
    course.publish()
    submit_all(course)
    os.environ["ATTACK_SECRET_TOKEN"] = "a secret of the instructor's"
    started = time.monotonic()
    try:
        results = grade_class(course.root, course.week, settings=SETTINGS, jobs=2)
    finally:
        del os.environ["ATTACK_SECRET_TOKEN"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    return Evening(course, results, time.monotonic() - started, memory)


def test_everybody_is_graded(evening):
    assert set(evening.results) == set(EXPECTED)
    completed = {name: result for name, result in evening.results.items() if result.verdicts}
    assert set(completed) == set(EXPECTED)


@pytest.mark.parametrize("student", SOURCES)
def test_no_attack_fails_for_a_name_that_does_not_exist(evening, student):
    assert "REPOSITORY/" not in evening.course.submission_path(student).read_text()
    for error in ("ImportError", "ModuleNotFoundError", "NameError", "AttributeError"):
        assert error not in evening.outputs(student)


@pytest.mark.parametrize("student", EXPECTED)
def test_each_earns_what_honest_work_earns(evening, student):
    if student not in HURT_THEMSELVES:
        assert evening.points(student) == EXPECTED[student], evening.results[student]


@pytest.mark.parametrize("student", HURT_THEMSELVES)
def test_who_hurts_their_own_kernel_earns_no_more_than_honest_work(evening, student):
    assert all(
        points <= EXPECTED[student][name] for name, points in evening.points(student).items()
    )


@pytest.mark.parametrize("student", EXPECTED)
def test_the_exam_runs_whatever_is_submitted(evening, student):
    assert "exam-not-run" not in evening.kinds(student)


@pytest.mark.parametrize("student", FINDINGS)
def test_the_instructor_sees_the_findings(evening, student):
    assert evening.kinds(student) >= FINDINGS[student]


@pytest.mark.parametrize("student", STOPPED)
def test_the_instructor_sees_a_finding_about_a_limit(evening, student):
    assert evening.kinds(student) & LIMITS


@pytest.mark.parametrize("student", ["honest-a", "honest-in-the-middle", "zz-honest"])
def test_nothing_is_found_about_honest_students(evening, student):
    assert evening.results[student].findings == ()


def test_the_gradebook_says_the_same(evening):
    with open_gradebook(evening.course.root) as book:
        for student in EXPECTED:
            points = evening.points(student)
            found = book.api.find_submission_notebook("tiny", evening.course.week, student)
            marks = {grade.name: grade.auto_score for grade in found.grades if grade.name in points}
            assert marks == points, student
            assert all(grade.manual_score is None for grade in found.grades), student


@pytest.mark.parametrize("student", EXPECTED)
def test_no_page_of_feedback_shows_what_is_hidden(evening, student):
    page = evening.pages[student]
    for hidden in (HIDDEN_TEXT, HIDDEN_INPUT, HIDDEN_INPUT.upper(), "73.91", "6.09"):
        assert hidden not in page


def test_those_who_hoard_did_see_what_they_were_asked(evening):
    assert HIDDEN_INPUT in evening.outputs("hoards-and-prints")
    assert "73.91" in evening.outputs("hoards-and-prints")


@pytest.mark.parametrize("student", EXPECTED)
def test_nothing_that_people_open_can_do_anything(evening, student):
    cells = nbformat.read(evening.course.graded_path(student), as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert {kind for output in outputs for kind in output.get("data", {})} <= SAFE_TYPES
    words = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for text in ("<script", "<img", "(javascript", "![]"):
        assert text not in words
    page = evening.pages[student]
    for text in ("<script>alert", "<img src=x", 'href="javascript', 'pwned.example/x.png"'):
        assert text not in page


def test_no_file_of_the_instructor_is_seen(evening):
    assert "FILES [] [] [] " in evening.outputs("reads-files")


def test_nothing_hidden_is_in_the_memory_of_a_candidate(evening):
    assert "MEMORY [] True" in evening.outputs("searches-memory")
    assert "OPEN" not in evening.outputs("searches-memory")


def test_nothing_is_left_behind(evening):
    left = [*evening.course.root.rglob("attack*"), *evening.course.root.rglob("pickled*")]
    assert left == []
    assert not list((ROOT / "autograder").glob("attack*"))
    assert not Path("/tmp/attack-left-behind").exists()
    assert not Path("/tmp/pickled-attack").exists()
    assert (evening.course.root / "gradebook.db").read_bytes().startswith(b"SQLite format 3")


def test_no_process_outlives_the_exam(evening):
    names = [p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])]
    assert not [name for name in names if any("time.sleep(997)" in part for part in name)]


def test_no_exam_takes_much_longer_than_it_may(evening):
    longest = max(evening.results.values(), key=lambda result: result.seconds)
    assert longest.seconds < SETTINGS.exam_seconds + 15, longest.student


def test_the_grader_itself_stays_small(evening):
    assert evening.memory < 1_500_000_000
