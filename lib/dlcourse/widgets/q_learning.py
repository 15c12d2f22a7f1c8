"""A table that learns a maze, step by step: what it says of every action, and how that changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still

if TYPE_CHECKING:
    from dlcourse.envs import GridWorld

_EPISODES = 100  # what the still picture has behind it
_LONGEST = 400  # steps of one of its episodes


class QLearning(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `q_learning` makes one.

    Walks and learns in the browser, so that no kernel is needed to play.
    """

    _esm = script(__file__)

    rows = traitlets.List().tag(sync=True)
    alpha = traitlets.Float(0.5).tag(sync=True)
    gamma = traitlets.Float(0.9).tag(sync=True)
    epsilon = traitlets.Float(0.2).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def still(self) -> plot.Picture:
        """Return what the table says after a hundred episodes, learned here, as a picture."""
        from dlcourse.envs import GridWorld

        world = GridWorld(self.rows)
        table = learned(
            world, self.alpha, self.gamma, self.epsilon, np.random.default_rng(self.seed)
        )
        words = (
            f"α = {self.alpha:g}, γ = {self.gamma:g}, ε = {self.epsilon:g}. In JupyterLab you walk "
            "step by step, and three sliders change these numbers."
        )
        title = f"Q after {_EPISODES} episodes"
        return world.picture(table, limit=1.0, title=title, caption=words)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def q_learning(
    rows: Sequence[str] = (".....G", ".##.#P", "...#..", "S#...."),
    *,
    alpha: float = 0.5,
    gamma: float = 0.9,
    epsilon: float = 0.2,
    seed: int = 0,
) -> QLearning:
    """Return a maze in which a table learns, with sliders for α, γ and ε.

    Parameters
    ----------
    rows
        The maze, as for `envs.GridWorld`.
    alpha, gamma, epsilon
        Where the sliders stand at the start.
    seed
        Of the walk: the same walk for the same moves of the sliders.
    """
    from dlcourse.envs import GridWorld

    checked = GridWorld(rows)
    return QLearning(rows=list(checked.rows), alpha=alpha, gamma=gamma, epsilon=epsilon, seed=seed)


def learned(
    world: "GridWorld", alpha: float, gamma: float, epsilon: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the table after the still picture's episodes of Q-learning."""
    n_actions = int(world.action_space.n)
    table = np.zeros((int(world.observation_space.n), n_actions))
    world.reset(seed=int(rng.integers(2**31)))
    for _ in range(_EPISODES):
        state, _ = world.reset()
        for _ in range(_LONGEST):
            best = np.flatnonzero(table[state] == table[state].max())
            explores = rng.random() < epsilon
            action = int(rng.integers(n_actions) if explores else rng.choice(best))
            after, reward, is_over, _, _ = world.step(action)
            target = reward + (0.0 if is_over else gamma * table[after].max())
            table[state, action] += alpha * (target - table[state, action])
            state = after
            if is_over:
                break
    return table
