"""Tests of the Q-learning widget."""

import numpy as np
import pytest
from dlcourse import widgets
from dlcourse.widgets.q_learning import learn_table


def test_the_static_picture_has_learned_the_shortest_path():
    table = learn_table(["..G", "S#P"], 0.5, 0.9, 0.2, np.random.default_rng(0))

    assert table[[3, 0, 1]].argmax(axis=1).tolist() == [0, 1, 1]


def test_the_mime_bundle_contains_a_picture():
    bundle, _ = widgets.q_learning()._repr_mimebundle_()

    assert "image/png" in bundle
    assert "100 episodes" in bundle["text/plain"]


def test_invalid_rows_are_refused():
    with pytest.raises(ValueError, match="rows of equal length"):
        widgets.q_learning(["S.", "G"])


@pytest.mark.slow
def test_a_step_updates_one_value_and_explains_it(shown):
    page = shown(widgets.q_learning(["SG"], alpha=0.5, epsilon=0.0))

    for _ in range(40):
        page.get_by_role("button", name="one episode").click()

    assert "new value 1.00" in page.locator(".story").inner_text()
    assert page.locator("svg polygon").count() == 4
    numbers = page.locator("svg text").all_text_contents()
    assert "1.00" in numbers
    assert "episode 40" in page.locator(".count").inner_text()


@pytest.mark.slow
def test_sliders_change_the_update(shown):
    page = shown(widgets.q_learning(["S.G"], gamma=0.5, epsilon=0.0))

    page.get_by_label("gamma, the discount").fill("0")
    for _ in range(30):
        page.get_by_role("button", name="one episode").click()
    page.get_by_role("button", name="one step").click()

    assert page.evaluate("sent.gamma") == 0
    assert "0.00 · " in page.locator(".story").inner_text()


@pytest.mark.slow
def test_pause_stops_at_once(shown):
    page = shown(widgets.q_learning())

    page.get_by_role("button", name="run").click()
    page.wait_for_timeout(400)
    page.get_by_role("button", name="pause").click()
    before = page.locator(".count").inner_text()
    page.wait_for_timeout(200)

    assert page.locator(".count").inner_text() == before
    assert "step 0" not in before
    page.get_by_role("button", name="start over").click()
    assert "step 0" in page.locator(".count").inner_text()
