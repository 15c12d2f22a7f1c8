"""Tests of the separating line."""

import base64
import io

import numpy as np
import pytest
from dlcourse import data, widgets
from PIL import Image


def test_arguments_may_be_a_pair_or_points_and_classes():
    X, y = data.truth_table("xor")

    assert widgets.separating_line((X, y)).points == widgets.separating_line(X, y).points


def test_n_correct_counts_points_on_the_side_of_their_class():
    line = widgets.separating_line(data.truth_table("and"), w=(1.0, 1.0), b=-1.5)

    assert line.n_correct == 4
    line.b = -0.5
    assert line.n_correct == 2


def test_classes_may_be_minus_one_and_one():
    X, y = data.truth_table("or")

    assert widgets.separating_line(X, 2 * y - 1).labels == y.tolist()


def test_the_mime_bundle_contains_a_picture_and_a_description():
    bundle, metadata = widgets.separating_line(data.xor(), title="Can it?")._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert picture.width == pytest.approx(1.5 * metadata["image/png"]["width"], abs=2)
    assert bundle["text/plain"].startswith("Figure. Can it?")
    assert "points are on the correct side" in bundle["text/plain"]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"received shapes \(3, 3\) and \(3,\)"):
        widgets.separating_line(np.ones((3, 3)), [0, 1, 1])


def test_sliders_have_labels_and_can_be_moved_by_keys(shown):
    live = shown(widgets.separating_line(data.truth_table("xor"), title="One line?"))

    bias = live.get_by_label("bias")
    bias.focus()
    bias.press("ArrowLeft")

    assert live.get_by_role("slider").count() == 3
    assert live.evaluate("state.b") == pytest.approx(-0.51)
    assert live.get_by_role("status").inner_text() == "2 of 4 correct"
    assert "x1 + 0.00 x2 − 0.51 = 0; 2 of 4 correct" in live.get_by_role("img").get_attribute(
        "aria-label"
    )


def test_no_line_separates_exclusive_or(shown):
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
