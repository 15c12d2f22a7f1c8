"""Rule 10, broken with bytes on the socket: what a candidate may say that its model is."""

import copy
import json

import numpy as np
import pytest
from dlcourse import _keras_rebuild

from autograder.exam.examiner.process import Examiner
from tests.support.candidate_stub import HIDDEN_LINES, Liar, Thing, error, run_exam, value

pytestmark = pytest.mark.slow

X = np.arange(6, dtype="float32").reshape(2, 3)
BOUND_MODEL = value((True, Thing(0, "keras", "Sequential")))
TEST = """
model = check.local_copy(f)
check.parameters(model, 8)
check.close(model(X), expected, tolerance=1e-5)
"""


@pytest.fixture(scope="module")
def honest():
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="relu")])
    return _keras_rebuild.rest_configuration(model), model.get_weights(), model(X).numpy()


@pytest.fixture
def ask(honest):
    examiner = Examiner()
    examiner.set_up("import numpy as np\nfrom dlcourse import check", seed=0)
    examiner.setup.update(X=X, expected=honest[2])

    def asked(source, *replies):
        liar = Liar(*replies)
        liar.moves = (BOUND_MODEL, *replies)
        return run_exam(examiner, source, liar=liar, seconds=60)

    return asked


def sentence(configuration, weights):
    return value((json.dumps(configuration), list(weights)))


def test_an_honest_model_is_rebuilt_and_judged_here(ask, honest):
    verdict = ask(TEST, sentence(*honest[:2]))

    assert verdict.passed, verdict.details


def layer(**change):
    def forge(tree):
        tree["config"]["layers"][1].update(change)

    return forge


def field(**change):
    def forge(tree):
        tree["config"]["layers"][1]["config"].update(change)

    return forge


FORGED = {
    "Lambda": (layer(class_name="Lambda"), "Lambda"),
    "a custom class": (layer(class_name="Z31337", registered_name="evil>Z31337"), "not one of"),
    "a registered Dense": (layer(module="builtins", registered_name="evil>Dense"), None),
    "a billion units": (field(units=10**9), "too large"),
    "ten million units": (field(units=10**7), "weights"),
    "NaN units": (field(units=float("nan")), "too large or not plain"),
    "an infinite rate": (layer(class_name="Dropout", config={"rate": float("inf")}), "too large"),
    "text for units": (field(units="2"), None),
    "an unknown field": (field(run="rm"), "unknown field"),
    "other units": (field(units=3), "weights has shape"),
    "no layers": (lambda tree: tree["config"].update(layers=[]), None),
    "no configuration": (lambda tree: tree.clear(), "not one that Keras writes"),
}


@pytest.mark.parametrize(("forge", "words"), FORGED.values(), ids=FORGED)
def test_rule_10_a_forged_configuration_fails_in_a_sentence(ask, honest, forge, words):
    configuration = copy.deepcopy(honest[0])
    forge(configuration)

    verdict = ask(TEST, sentence(configuration, honest[1]))

    if words is None and verdict.passed:  # set aside, not obeyed: the model is Keras' own
        return
    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert words is None or words in verdict.reason
    assert "Traceback" not in verdict.reason


WEIGHTS = {
    "too few": lambda weights: weights[:1],
    "too many": lambda weights: [*weights, weights[0]],
    "transposed": lambda weights: [w.T for w in weights],
    "in double precision": lambda weights: [w.astype("float64") for w in weights],
    "text": lambda weights: [np.full(w.shape, "a") for w in weights],
}


@pytest.mark.parametrize("spoil", WEIGHTS.values(), ids=WEIGHTS)
def test_rule_10_weights_of_another_shape_or_dtype_fail(ask, honest, spoil):
    verdict = ask(TEST, sentence(honest[0], spoil(honest[1])))

    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert "weights" in verdict.reason


def test_rule_10_weights_that_are_not_numbers_give_no_right_answer(ask, honest):
    verdict = ask(TEST, sentence(honest[0], [np.full_like(w, np.nan) for w in honest[1]]))

    assert verdict.points == 0.0


def test_rule_10_a_patched_initializer_is_not_asked(ask, honest):
    configuration = copy.deepcopy(honest[0])
    field(kernel_initializer={"module": "os", "class_name": "system", "config": {}})(configuration)

    assert ask(TEST, sentence(configuration, honest[1])).passed


def test_rule_10_the_model_stays_what_it_was_the_first_time(ask, honest):
    other = copy.deepcopy(honest[0])
    field(activation="linear")(other)
    twice = "check.local_copy(f)\nmodel = check.local_copy(f)"

    same = ask(twice, sentence(*honest[:2]), sentence(honest[0], [w + 1 for w in honest[1]]))
    another = ask(twice, sentence(*honest[:2]), sentence(other, honest[1]))

    assert same.passed
    assert another.points == 0.0
    assert "not the same as before" in another.reason


def test_rule_10_a_model_may_be_frozen_between_two_looks(ask, honest):
    frozen = copy.deepcopy(honest[0])
    field(trainable=False)(frozen)
    twice = "check.local_copy(f)\nmodel = check.local_copy(f)"
    twice += "\ncheck.equal(len(model.trainable_weights), 0)"

    assert frozen != honest[0]
    assert ask(twice, sentence(*honest[:2]), sentence(frozen, honest[1])).passed


CLAIMS = ("f.count_params()", "f(X)", "f.predict(X)", "f.loss", "len(f.layers)", "f.trainable = 1")


@pytest.mark.parametrize("claim", CLAIMS)
def test_rule_10_what_a_model_says_about_itself_is_not_asked(ask, claim):
    verdict = ask(claim, value(8))

    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert "copy it first" in verdict.reason


def test_rule_11_a_models_refusal_is_not_shown_after_a_hidden_call(ask, honest):
    configuration = copy.deepcopy(honest[0])
    layer(class_name="Z31337")(configuration)

    for reply in (sentence(configuration, honest[1]), error("AssertionError", "Z31337")):
        verdict = ask(HIDDEN_LINES.format("check.local_copy(f)"), reply)
        assert verdict.points == 0.0
        assert "31337" not in verdict.reason + verdict.hint


def test_a_model_of_the_tests_own_keeps_its_configuration(ask, honest):
    configuration, weights, _ = honest
    other = copy.deepcopy(configuration)
    field(units=3)(other)
    source = """
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
check.run_remotely(np.shape)(f, model)
trained = check.local_copy(model)
check.equal([w.shape for w in trained.get_weights()], [(3, 2), (2,)])
"""

    right = ask(source, value((2,)), sentence(configuration, weights))
    forged = ask(source, value((2,)), sentence(other, [np.ones((3, 3)), np.ones(3)]))

    assert right.passed, right.details
    assert forged.points == 0.0
