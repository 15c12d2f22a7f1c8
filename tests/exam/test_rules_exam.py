"""Rules 1, 8, 9, 11, 12 and 14 in whole exams: a real kernel, a real examiner."""

import json

import pytest

from autograder.config import Settings
from autograder.exam.run import run_exam
from autograder.gradebook.read import Marks
from autograder.models import Submission
from autograder.notebook.cells import exam_metadata, verdicts_of
from autograder.reporting.feedback.page import page_of
from tests.support.candidate_stub import HIDDEN_LINES
from tests.support.exam_notebooks import exam_notebook

pytestmark = pytest.mark.slow


def exam(*cells, seed=0, **settings):
    return run_exam(exam_notebook(*cells, seed=seed), settings=Settings(**settings))


def points(executed):
    return [verdict.points for verdict in verdicts_of(executed)]


FORGERIES = """
import ast, builtins, IPython
def f(x): return 7

class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Expr(self, node): return ast.Pass()

shell = get_ipython()
shell.ast_transformers.append(NoAsserts())
shell.input_transformers_post.append(lambda lines: [])
shell.kernel.do_execute = None
shell.run_cell_async = None
shell.events.register("pre_run_cell", lambda *a: print(3))
shell.display_formatter.formatters["text/plain"].for_type(int, lambda *a: "3")
builtins.AssertionError = type("AssertionError", (Exception,), {})
import numpy, dlcourse.check
numpy.allclose = numpy.array_equal = lambda *a, **k: True
dlcourse.check.equal = dlcourse.check.close = lambda *a, **k: None
3.0
"""


def test_rules_1_and_2_a_forger_gets_what_the_answer_deserves():
    executed = exam(
        ("answer", "def g(x): return 2 * x"),
        ("answer", FORGERIES),
        ("test", "check.equal(f(2), 4)"),
        ("test", "assert f(2) == 4"),
        ("test", "check.equal(g(2), 4)"),
    )

    assert points(executed) == [0.0, 0.0, 3.0]
    wrong, right = executed.cells[3], executed.cells[5]
    assert [output.output_type for output in wrong.outputs] == ["error"]
    assert right.outputs == []


BESIDE = """
import os, pathlib, sys
home = pathlib.Path.home()
traps = "import sys; sys.exit('trapped')"
for folder in (pathlib.Path(), home, home / ".config/matplotlib", home / ".keras",
               home / ".ipython/profile_default/startup", home / ".local/lib"):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("numpy.py", "json.py", "sitecustomize.py", "usercustomize.py", "x.pth", "00.py"):
        (folder / name).write_text(traps)
    (folder / "matplotlibrc").write_text("backend: trapped")
    (folder / "keras.json").write_text("{")
def f(): return [np.__file__.endswith("site-packages/numpy/__init__.py"), sys.path[0] != ""]
"""


def test_rule_9_what_lies_beside_the_notebook_is_nobodys_module(tmp_path, monkeypatch):
    for name in ("numpy.py", "sitecustomize.py", "dlcourse.py", "autograder.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('trapped')")
    (tmp_path / "matplotlibrc").write_text("backend: trapped")
    monkeypatch.chdir(tmp_path)  # as if graded from within the submission's folder
    test = "check.equal(f(), [True, True])"

    executed = exam(
        ("answer", BESIDE),
        ("test", test),
        ("answer", "import os; os._exit(0)"),
        ("setup", "import json, matplotlib.pyplot as plt"),
        ("test", test + "\nimport glob\ncheck.equal(glob.glob('*.py'), [])"),
        ("test", "import os, sys\ncheck.equal('PYTHONPATH' in os.environ, False)"),
    )

    assert points(executed) == [3.0, 3.0, 3.0], verdicts_of(executed)
    assert "kernel-died" in {finding.kind for finding in exam_metadata(executed).findings}


