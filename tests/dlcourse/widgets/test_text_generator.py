"""Tests of the text generator."""

import numpy as np
import pytest
from dlcourse import widgets

LETTERS = ["a", "b", " "]


class Embedding:
    weights = (0,)


class GRU:
    weights = (0,)


class Dense:
    weights = (0,)


class CharModel:
    """A stand-in for a Keras model, with what `text_generator` uses of it."""

    def __init__(self, layers=(Embedding, GRU, Dense), seed=0):
        rng = np.random.default_rng(seed)
        shapes = [(3, 2), (2, 12), (4, 12), (2, 12), (4, 3), (3,)]
        self.layers = [layer() for layer in layers]
        self.arrays = [rng.normal(size=shape).astype("float32") for shape in shapes]

    def get_weights(self):
        return self.arrays


def by_hand(arrays, ids):
    """Return the logits after some characters, by the equations of a GRU."""
    vectors, Wx, Wh, b, V, c = (array.astype(float) for array in arrays)
    h = np.zeros(4)
    for k in ids:
        x, u = np.split(vectors[k] @ Wx + b[0], 3), np.split(h @ Wh + b[1], 3)
        z, r = (1 / (1 + np.exp(-x[j] - u[j])) for j in (0, 1))
        h = z * h + (1 - z) * np.tanh(x[2] + r * u[2])
    return h @ V + c


def percentages(page):
    """Return the probabilities beside the bars, in percent, from the largest."""
    words = page.locator(".dlc-text-generator svg text").all_text_contents()
    return [float(word[:-2]) for word in words if word.endswith(" %")]


def test_logits_equal_those_of_the_model():
    model = CharModel()

    widget = widgets.text_generator(model, LETTERS, prime="ab b")

    assert widget.logits("ab b") == pytest.approx(by_hand(model.arrays, [0, 1, 2, 1]), abs=1e-5)


def test_the_browser_computes_what_python_computes(shown):
    widget = widgets.text_generator(CharModel(), LETTERS, prime="ab b", temperature=1.0)
    powers = np.exp(widget.logits("ab b"))

    page = shown(widget)

    expected = 100 * np.sort(powers / powers.sum())[::-1]
    assert percentages(page)[:3] == pytest.approx(expected, abs=0.51)


def test_at_temperature_zero_only_one_character_is_possible(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, temperature=0.05))

    page.get_by_role("slider", name="temperature").press("ArrowLeft")

    assert percentages(page)[:2] == [100, 0]
    assert page.evaluate("sent.temperature") == 0


def test_characters_are_generated_after_the_start_text(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, prime="ab"))
    generated = page.get_by_label("generated text")

    for _ in range(3):
        page.get_by_role("button", name="one character").click()
    assert len(generated.inner_text()) == 5
    assert generated.inner_text().startswith("ab")

    page.get_by_role("button", name="start again").click()
    assert generated.inner_text() == "ab"


def test_the_start_text_can_be_changed(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, prime="ab"))

    page.get_by_label("start text").fill("b?b")

    assert page.get_by_label("generated text").inner_text() == "b?b"
    assert page.evaluate("sent.prime") == "b?b"


def test_generation_can_be_paused(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, prime="ab"))
    play = page.get_by_role("button", name="generate")

    play.click()
    page.wait_for_function("document.querySelector('.page').innerText.length > 6")
    page.get_by_role("button", name="pause").click()

    assert page.get_by_role("button", name="generate").count() == 1


@pytest.mark.parametrize(
    ("model", "letters", "message"),
    [
        pytest.param(CharModel((Embedding, Dense)), LETTERS, "Embedding, GRU, Dense", id="layers"),
        pytest.param(CharModel(), ["a"], "1 characters", id="letters"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model, letters, message):
    with pytest.raises(ValueError, match=message):
        widgets.text_generator(model, letters)
