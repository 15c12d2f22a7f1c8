import random
import subprocess
import sys

import numpy as np
from dlcourse import check
from dlcourse.check import _backend


def test_call_and_inspect_shows_what_a_call_did_to_its_arguments_and_leaves_ours():
    ours = [np.ones(2), {"a": [1]}]

    def spoil(things):
        things[0][:] = 7
        things[1]["a"].append(2)
        return "done"

    result, (after,) = check.call_and_inspect(spoil, ours)

    assert result == "done"
    assert after[0].tolist() == [7, 7]
    assert after[1] == {"a": [1, 2]}
    assert ours[0].tolist() == [1, 1]
    assert ours[1] == {"a": [1]}


def test_seed_makes_the_global_generators_repeat():
    def draw():
        return random.random(), np.random.random()

    check.seed(3)
    first = draw()
    check.seed(3)

    assert draw() == first


def test_run_remotely_is_the_function_itself_in_one_kernel():
    assert check.run_remotely(np.add) is np.add


class Recorder:
    def __init__(self):
        self.calls = []

    def run_remotely(self, function, args, kwargs):
        self.calls.append(("run_remotely", function, args, kwargs))
        return "run_remotely"

    def local_copy(self, model, like):
        self.calls.append(("local_copy", model, like))
        return "local_copy"

    def call_and_inspect(self, function, args, kwargs):
        self.calls.append(("call_and_inspect", function, args, kwargs))
        return "call_and_inspect", args

    def seed(self, number):
        self.calls.append(("seed", number))


def test_with_a_backend_the_calls_go_to_it(monkeypatch):
    backend = Recorder()
    monkeypatch.setattr(_backend, "current", backend)

    assert check.run_remotely(np.add)(1, b=2) == "run_remotely"
    assert check.local_copy("model", like="X") == "local_copy"
    assert check.call_and_inspect(np.add, 1, 2) == ("call_and_inspect", (1, 2))
    check.seed(5)

    assert backend.calls == [
        ("run_remotely", np.add, (1,), {"b": 2}),
        ("local_copy", "model", "X"),
        ("call_and_inspect", np.add, (1, 2), {}),
        ("seed", 5),
    ]


def test_nothing_heavy_is_imported_with_the_checks():
    code = (
        "import sys; from dlcourse import check, data, probes; heavy = {'tensorflow', 'keras', "
        "'matplotlib', 'IPython', 'sklearn'}; sys.exit(bool(heavy & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
