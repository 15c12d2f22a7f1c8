"""Changes of global state cost an honest student nothing, or the message names them."""

import pytest

from autograder.config import Settings
from autograder.exam.candidate.kernel import EXIT, NO_INPUT
from autograder.exam.run import run_exam
from autograder.notebook.cells import exam_metadata, verdicts_of
from tests.support.exam_notebooks import exam_notebook

pytestmark = pytest.mark.slow

SETTINGS = Settings(cell_seconds=10, exam_seconds=120)
ANSWER = """
class Box:
    def __init__(self, size): self.size = size
    def grow(self, by=1):
        self.size += by
        return self
    def __len__(self): return self.size
    def __iter__(self): yield from (1, 2, 3)
def f(x):
    return 2 * x
def g(what, *rest):
    if what == "box": return Box(*rest)
    if what == "print": print("in g")
    if what == "call": return rest[0](rest[1]) + 1
    if what == "draw": return rest[0].normal(size=3)
    if what == "fail": raise KeyError("my own error")
    return {"a": [1, 2.5, (True, None)], 3: ones(3), "s": {1, 2}}
ones = np.ones
"""
TEST = """
check.equal(f("a"), "aa")
check.close(f(np.arange(3.0)), [0, 2, 4])
box = g("box", 2)
check.equal([len(box), box.grow(by=3).size, *box], [2, 5, 1, 2, 3])
check.equal(g("print")["a"], [1, 2.5, (True, None)])
check.close(g("many")[3], [1, 1, 1])
check.equal(g("call", lambda x: float(np.ones(x).sum()), 4), 5.0)
check.equal(g("draw", np.random.default_rng(0)).shape, (3,))
try:
    g("fail")
except KeyError as error:
    check.that("my own error" in str(error), "the text of an error")
"""
# A name that `ANSWER` and the library code which it calls do not use.
NAMES = """
    abs all any bool bytes callable chr compile complex delattr dict dir divmod enumerate eval exec
    filter float format frozenset getattr globals hasattr hash hex id int isinstance issubclass iter
    len list locals map max memoryview min next oct open ord pow range repr reversed round set
    setattr slice sorted str sum tuple type vars zip Exception BaseException AttributeError
    IndexError NameError OSError StopIteration TypeError ValueError
    """.split()  # noqa: SIM905
