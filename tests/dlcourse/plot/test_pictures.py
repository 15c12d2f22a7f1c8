"""Tests of pictures of all kinds: style, sizes, titles, captions and ticks."""

import io
import itertools
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from dlcourse import data, plot
from PIL import Image

RNG = np.random.default_rng(0)
X, Y = data.gaussian()
TABLE = data.truth_table("xor")


def bowl(Z):
    return (Z**2).sum(axis=1)


def probability(Z):
    return 1 / (1 + np.exp(-Z.sum(axis=1)))


PICTURES = {
    "points": lambda: plot.points(X, Y, title="Two clouds", caption="Two clouds of points."),
    "points without classes": lambda: plot.points(X),
    "points and a line": lambda: plot.points(*TABLE, line=([1, -1], -0.5), names=["no", "yes"]),
    "coinciding points": lambda: plot.points([[0, 0], [0, 0], [1, 1]], [0, 0, 1]),
    "one point": lambda: plot.points([[1.0, 1.0]], [1]),
    "classes -1 and 1": lambda: plot.points(X, 2 * Y - 1),
    "line": lambda: plot.line([1, 2], -1, name="here"),
    "no line": lambda: plot.line([0, 0], 1),
    "boundary of probabilities": lambda: plot.decision_boundary(probability, X, Y),
    "boundary of scores": lambda: plot.decision_boundary(lambda Z: Z.sum(1) * 9, X, Y, level=0),
    "boundary of a column": lambda: plot.decision_boundary(lambda Z: probability(Z)[:, None], X, Y),
    "boundary of three classes": lambda: plot.decision_boundary(
        lambda Z: Z @ np.ones((2, 3)), X, Y
    ),
    "boundary of a constant": lambda: plot.decision_boundary(lambda Z: np.zeros(len(Z)), X, Y),
    "boundary with NaN": lambda: plot.decision_boundary(lambda Z: np.full(len(Z), np.nan)),
    "curves": lambda: plot.curves({"a": [1, 2, 3], "b": [3, 2, 1]}, xlabel="x", ylabel="y"),
    "a curve": lambda: plot.curves([1, 2, 3]),
    "long curves": lambda: plot.curves({str(k): RNG.random(99) for k in range(8)}, logy=True),
    "curves with x": lambda: plot.curves({"a": ([1, 10, 100], [1, 2, 3])}, logx=True),
    "spread": lambda: plot.curves({"a": np.ones(5)}, spread={"a": 0.1 * np.ones(5)}),
    "a curve with NaN": lambda: plot.curves({"a": [1, np.nan, np.inf], "b": [np.nan] * 3}),
    "counts": lambda: plot.counts([0, 1, 1, 3], names={0: "none"}),
    "counts of truth": lambda: plot.counts(np.array([True, False])),
    "images": lambda: plot.images(data.digits()[0][:11], range(11)),
    "an image": lambda: plot.images(data.digits()[0][0]),
    "color images": lambda: plot.images(RNG.random((3, 4, 5, 3))),
    "images of one channel": lambda: plot.images(RNG.random((3, 4, 5, 1)), diverging=True),
    "filters": lambda: plot.images(RNG.normal(size=(4, 3, 3)), diverging=True, columns=2),
    "blank images": lambda: plot.images(np.zeros((2, 3, 3))),
    "heatmap": lambda: plot.heatmap([[1, 2], [3, 4]], rows="ab", columns="cd", numbers="d"),
    "signed heatmap": lambda: plot.heatmap(RNG.normal(size=(3, 4)), numbers=".1f"),
    "zero heatmap": lambda: plot.heatmap(np.zeros((2, 2))),
    "surface": lambda: plot.surface_path(
        bowl, {"slow": [[1, 1], [0, 0]]}, xlim=(-2, 2), ylim=(-2, 2), minimum=(0, 0)
    ),
    "graph": lambda: plot.graph(
        {"x": (0, 0), "y": (1, 1)},
        [("x", "y", "2.0")],
        notes={"y": "= 4"},
        colors={"y": plot.BLUE},
    ),
    "network": lambda: plot.network([2, 99, 1], names=["in", "hidden", "out"]),
    "side by side": lambda: plot.side_by_side(*[plot.points(*TABLE)] * 3, columns=2, title="Three"),
    "overlay": lambda: plot.overlay(plot.points(X, Y), plot.line([1, 1], 0), title="Over"),
    "own": lambda: plot.picture(lambda axes: axes.plot([1, 2]), title="Own", caption="My own."),
}


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
def test_every_picture_has_a_transparent_background_and_fits_the_text_width(make):
    png, size = make()._repr_png_()
    image = Image.open(io.BytesIO(png))

    assert image.mode == "RGBA"
    assert image.getpixel((0, 0))[3] == 0  # transparent ground
    assert np.asarray(image)[..., 3].max() > 0
    assert size["width"] <= 8.4 * 110 + 1
    assert abs(image.width - 1.5 * size["width"]) <= 2


