"""Tests of the playground: Python and JavaScript agree, and it is accessible."""

import json

import numpy as np
import pytest
from dlcourse import data, widgets
from dlcourse.widgets import _playground_net as net

STATE = [
    *("sets", "names", "data_set", "noise", "features", "hidden", "activation", "learning_rate"),
    *("penalty", "penalty_rate", "seed", "title", "trained", "epoch"),
]


@pytest.fixture(scope="module")
def page(browser):
    return browser.new_page(viewport={"width": 1000, "height": 700})


def shown(page, widget):
    """Display a widget on a page, with a simple model instead of the kernel's."""
    state = json.dumps({name: getattr(widget, name) for name in STATE})
    code = str(widget._esm).replace("export default { render };", "")
    page.goto("about:blank")
    page.set_content(
        f"""<div id="at"></div><script>{code}
        const state = {state}, listeners = {{}}, model = {{ get: (k) => state[k],
          set: (k, v) => {{ state[k] = v; (listeners["change:" + k] ?? []).forEach((f) => f()); }},
          save_changes() {{}}, on: (k, f) => (listeners[k] ??= []).push(f) }};
        render({{ model, el: document.getElementById("at") }});</script>"""
    )
    return page


def press(page, name, times=1):
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


CASES = {
    "tanh": {"data_set": "circle", "hidden": (4, 2)},
    "no hidden layer": {"data_set": "gaussian", "hidden": ()},
    "ReLU with L1": {"hidden": (3, 3), "activation": "relu", "penalty": "L1", "seed": 7},
    "logistic with L2": {"hidden": (2, 5, 2), "activation": "sigmoid", "penalty": "L2"},
    "all features": {"data_set": "spiral", "features": tuple(net.FEATURES), "hidden": (8,)},
    "linear": {"data_set": "xor", "activation": "linear", "noise": 0.2},
}


@pytest.mark.parametrize("settings", CASES.values(), ids=CASES.keys())
def test_browser_and_python_train_the_same_net(page, settings):
    play = widgets.playground(penalty_rate=0.01, learning_rate=0.05, **settings)

    live = shown(page, play)
    press(live, "one epoch", 3)

    by_python = np.concatenate([weight.ravel() for weight in play.after(3)])
    assert live.evaluate("state.epoch") == 3
    assert np.allclose(live.evaluate("state.trained"), by_python, rtol=0, atol=1e-7)


def test_the_gradient_equals_finite_differences_of_the_log_loss():
    play = widgets.playground("xor", hidden=(3, 2), learning_rate=1e-4)
    settings = net.Settings(("x1", "x2"), (3, 2), rate=1.0, batch=200)
    X, y = play.train
    features, learner = play.inputs(X), net.start(settings)
    before = [weight.copy() for weight in learner.weights]

    net.train_epoch(learner, settings, features, y)

    for i, weight in enumerate(before):
        for index in np.ndindex(weight.shape):
            losses = []
            for step in (1e-5, -1e-5):
                moved = [w.copy() for w in before]
                moved[i][index] += step
                losses.append(net.log_loss(moved, "tanh", features, y))
            slope = (losses[0] - losses[1]) / 2e-5
            assert weight[index] - learner.weights[i][index] == pytest.approx(slope, abs=1e-8)


def test_the_points_of_the_browser_are_those_of_python(page):
    play = widgets.playground("spiral", noise=0.07)
    X, y = data.spiral(200, noise=0.07, seed=1)

    rows = np.array(play.sets["spiral"]["train"])

    assert np.allclose(rows[:, :2] + 0.07 * rows[:, 2:4], X, atol=1e-8)
    assert rows[:, 4].tolist() == y.tolist()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("gaussian", {"hidden": ()}),
        ("circle", {"hidden": (3,)}),
        ("circle", {"hidden": (), "features": ("x1²", "x2²")}),
        ("xor", {"hidden": (), "features": ("x1x2",)}),
    ],
)
def test_a_small_net_learns_an_easy_set(name, settings):
    assert widgets.playground(name, learning_rate=0.3, **settings).accuracy() > 0.93


def test_weights_from_the_browser_are_returned_as_arrays():
    play = widgets.playground(hidden=(2,))
    play.trained = list(map(float, range(9)))

    shapes = [weight.shape for weight in play.weights]

    assert shapes == [(2, 2), (2,), (2, 1), (1,)]
    assert play.weights[2].ravel().tolist() == [6.0, 7.0]


def test_the_mime_bundle_contains_a_picture_and_a_description():
    play = widgets.playground("circle", hidden=(3,), title="Can it?")

    bundle, _ = play._repr_mimebundle_()

    assert "image/png" in bundle
    assert "Can it?" in bundle["text/plain"]
    assert "the network after 200 epochs" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data_set": "moons"}, "no data set 'moons'"),
        ({"features": ("x3",)}, "no feature 'x3'"),
        ({"hidden": (9,)}, "1 to 8 units"),
        ({"hidden": (2,) * 5}, "at most 4 hidden layers"),
        ({"penalty": "L3"}, "no penalty 'L3'"),
    ],
)
def test_unknown_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        widgets.playground(**settings)


def test_training_runs_stops_and_starts_again(page):
    live = shown(page, widgets.playground("circle"))

    press(live, "▶ train")
    live.wait_for_function("parseInt(document.querySelector('.status').textContent.slice(6)) > 20")
    press(live, "❚❚ pause")
    at_rest = live.get_by_role("status").inner_text()
    live.wait_for_timeout(100)

    assert live.get_by_role("status").inner_text() == at_rest
    assert live.evaluate("state.trained.length") == 25
    press(live, "start again")
    assert live.get_by_role("status").inner_text().startswith("epoch 0 ·")
    assert live.evaluate("state.trained") == []


def test_architecture_and_features_can_be_changed_by_keys(page):
    live = shown(page, widgets.playground("circle", hidden=(4, 2)))

    live.get_by_role("button", name="more: 4", exact=True).press("Enter")
    live.get_by_role("button", name="fewer: 2 hidden layers").press("Enter")
    live.get_by_label("feature x₁²").press("Space")

    assert live.evaluate("state.hidden") == [5]
    assert live.evaluate("state.features") == ["x1", "x2", "x1²"]
    assert live.locator(".tile:not(.off)").count() == 3 + 5


def test_a_focused_unit_is_shown_in_the_large_picture(page):
    live = shown(page, widgets.playground("circle", hidden=(2,)))

    live.get_by_role("button", name="unit 2 of layer 1").focus()

    assert (
        live.locator(".whole").get_attribute("aria-label").startswith("Output of unit 2 of layer 1")
    )


def test_the_last_feature_cannot_be_removed(page):
    live = shown(page, widgets.playground("circle", features=("x1",)))

    live.get_by_label("feature x₁", exact=True).press("Space")

    assert live.evaluate("state.features") == ["x1"]
    assert live.get_by_label("feature x₁", exact=True).is_checked()


def test_every_control_handles_its_own_keys(page):
    live = shown(page, widgets.playground())

    for control in live.locator("input, button, select").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_there_are_no_errors_in_the_browser(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    live = shown(page, widgets.playground("spiral", hidden=(8, 8, 8, 8), activation="relu"))

    press(live, "one epoch", 2)
    live.get_by_label("data set").select_option("xor")
    live.get_by_label("penalty").select_option("L1")
    press(live, "new weights")
    press(live, "one epoch")

    assert errors == []
    assert live.evaluate("state.seed") == 1