OF_MODULES = {
    "json": "dumps loads JSONEncoder JSONDecoder",
    "struct": "pack unpack Struct",
    "socket": "socket AF_UNIX MSG_PEEK create_connection",
    "threading": "Thread Lock RLock Event",
    "time": "time monotonic sleep perf_counter",
    "operator": "getitem add index",
    "warnings": "catch_warnings simplefilter filterwarnings",
    "importlib": "import_module",
    "traceback": "format_exc print_exc",
    "contextlib": "suppress contextmanager",
    "queue": "Queue SimpleQueue Empty",
    "select": "poll epoll select",
    "re": "compile sub match",
    "datetime": "datetime",
    "os": "getpid write environ",
    "random": "seed random",
    "numpy": "sum asarray ascontiguousarray generic uint8 bool_ mean random",
    "sys": "exit",
}
SETTINGS_OF_A_PROCESS = (
    "np.seterr(all='raise')",
    "np.seterrcall(lambda *_: 1 / 0)\nnp.seterr(all='call')",
    "np.set_printoptions(precision=1, threshold=3)",
    "np.random.seed(3)",
    "import warnings\nwarnings.simplefilter('error')",
    "import sys\nsys.setrecursionlimit(200)",
    "import os\nos.chdir('/tmp')",
    "import os\nos.makedirs('/tmp/gone')\nos.chdir('/tmp/gone')\nos.rmdir('/tmp/gone')",
    "import os\nos.environ.clear()",
    "import os\nos.umask(0o777)",
    "import socket\nsocket.setdefaulttimeout(0.001)",
    "import socket\nsocket.setdefaulttimeout(0)",
    "import gc\ngc.disable()",
    "import gc\ngc.set_threshold(1)",
    "import atexit\natexit.register(lambda: 1 / 0)",
    "import logging\nlogging.basicConfig(level=0, force=True)",
    "import logging\nlogging.disable()",
    "import decimal\ndecimal.getcontext().prec = 1",
    "import locale\nlocale.setlocale(locale.LC_ALL, 'C')",
    "sys.setswitchinterval(1)",
    "import tracemalloc\ntracemalloc.start()\ntracemalloc.stop()",
    "import matplotlib\nmatplotlib.use('Agg')",
    "%xmode Minimal",
    "%load_ext autoreload\n%autoreload 2",
)
STREAMS_AND_HOOKS = (
    "import io, sys\nsys.stdout = io.StringIO()",
    "sys.stdout = sys.stderr = None",
    "sys.stdout = sys.stderr = 5",
    "sys.stdout.close()\nsys.stderr.close()",
    "sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__",
    "sys.displayhook = sys.excepthook = None",
    "sys.settrace(lambda *_: None)",
    "def trace(*_): raise RuntimeError('traced')\nsys.settrace(trace)",
    "sys.setprofile(trace)",
    "import threading\nthreading.settrace(lambda *_: 1 / 0)",
    "sys.path.clear()\nsys.meta_path.clear()",
    "for name in [*sys.modules]:\n    if name.startswith('numpy'): del sys.modules[name]",
    "sys.modules['keras'] = None",
    "get_ipython().events.register('post_execute', lambda: 1 / 0)",
    "get_ipython().set_custom_exc((Exception,), lambda *_: 1 / 0)",
    "get_ipython().ast_transformers.append(5)",
    "__name__ = 'other'",
    "__name__ = None",
    "__builtins__ = {}",
    "check = None",
)
LOOPS_AND_SIGNALS = (
    "import asyncio\nasyncio.set_event_loop(None)",
    "loop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\nloop.close()",
    "asyncio.get_running_loop().stop()",
    "for task in asyncio.all_tasks(): task.cancel()",
    "async def stop(): raise SystemExit\ntask = asyncio.ensure_future(stop())",
    "await asyncio.sleep(0)",
    "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)",
    "signal.signal(signal.SIGTERM, lambda *_: None)",
    "signal.alarm(1)",
    "def late(*_): raise TimeoutError('late')\nsignal.signal(signal.SIGALRM, late)",
    "signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)",
    "import multiprocessing\nmultiprocessing.set_start_method('spawn', force=True)",
    "import threading, time\n"
    "for _ in range(100): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
)
OF_KERAS = (
    "import keras\nkeras.mixed_precision.set_global_policy('mixed_float16')",
    "keras.mixed_precision.set_global_policy('float32')\nkeras.backend.set_floatx('float64')",
    "import tensorflow as tf\ntf.config.run_functions_eagerly(True)",
    "tf.random.set_seed = None\nkeras.utils.set_random_seed = None",
    "keras.backend.clear_session()",
)


def in_groups(statement, size=8):
    """Return a statement about each name, several in one cell."""
    lines = [statement.format(name) for name in NAMES]
    return ["\n".join(lines[first : first + size]) for first in range(0, len(lines), size)]


CHANGES = {
    "names of the notebook": ["input = super = object = 5", *in_groups("{} = 5")],
    "built-in names": ["import builtins", *in_groups("builtins.{} = 5")],
    "deleted built-in names": ["import builtins", *in_groups("del builtins.{}")],
    "functions of modules": [
        f"import {module}\n" + "\n".join(f"{module}.{name} = None" for name in names.split())
        for module, names in OF_MODULES.items()
    ],
    "settings": SETTINGS_OF_A_PROCESS,
    "streams and hooks": STREAMS_AND_HOOKS,
    "event loops and signals": LOOPS_AND_SIGNALS,
    "Keras": OF_KERAS,
}


@pytest.mark.parametrize("kind", CHANGES)
def test_an_innocent_change_costs_nothing(kind):
    changes = CHANGES[kind]
    steps = [step for change in changes for step in (("answer", change), ("test", TEST))]

    executed = run_exam(exam_notebook(("answer", ANSWER), *steps), settings=SETTINGS)

    lost = {
        change: verdict.reason
        for change, verdict in zip(changes, verdicts_of(executed), strict=True)
        if verdict.points != 3.0
    }
    assert lost == {}
    assert exam_metadata(executed).findings == ()


