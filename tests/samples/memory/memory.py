# Objects that keep what they are given: copies or the caller's arrays? (week 7)

# %% setup=true
import numpy as np

from dlcourse import check, probes


def store_then_overwrite(buffer_class, n):
    """What a buffer holds after n frames, all of them the same array, written over each time."""
    frame = np.zeros((2, 2), np.uint8)
    buffer = buffer_class(n)
    for i in range(n):
        frame[:] = i
        buffer.add(frame)
    return buffer.all()


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## Copies, tried by a function of the set-up cells
"""


# %% exercise="LastFrames" outcomes=[1]
class LastFrames:
    """The last frames that were added."""

    ### BEGIN SOLUTION
    def __init__(self, capacity):
        self.capacity, self.frames = capacity, []

    def add(self, frame):
        self.frames = [*self.frames, frame.copy()][-self.capacity :]

    def all(self):
        return np.stack(self.frames)

    def __len__(self):
        return len(self.frames)

    ### END SOLUTION


# %% test="LastFrames" points=30
stored = check.run_remotely(store_then_overwrite)(LastFrames, 3)
check.shape(stored, (3, 2, 2), name="what is stored")
check.equal(stored[:, 0, 0], [0, 1, 2], name="what is stored")
buffer = LastFrames(2)
for i in range(5):
    buffer.add(np.full((2, 2), i, np.uint8))
check.equal(len(buffer), 2, name="how many are stored")
last = buffer.all()
check.equal(last[:, 0, 0], [3, 4], name="the last frames")
check.that(last.dtype == np.uint8, "The pixels stay what they are: bytes.")

# %% [markdown]
"""
## A history that is made there, all at once
"""


# %% exercise="FrameStack" outcomes=[1]
class FrameStack:
    """The last k frames as one array, the newest last."""

    ### BEGIN SOLUTION
    def __init__(self, k):
        self.k = k

    def reset(self, frame):
        self.frames = np.repeat(frame[..., None], self.k, axis=-1)
        return self.frames.copy()

    def push(self, frame):
        self.frames = np.concatenate([self.frames[..., 1:], frame[..., None]], axis=-1)
        return self.frames.copy()

    ### END SOLUTION


# %% test="FrameStack" points=30
frames = [np.full((2, 3), i, "uint8") for i in (1, 2, 3, 4)]
calls = [("reset", frames[0]), *(("push", frame) for frame in frames[1:])]
wanted = [[1, 1, 1], [1, 1, 2], [1, 2, 3], [2, 3, 4]]
# One after the other, each state would cross before the next call could overwrite it.
states = check.run_remotely(probes.results)(FrameStack(3), calls)
for state, due in zip(check.items(states, 4, name="states"), wanted, strict=True):
    check.shape(state, (2, 3, 3), name="a state")
    check.that(state.dtype == np.uint8, "The pixels stay what they are: bytes.")
    check.equal(state[1, 2], due, name="what a state shows")

# %% [markdown]
"""
## A replay buffer: uniform, oldest overwritten, small in memory
"""


# %% exercise="ReplayBuffer" outcomes=[1]
class ReplayBuffer:
    """The last transitions, in arrays that are taken once."""

    ### BEGIN SOLUTION
    def __init__(self, capacity, shape, dtype):
        self.added = 0
        self.states = np.zeros((capacity, *shape), dtype)
        self.next_states = np.zeros((capacity, *shape), dtype)
        self.actions = np.zeros(capacity, np.int64)
        self.rewards = np.zeros(capacity, np.float32)
        self.terminated = np.zeros(capacity, bool)

    def add(self, state, action, reward, next_state, terminated):
        i = self.added % len(self.states)
        self.states[i], self.next_states[i] = state, next_state
        self.actions[i], self.rewards[i], self.terminated[i] = action, reward, terminated
        self.added += 1

    def __len__(self):
        return min(self.added, len(self.states))

    def sample(self, n, rng):
        i = rng.integers(len(self), size=n)
        return (
            self.states[i],
            self.actions[i],
            self.rewards[i],
            self.next_states[i],
            self.terminated[i],
        )

    ### END SOLUTION


# %% test="ReplayBuffer" points=40
def frame(value):
    return np.full((3, 2), value, "uint8")


buffer = ReplayBuffer(5, (3, 2), "uint8")
for i in range(3):
    buffer.add(frame(i + 1), i, -float(i), frame(i + 2), False)
first = buffer.sample(300, np.random.default_rng(SEED))[0]
check.shape(first, (300, 3, 2), name="states")
check.equal(np.unique(first), [1, 2, 3], name="states of a buffer that is not full")
for i in range(3, 12):
    buffer.add(frame(i + 1), i, -float(i), frame(i + 2), i == 11)
check.equal(len(buffer), 5, name="how many are stored")
states, actions, rewards, next_states, terminated = check.items(
    buffer.sample(5000, np.random.default_rng(SEED + 1)), 5, name="parts of a sample"
)
check.shape(states, (5000, 3, 2), name="states")
check.that(states.dtype == np.uint8, "The pixels stay what they are: bytes.")
check.that(next_states.dtype == np.uint8, "The pixels stay what they are: bytes.")
check.equal(states[:, 0, 0], actions + 1, name="states")
check.equal(next_states[:, 2, 1], actions + 2, name="next states")
check.close(rewards, -actions, name="rewards")
check.equal(terminated.astype(bool), actions == 11, name="terminated")
share = np.bincount(actions, minlength=12) / 5000
check.equal(share[:7], np.zeros(7), name="share of what is forgotten")
check.between(share[7:], 0.17, 0.23, name="share of each that is stored")

kept = ReplayBuffer(4, (2,), "uint8")
state, next_state = np.array([7, 7], "uint8"), np.array([8, 8], "uint8")
check.run_remotely(probes.overwrite_after)(kept, "add", state, 0, 0.0, next_state, False)
states, _, _, next_states, _ = kept.sample(3, np.random.default_rng(SEED))
check.equal(states, np.full((3, 2), 7), name="states that were overwritten elsewhere")
check.equal(next_states, np.full((3, 2), 8), name="next states that were overwritten elsewhere")

pictures = np.zeros((200, 64, 64), "uint8")
calls = [(picture, 0, 0.0, picture, False) for picture in pictures]
held = check.run_remotely(probes.memory_of)(ReplayBuffer, (200, (64, 64), "uint8"), "add", calls)
check.between(held / pictures.nbytes, 0, 3, name="memory for each picture that is stored twice")
