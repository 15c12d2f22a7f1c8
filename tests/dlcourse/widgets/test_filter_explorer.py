"""Tests of the filter explorer: its computation, keyboard support and static picture."""

import base64
import io

import numpy as np
import pytest
from dlcourse import data
from dlcourse.widgets.filter_explorer import PRESETS, filter_explorer
from PIL import Image


def correlated(pixels, kernel, stride, padding, relu):
    padded = np.pad(pixels, padding)
    k = len(kernel)
    rows = range(0, padded.shape[0] - k + 1, stride)
    columns = range(0, padded.shape[1] - k + 1, stride)
    found = np.array(
        [[np.sum(padded[r : r + k, c : c + k] * kernel) for c in columns] for r in rows]
    )
    return np.maximum(found, 0) if relu else found


def choose(page, values):
    """Set traits as the kernel would."""
    page.evaluate(
        "values => { for (const [k, v] of Object.entries(values)) model.set(k, v); }", values
    )


@pytest.fixture
def noise():
    rng = np.random.default_rng(0)
    return {"noise": rng.random((11, 14)), "other": rng.random((9, 8))}


@pytest.mark.parametrize(
    ("stride", "padding", "relu"), [(1, 0, False), (2, 1, True), (3, 2, False)]
)
@pytest.mark.parametrize("size", [3, 5])
def test_the_browser_computes_what_numpy_computes(noise, shown, size, stride, padding, relu):
    kernel = np.random.default_rng(1).normal(size=(size, size)).round(3)
    widget = filter_explorer(noise)
    page = shown(widget)

    choose(page, {"kernel": kernel.tolist(), "stride": stride, "padding": padding, "relu": relu})

    expected = correlated(widget.pixels, kernel, stride, padding, relu)
    np.testing.assert_allclose(page.evaluate("sent.feature_map"), expected, atol=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_chosen(noise, shown, name):
    widget = filter_explorer(noise, kernel="identity")
    page = shown(widget)

    page.get_by_label("kernel", exact=True).select_option(name)

    expected = correlated(widget.pixels, np.array(PRESETS[name]), 1, 0, False)
    np.testing.assert_allclose(page.evaluate("sent.feature_map"), expected, atol=1e-12)


def test_the_feature_map_is_computed_before_a_browser_is_connected(noise):
    widget = filter_explorer(noise, kernel="sharpen", stride=2, padding=1, relu=True)

    expected = correlated(widget.pixels, np.array(PRESETS["sharpen"]), 2, 1, True)
    np.testing.assert_allclose(widget.feature_map, expected, atol=1e-12)


def test_editing_a_cell_selects_your_own_kernel(noise, shown):
    page = shown(filter_explorer(noise, kernel="identity"))

    page.get_by_label("weight in row 1, column 3").fill("-2.5")

    assert page.evaluate("sent.kernel") == [[0, 0, -2.5], [0, 1, 0], [0, 0, 0]]
    assert page.get_by_label("kernel", exact=True).input_value() == "your own"


def test_the_edited_cell_keeps_its_text(noise, shown):
    page = shown(filter_explorer(noise, kernel="identity"))
    cell = page.get_by_label("weight in row 2, column 2")

    cell.fill("")
    cell.press_sequentially("0.50")

    assert cell.input_value() == "0.50"
    assert page.evaluate("sent.kernel[1][1]") == 0.5


def test_resizing_a_kernel_keeps_its_middle(noise, shown):
    page = shown(filter_explorer(noise, kernel="edge"))

    page.get_by_role("button", name="5 × 5").click()
    grown = np.array(page.evaluate("sent.kernel"))
    page.get_by_role("button", name="3 × 3").click()

    assert grown.shape == (5, 5)
    assert page.evaluate("sent.kernel") == PRESETS["edge"]
    assert page.get_by_role("button", name="3 × 3").get_attribute("aria-pressed") == "true"


def test_pointing_at_the_map_shows_the_products(shown):
    picture = np.zeros((8, 8))
    picture[3, 4], picture[4, 4] = 0.5, 1.0
    page = shown(filter_explorer({"two dots": picture}, kernel="upright edge"))

    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 4.5 / 6, box["y"] + box["height"] * 2.5 / 6)

    assert (
        page.get_by_role("status")
        .inner_text()
        .startswith("Row 2, column 4: 0.50 · 2 + 1.00 · 1 = 2.00.")
    )


def test_arrow_keys_select_pixels_of_the_map(shown):
    picture = np.zeros((8, 8))
    picture[0, 1] = 1.0
    page = shown(filter_explorer({"a dot": picture}, kernel="identity", padding=1))
    feature_map = page.locator(".map")

    feature_map.focus()
    feature_map.press("ArrowRight")
    feature_map.press("ArrowRight")

    assert page.get_by_role("status").inner_text().startswith("Row 0, column 1: 1.00 · 1 = 1.00.")
    assert feature_map.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_every_control_has_a_name_and_every_drawing_a_description(noise, shown):
    page = shown(filter_explorer(noise, title="Look"))

    for control in page.locator("input, button, select").all():
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true"
        assert control.get_attribute("aria-label") or control.inner_text()
    for drawing in page.get_by_role("img").all():
        assert len(drawing.get_attribute("aria-label")) > 20


def test_the_mime_bundle_contains_a_picture_and_a_description():
    bundle, _ = filter_explorer(kernel="curve detector", title="Look")._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert picture.width > picture.height
    assert "A mouse and its feature map: 32 × 32 values" in bundle["text/plain"]


def test_the_curve_detector_responds_to_its_curve_only():
    widget = filter_explorer({"curve": data.drawings()["a curve"]}, kernel="curve detector")
    strongest = np.max(widget.feature_map)

    turned = filter_explorer({"curve": data.drawings()["a curve"][::-1]}, kernel="curve detector")

    assert np.max(turned.feature_map) < 0.6 * strongest


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kernel": "magic"}, "No kernel named 'magic'"),
        ({"kernel": np.ones((4, 4))}, r"received shape \(4, 4\)"),
        ({"pictures": {"tiny": np.ones((3, 3))}}, r"received shape \(3, 3\) for 'tiny'"),
    ],
)
def test_invalid_arguments_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        filter_explorer(**given)


def test_the_built_in_drawings_are_gray_images():
    for pixels in data.drawings().values():
        assert pixels.ndim == 2
        assert 0 <= pixels.min() < 0.1 < 0.7 < pixels.max() <= 1
