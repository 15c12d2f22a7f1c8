"""The tests are distributed over two workers so that no fixture is made twice."""

from tests.support.distribution import SEPARATE, TOGETHER, group_of
from tests.support.paths import ROOT


def test_a_file_is_a_group():
    name = "tests/exam/test_attacks.py::test_each_earns_what_honest_work_earns[a::b]"

    assert group_of(name) == "tests/exam/test_attacks.py"


def test_files_that_share_a_fixture_are_one_group_and_long_tests_are_each_their_own():
    verify = "tests/verification/test_verify.py::test_every_known_answer[week01]"

    assert {group_of(f"{path}::test_a") for path in TOGETHER} == {"demo"}
    assert group_of(verify) == verify
    assert all((ROOT / path).is_file() for path in {*TOGETHER, *SEPARATE})


def test_the_tests_of_a_sample_are_a_group():
    names = [
        f"tests/verification/test_samples.py::test_{kind}_answers[{exercise}]"
        for kind in ("right", "wrong")
        for exercise in ("values-a", "values-b", "memory-c")
    ]

    assert [group_of(one).split()[1] for one in names] == 2 * ["values", "values", "memory"]
