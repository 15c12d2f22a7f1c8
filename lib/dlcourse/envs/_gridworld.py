"""A maze drawn in letters: a Markov decision process that is small enough to see all of it."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse.envs import _gridworld_drawing
from dlcourse.plot import Picture

PAYS = {"G": 1.0, "g": 0.2, "P": -1.0}  # who walks in there; it also ends the episode
_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left


class GridWorld(gymnasium.Env):  # type: ignore[misc]
    """A maze with a start, goals, pits and walls.

    A state is a cell, numbered row by row from the top left; the actions 0 to 3 go up, right,
    down and left. Whoever walks into a wall or the border stays where it is. Walking into a goal
    pays 1, into a small goal 0.2, into a pit -1, and each ends the episode.

    Parameters
    ----------
    rows
        Texts of equal length: S start, G goal, g small goal, P pit, # wall, . free.
    slip
        Probability to slide off at a right angle instead (half of it to each side).
    step_reward
        Reward of every step, besides what a goal or a pit pays.
    render_mode
        Only None.

    Attributes
    ----------
    P
        Transition probabilities, shape (n_states, n_actions, n_states).
    R
        Expected rewards, shape (n_states, n_actions).
    terminal
        Which states end the episode, shape (n_states,). They have no way on: P and R are 0.
    start
        The state in which episodes begin.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 (Gymnasium's)

    def __init__(
        self,
        rows: Sequence[str] = ("...G", ".#.P", "S..."),
        *,
        slip: float = 0.0,
        step_reward: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        self.rows = _checked(rows)
        self.render_mode = render_mode
        letters = "".join(self.rows)
        n = len(letters)
        self.observation_space = gymnasium.spaces.Discrete(n)
        self.action_space = gymnasium.spaces.Discrete(len(_MOVES))
        self.start = letters.index("S")
        self.terminal: NDArray[np.bool_] = np.array([letter in PAYS for letter in letters])
        pays = np.array([PAYS.get(letter, 0.0) for letter in letters])
        self._walks = _walks(self.rows, slip)
        over = self.terminal[:, None]
        self.P: NDArray[np.float64] = np.where(over[:, None], 0.0, self._walks)
        self.R: NDArray[np.float64] = np.where(over, 0.0, self._walks @ (pays + step_reward))
        self._pays = pays + step_reward
        self._at: int | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Go to the start; return its state and an empty dictionary."""
        super().reset(seed=seed, options=options)
        self._at = self.start
        return self._at, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Walk, or slip; return state, reward, terminated, truncated (never) and a dictionary."""
        if self._at is None or self.terminal[self._at]:
            message = "The episode is over, or never began: call reset()."
            raise RuntimeError(message)
        chances = self._walks[self._at, int(action)]
        self._at = int(self.np_random.choice(len(chances), p=chances))
        reward, is_over = float(self._pays[self._at]), bool(self.terminal[self._at])
        return self._at, reward, is_over, False, {}

    def picture(
        self,
        values: ArrayLike | None = None,
        policy: ArrayLike | None = None,
        *,
        limit: float | None = None,
        title: str = "",
        caption: str = "",
    ) -> Picture:
        """Return the maze as a picture.

        Parameters
        ----------
        values
            A number for each state, shape (n_states,), or for each state and action, shape
            (n_states, 4): written and colored, the latter as four corners of each cell.
        policy
            An action for each state: drawn as arrows.
        limit
            The value at full color; the largest one when not given.
        title, caption
            Above and below.
        """
        return _gridworld_drawing.picture(self.rows, values, policy, limit, title, caption)


def _walks(rows: tuple[str, ...], slip: float) -> NDArray[np.float64]:
    """Return where each action leads from each cell, and how likely, also from those at an end."""
    height, width = len(rows), len(rows[0])
    lands = np.zeros((height * width, len(_MOVES)), dtype=np.int64)
    for i in range(height):
        for j in range(width):
            for action, (down, right) in enumerate(_MOVES):
                k, m = i + down, j + right
                free = 0 <= k < height and 0 <= m < width and rows[k][m] != "#"
                lands[i * width + j, action] = k * width + m if free else i * width + j
    straight = np.eye(height * width)[lands]  # (n_states, n_actions, n_states)
    sideways = (np.roll(straight, 1, axis=1) + np.roll(straight, -1, axis=1)) / 2
    walks: NDArray[np.float64] = (1 - slip) * straight + slip * sideways
    return walks


def _checked(rows: Sequence[str]) -> tuple[str, ...]:
    texts = tuple(rows)
    letters = "".join(texts)
    even = len({len(text) for text in texts}) == 1
    if not letters or not even or letters.count("S") != 1 or set(letters) - set("SGgP#."):
        message = (
            "GridWorld expects rows of equal length made of S (exactly one), G, g, P, # and .; "
            f"received {list(texts)}."
        )
        raise ValueError(message)
    return texts
