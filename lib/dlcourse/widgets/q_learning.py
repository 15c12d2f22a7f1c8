"""A widget that shows Q-learning in a maze, step by step."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

_STATIC_EPISODES = 100  # training before the static picture
_MAX_STEPS = 400  # of an episode


class QLearning(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `q_learning` returns.

    The agent learns in the browser; no kernel is needed.
    """

    _esm = script(__file__)

    rows = traitlets.List().tag(sync=True)
    alpha = traitlets.Float(0.5).tag(sync=True)
    gamma = traitlets.Float(0.9).tag(sync=True)
    epsilon = traitlets.Float(0.2).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def static_picture(self) -> plot.Picture:
        """Draw the Q table after a hundred episodes, computed in Python."""
        from dlcourse.envs import GridWorld

        table = learn_table(
            self.rows, self.alpha, self.gamma, self.epsilon, np.random.default_rng(self.seed)
        )
        caption = (
            f"α = {self.alpha:g}, γ = {self.gamma:g}, ε = {self.epsilon:g}. In JupyterLab you can "
            "go step by step and change these numbers."
        )
        title = f"Q table after {_STATIC_EPISODES} episodes"
        return GridWorld(self.rows).picture(table, limit=1.0, title=title, caption=caption)


def q_learning(
    rows: Sequence[str] = (".....G", ".##.#P", "...#..", "S#...."),
    *,
    alpha: float = 0.5,
    gamma: float = 0.9,
    epsilon: float = 0.2,
    seed: int = 0,
) -> QLearning:
    """Return an agent that learns a Q table in a maze, with sliders for α, γ and ε.

    Parameters
    ----------
    rows
        The maze, as for `envs.GridWorld`.
    alpha, gamma, epsilon
        Initial learning rate, discount and probability of a random action.
    seed
        Seed of the agent's random choices.

    Raises
    ------
    ValueError
        If `envs.GridWorld` does not accept the rows.
    """
    from dlcourse.envs import GridWorld

    checked = GridWorld(rows)
    return QLearning(rows=list(checked.rows), alpha=alpha, gamma=gamma, epsilon=epsilon, seed=seed)


def learn_table(
    rows: Sequence[str], alpha: float, gamma: float, epsilon: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the Q table after a hundred episodes, shape (n_states, n_actions)."""
    from dlcourse.envs import GridWorld

    env = GridWorld(rows)
    n_actions = int(env.action_space.n)
    table = np.zeros((int(env.observation_space.n), n_actions))
    env.reset(seed=int(rng.integers(2**31)))
    for _ in range(_STATIC_EPISODES):
        state, _ = env.reset()
        for _ in range(_MAX_STEPS):
            best = np.flatnonzero(table[state] == table[state].max())
            explores = rng.random() < epsilon
            action = int(rng.integers(n_actions) if explores else rng.choice(best))
            next_state, reward, is_over, _, _ = env.step(action)
            target = reward + (0.0 if is_over else gamma * table[next_state].max())
            table[state, action] += alpha * (target - table[state, action])
            state = next_state
            if is_over:
                break
    return table
