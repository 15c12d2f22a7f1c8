"""Facts about the experiments of week 6."""

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
    """What `writer` wants to know of a Keras model, without Keras."""

    def __init__(self, layers=(Embedding, GRU, Dense), seed=0):
        rng = np.random.default_rng(seed)
        shapes = [(3, 2), (2, 12), (4, 12), (2, 12), (4, 3), (3,)]
        self.layers = [layer() for layer in layers]
        self.arrays = [rng.normal(size=shape).astype("float32") for shape in shapes]

    def get_weights(self):
        return self.arrays


def by_hand(arrays, ids):
    """Logits after some characters, with the equations of a GRU."""
    vectors, Wx, Wh, b, V, c = (array.astype(float) for array in arrays)
    h = np.zeros(4)
    for k in ids:
        x, kept = np.split(vectors[k] @ Wx + b[0], 3), np.split(h @ Wh + b[1], 3)
        z, r = (1 / (1 + np.exp(-x[j] - kept[j])) for j in (0, 1))
        h = z * h + (1 - z) * np.tanh(x[2] + r * kept[2])
    return h @ V + c


def shares(page):
    """Probabilities that the bars say, from the largest on, in percent."""
    words = page.locator(".dlc-writer svg text").all_text_contents()
    return [float(word[:-2]) for word in words if word.endswith(" %")]


def test_the_writer_knows_the_logits_of_its_model():
    model = CharModel()

    writer = widgets.text_generator(model, LETTERS, prime="ab b")

    assert writer.logits("ab b") == pytest.approx(by_hand(model.arrays, [0, 1, 2, 1]), abs=1e-5)


def test_the_browser_computes_what_python_does(shown):
    writer = widgets.text_generator(CharModel(), LETTERS, prime="ab b", temperature=1.0)
    powers = np.exp(writer.logits("ab b"))

    page = shown(writer)

    expected = 100 * np.sort(powers / powers.sum())[::-1]
    assert shares(page)[:3] == pytest.approx(expected, abs=0.51)


def test_at_temperature_zero_one_character_is_left(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, temperature=0.05))

    page.get_by_role("slider", name="temperature").press("ArrowLeft")

    assert shares(page)[:2] == [100, 0]
    assert page.evaluate("sent.temperature") == 0


def test_the_writer_writes_after_its_beginning_and_starts_again(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, prime="ab"))
    written = page.get_by_label("what was written")

    for _ in range(3):
        page.get_by_role("button", name="one character").click()
    assert len(written.inner_text()) == 5
    assert written.inner_text().startswith("ab")

    page.get_by_role("button", name="start again").click()
    assert written.inner_text() == "ab"


def test_the_reader_may_choose_another_beginning(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, prime="ab"))

    page.get_by_label("the beginning").fill("b?b")

    assert page.get_by_label("what was written").inner_text() == "b?b"
    assert page.evaluate("sent.prime") == "b?b"


def test_the_writer_pauses(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS, prime="ab"))
    play = page.get_by_role("button", name="write")

    play.click()
    page.wait_for_function("document.querySelector('.page').innerText.length > 6")
    page.get_by_role("button", name="pause").click()

    assert page.get_by_role("button", name="write").count() == 1


@pytest.mark.parametrize(
    ("model", "letters", "message"),
    [
        pytest.param(CharModel((Embedding, Dense)), LETTERS, "Embedding, GRU, Dense", id="layers"),
        pytest.param(CharModel(), ["a"], "1 letters", id="letters"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model, letters, message):
    with pytest.raises(ValueError, match=message):
        widgets.text_generator(model, letters)


def test_a_cell_keeps_by_its_forget_gate():
    kept = widgets.lstm_gates(forget=0.9, enter=0.5).cells()

    assert kept[5] == pytest.approx(0.5)
    assert kept[25] == pytest.approx(0.5 * 0.9**20)
    assert kept[35] == pytest.approx(0.5 * 0.9**30 - 0.5)


def test_the_dial_says_what_is_left(shown):
    page = shown(widgets.lstm_gates(forget=0.99))

    page.get_by_role("slider", name="forget gate").press("End")

    assert "1.00 is in the cell at step 25" in page.get_by_role("status").inner_text()


def test_a_gate_is_between_shut_and_open():
    with pytest.raises(ValueError, match="A gate is between 0"):
        widgets.lstm_gates(forget=1.2)


@pytest.mark.parametrize(
    "widget",
    [
        pytest.param(widgets.lstm_gates(), id="gate dial"),
        pytest.param(widgets.text_generator(CharModel(), LETTERS), id="writer"),
    ],
)
def test_every_widget_leaves_a_picture(widget):
    bundle, _ = widget._repr_mimebundle_()

    assert "image/png" in bundle
    assert bundle["text/plain"].startswith("Figure.")


def test_every_control_of_the_writer_has_a_name_and_keeps_its_keys(shown):
    page = shown(widgets.text_generator(CharModel(), LETTERS))

    for control in page.locator("input, button").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
        assert control.get_attribute("aria-label") or control.inner_text()


@pytest.mark.parametrize(
    "widget",
    [
        pytest.param(widgets.lstm_gates(), id="gate dial"),
        pytest.param(widgets.text_generator(CharModel(), LETTERS), id="writer"),
    ],
)
def test_the_drawing_says_what_it_shows(widget, shown):
    page = shown(widget)

    assert len(page.get_by_role("img").get_attribute("aria-label")) > 20
