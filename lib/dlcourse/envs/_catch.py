"""The environment Catch: a paddle must catch a ball that falls through a field of pixels."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from dlcourse.envs import _catch_dynamics as dynamics

_SCALE = 16  # rendered pixels per pixel of the field
_METADATA = {"render_modes": ["rgb_array"], "render_fps": 5}


class Catch(gymnasium.Env):  # type: ignore[misc]
    """One game of Catch, a Gymnasium environment.

    The ball starts in the top row and falls one row per step. It also drifts left, right or not
    at all (a single frame does not show which) and bounces off the walls. The episode ends when
    the ball reaches the bottom row: the reward is 1 if the paddle (3 pixels wide) is there, -1 if
    not, and 0 before.

    Parameters
    ----------
    size
        Number of rows and columns of the field, at least 4.
    drifts
        Whether balls drift.
    actions
        Meaning of the actions 0, 1 and 2: a permutation of 0 (left), 1 (stay), 2 (right).
    render_mode
        None or "rgb_array".

    Attributes
    ----------
    observation_space
        Frames, shape (size, size), uint8, with the values 0 and 255.
    action_space
        The actions 0, 1 and 2.

    Raises
    ------
    ValueError
        If the field is too small, or if `actions` is not a permutation of 0, 1, 2.
    """

    metadata = _METADATA

    def __init__(
        self,
        size: int = 10,
        *,
        drifts: bool = True,
        actions: Sequence[int] = (0, 1, 2),
        render_mode: str | None = None,
    ) -> None:
        self.observation_space, self.action_space = _spaces(size)
        self.render_mode = render_mode
        self._games = CatchVector(1, size=size, drifts=drifts, actions=actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Start a game; return its first frame and an empty dictionary."""
        super().reset(seed=seed, options=options)
        self._games.np_random = self.np_random
        frames, _ = self._games.reset(options=options)
        return frames[0], {}

    def step(self, action: int) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Move paddle and ball; return frame, reward, terminated, truncated and a dictionary."""
        frames, rewards, terminated, truncated, _ = self._games.step([action])
        return frames[0], float(rewards[0]), bool(terminated[0]), bool(truncated[0]), {}

    def render(self) -> NDArray[np.uint8] | None:
        """Return the enlarged field in RGB, or None without a render mode."""
        if self.render_mode is None:
            return None
        large = self._games.frames()[0].repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)
        return np.stack([large, large, large], axis=-1)


class CatchVector(VectorEnv):  # type: ignore[misc]
    """Many games of Catch at the same time, a Gymnasium vector environment.

    The first axis of observations, rewards and flags is the game. All games start together and,
    because balls fall one row per step, end together. As with Gymnasium's own vector environments,
    the step after the end starts the next games and ignores the actions; calling `reset` instead
    does the same.

    Parameters
    ----------
    num_envs
        Number of games.
    size, drifts, actions
        As for `Catch`.
    cut_after
        Number of steps after which unfinished games are truncated; None for no limit.
    render_mode
        Must be None.

    Raises
    ------
    ValueError
        If there is no game, the field is too small, or `actions` is not a permutation of 0, 1, 2.
    """

    metadata = {**_METADATA, "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 (Gymnasium's)

    def __init__(
        self,
        num_envs: int = 1,
        *,
        size: int = 10,
        drifts: bool = True,
        actions: Sequence[int] = (0, 1, 2),
        cut_after: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        if num_envs < 1 or size < 4:
            message = (
                "Catch expects at least 1 game and a field of at least 4 × 4 pixels; received "
                f"num_envs={num_envs}, size={size}."
            )
            raise ValueError(message)
        if sorted(int(action) for action in actions) != [0, 1, 2]:
            message = f"actions must be a permutation of 0, 1 and 2; received {list(actions)}."
            raise ValueError(message)
        self.num_envs, self.render_mode = int(num_envs), render_mode
        self.single_observation_space, self.single_action_space = _spaces(int(size))
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._size, self._drifts, self._cut_after = int(size), bool(drifts), cut_after
        self._moves = np.array([int(action) - 1 for action in actions])
        self._steps: int | None = None  # since the start of the games; None if no game is running

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Start all games; return the first frames, shape (num_envs, size, size), and a dict."""
        super().reset(seed=seed, options=options)
        self._column, self._drift = dynamics.new_balls(
            self.num_envs, self._size, self._drifts, self.np_random
        )
        self._paddle = np.full(self.num_envs, self._size // 2)
        self._steps = 0
        return self.frames(), {}

    def step(
        self, actions: ArrayLike
    ) -> tuple[
        NDArray[np.uint8], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
    ]:
        """Move all paddles and balls.

        Parameters
        ----------
        actions
            An action for each game, shape (num_envs,), each 0, 1 or 2.

        Returns
        -------
        frames, rewards, terminated, truncated, info
            Frames of shape (num_envs, size, size), three arrays of shape (num_envs,) and an empty
            dictionary.

        Raises
        ------
        ValueError
            If the actions have another shape or other values.
        """
        if self._steps is None:
            frames, info = self.reset()
            return frames, np.zeros(self.num_envs), self._all(False), self._all(False), info
        moves = self._moves[self._check_actions(actions)]
        reach = dynamics.REACH
        self._paddle = np.clip(self._paddle + moves, reach, self._size - 1 - reach)
        self._column, self._drift = dynamics.move_balls(self._column, self._drift, self._size)
        self._steps += 1
        landed = self._steps == self._size - 1
        truncated = not landed and self._steps == self._cut_after
        caught = dynamics.is_caught(self._column, self._paddle)
        rewards = np.where(caught, 1.0, -1.0) if landed else np.zeros(self.num_envs)
        frames = self.frames()
        if landed or truncated:
            self._steps = None
        return frames, rewards, self._all(landed), self._all(truncated), {}

    def frames(self) -> NDArray[np.uint8]:
        """Return the current frames, shape (num_envs, size, size)."""
        row = self._size - 1 if self._steps is None else self._steps
        return dynamics.render(self._column, np.full(self.num_envs, row), self._paddle, self._size)

    def _all(self, flag: bool) -> NDArray[np.bool_]:
        return np.full(self.num_envs, flag)

    def _check_actions(self, actions: ArrayLike) -> NDArray[np.int64]:
        given = np.asarray(actions)
        whole = given.dtype.kind in "iu" and given.shape == (self.num_envs,)
        if not whole or given.min() < 0 or given.max() > 2:
            message = (
                f"step expects {self.num_envs} actions, each 0, 1 or 2; received {given.dtype} of "
                f"shape {given.shape}, {given.ravel()[:8].tolist()}."
            )
            raise ValueError(message)
        return given.astype(np.int64)


def _spaces(size: int) -> tuple[gymnasium.spaces.Box, gymnasium.spaces.Discrete]:
    frames = gymnasium.spaces.Box(0, dynamics.BRIGHT, (size, size), np.uint8)
    return frames, gymnasium.spaces.Discrete(3)
