"""Facts about the experiment of week 7."""

import numpy as np
import pytest
from dlcourse import envs, widgets
from dlcourse.widgets.q_learning import learned


def test_the_still_picture_has_learned_the_shortest_way():
    world = envs.GridWorld(["..G", "S#P"])

    table = learned(world, 0.5, 0.9, 0.2, np.random.default_rng(0))

    assert table[[3, 0, 1]].argmax(axis=1).tolist() == [0, 1, 1]


def test_the_maze_leaves_a_picture():
    bundle, _ = widgets.q_learning()._repr_mimebundle_()

    assert "image/png" in bundle
    assert "100 episodes" in bundle["text/plain"]


def test_the_maze_says_what_it_expects():
    with pytest.raises(ValueError, match="rows of equal length"):
        widgets.q_learning(["S.", "G"])


@pytest.mark.slow
def test_a_step_corrects_one_entry_and_says_so(shown):
    page = shown(widgets.q_learning(["SG"], alpha=0.5, epsilon=0.0))

    for _ in range(40):
        page.get_by_role("button", name="one episode").click()

    assert "says 1.00" in page.locator(".story").inner_text()
    assert page.locator("svg polygon").count() == 4
    numbers = page.locator("svg text").all_text_contents()
    assert "1.00" in numbers
    assert "episode 40" in page.locator(".count").inner_text()


@pytest.mark.slow
def test_sliders_reach_the_walk(shown):
    page = shown(widgets.q_learning(["S.G"], gamma=0.5, epsilon=0.0))

    page.get_by_label("gamma, the discount").fill("0")
    for _ in range(30):
        page.get_by_role("button", name="one episode").click()
    page.get_by_role("button", name="one step").click()

    assert page.evaluate("sent.gamma") == 0
    assert "0.00 · " in page.locator(".story").inner_text()


@pytest.mark.slow
def test_running_stops_at_once(shown):
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
