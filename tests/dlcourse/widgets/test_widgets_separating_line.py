import base64
import io

import numpy as np
import pytest
from dlcourse import data, widgets
from PIL import Image


def test_the_line_takes_a_pair_or_points_and_classes():
    X, y = data.truth_table("xor")

    assert widgets.separating_line((X, y)).points == widgets.separating_line(X, y).points


def test_it_counts_the_points_on_their_side():
    line = widgets.separating_line(data.truth_table("and"), w=(1.0, 1.0), b=-1.5)

    assert line.right == 4
    line.b = -0.5
    assert line.right == 2


def test_classes_may_be_minus_one_and_one():
    X, y = data.truth_table("or")

    assert widgets.separating_line(X, 2 * y - 1).labels == y.tolist()


def test_where_nothing_is_live_a_picture_and_words_are_left():
    bundle, metadata = widgets.separating_line(data.xor(), title="Can it?")._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert picture.width == pytest.approx(1.5 * metadata["image/png"]["width"], abs=2)
    assert bundle["text/plain"].startswith("Figure. Can it?")
    assert "points are on their side" in bundle["text/plain"]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"received shapes \(3, 3\) and \(3,\)"):
        widgets.separating_line(np.ones((3, 3)), [0, 1, 1])


def test_sliders_have_labels_and_answer_the_keyboard(shown):
    live = shown(widgets.separating_line(data.truth_table("xor"), title="One line?"))

    bias = live.get_by_label("bias")
    bias.focus()
    bias.press("ArrowLeft")

    assert live.get_by_role("slider").count() == 3
    assert live.evaluate("state.b") == pytest.approx(-0.51)
    assert live.get_by_role("status").inner_text() == "2 of 4 right"
    assert "x1 + 0.00 x2 − 0.51 = 0; 2 of 4 right" in live.get_by_role("img").get_attribute(
        "aria-label"
    )


def test_no_line_of_the_sliders_gets_all_four(shown):
    live = shown(widgets.separating_line(data.truth_table("xor")))

    best = live.evaluate(
        """() => { let best = 0; const set = (label, v) => { const input =
        document.querySelector(`[aria-label="${label}"]`); input.value = v; input.oninput(); };
        for (let w1 = -1; w1 <= 1; w1 += 0.5) for (let w2 = -1; w2 <= 1; w2 += 0.5)
          for (let b = -1.5; b <= 1.5; b += 0.25) { set("weight of x1", w1);
            set("weight of x2", w2); set("bias", b);
            best = Math.max(best, parseInt(document.querySelector(".count").textContent)); }
        return best; }"""
    )

    assert best == 3
