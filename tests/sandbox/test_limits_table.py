"""Everything that lists limits agrees with the table of limits."""

from dataclasses import fields

from autograder.config import Settings
from autograder.exam.environment import ExamEnvironment
from autograder.integrations.nbgrader import ExamPreprocessor
from autograder.sandbox.jupyter.provisioner import SandboxProvisioner
from autograder.sandbox.limits import COURSE_LIMITS, LIMITS, SANDBOX_LIMITS, LimitName, Limits


def test_the_table_has_every_limit_once():
    assert list(LIMITS) == list(LimitName) == [field.name for field in fields(Limits)]
    assert all(type(limit.default) is limit.type for limit in LIMITS.values())


def test_every_limit_of_the_sandbox_is_an_option_of_a_kernel():
    traits = SandboxProvisioner.class_traits(config=True)
    own = SandboxProvisioner()

    for limit in SANDBOX_LIMITS:
        assert limit.help in traits[limit.name].help
    assert vars(own.limits) == {**vars(Limits()), "exam_seconds": float("inf")}
    assert not {limit.name for limit in LIMITS.values() if not limit.in_sandbox} & set(traits)


def test_an_exam_passes_every_limit_of_the_sandbox_to_the_candidate():
    chosen = Limits(
        **{
            limit.name: limit.type(limit.default + number)
            for number, limit in enumerate(LIMITS.values(), 1)
        }
    )
    with ExamEnvironment(chosen) as environment:
        limits = environment.candidate_request("/home").limits

    passed = {limit.name: getattr(limits, limit.name) for limit in SANDBOX_LIMITS}
    assert passed == {
        **{limit.name: getattr(chosen, limit.name) for limit in SANDBOX_LIMITS},
        "exam_seconds": chosen.exam_seconds + 60,  # in case that the exam does not end
    }


def test_a_course_may_set_the_limits_that_the_table_says_and_no_others():
    settings = Settings()
    known = vars(settings)

    assert {name for name in known if name in LIMITS} == {limit.name for limit in COURSE_LIMITS}
    for limit in COURSE_LIMITS:
        assert known[limit.name] in (limit.default, None)


def test_nbgrader_may_set_the_same_limits():
    traits = ExamPreprocessor.class_own_traits(config=True)

    assert set(traits) == {limit.name for limit in COURSE_LIMITS}
