"""Tests of what all widgets have in common: labels, keyboard support and values sent."""

import base64
import subprocess
import sys

import numpy as np
import pytest
from dlcourse import data, widgets


def lengths(depth, activation, scale):
    return np.full(depth, 1e-3 * scale)


def run_optimizers(surface, rate, momentum):
    step = np.linspace(1, 0, 20)[:, None]
    return {"one": -9 * step * [1, 0.2], "two": -9 * step * [1, -0.2]}


BOWL = {"steep": lambda w: (w**2).sum(axis=-1), "flat": lambda w: (w**2).sum(axis=-1) / 9}
X, Y = data.truth_table("xor")


class Embedding:
    weights = (0,)


class GRU:
    weights = (0,)


class Dense:
    weights = (0,)


class CharModel:
    """A stand-in for a Keras model, with what `text_generator` uses of it."""

    layers = (Embedding(), GRU(), Dense())

    def get_weights(self):
        rng = np.random.default_rng(0)
        shapes = [(3, 2), (2, 12), (4, 12), (2, 12), (4, 3), (3,)]
        return [rng.normal(size=shape).astype("float32") for shape in shapes]


# The accessible name of a control: its own label, its text, or the text of a <label>.
NAME_OF = """control => control.getAttribute("aria-label") || control.innerText
    || Array.from(control.labels ?? []).map((label) => label.innerText).join("").trim()"""

WIDGETS = {
    "separating_line": lambda: widgets.separating_line(X, Y, title="One line?"),
    "perceptron_rule": lambda: widgets.perceptron_rule(X, Y, epochs=5),
    "gradient_descent": lambda: widgets.gradient_descent([1, 2, 3, 4], [0, 1, 0, 1]),
    "vanishing_gradient": lambda: widgets.vanishing_gradient(lengths, ["sigmoid", "relu"]),
    "optimizer_comparison": lambda: widgets.optimizer_comparison(run_optimizers, BOWL),
    "playground": lambda: widgets.playground("circle", hidden=(2,)),
    "filter_explorer": lambda: widgets.filter_explorer({"a slope": np.eye(8)}, kernel="edge"),
    "latent_plane": lambda: widgets.latent_plane(
        [(np.ones((2, 4)), np.zeros(4), "sigmoid")], np.eye(2), [0, 1], shape=(2, 2)
    ),
    "lstm_gates": widgets.lstm_gates,
    "text_generator": lambda: widgets.text_generator(CharModel(), ["a", "b", " "]),
    "q_learning": widgets.q_learning,
}


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_widget_has_a_static_picture_and_a_live_view(make):
    bundle, metadata = make()._repr_mimebundle_()

    assert base64.b64decode(bundle["image/png"])[:4] == b"\x89PNG"
    assert bundle["text/plain"].startswith("Figure.")
    assert metadata["image/png"]["width"] > 100
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_every_public_widget_is_tested_here():
    assert set(WIDGETS) == set(widgets.__all__)


def test_importing_widgets_does_not_import_tensorflow():
    code = (
        "import sys; import dlcourse.widgets; "
        "sys.exit(bool({'tensorflow', 'keras', 'gymnasium', 'sklearn'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_control_has_a_name_and_handles_its_own_keys(make, shown):
    page = shown(make())

    for control in page.locator("input, button, select").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
        assert control.evaluate(NAME_OF)


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_drawing_has_a_text_alternative(make, shown):
    page = shown(make())

    for picture in page.get_by_role("img").all():
        assert len(picture.get_attribute("aria-label")) > 20


@pytest.mark.parametrize("make", WIDGETS.values(), ids=WIDGETS)
def test_every_slider_announces_its_value_and_can_be_moved_by_keys(make, shown):
    page = shown(make())

    for slider in page.get_by_role("slider").all():
        before = slider.input_value()
        slider.focus()
        for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
            slider.press(key)

        assert slider.get_attribute("aria-valuetext") is not None
        assert slider.input_value() != before or slider.get_attribute("max") == before


def test_controls_send_their_values(shown):
    page = shown(widgets.vanishing_gradient(lengths, ["sigmoid", "relu"], depth=10))

    page.get_by_role("slider", name="layers").press("ArrowRight")
    page.get_by_label("activation").select_option("relu")

    assert page.evaluate("sent") == {"depth": 11, "activation": "relu"}


def test_a_nonlinear_slider_sends_the_value_that_it_shows(shown):
    page = shown(widgets.vanishing_gradient(lengths, ["sigmoid"], scale=1.0))

    slider = page.get_by_label("weight scale")
    slider.press("ArrowRight")

    assert page.evaluate("sent.scale") == pytest.approx(2**0.05)
    assert slider.get_attribute("aria-valuetext") == "1.04"


def test_the_description_contains_the_loss_of_each_optimizer(shown):
    page = shown(widgets.optimizer_comparison(run_optimizers, BOWL))

    page.get_by_role("slider", name="step").fill("19")

    assert page.get_by_role("img").get_attribute("aria-label") == (
        "Step 19. one: loss 0.0, two: loss 0.0"
    )
