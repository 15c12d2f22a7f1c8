"""The environment GridWorld: a maze as a small Markov decision process."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse.envs import _gridworld_drawing
from dlcourse.plot import Picture

REWARDS = {"G": 1.0, "g": 0.2, "P": -1.0}  # of terminal cells
_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left


class GridWorld(gymnasium.Env):  # type: ignore[misc]
    """A maze with a start, goals, pits and walls, a Gymnasium environment.

    The states are the cells, numbered row by row from the top left. The actions 0 to 3 move up,
    right, down and left; a move into a wall or the border leaves the state unchanged. The reward
    is 1 for entering a goal, 0.2 for a small goal and -1 for a pit, and each ends the episode.

    Parameters
    ----------
    rows
        Strings of equal length: S start, G goal, g small goal, P pit, # wall, . free.
    slip
        Probability of moving at a right angle to the action, half of it for each side.
    step_reward
        Reward of every step, in addition to that of goals and pits.
    render_mode
        Must be None.

    Attributes
    ----------
    P
        Transition probabilities, shape (n_states, n_actions, n_states).
    R
        Expected rewards, shape (n_states, n_actions).
    terminal
        Whether each state ends the episode, shape (n_states,). P and R of these states are 0.
    start
        The state in which episodes start.

    Raises
    ------
    ValueError
        If the rows have different lengths, unknown letters, or not exactly one start.
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
        self.rows = _check_rows(rows)
        self.render_mode = render_mode
        letters = "".join(self.rows)
        n = len(letters)
        self.observation_space = gymnasium.spaces.Discrete(n)
        self.action_space = gymnasium.spaces.Discrete(len(_MOVES))
        self.start = letters.index("S")
        self.terminal: NDArray[np.bool_] = np.array([letter in REWARDS for letter in letters])
        entry_rewards = np.array([REWARDS.get(letter, 0.0) for letter in letters])
        self._moves = _move_probabilities(self.rows, slip)
        over = self.terminal[:, None]
        self.P: NDArray[np.float64] = np.where(over[:, None], 0.0, self._moves)
        self.R: NDArray[np.float64] = np.where(
            over, 0.0, self._moves @ (entry_rewards + step_reward)
        )
        self._entry_rewards = entry_rewards + step_reward
        self._state: int | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Start an episode; return the start state and an empty dictionary."""
        super().reset(seed=seed, options=options)
        self._state = self.start
        return self._state, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Move, or slip; return state, reward, terminated, truncated (False) and a dictionary.

        Raises
        ------
        RuntimeError
            If the episode is over or has not started.
        """
        if self._state is None or self.terminal[self._state]:
            message = "The episode is over or has not started: call reset()."
            raise RuntimeError(message)
        probabilities = self._moves[self._state, int(action)]
        self._state = int(self.np_random.choice(len(probabilities), p=probabilities))
        reward, is_over = float(self._entry_rewards[self._state]), bool(self.terminal[self._state])
        return self._state, reward, is_over, False, {}

    def picture(
        self,
        values: ArrayLike | None = None,
        policy: ArrayLike | None = None,
        *,
        limit: float | None = None,
        title: str = "",
        caption: str = "",
    ) -> Picture:
        """Draw the maze.

        Parameters
        ----------
        values
            Values of states, shape (n_states,), or of states and actions, shape (n_states, 4).
            They are written and shown as colors; those of actions in four triangles per cell.
        policy
            Action of each state, shape (n_states,), drawn as arrows.
        limit
            Absolute value with the strongest color; the largest one if None.
        title, caption
            Texts above and below the picture.
        """
        return _gridworld_drawing.draw_maze(self.rows, values, policy, limit, title, caption)


def _move_probabilities(rows: tuple[str, ...], slip: float) -> NDArray[np.float64]:
    """Return the transition probabilities, shape (n_states, n_actions, n_states).

    Here an agent could also leave a terminal state.
    """
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
    probabilities: NDArray[np.float64] = (1 - slip) * straight + slip * sideways
    return probabilities


def _check_rows(rows: Sequence[str]) -> tuple[str, ...]:
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