def test_rule_9_noise_changes_no_grade_and_magics_are_for_the_candidate():
    noisy = "%matplotlib inline\nimport sys, warnings\nwarnings.warn('loud')\nsys.stderr.write('!')"

    executed = exam(
        ("setup", noisy),
        ("answer", "def f(x):\n    sys.stderr.write('!')\n    print(3)\n    return x"),
        ("test", "import sys\nsys.stderr.write('!')\nprint(0.0)\ncheck.equal(f(1), 1)"),
    )

    assert points(executed) == [3.0], verdicts_of(executed)


def test_rule_8_an_examiner_that_cannot_end_is_killed_and_the_exam_goes_on():
    swallow = "while True:\n    try:\n        f(1)\n    except BaseException:\n        pass"

    executed = exam(
        ("answer", "def f(x):\n    while True: pass\ndef g(x): return x"),
        ("test", swallow),
        ("test", "check.equal(g(1), 1)"),
        cell_seconds=2.0,
    )

    first, second = verdicts_of(executed)
    assert (first.state, first.points) == ("void", 0.0)
    assert "longer than 2 seconds" in first.reason
    assert second.passed, second.details


def test_rule_1_what_the_exam_has_no_time_for_was_not_run():
    executed = exam(
        ("answer", "def f(x): return x\nimport time; time.sleep(8)"),
        ("test", "check.equal(f(1), 1)"),
        exam_seconds=6.0,
    )

    (verdict,) = verdicts_of(executed)
    assert (verdict.state, verdict.points) == ("not run", 0.0)
    assert "seconds were over" in verdict.reason
    assert executed.cells[2].outputs[0].output_type == "error"


STOLEN = """
import matplotlib.pyplot as plt
from IPython.display import HTML, display
print("\\x1b[31m", seen, "\\x1b[0m")
display(HTML(f"<script>send({seen})</script>"))
plt.title(str(seen)); plt.plot(seen); plt.show()
type(f"Z{seen[-1]}", (), {})
raise type(f"Z{seen[-1]}", (Exception,), {})(seen)
"""


def test_rules_11_and_12_hidden_values_are_not_shown_and_outputs_are_safe():
    executed = exam(
        ("answer", "seen = []\ndef f(x):\n    seen.append(x)\n    print(x)\n    return x"),
        ("added", "print('\\x1b[1mbefore\\x1b[0m')\nfrom IPython.display import HTML\nHTML('<i>')"),
        ("test", HIDDEN_LINES.format("check.equal(f(31337), 2, name='twice')")),
        ("added", STOLEN),
        ("test", "check.equal(seen, [], name='what was seen')"),
    )

    page = page_of(executed, None, Marks(), Submission("s", "w", "n", None))
    shown = json.dumps([list(block.outputs) for block in page.blocks], default=str)
    reasons = " ".join(cell.reason + cell.hint for cell in page.graded_cells)
    assert points(executed) == [0.0, 0.0]
    assert "31337" in json.dumps(executed.cells[4].outputs)  # the instructor sees it
    assert "31337" not in shown + reasons
    assert "before" in shown
    assert "<i>" not in shown
    assert "\\u001b" not in shown
    assert [block.is_withheld for block in page.blocks if block.kind == "added"] == [False, True]


def test_rule_14_an_exam_is_the_same_tomorrow():
    answer = """
import random
drawn = [random.random(), np.random.rand(), hash("a"), list({"b", "c", "d"})]
print(drawn)
def f(): return [random.random(), hash("a")]
"""
    cells = ("answer", answer), ("answer", answer), ("test", "raise ValueError(f())")

    today, tomorrow, other = exam(*cells), exam(*cells), exam(*cells, seed=1)

    assert today.cells[1].outputs == tomorrow.cells[1].outputs == today.cells[2].outputs
    assert verdicts_of(today)[0].reason == verdicts_of(tomorrow)[0].reason
    assert verdicts_of(today)[0].reason != verdicts_of(other)[0].reason
