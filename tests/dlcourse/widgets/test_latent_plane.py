"""Tests of the latent plane."""

import base64
import io

import numpy as np
import pytest
from dlcourse import widgets
from PIL import Image

RNG = np.random.default_rng(0)
LAYERS = [
    (RNG.normal(size=(2, 3)), RNG.normal(size=3), "relu"),
    (RNG.normal(size=(3, 5)), RNG.normal(size=5), "tanh"),
    (RNG.normal(size=(5, 4)), RNG.normal(size=4), "sigmoid"),
]
CODES = np.concatenate([RNG.normal(size=(30, 2)), RNG.normal(size=(30, 2)) + 8])
LABELS = np.repeat([3, 7], 30)


def plane(**more):
    return widgets.latent_plane(LAYERS, CODES, LABELS, shape=(2, 2), **more)


def test_the_picture_is_the_decoders_output_at_the_point():
    A = np.array([0.4, -0.7])
    for (W, b, _), activation in zip(
        LAYERS, (lambda z: np.maximum(z, 0), np.tanh, lambda z: 1 / (1 + np.exp(-z))), strict=True
    ):
        A = activation(A @ W + b)

    assert plane(at=(0.4, -0.7)).picture() == pytest.approx(A.reshape(2, 2), abs=1e-3)


def test_the_mime_bundle_contains_a_picture_and_a_description():
    bundle, metadata = plane(title="A walk")._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert picture.width == pytest.approx(1.5 * metadata["image/png"]["width"], abs=2)
    assert bundle["text/plain"].startswith("Figure. A walk")


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"layers from 2 units to 8×8 pixels; received .*\(5, 4\)"):
        widgets.latent_plane(LAYERS, CODES, LABELS)


def test_an_unknown_activation_is_refused():
    unknown = [*LAYERS[:2], (*LAYERS[2][:2], "softmax")]

    with pytest.raises(ValueError, match=r"'softmax'\. Expected one of linear, relu"):
        widgets.latent_plane(unknown, CODES, LABELS, shape=(2, 2))


def test_the_browser_draws_what_python_computes(shown):
    widget = plane(at=(0.4, -0.7))
    page = shown(widget)

    painted = page.evaluate(
        """Array.from(document.querySelector("canvas").getContext("2d").getImageData(0, 0, 2, 2)
        .data).filter((_, i) => i % 4 == 3)"""
    )

    assert np.array(painted) / 255 == pytest.approx(widget.picture().ravel(), abs=0.01)


def test_a_click_moves_the_ring_and_lists_the_nearest_examples(shown):
    page = shown(plane(at=(0.0, 0.0)))

    box = page.locator("svg").bounding_box()
    page.mouse.click(box["x"] + 0.85 * box["width"], box["y"] + 0.15 * box["height"])

    assert page.evaluate("sent.z1") > 6
    assert page.evaluate("sent.z2") > 6
    assert page.get_by_role("status").inner_text() == "Ten nearest examples: 10 × “7”"


def test_sliders_have_names_and_can_be_moved_by_keys(shown):
    page = shown(plane(at=(0.0, 0.0)))

    page.get_by_role("slider", name="code unit 1").press("ArrowLeft")

    assert page.get_by_role("slider").count() == 2
    assert page.evaluate("sent.z1") < 0
    for control in page.get_by_role("slider").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
