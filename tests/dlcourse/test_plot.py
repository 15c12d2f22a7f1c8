import io
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
    "boundary of probabilities": lambda: plot.boundary(probability, X, Y),
    "boundary of scores": lambda: plot.boundary(lambda Z: Z.sum(1) * 9, X, Y, level=0),
    "boundary of a column": lambda: plot.boundary(lambda Z: probability(Z)[:, None], X, Y),
    "boundary of three classes": lambda: plot.boundary(lambda Z: Z @ np.ones((2, 3)), X, Y),
    "boundary of a constant": lambda: plot.boundary(lambda Z: np.zeros(len(Z)), X, Y),
    "boundary with NaN": lambda: plot.boundary(lambda Z: np.full(len(Z), np.nan)),
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
    "colour images": lambda: plot.images(RNG.random((3, 4, 5, 3))),
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
        colours={"y": plot.BLUE},
    ),
    "network": lambda: plot.network([2, 99, 1], names=["in", "hidden", "out"]),
    "side by side": lambda: plot.side_by_side(*[plot.points(*TABLE)] * 3, columns=2, title="Three"),
    "overlay": lambda: plot.overlay(plot.points(X, Y), plot.line([1, 1], 0), title="Over"),
    "own": lambda: plot.picture(lambda axes: axes.plot([1, 2]), title="Own", caption="My own."),
}


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
def test_every_picture_is_drawn_on_nothing_and_fits_the_text(make):
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


def test_a_picture_says_in_words_what_it_shows():
    words = repr(plot.points(X, Y, title="Two clouds", caption="They can be told apart."))

    assert words == "Figure. Two clouds ($x_2$ against $x_1$). They can be told apart."


def test_pictures_that_are_none_are_refused():
    with pytest.raises(ValueError, match="at least one picture"):
        plot.side_by_side()


def test_the_style_does_not_depend_on_what_a_notebook_set(monkeypatch):
    ours = plot.points(X, Y).png()
    monkeypatch.setitem(mpl.rcParams, "axes.facecolor", "red")
    monkeypatch.setitem(mpl.rcParams, "font.size", 30)

    assert plot.points(X, Y).png() == ours


def test_a_formula_in_a_caption_is_not_broken():
    from dlcourse.plot._picture import _wrapped

    text = " ".join(["word"] * 12) + " $a + b + c + d + e + f + g$ " + " ".join(["word"] * 12)

    assert any("$a + b + c + d + e + f + g$" in line for line in _wrapped(text, 4).split("\n"))


def test_names_at_the_ends_of_curves_keep_apart_and_inside():
    from dlcourse.plot._series import _APART, _moved_apart

    for heights in ([0.99, 1.0, 1.0, 1.0], [0.0, 0.0, 0.01], [0.5, 0.5]):
        moved = _moved_apart(heights)

        assert min(np.diff(moved)) > _APART - 1e-6
        assert min(moved) > -1e-6
        assert max(moved) < 1 + 1e-6


def test_nothing_heavy_is_imported_with_pictures():
    code = (
        "import sys; from dlcourse import plot; plot.points([[0, 1]], [1]).png(); "
        "sys.exit(bool({'tensorflow', 'keras', 'sklearn', 'IPython'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