def test_a_picture_leaves_no_figure_open():
    import matplotlib.pyplot as plt

    plot.points(X, Y).png()

    assert plt.get_fignums() == []


def test_a_picture_has_a_description():
    description = repr(plot.points(X, Y, title="Two clouds", caption="They are separable."))

    assert description == "Figure. Two clouds ($x_2$ against $x_1$). They are separable."


def test_side_by_side_needs_a_picture():
    with pytest.raises(ValueError, match="at least one picture"):
        plot.side_by_side()


def test_the_style_does_not_depend_on_changed_rc_parameters(monkeypatch):
    ours = plot.points(X, Y).png()
    monkeypatch.setitem(mpl.rcParams, "axes.facecolor", "red")
    monkeypatch.setitem(mpl.rcParams, "font.size", 30)

    assert plot.points(X, Y).png() == ours


def test_pictures_do_not_change_the_style_of_other_figures():
    program = (
        "import matplotlib as mpl; before = dict(mpl.rcParams)\n"
        "from dlcourse import plot\n"
        "plot.curves([1, 2]).png(); plot.curves([1, 2]).figure()\n"
        "changed = {k for k, v in mpl.rcParams.items() if v != before[k]}\n"
        "plot.use_style()\n"
        "print(changed, mpl.rcParams['axes.spines.top'], mpl.rcParams['figure.facecolor'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "set() False none\n"


def test_a_figure_is_saved_later_as_it_is_shown(tmp_path):
    picture = plot.points(X, Y, title="Two clouds", caption="Two clouds of points.")
    picture.save(tmp_path / "picture.png")

    figure = picture.figure()
    figure.savefig(tmp_path / "figure.png")

    saved = [np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("picture", "figure")]
    np.testing.assert_array_equal(*saved)


def test_a_formula_in_a_caption_is_not_broken():
    from dlcourse.plot._layout import wrap

    text = " ".join(["word"] * 12) + " $a + b + c + d + e + f + g$ " + " ".join(["word"] * 12)

    assert any("$a + b + c + d + e + f + g$" in line for line in wrap(text, 58).split("\n"))


def test_a_caption_of_wide_letters_fits_on_its_picture():
    words = "Same data, same architecture. Whoever compares two settings with one run each wins."
    figure = plot.curves([1, 2], caption=words).figure()
    figure.draw_without_rendering()

    (caption,) = [text for text in figure.texts if text.get_text().startswith("Same")]
    assert caption.get_window_extent().x1 < figure.bbox.x1


def test_names_at_the_ends_of_curves_do_not_overlap_and_stay_inside():
    from dlcourse.plot._curves import _NAME_DISTANCE, _separate

    for heights in ([0.99, 1.0, 1.0, 1.0], [0.0, 0.0, 0.01], [0.5, 0.5]):
        moved = _separate(heights)

        assert min(np.diff(moved)) > _NAME_DISTANCE - 1e-6
        assert min(moved) > -1e-6
        assert max(moved) < 1 + 1e-6


def test_plot_does_not_import_slow_packages():
    code = (
        "import sys; from dlcourse import plot; plot.points([[0, 1]], [1]).png(); "
        "sys.exit(bool({'tensorflow', 'keras', 'sklearn', 'IPython'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def empty_rows(picture):
    """Return the height of the largest empty area inside a picture, in inches."""
    image = Image.open(io.BytesIO(picture.png()))
    drawn = np.flatnonzero(np.asarray(image)[..., 3].any(axis=1))
    return (np.diff(drawn).max() - 1) / (1.5 * 110)


@pytest.mark.parametrize(
    "picture",
    [
        plot.images(np.ones((1, 8, 8)), title="One", caption="One image."),
        plot.images(np.ones((6, 8, 8)), range(6), columns=3, title="Six", caption="Six images."),
        plot.side_by_side(*[plot.points(*TABLE, title="xor")] * 6, columns=3, caption="Six."),
        plot.side_by_side(
            *[plot.decision_boundary(probability, title="p")] * 8, columns=4, caption="8."
        ),
        plot.graph({"x": (0, 0), "y": (1, 0)}, [("x", "y")], title="A row", caption="Two nodes."),
        plot.graph(
            {"x": (0, 0), "y": (1, 1), "z": (1, -1)},
            [("x", "y"), ("x", "z")],
            title="Rows",
            caption="3",
        ),
    ],
    ids=["an image", "images", "points in rows", "boundaries in rows", "a graph's row", "a graph"],
)
def test_panels_with_a_fixed_aspect_leave_no_gap_above_or_below(picture):
    assert empty_rows(picture) < 0.35


def test_a_long_title_on_a_narrow_panel_is_wrapped():
    narrow = plot.points(*TABLE, title="What two hidden units make of exclusive or")

    figure = plot.side_by_side(*[narrow] * 4).figure()
    figure.draw_without_rendering()

    titles = [text for axes in figure.axes for text in axes.findobj(mpl.text.Text)]
    boxes = [text.get_window_extent() for text in titles if "hidden" in text.get_text()]
    assert len(boxes) == 4
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))
    assert boxes[-1].x1 <= figure.bbox.x1


