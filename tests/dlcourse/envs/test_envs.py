"""Tests of the reinforcement-learning environments."""

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
def test_an_environment_is_registered_and_passes_gymnasiums_checks(name):
    env = gymnasium.make(name)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped, skip_render_check=True)


def test_catch_renders_rgb():
    env = gymnasium.make("dlcourse/Catch-v0", render_mode="rgb_array")
    env.reset(seed=0)

    assert env.render().shape == (160, 160, 3)


def play(env, seed, choose):
    """Return the frames and the reward of one game."""
    frame, _ = env.reset(seed=seed)
    frames, over = [frame], False
    while not over:
        frame, reward, over, _, _ = env.step(choose(frame))
        frames.append(frame)
    return np.array(frames), reward


def stay(frame):
    return 1


def follow(frame):
    """Return the action that moves the paddle below the ball."""
    ball = frame[:-1].any(axis=0).argmax()
    middle = np.flatnonzero(frame[-1])[1]
    return 1 + int(np.sign(int(ball) - int(middle)))


def test_a_game_ends_when_the_ball_has_landed():
    frames, reward = play(envs.Catch(), 3, stay)

    assert frames.shape == (10, 10, 10)
    assert abs(reward) == 1


def test_the_ball_falls_one_row_per_step_with_constant_drift():
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


class PredictLanding:
    """Policy that computes where the ball will land from its last two positions."""

    def __init__(self):
        self.last = None

    def __call__(self, frame):
        row, column = (int(places[0]) for places in np.nonzero(frame[:-1]))
        drift = 0 if self.last is None else column - self.last
        self.last = column
        mirrored = (column + drift * (9 - row)) % 18
        lands = mirrored if mirrored <= 9 else 18 - mirrored
        return 1 + int(np.sign(lands - int(np.flatnonzero(frame[-1])[1])))


def test_predicting_where_the_ball_lands_catches_every_ball():
    rewards = [play(envs.Catch(), seed, PredictLanding())[1] for seed in range(100)]

    assert np.mean(rewards) == 1


def test_following_the_ball_catches_most_balls():
    rewards = [play(envs.Catch(), seed, follow)[1] for seed in range(100)]

    assert np.mean(rewards) > 0.9


def test_staying_in_the_middle_misses_most_balls():
    rewards = [play(envs.Catch(), seed, stay)[1] for seed in range(300)]

    assert np.mean(rewards) < 0


def test_a_single_frame_does_not_show_the_drift():
    firsts = {}
    for seed in range(200):
        frames, _ = play(envs.Catch(), seed, stay)
        firsts.setdefault(frames[0].tobytes(), set()).add(frames[1].tobytes())

    assert max(map(len, firsts.values())) == 3


def test_actions_can_be_permuted():
    usual, mirrored = envs.Catch(), envs.Catch(actions=[2, 1, 0])

    one, _ = play(usual, 5, lambda _: 0)
    other, _ = play(mirrored, 5, lambda _: 2)

    assert np.array_equal(one, other)


def test_a_vector_of_one_game_equals_a_single_game():
    single, many = envs.Catch(), envs.CatchVector(1)
    frame, _ = single.reset(seed=7)
    frames, _ = many.reset(seed=7)
    assert np.array_equal(frame, frames[0])

    for action in (0, 0, 2, 1, 2, 2, 0, 1, 2):
        frame, reward, over, truncated, _ = single.step(action)
        frames, rewards, overs, truncations, _ = many.step([action])
        assert np.array_equal(frame, frames[0])
        assert (reward, over, truncated) == (rewards[0], overs[0], truncations[0])
    assert over


def test_a_step_after_the_end_starts_the_next_games():
    games = gymnasium.make_vec("dlcourse/Catch-v0", num_envs=4)
    games.reset(seed=0)
    for _ in range(9):
        frames, rewards, over, _, _ = games.step(np.ones(4, int))
    assert over.all()
    assert set(np.abs(rewards)) == {1.0}

    frames, rewards, over, truncated, _ = games.step(np.ones(4, int))

    assert not over.any()
    assert not truncated.any()
    assert not rewards.any()
    assert frames[:, 0].max(axis=1).tolist() == [255] * 4


def test_games_can_be_truncated():
    games = envs.CatchVector(3, cut_after=4)
    games.reset(seed=0)
    flags = [games.step([1, 1, 1])[2:4] for _ in range(4)]

    assert [bool(truncated.all()) for _, truncated in flags] == [False, False, False, True]
    assert not any(over.any() for over, _ in flags)


def test_catch_refuses_invalid_arguments():
    with pytest.raises(ValueError, match="permutation of 0, 1 and 2; received"):
        envs.Catch(actions=[0, 1, 1])
    with pytest.raises(ValueError, match="at least 4"):
        envs.Catch(3)
    games = envs.CatchVector(2)
    games.reset(seed=0)
    with pytest.raises(ValueError, match="expects 2 actions"):
        games.step([0.5, 1.0])


def test_transition_probabilities_and_rewards_include_slipping():
    env = envs.GridWorld(["S.G", "#.P"], slip=0.2, step_reward=-0.1)

    alive = ~env.terminal
    assert np.allclose(env.P[alive].sum(axis=2), 1)
    assert not env.P[env.terminal].any()
    assert env.P[1, 1].round(3).tolist() == [0, 0.1, 0.8, 0, 0.1, 0]
    assert env.R[1, 1] == pytest.approx(0.8 - 0.1)
    assert env.R[4, 1] == pytest.approx(-0.8 - 0.1)


def test_steps_follow_the_transition_probabilities():
    env = envs.GridWorld(["S.G", "#.P"], slip=0.5)
    env.reset(seed=0)
    landed = []
    for _ in range(2000):
        env.reset()
        landed.append(env.step(1)[0])

    assert np.mean(np.array(landed) == 1) == pytest.approx(0.5, abs=0.05)


def test_a_step_outside_an_episode_is_refused():
    env = envs.GridWorld(["SG"])
    with pytest.raises(RuntimeError, match="reset"):
        env.step(0)
    env.reset(seed=0)
    assert env.step(1) == (1, 1.0, True, False, {})
    with pytest.raises(RuntimeError, match="reset"):
        env.step(0)


def test_a_small_goal_gives_a_smaller_reward_and_ends_the_episode():
    env = envs.GridWorld(["gSG"])
    env.reset(seed=0)

    assert env.step(3) == (0, 0.2, True, False, {})


def test_a_maze_is_drawn_with_values_and_arrows():
    env = envs.GridWorld()
    n = env.observation_space.n

    for values in (None, np.linspace(-1, 1, n), np.zeros((n, 4))):
        picture = env.picture(values, np.zeros(n, int), title="a maze")
        assert picture.png()[:4] == b"\x89PNG"


def test_numbers_and_arrows_are_white_on_saturated_cells_of_a_maze():
    picture = envs.GridWorld(["S.G"]).picture([0.1, 0.9, 0.0], [1, 1, 1], limit=1.0)
    axes = picture.figure().axes[0]

    colors = {text.get_text(): text.get_color() for text in axes.texts}
    arrows = [arrow for arrow in axes.patches if isinstance(arrow, FancyArrow)]
    assert (colors["start"], colors["0.10"], colors["0.90"]) == (plot.INK, plot.INK, "white")
    assert [to_hex(arrow.get_facecolor()) for arrow in arrows] == [plot.INK, "#ffffff"]


def test_a_maze_refuses_invalid_rows():
    for rows in ([], ["S.", "."], ["..G"], ["SS"], ["SX"]):
        with pytest.raises(ValueError, match="rows of equal length"):
            envs.GridWorld(rows)
