"""Facts about the worlds to act in."""

import itertools
import warnings

import gymnasium
import numpy as np
import pytest
from dlcourse import envs, plot
from gymnasium.utils.env_checker import check_env
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrow


@pytest.mark.parametrize("name", ["dlcourse/Catch-v0", "dlcourse/GridWorld-v0"])
def test_a_world_is_registered_and_keeps_gymnasiums_rules(name):
    world = gymnasium.make(name)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(world.unwrapped, skip_render_check=True)


def test_catch_renders_colors():
    world = gymnasium.make("dlcourse/Catch-v0", render_mode="rgb_array")
    world.reset(seed=0)

    assert world.render().shape == (160, 160, 3)


def play(world, seed, choose):
    """Pictures, paddle's middle and reward of one game."""
    frame, _ = world.reset(seed=seed)
    frames, over = [frame], False
    while not over:
        frame, reward, over, _, _ = world.step(choose(frame))
        frames.append(frame)
    return np.array(frames), reward


def stay(frame):
    return 1


def follow(frame):
    """Go below the ball."""
    ball = frame[:-1].any(axis=0).argmax()
    middle = np.flatnonzero(frame[-1])[1]
    return 1 + int(np.sign(int(ball) - int(middle)))


def test_a_game_lasts_until_the_ball_has_landed():
    frames, reward = play(envs.Catch(), 3, stay)

    assert frames.shape == (10, 10, 10)
    assert abs(reward) == 1


def test_the_ball_falls_one_row_a_step_and_drifts_evenly():
    for seed in range(20):
        frames, _ = play(envs.Catch(), seed, stay)
        rows, columns = np.nonzero(frames[:9, :9])[1:]
        assert rows.tolist() == list(range(9))
        inside = [
            int(after) - int(before)
            for before, after in itertools.pairwise(columns)
            if {int(before), int(after)}.isdisjoint({0, 1, 8, 9})
        ]
        assert len({abs(step) for step in inside}) <= 1


class Foresee:
    """Goes to where the ball will land, from where it was and where it is."""

    def __init__(self):
        self.last = None

    def __call__(self, frame):
        row, column = (int(places[0]) for places in np.nonzero(frame[:-1]))
        drift = 0 if self.last is None else column - self.last
        self.last = column
        mirrored = (column + drift * (9 - row)) % 18
        lands = mirrored if mirrored <= 9 else 18 - mirrored
        return 1 + int(np.sign(lands - int(np.flatnonzero(frame[-1])[1])))


def test_who_sees_where_the_ball_will_land_catches_all():
    rewards = [play(envs.Catch(), seed, Foresee())[1] for seed in range(100)]

    assert np.mean(rewards) == 1


def test_who_stays_below_the_ball_is_quick_enough():
    rewards = [play(envs.Catch(), seed, follow)[1] for seed in range(100)]

    assert np.mean(rewards) > 0.9


def test_who_stays_in_the_middle_misses_most():
    rewards = [play(envs.Catch(), seed, stay)[1] for seed in range(300)]

    assert np.mean(rewards) < 0


def test_one_picture_does_not_show_the_drift():
    firsts = {}
    for seed in range(200):
        frames, _ = play(envs.Catch(), seed, stay)
        firsts.setdefault(frames[0].tobytes(), set()).add(frames[1].tobytes())

    assert max(map(len, firsts.values())) == 3


def test_actions_can_have_other_meanings():
    usual, mirrored = envs.Catch(), envs.Catch(actions=[2, 1, 0])

    one, _ = play(usual, 5, lambda _: 0)
    other, _ = play(mirrored, 5, lambda _: 2)

    assert np.array_equal(one, other)


def test_many_games_are_the_same_game_side_by_side():
    single, many = envs.Catch(), envs.CatchVector(1)
    frame, _ = single.reset(seed=7)
    frames, _ = many.reset(seed=7)
    assert np.array_equal(frame, frames[0])

    for action in (0, 0, 2, 1, 2, 2, 0, 1, 2):
        frame, reward, over, cut, _ = single.step(action)
        frames, rewards, overs, cuts, _ = many.step([action])
        assert np.array_equal(frame, frames[0])
        assert (reward, over, cut) == (rewards[0], overs[0], cuts[0])
    assert over


