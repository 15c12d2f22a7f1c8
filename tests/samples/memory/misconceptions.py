import collections

import numpy as np

from autograder.course.known_answers import misconception, variant


@misconception("LastFrames", hint="The array that was given will be overwritten by its owner.")
class KeepsAReference:
    def __init__(self, capacity):
        self.capacity, self.frames = capacity, []

    def add(self, frame):
        self.frames = [*self.frames, frame][-self.capacity :]

    def all(self):
        return np.stack(self.frames)

    def __len__(self):
        return len(self.frames)


@misconception("LastFrames", hint="Only the last frames are kept.")
class NeverForgets:
    def __init__(self, capacity):
        self.frames = []

    def add(self, frame):
        self.frames.append(frame.copy())

    def all(self):
        return np.stack(self.frames)

    def __len__(self):
        return len(self.frames)


@misconception("FrameStack", hint="A state that was handed out must not change any more.")
class SameArrayEveryTime:
    def __init__(self, k):
        self.k = k

    def reset(self, frame):
        self.frames = np.repeat(frame[..., None], self.k, axis=-1)
        return self.frames

    def push(self, frame):
        self.frames[..., :-1] = self.frames[..., 1:].copy()
        self.frames[..., -1] = frame
        return self.frames


@misconception("FrameStack", hint="The newest frame is the last.")
class NewestFirst:
    def __init__(self, k):
        self.k = k

    def reset(self, frame):
        self.frames = np.repeat(frame[..., None], self.k, axis=-1)
        return self.frames.copy()

    def push(self, frame):
        self.frames = np.concatenate([frame[..., None], self.frames[..., :-1]], axis=-1)
        return self.frames.copy()


@misconception("FrameStack", hint="At the beginning the first frame stands for those before it.")
class ZerosAtReset:
    def __init__(self, k):
        self.k = k

    def reset(self, frame):
        self.frames = np.zeros((*frame.shape, self.k), frame.dtype)
        self.frames[..., -1] = frame
        return self.frames.copy()

    def push(self, frame):
        self.frames = np.concatenate([self.frames[..., 1:], frame[..., None]], axis=-1)
        return self.frames.copy()


class _Arrays:
    """What the reference does, in parts that a mistake can replace."""

    def __init__(self, capacity, shape, dtype):
        self.added = 0
        self.states = np.zeros((capacity, *shape), dtype)
        self.next_states = np.zeros((capacity, *shape), dtype)
        self.actions = np.zeros(capacity, np.int64)
        self.rewards = np.zeros(capacity, np.float32)
        self.terminated = np.zeros(capacity, bool)

    def place(self):
        return self.added % len(self.states)

    def places(self, n, rng):
        return rng.integers(len(self), size=n)

    def add(self, state, action, reward, next_state, terminated):
        i = self.place()
        self.states[i], self.next_states[i] = state, next_state
        self.actions[i], self.rewards[i], self.terminated[i] = action, reward, terminated
        self.added += 1

    def __len__(self):
        return min(self.added, len(self.states))

    def sample(self, n, rng):
        i = self.places(n, rng)
        rest = self.next_states[i], self.terminated[i]
        return self.states[i], self.actions[i], self.rewards[i], *rest


class _List:
    """The transitions themselves in a list."""

    def __init__(self, capacity, shape, dtype):
        self.items = collections.deque(maxlen=capacity)

    def __len__(self):
        return len(self.items)

    def sample(self, n, rng):
        chosen = [self.items[i] for i in rng.integers(len(self.items), size=n)]
        return tuple(np.array(column) for column in zip(*chosen, strict=True))


@variant("ReplayBuffer")
class CopiesInAList(_List):
    def add(self, state, action, reward, next_state, terminated):
        self.items.append((state.copy(), action, reward, next_state.copy(), terminated))


@misconception("ReplayBuffer", hint="The array that was given will be overwritten by its owner.")
class References(_List):
    def add(self, *transition):
        self.items.append(transition)


@misconception("ReplayBuffer", hint="Pixels are bytes: as floats they take eight times as much.")
class FloatFrames(_Arrays):
    def __init__(self, capacity, shape, dtype):
        super().__init__(capacity, shape, float)


@misconception("ReplayBuffer", hint="Inside, too, pixels should be bytes.")
class FloatInside(_Arrays):
    def __init__(self, capacity, shape, dtype):
        super().__init__(capacity, shape, float)

    def sample(self, n, rng):
        states, actions, rewards, next_states, terminated = super().sample(n, rng)
        return states.astype("uint8"), actions, rewards, next_states.astype("uint8"), terminated


@misconception("ReplayBuffer", hint="rng.integers(n) draws numbers below n already.")
class NeverTheNewest(_Arrays):
    def places(self, n, rng):
        return rng.integers(max(1, len(self) - 1), size=n)


@misconception("ReplayBuffer", hint="A buffer that is not full has places where nothing is.")
class StalePlaces(_Arrays):
    def places(self, n, rng):
        return rng.integers(len(self.states), size=n)


@misconception("ReplayBuffer", hint="When it is full, the oldest is overwritten.")
class StopsWhenFull(_Arrays):
    def place(self):
        return min(self.added, len(self.states) - 1)
