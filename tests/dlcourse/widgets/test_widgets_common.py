"""Facts about every experiment: its controls have names, keep their keys, send what they say."""

import numpy as np
import pytest
from dlcourse import data, widgets


def lengths(depth, activation, scale):
    return np.full(depth, 1e-3 * scale)


def runners(surface, rate, momentum):
    step = np.linspace(1, 0, 20)[:, None]
    return {"one": -9 * step * [1, 0.2], "two": -9 * step * [1, -0.2]}


BOWL = {"steep": lambda w: (w**2).sum(axis=-1), "flat": lambda w: (w**2).sum(axis=-1) / 9}
X, Y = data.truth_table("xor")

# Of a button its text, of what stands in a label the label's.
NAME_OF = """control => control.getAttribute("aria-label") || control.innerText
    || Array.from(control.labels ?? []).map((label) => label.innerText).join("").trim()"""

WIDGETS = {
    "separating_line": lambda: widgets.separating_line(X, Y, title="One line?"),
    "perceptron_rule": lambda: widgets.perceptron_rule(X, Y, epochs=5),
    "descent": lambda: widgets.gradient_descent([1, 2, 3, 4], [0, 1, 0, 1]),
    "vanishing_gradient": lambda: widgets.vanishing_gradient(lengths, ["sigmoid", "relu"]),
    "optimizer_comparison": lambda: widgets.optimizer_comparison(runners, BOWL),
    "playground": lambda: widgets.playground("circle", hidden=(2,)),
    "filter_explorer": lambda: widgets.filter_explorer({"a slope": np.eye(8)}, kernel="edge"),
    "latent_plane": lambda: widgets.latent_plane(
        [(np.ones((2, 4)), np.zeros(4), "sigmoid")], np.eye(2), [0, 1], shape=(2, 2)
    ),
}


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_control_has_a_name_and_keeps_its_keys_from_jupyterlab(make, shown):
    page = shown(make())

    for control in page.locator("input, button, select").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
        assert control.evaluate(NAME_OF)


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_drawing_says_what_it_shows(make, shown):
    page = shown(make())

    for picture in page.get_by_role("img").all():
        assert len(picture.get_attribute("aria-label")) > 20


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_slider_says_its_value_and_answers_the_keyboard(make, shown):
    page = shown(make())

    for slider in page.get_by_role("slider").all():
        before = slider.input_value()
        slider.focus()
        for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
            slider.press(key)

        assert slider.get_attribute("aria-valuetext") is not None
        assert slider.input_value() != before or slider.get_attribute("max") == before


def test_a_dial_sends_what_it_says(shown):
    page = shown(widgets.vanishing_gradient(lengths, ["sigmoid", "relu"], depth=10))

    page.get_by_role("slider", name="layers").press("ArrowRight")
    page.get_by_label("activation").select_option("relu")

    assert page.evaluate("sent") == {"depth": 11, "activation": "relu"}


def test_an_uneven_slider_sends_the_value_that_it_shows(shown):
    page = shown(widgets.vanishing_gradient(lengths, ["sigmoid"], scale=1.0))

    dial = page.get_by_label("size of the weights")
    dial.press("ArrowRight")

    assert page.evaluate("sent.scale") == pytest.approx(2**0.05)
    assert dial.get_attribute("aria-valuetext") == "1.04"


def test_a_race_shows_who_is_where_after_each_step(shown):
    page = shown(widgets.optimizer_comparison(runners, BOWL))

    page.get_by_role("slider", name="step").fill("19")

    assert page.get_by_role("img").get_attribute("aria-label") == (
        "Step 19. one: loss 0.0, two: loss 0.0"
    )
