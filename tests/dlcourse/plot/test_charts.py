"""Tests of bars, histograms, scatter plots, confusion matrices, animations and colored text."""

import base64
import io
import itertools

import numpy as np
import pytest
from dlcourse import plot
from PIL import Image

RNG = np.random.default_rng(0)
TEN = np.repeat(np.arange(10), 5)


def drawn(picture):
    figure = picture.figure()
    figure.draw_without_rendering()
    return figure.axes[0]


PICTURES = {
    "bars": lambda: plot.bars({"a\nb": 15.3, "human": 5.1}, mark=["human"], ylabel="error"),
    "a missing bar": lambda: plot.bars({"a": np.nan, "b": 1}, numbers=".2f"),
    "bars in groups": lambda: plot.bars(
        {"a": [1, 2, 3], "b": [3, 2, 1]}, groups=[1, 2, 3], spread={"a": [0.1] * 3}
    ),
    "histograms": lambda: plot.histograms({"a": RNG.normal(size=99), "b": [np.nan, 1.0]}),
    "a histogram": lambda: plot.histograms(np.zeros((3, 3)), logy=True, share=False),
    "ten classes": lambda: plot.scatter(RNG.normal(size=(50, 2)), TEN, names=range(10)),
    "words": lambda: plot.scatter([[0, 0], [1, 1]], words=["king", "queen"], equal=True),
    "more than two columns": lambda: plot.scatter(RNG.normal(size=(700, 3))),
    "confusion matrix": lambda: plot.confusion_matrix([[9, 1], [0, 8]], names=["cat", "dog"]),
    "confusion matrix of fractions": lambda: plot.confusion_matrix(
        RNG.random((10, 10)), title="Digits"
    ),
    "points of ten classes": lambda: plot.points(RNG.normal(size=(50, 2)), TEN),
    "animation of images": lambda: (
        plot.animation(RNG.random((30, 8, 8)), title="Noise").static_picture
    ),
    "a text": lambda: (
        plot.colored_text("so\nit is", RNG.normal(size=8), title="Text").static_picture
    ),
}


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
def test_every_picture_has_a_transparent_background_and_fits_the_text_width(make):
    png, size = make()._repr_png_()
    image = Image.open(io.BytesIO(png))

    assert image.getpixel((0, 0))[3] == 0
    assert np.asarray(image)[..., 3].max() > 0
    assert size["width"] <= 8.4 * 110 + 1