def test_titles_below_images_do_not_overlap():
    names = [f"{k}, taken for {9 - k} (93%)" for k in range(8)]
    figure = plot.images(np.ones((8, 5, 5)), names, columns=4).figure()
    figure.draw_without_rendering()

    boxes = [text.get_window_extent() for text in figure.axes[0].texts[:4]]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))


def test_a_heatmap_has_space_for_long_names():
    table = np.ones((2, 5))

    short, long = (plot.heatmap(table, rows=names) for names in ("ab", ["a", "a rather long name"]))

    assert long.panels[0].width > short.panels[0].width + 1


def test_numbers_in_a_heatmap_contrast_with_their_cells():
    figure = plot.heatmap([[0.5, 1.0]], numbers=".0%").figure()

    colors = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert colors == {"50%": plot.INK, "100%": "white"}


def test_cells_of_a_heatmap_can_contain_text():
    figure = plot.heatmap([[0.1, -0.9]], words=[["→", "↑"]]).figure()

    assert [text.get_text() for text in figure.axes[0].texts] == ["→", "↑"]


def ticks(picture):
    figure = picture.figure()
    figure.draw_without_rendering()
    axis = figure.axes[0].xaxis
    low, high = axis.get_view_interval()
    places = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
    return [label.get_text() for place, label in places if low <= place <= high]


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([1, 3, 300], ["1", "2", "5", "10", "20", "50", "100", "200"]),
        ([2, 3, 7], ["2", "3", "4", "5", "7"]),
        ([1, 10, 1e6], None),
    ],
    ids=["two decades", "less than one", "many"],
)
def test_a_logarithmic_axis_has_readable_ticks(x, expected):
    found = ticks(plot.curves([1, 2, 3], x=x, logx=True))

    assert found == expected or (expected is None and 2 < len(found) < 9 and "10^" in found[1])


@pytest.mark.parametrize(
    "picture",
    [
        plot.curves({"a long name": [1, 2, 3]}, x=[10, 100, 1000], logx=True, ylabel="accuracy"),
        plot.curves({"a long name": np.arange(401.0)}, ylabel="loss"),
        plot.curves({"a": [1, 2]}, x=[10000, 80000], logx=True, ylabel="loss"),
    ],
    ids=["logarithmic", "linear", "less than a decade"],
)
def test_tick_labels_do_not_overlap(picture):
    figure = plot.side_by_side(*[picture] * 3).figure()
    figure.draw_without_rendering()

    labels = [label for label in figure.axes[0].get_xticklabels() if label.get_text()]
    low, high = figure.axes[0].bbox.intervalx
    boxes = [label.get_window_extent() for label in labels]
    seen = [box for box in boxes if low - 1 <= (box.x0 + box.x1) / 2 <= high + 1]
    assert len(seen) >= 2
    assert all(left.x1 + 5 < right.x0 for left, right in itertools.pairwise(seen))


def test_integer_axes_have_round_ticks():
    assert ticks(plot.curves(np.arange(61.0))) == ["0", "10", "20", "30", "40", "50", "60"]