MISTAKES = {
    "a name of the notebook": ("max = 5", "max(x, 1)", "(Your notebook has replaced max.)"),
    "a built-in name": (
        "import builtins\nbuiltins.max = 5",
        "max(x, 1)",
        "(Your notebook has replaced max of builtins.)",
    ),
    "a function of a library": ("np.sum = None", "np.sum(x)", "replaced sum of numpy.)"),
    "compiled code that uses it": (
        "np.empty = None",
        "np.random.default_rng(0).normal(size=3)",
        "replaced empty of numpy.)",
    ),
    "a name of the set-up": ("np = None", "np.sum(x)", "(Your notebook has replaced np.)"),
    "a recursion limit": (
        "import sys\nsys.setrecursionlimit(150)\n"
        "def deep(n): return 0 if n == 0 else 1 + deep(n - 1)",
        "deep(500)",
        "(Your notebook has set the recursion limit to 150.)",
    ),
    "no input": ("", "input('how many? ')", f"EOFError: {NO_INPUT}"),
    "the end of the kernel": ("", "exit()", f"SystemExit: {EXIT}"),
    "a limit": (
        "files = []",
        "[files.append(open('/dev/null')) for _ in range(2000)]",
        "1024 files",
    ),
}


@pytest.mark.parametrize(("change", "value", "named"), MISTAKES.values(), ids=MISTAKES)
def test_what_rightly_costs_points_is_named(change, value, named):
    answer = f"{change}\ndef f(x):\n    return {value}"

    executed = run_exam(exam_notebook(("answer", answer), ("test", "f(2)")), settings=SETTINGS)

    (verdict,) = verdicts_of(executed)
    assert verdict.points == 0.0
    assert named in verdict.reason


def test_a_function_may_change_what_a_cell_may():
    changes = "builtins.len = json.dumps = struct.pack = np.sum = np.asarray = None"
    answer = f"import builtins, json, struct\ndef f(x):\n    {changes}\n    return x"
    test = "check.equal([f(1), f('a'), f([2])], [1, 'a', [2]])\ncheck.close(f(np.ones(2)), [1, 1])"

    executed = run_exam(exam_notebook(("answer", answer), *[("test", test)] * 2), settings=SETTINGS)

    assert [verdict.points for verdict in verdicts_of(executed)] == [3.0, 3.0]


def test_nothing_counts_as_changed_after_ordinary_cells():
    ordinary = ("import keras, random\nimport matplotlib.pyplot as plt", "plt.plot([1, 2])", "%pwd")
    changes = "[list(get_ipython().kernel.exam_state.replaced())]"

    executed = run_exam(
        exam_notebook(*[("answer", source) for source in (*ordinary, changes)]), settings=SETTINGS
    )

    assert executed.cells[-1].outputs[0].data["text/plain"] == "[[]]"


def test_a_limit_of_a_question_is_in_the_findings():
    greedy = "held = []\ndef f(x):\n    while True: held.append(open('/dev/null'))"
    honest = "def g(x):\n    import colorsys\n    return x"

    executed = run_exam(
        exam_notebook(
            ("answer", greedy),
            ("answer", honest),
            ("test", "### BEGIN HIDDEN TESTS\nf(1)\n### END HIDDEN TESTS"),
            ("test", "check.equal(g(1), 1)"),
        ),
        settings=SETTINGS,
    )

    assert [verdict.points for verdict in verdicts_of(executed)] == [0.0, 3.0]
    assert ["(open_files)" in each.message for each in exam_metadata(executed).findings] == [True]


def test_a_name_that_the_student_has_not_replaced_is_not_named():
    answer = "max = 5\ndef f(x):\n    return x + 'a'"

    executed = run_exam(exam_notebook(("answer", answer), ("test", "f(2)")), settings=SETTINGS)

    (verdict,) = verdicts_of(executed)
    assert "replaced" not in verdict.reason