def test_bars_have_their_heights_on_top():
    axes = drawn(plot.bars({"a": [1, 2], "b": [30, 4]}, groups=["x", "y"], numbers=".0f"))

    assert [text.get_text() for text in axes.texts] == ["1", "2", "30", "4"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["x", "y"]


@pytest.mark.parametrize(
    ("heights", "groups"), [({"a": [1, 2]}, ()), ({"a": [1, 2], "b": [1]}, "xy")]
)
def test_heights_that_do_not_match_the_groups_are_refused(heights, groups):
    with pytest.raises(ValueError, match="height"):
        plot.bars(heights, groups=groups)


def test_histograms_have_common_bins_and_ignore_infinite_numbers():
    axes = drawn(plot.histograms({"a": [0, 1], "b": [3, np.inf, np.nan]}, bins=3))
    filled = [patch.get_data() for patch in axes.patches][::2]

    assert filled[0].edges.tolist() == filled[1].edges.tolist() == [0, 1, 2, 3]
    assert filled[0].values.tolist() == [0.5, 0.5, 0]
    assert filled[1].values.tolist() == [0, 0, 1]


def test_labels_do_not_overlap_and_stay_inside():
    places = RNG.normal(size=(16, 2)) * [1, 0.3]
    axes = drawn(plot.scatter(places, words=["word"] * 16))

    inside = axes.get_window_extent()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert sum(a.overlaps(b) for a, b in itertools.combinations(boxes, 2)) <= 1
    assert all(inside.x0 - 5 < box.x0 and box.x1 < inside.x1 + 5 for box in boxes)


def test_labels_do_not_cover_arrows():
    places = np.array([[0.0, 0.0], [4.0, 0.1], [0.1, 1.0], [4.1, 0.9]])
    names = ["start", "goal", "start", "goal"]
    axes = drawn(plot.scatter(places, words=names, arrows=[(0, 1), (2, 3)]))

    boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
    ways = [
        axes.transData.transform(np.linspace(places[i], places[j])) for i, j in ((0, 1), (2, 3))
    ]
    assert len(boxes) == 4
    assert not any(box.contains(*at) for box in boxes for at in np.concatenate(ways))


def test_names_of_bars_do_not_overlap():
    names = ["GoogLeNet", "a human", "GoogLeNet", "ResNet\n152 layers"] * 2
    figure = plot.bars({f"{name}\n{i}": 1 for i, name in enumerate(names)}).figure()
    figure.draw_without_rendering()

    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert all(left.x1 + 8 < right.x0 for left, right in itertools.pairwise(boxes))


def test_twelve_classes_look_different():
    from dlcourse.plot._points import class_style

    assert len({tuple(class_style(k).values()) for k in range(12)}) == 12


def test_zero_counts_of_a_confusion_matrix_are_not_written():
    axes = drawn(plot.confusion_matrix([[9, 1], [0, 8]]))

    assert [text.get_text() for text in axes.texts] == ["9", "1", "8"]


def test_a_confusion_matrix_must_be_square():
    with pytest.raises(ValueError, match=r"received shape \(1, 2\)"):
        plot.confusion_matrix([[1, 2]])


def make_animation(**more):
    frames = [plot.curves([0, k], ylim=(0, 3), title=f"frame {k}") for k in range(3)]
    return plot.animation(frames, caption="It rises.", **more)


def test_the_mime_bundle_contains_a_static_picture():
    data, metadata = make_animation()._repr_mimebundle_()

    still = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert still.width == pytest.approx(1.5 * metadata["image/png"]["width"], abs=2)
    assert data["text/plain"] == "Figure. frame 0. frame 1. frame 2. It rises."


def test_an_animation_always_has_the_same_html():
    assert make_animation().html() == make_animation().html()


def test_an_animation_takes_rgb_and_gray_images():
    for shape in ((4, 5, 6), (4, 5, 6, 1), (4, 5, 6, 3)):
        made = plot.animation(RNG.random(shape), width=1.0)
        frame = Image.open(io.BytesIO(made.frames[0]))

        assert len(made.frames) == 4
        assert frame.mode == "RGBA"
        assert frame.width / frame.height == 6 / 5
        assert "pixelated" in made.html()


@pytest.mark.parametrize(
    ("frames", "names", "words"),
    [([], [], "at least one"), (np.ones((3, 2, 2)), ["a"], "each of 3 frames; received 1")],
)
def test_missing_frames_or_names_are_refused(frames, names, words):
    with pytest.raises(ValueError, match=words):
        plot.animation(frames, names=names)


def test_an_animation_can_be_played_paused_and_moved(browser):
    page = browser.new_page()
    page.set_content(make_animation(seconds=0.05, names=['epoch "0"', "<1>", "2"]).html())
    slider, button = page.get_by_role("slider"), page.get_by_role("button")

    assert slider.input_value() == "2"  # initially the last frame is shown
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "<1>"
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == 'epoch "0"'
    button.click()
    assert "pause" in button.inner_text()
    page.get_by_text("play").wait_for(timeout=5000)
    assert slider.input_value() == "2"
    assert (
        page.get_by_role("img").get_attribute("alt") == make_animation().static_picture.describe()
    )
    page.close()


def test_colored_text_keeps_its_letters_and_has_tooltips():
    text = plot.colored_text('a <b> "c"\nd', np.linspace(-1, 1, 11), caption="Rising.")

    page = text.html()
    assert "&lt;" in page
    assert "<b>" not in page
    assert 'title="-1" style="background: rgba(224,102,27,' in page
    assert repr(text) == 'Figure. Rising.\na <b> "c"\nd'


def test_texts_can_have_a_common_scale():
    loud, soft = (plot.colored_text("ab", [v, 0], low=0, high=1, diverging=False) for v in (1, 0.5))

    assert loud.colors[0, 3] > 1.8 * soft.colors[0, 3]


def test_tokens_are_colored_as_a_whole():
    assert plot.colored_text(["the ", "cat"], [0, 1]).html().count("<span") == 2


def test_a_wrong_number_of_values_is_refused():
    with pytest.raises(ValueError, match=r"received 3 of them and values of shape \(2,\)"):
        plot.colored_text("abc", [1, 2])
