"""Catch: a ball falls through a field of pixels, a paddle below it can catch it or miss it."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from dlcourse.envs import _catch_dynamics

_LARGER = 16  # how many pixels wide a pixel of the field is when rendered
_METADATA = {"render_modes": ["rgb_array"], "render_fps": 5}


class Catch(gymnasium.Env):  # type: ignore[misc]
    """One game of Catch, by Gymnasium's rules.

    The ball starts in the top row and falls one row in a step. It also drifts to one side, to
    the other or not at all (which, a single picture does not show), and turns back at the walls.
    The episode ends when it reaches the bottom row: reward 1 if the paddle (3 pixels) is there,
    -1 if not, and 0 before.

    Parameters
    ----------
    size
        Rows and columns of the field, at least 4.
    drifts
        Whether balls drift at all.
    actions
        What the actions 0, 1, 2 do, as a permutation of 0 (left), 1 (stay), 2 (right).
    render_mode
        None, or "rgb_array".

    Attributes
    ----------
    observation_space
        Pictures of shape (size, size), uint8, 0 or 255.
    action_space
        0, 1 or 2.
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
        """Begin a game; return its first picture and an empty dictionary."""
        super().reset(seed=seed, options=options)
        self._games.np_random = self.np_random
        frames, _ = self._games.reset(options=options)
        return frames[0], {}

    def step(self, action: int) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Move the paddle, let the ball fall; return picture, reward, terminated, truncated."""
        frames, rewards, terminated, truncated, _ = self._games.step([action])
        return frames[0], float(rewards[0]), bool(terminated[0]), bool(truncated[0]), {}

    def render(self) -> NDArray[np.uint8] | None:
        """Return the field in colors, larger, in the render mode "rgb_array"."""
        if self.render_mode is None:
            return None
        large = self._games.seen()[0].repeat(_LARGER, axis=0).repeat(_LARGER, axis=1)
        return np.stack([large, large, large], axis=-1)


class CatchVector(VectorEnv):  # type: ignore[misc]
    """Many games of Catch side by side: every observation, reward and flag has an axis of games.

    All games begin together, and since a ball falls one row in a step they all end together.
    As with Gymnasium's own vector environments, a step after the end begins the next games (the
    actions of that step are ignored); calling `reset` then does the same.

    Parameters
    ----------
    num_envs
        Games side by side.
    size, drifts, actions
        As for `Catch`.
    cut_after
        Steps after which games are cut off (truncated), if the ball has not landed by then.
    render_mode
        Only None.
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
            message = f"actions must be an order of 0, 1 and 2; received {list(actions)}."
            raise ValueError(message)
        self.num_envs, self.render_mode = int(num_envs), render_mode
        self.single_observation_space, self.single_action_space = _spaces(int(size))
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._size, self._drifts, self._cut_after = int(size), bool(drifts), cut_after
        self._moves = np.array([int(action) - 1 for action in actions])
        self._steps: int | None = None  # since the games began; None when there are none

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Begin all games; return their first pictures, shape (num_envs, size, size)."""
        super().reset(seed=seed, options=options)
        self._column, self._drift = _catch_dynamics.dropped(
            self.num_envs, self._size, self._drifts, self.np_random
        )
        self._paddle = np.full(self.num_envs, self._size // 2)
        self._steps = 0
        return self.seen(), {}

    def step(
        self, actions: ArrayLike
    ) -> tuple[
        NDArray[np.uint8], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
    ]:
        """Move all paddles, let all balls fall; return what Gymnasium's vector worlds return."""
        if self._steps is None:
            frames, info = self.reset()
            return frames, np.zeros(self.num_envs), self._all(False), self._all(False), info
        moves = self._moves[self._checked(actions)]
        lowest = _catch_dynamics.REACH
        self._paddle = np.clip(self._paddle + moves, lowest, self._size - 1 - lowest)
        self._column, self._drift = _catch_dynamics.fallen(self._column, self._drift, self._size)
        self._steps += 1
        landed = self._steps == self._size - 1
        cut = not landed and self._steps == self._cut_after
        held = _catch_dynamics.caught(self._column, self._paddle)
        rewards = np.where(held, 1.0, -1.0) if landed else np.zeros(self.num_envs)
        frames = self.seen()
        if landed or cut:
            self._steps = None
        return frames, rewards, self._all(landed), self._all(cut), {}

    def seen(self) -> NDArray[np.uint8]:
        """Return the present pictures, shape (num_envs, size, size)."""
        row = self._size - 1 if self._steps is None else self._steps
        return _catch_dynamics.seen(self._column, np.full(self.num_envs, row), self._paddle, self._size)

    def _all(self, flag: bool) -> NDArray[np.bool_]:
        return np.full(self.num_envs, flag)

    def _checked(self, actions: ArrayLike) -> NDArray[np.int64]:
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
    pictures = gymnasium.spaces.Box(0, _catch_dynamics.BRIGHT, (size, size), np.uint8)
    return pictures, gymnasium.spaces.Discrete(3)