def test_a_step_after_the_end_begins_the_next_games():
    worlds = gymnasium.make_vec("dlcourse/Catch-v0", num_envs=4)
    worlds.reset(seed=0)
    for _ in range(9):
        frames, rewards, over, _, _ = worlds.step(np.ones(4, int))
    assert over.all()
    assert set(np.abs(rewards)) == {1.0}

    frames, rewards, over, cut, _ = worlds.step(np.ones(4, int))

    assert not over.any()
    assert not cut.any()
    assert not rewards.any()
    assert frames[:, 0].max(axis=1).tolist() == [255] * 4


def test_games_can_be_cut_off_before_they_end():
    worlds = envs.CatchVector(3, cut_after=4)
    worlds.reset(seed=0)
    flags = [worlds.step([1, 1, 1])[2:4] for _ in range(4)]

    assert [bool(cut.all()) for _, cut in flags] == [False, False, False, True]
    assert not any(over.any() for over, _ in flags)


def test_catch_says_what_it_expects():
    with pytest.raises(ValueError, match="order of 0, 1 and 2; received"):
        envs.Catch(actions=[0, 1, 1])
    with pytest.raises(ValueError, match="at least 4"):
        envs.Catch(3)
    worlds = envs.CatchVector(2)
    worlds.reset(seed=0)
    with pytest.raises(ValueError, match="expects 2 actions"):
        worlds.step([0.5, 1.0])


def test_the_maze_knows_where_every_step_leads():
    world = envs.GridWorld(["S.G", "#.P"], slip=0.2, step_reward=-0.1)

    alive = ~world.terminal
    assert np.allclose(world.P[alive].sum(axis=2), 1)
    assert not world.P[world.terminal].any()
    assert world.P[1, 1].round(3).tolist() == [0, 0.1, 0.8, 0, 0.1, 0]
    assert world.R[1, 1] == pytest.approx(0.8 - 0.1)
    assert world.R[4, 1] == pytest.approx(-0.8 - 0.1)


def test_walks_follow_the_probabilities():
    world = envs.GridWorld(["S.G", "#.P"], slip=0.5)
    world.reset(seed=0)
    landed = []
    for _ in range(2000):
        world.reset()
        landed.append(world.step(1)[0])

    assert np.mean(np.array(landed) == 1) == pytest.approx(0.5, abs=0.05)


def test_a_finished_walk_wants_a_new_start():
    world = envs.GridWorld(["SG"])
    with pytest.raises(RuntimeError, match="reset"):
        world.step(0)
    world.reset(seed=0)
    assert world.step(1) == (1, 1.0, True, False, {})
    with pytest.raises(RuntimeError, match="reset"):
        world.step(0)


def test_a_small_goal_pays_less_and_ends_the_walk_too():
    world = envs.GridWorld(["gSG"])
    world.reset(seed=0)

    assert world.step(3) == (0, 0.2, True, False, {})


def test_a_maze_is_drawn_with_values_and_arrows():
    world = envs.GridWorld()
    n = world.observation_space.n

    for values in (None, np.linspace(-1, 1, n), np.zeros((n, 4))):
        picture = world.picture(values, np.zeros(n, int), title="a maze")
        assert picture.png()[:4] == b"\x89PNG"


def test_numbers_and_arrows_are_white_on_saturated_cells_of_a_maze():
    picture = envs.GridWorld(["S.G"]).picture([0.1, 0.9, 0.0], [1, 1, 1], limit=1.0)
    axes = picture.figure().axes[0]

    colors = {text.get_text(): text.get_color() for text in axes.texts}
    arrows = [arrow for arrow in axes.patches if isinstance(arrow, FancyArrow)]
    assert (colors["start"], colors["0.10"], colors["0.90"]) == (plot.INK, plot.INK, "white")
    assert [to_hex(arrow.get_facecolor()) for arrow in arrows] == [plot.INK, "#ffffff"]


def test_a_maze_says_what_it_expects():
    for rows in ([], ["S.", "."], ["..G"], ["SS"], ["SX"]):
        with pytest.raises(ValueError, match="rows of equal length"):
            envs.GridWorld(rows)
