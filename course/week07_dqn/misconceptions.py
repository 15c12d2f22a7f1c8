"""Known wrong answers of week 7, each with a hint that names the cause."""

import collections

import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, variant


# --- discounted_returns ------------------------------------------------------------------------


@misconception(
    "discounted_returns",
    hint="The reward of the step itself is not discounted, only later rewards are. Yours discounts it, too.",
)
def discounts_at_once(rewards, gamma, after=0.0):
    returns, following = np.zeros(len(rewards)), after
    for t in reversed(range(len(rewards))):
        following = gamma * (rewards[t] + following)
        returns[t] = following
    return returns


@misconception(
    "discounted_returns",
    hint="You add up earlier rewards. A return adds up later ones: begin at the last step.",
)
def looks_back(rewards, gamma, after=0.0):
    returns, so_far = np.zeros(len(rewards)), 0.0
    for t in range(len(rewards)):
        so_far = rewards[t] + gamma * so_far
        returns[t] = so_far
    returns[-1] += gamma * after
    return returns


@misconception(
    "discounted_returns",
    hint="Your returns ignore `after`. If an episode was truncated, something would have followed: that "
    "is `after`.",
)
def nothing_follows(rewards, gamma, after=0.0):
    returns, following = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return returns


@misconception("discounted_returns", hint="Later rewards count less: gamma is missing.")
def without_discount(rewards, gamma, after=0.0):
    return np.cumsum(np.append(rewards, after)[::-1])[::-1][:-1]


@misconception(
    "discounted_returns",
    hint="That is the return from the first step on. The result has one return for each step.",
)
def only_from_the_start(rewards, gamma, after=0.0):
    padded = np.append(rewards, after)
    return np.array([np.sum(gamma ** np.arange(len(padded)) * padded)])


@variant("discounted_returns")
def by_the_sum(rewards, gamma, after=0.0):
    padded = [float(r) for r in rewards] + [after]
    return [
        sum(gamma ** (u - t) * padded[u] for u in range(t, len(padded)))
        for t in range(len(padded) - 1)
    ]


@variant("discounted_returns")
def with_a_matrix(rewards, gamma, after=0.0):
    n = len(rewards)
    ahead = np.arange(n + 1)[None, :] - np.arange(n)[:, None]
    weights = np.where(ahead >= 0, float(gamma) ** np.maximum(ahead, 0), 0.0)
    return weights @ np.append(rewards, after)


# --- value_iteration ---------------------------------------------------------------------------


@misconception(
    "value_iteration",
    replaces="action_values",
    hint="Nothing follows a terminal state: its value and its action values are 0, whatever V, P and R contain.",
)
def life_after_the_end(V, P, R, terminal, gamma):
    return R + gamma * P @ V


@misconception(
    "value_iteration",
    replaces="action_values",
    hint="Only the value of the next state is discounted. Yours discounts the reward of the action, too.",
)
def discounts_the_reward_too(V, P, R, terminal, gamma):
    Q = gamma * (R + P @ np.where(terminal, 0.0, V))
    return np.where(terminal[:, None], 0.0, Q)


@misconception(
    "value_iteration",
    replaces="action_values",
    hint="An action can lead to several states: sum over all of them with their probabilities. Yours uses "
    "only the most probable one.",
)
def only_the_likeliest(V, P, R, terminal, gamma):
    Q = R + gamma * np.where(terminal, 0.0, V)[P.argmax(axis=2)]
    return np.where(terminal[:, None], 0.0, Q)


@misconception(
    "value_iteration",
    replaces="value_iteration",
    hint="In one sweep all new values come from the old ones. Yours already uses values that it "
    "has just changed: it converges to the same values, but it is not a sweep as defined here.",
)
def sweeps_in_place(P, R, terminal, gamma, sweeps):
    V = np.zeros(len(P))
    for _ in range(sweeps):
        for s in range(len(P)):
            V[s] = action_values(V, P, R, terminal, gamma)[s].max()
    return V


@misconception(
    "value_iteration",
    replaces="value_iteration",
    hint="The value of a state is the largest of its action values. Yours is their mean.",
)
def mean_over_the_actions(P, R, terminal, gamma, sweeps):
    V = np.zeros(len(P))
    for _ in range(sweeps):
        V = action_values(V, P, R, terminal, gamma).mean(axis=1)
    return V


@misconception(
    "value_iteration",
    replaces="value_iteration",
    hint="Yours does one sweep too many: it starts from the values after the first sweep instead of V = 0.",
)
def one_sweep_ahead(P, R, terminal, gamma, sweeps):
    V = action_values(np.zeros(len(P)), P, R, terminal, gamma).max(axis=1)
    for _ in range(sweeps):
        V = action_values(V, P, R, terminal, gamma).max(axis=1)
    return V


@variant("value_iteration", replaces="action_values")
def state_by_state(V, P, R, terminal, gamma):
    n_states, n_actions = R.shape
    Q = np.zeros((n_states, n_actions))
    for s in range(n_states):
        if terminal[s]:
            continue
        for a in range(n_actions):
            Q[s, a] = R[s, a]
            for t in range(n_states):
                if not terminal[t]:
                    Q[s, a] += gamma * P[s, a, t] * V[t]
    return Q


@variant("value_iteration", replaces="action_values")
def with_einsum(V, P, R, terminal, gamma):
    goes_on = 1.0 - np.asarray(terminal)
    return goes_on[:, None] * (R + gamma * np.einsum("sat,t,t->sa", P, V, goes_on))


# --- epsilon_greedy ----------------------------------------------------------------------------


@misconception(
    "epsilon_greedy",
    hint="A random action is any action, including the best one; yours excludes the best one.",
)
def explores_among_the_others(values, epsilon, rng):
    n_games, n_actions = values.shape
    best = np.argmax(
        (values == values.max(axis=1, keepdims=True)) * rng.random(values.shape), axis=1
    )
    other = (best + rng.integers(1, n_actions, size=n_games)) % n_actions
    return np.where(rng.random(n_games) < epsilon, other, best)


@misconception(
    "epsilon_greedy",
    hint="You draw one random number for all games, so either all of them explore or none does.",
)
def one_coin_for_all(values, epsilon, rng):
    n_games, n_actions = values.shape
    if rng.random() < epsilon:
        return rng.integers(n_actions, size=n_games)
    is_best = values == values.max(axis=1, keepdims=True)
    return np.argmax(is_best * rng.random(values.shape), axis=1)


@misconception(
    "epsilon_greedy",
    hint="np.argmax takes the first of several equal values, so an agent that knows nothing would "
    "always do the same. Choose at random among equal values.",
)
def first_of_the_best(values, epsilon, rng):
    n_games, n_actions = values.shape
    explores = rng.random(n_games) < epsilon
    return np.where(explores, rng.integers(n_actions, size=n_games), np.argmax(values, axis=1))


@misconception(
    "epsilon_greedy",
    hint="Epsilon is the probability of a random action; yours takes the best action with that probability.",
)
def turned_around(values, epsilon, rng):
    n_games, n_actions = values.shape
    is_best = values == values.max(axis=1, keepdims=True)
    best = np.argmax(is_best * rng.random(values.shape), axis=1)
    return np.where(rng.random(n_games) < epsilon, best, rng.integers(n_actions, size=n_games))


@misconception(
    "epsilon_greedy",
    hint="Some of your random numbers come from NumPy's global generator. Take all of them from rng, so "
    "that an equal rng gives equal actions.",
)
def its_own_coins(values, epsilon, rng):
    n_games, n_actions = values.shape
    is_best = values == values.max(axis=1, keepdims=True)
    best = np.argmax(is_best * np.random.random(values.shape), axis=1)
    explores = np.random.random(n_games) < epsilon
    return np.where(explores, np.random.randint(n_actions, size=n_games), best)


@misconception(
    "epsilon_greedy",
    replaces="epsilon_at",
    hint="After the last step of the schedule epsilon stays constant; yours continues to fall.",
)
def falls_for_ever(step, start, end, steps):
    return start + step / steps * (end - start)


@misconception(
    "epsilon_greedy",
    replaces="epsilon_at",
    hint="Your epsilon never changes: it does not depend on `step`.",
)
def never_falls(step, start, end, steps):
    return start


@misconception(
    "epsilon_greedy",
    replaces="epsilon_at",
    hint="Yours falls towards 0 and is clipped at `end`, so it is steeper than a straight line from "
    "start to end.",
)
def falls_to_zero(step, start, end, steps):
    return max(end, start * (1 - step / steps))


@variant("epsilon_greedy")
def game_by_game(values, epsilon, rng):
    actions = []
    for row in values:
        if rng.random() < epsilon:
            actions.append(int(rng.integers(len(row))))
        else:
            actions.append(int(rng.choice(np.flatnonzero(row == row.max()))))
    return actions


@variant("epsilon_greedy")
def by_probabilities(values, epsilon, rng):
    n_games, n_actions = np.shape(values)
    is_best = values == values.max(axis=1, keepdims=True)
    p = epsilon / n_actions + (1 - epsilon) * is_best / is_best.sum(axis=1, keepdims=True)
    return np.minimum((p.cumsum(axis=1) <= rng.random((n_games, 1))).sum(axis=1), n_actions - 1)


@variant("epsilon_greedy", replaces="epsilon_at")
def by_cases(step, start, end, steps):
    if step >= steps:
        return end
    return ((steps - step) * start + step * end) / steps


# --- q_learning_update -------------------------------------------------------------------------


@misconception(
    "q_learning_update",
    hint="If the game was over, the target is the reward alone. Yours still adds the value of the next state.",
)
def goes_on_after_the_end(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + gamma * Q[next_state].max() - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="The target takes the best entry of the next state's row, since the agent can choose its next "
    "action. Yours takes the mean.",
)
def mean_of_what_follows(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q[next_state].mean()) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Alpha is the weight of the target. In yours it is the weight of the old entry.",
)
def alpha_on_the_wrong_side(Q, state, action, reward, next_state, terminated, alpha, gamma):
    target = reward + (0 if terminated else gamma * Q[next_state].max())
    delta = target - Q[state, action]
    Q[state, action] = alpha * Q[state, action] + (1 - alpha) * target
    return delta


@misconception(
    "q_learning_update",
    hint="Yours takes the entry of the same action in the next state. The next action can be another "
    "one: take the best entry of that row.",
)
def repeats_the_action(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q[next_state, action]) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Only the entry of the action that was taken may change; yours changes the whole row of the state.",
)
def corrects_the_whole_row(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q[next_state].max()) - Q[state, action]
    Q[state] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Take the best entry of the next state's row; yours is the best entry of the whole table.",
)
def best_of_the_table(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q.max()) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Delta is right, but the table that was passed did not change: write into Q itself, not into a copy.",
)
def changes_a_copy(Q, state, action, reward, next_state, terminated, alpha, gamma):
    Q = Q.copy()
    delta = reward + (0 if terminated else gamma * Q[next_state].max()) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@variant("q_learning_update")
def as_a_weighted_mean(Q, state, action, reward, next_state, terminated, alpha, gamma):
    before = float(Q[state, action])
    target = reward if terminated else reward + gamma * max(float(q) for q in Q[next_state])
    Q[state][action] = (1 - alpha) * before + alpha * target
    return np.float64(target - before)


# --- ReplayBuffer ------------------------------------------------------------------------------


class _Buffer:
    """A correct buffer; each wrong answer below overrides one of its methods."""

    def __init__(self, capacity, state_shape, dtype=np.uint8):
        self.capacity, self.added = capacity, 0
        dtype = self.kind(dtype)
        self.kept = (
            np.zeros((capacity, *state_shape), dtype), np.zeros(capacity, np.int64),
            np.zeros(capacity, np.float32), np.zeros((capacity, *state_shape), dtype),
            np.zeros(capacity, bool),
        )  # fmt: skip

    def kind(self, dtype):
        return dtype

    def places(self, n):
        return (self.added + np.arange(n)) % self.capacity

    def drawn(self, n, rng):
        return rng.integers(len(self), size=n)

    def add(self, states, actions, rewards, next_states, terminated):
        places = self.places(len(actions))
        for array, new in zip(
            self.kept, (states, actions, rewards, next_states, terminated), strict=True
        ):
            array[places] = new
        self.added += len(actions)

    def __len__(self):
        return min(self.added, self.capacity)

    def sample(self, n, rng):
        i = self.drawn(n, rng)
        return tuple(array[i] for array in self.kept)


@misconception(
    "ReplayBuffer",
    hint="When your buffer is full, new transitions are lost or all go into one place. The newest "
    "transitions should replace the oldest, one after another.",
)
class stops_when_full(_Buffer):
    def places(self, n):
        return np.minimum(self.added + np.arange(n), self.capacity - 1)


@misconception(
    "ReplayBuffer",
    hint="You draw from all places, including empty ones. Draw only from transitions that were stored.",
)
class draws_empty_places(_Buffer):
    def drawn(self, n, rng):
        return rng.integers(self.capacity, size=n)


@misconception(
    "ReplayBuffer",
    hint="The transition that was added last is never drawn: rng.integers already excludes its upper "
    "end.",
)
class never_the_newest(_Buffer):
    def drawn(self, n, rng):
        return rng.integers(max(1, len(self) - 1), size=n)


@misconception(
    "ReplayBuffer",
    hint="Your buffer stores frames as floats: eight times the memory for the same image.",
)
class floats_inside(_Buffer):
    def kind(self, dtype):
        return np.float64

    def sample(self, n, rng):
        i = self.drawn(n, rng)
        states, actions, rewards, next_states, terminated = (array[i] for array in self.kept)
        return states.astype("uint8"), actions, rewards, next_states.astype("uint8"), terminated


@misconception(
    "ReplayBuffer",
    hint="You only draw the transitions that were added last. All stored transitions should be equally likely.",
)
class draws_the_newest(_Buffer):
    def drawn(self, n, rng):
        newest = np.arange(max(self.added - n, 0), self.added)[-len(self) :]
        return np.resize(newest, n) % self.capacity


@misconception(
    "ReplayBuffer",
    hint="You draw new indices for each part, so the parts belong to different transitions. Draw once.",
)
class parts_drawn_apart(_Buffer):
    def sample(self, n, rng):
        return tuple(array[self.drawn(n, rng)] for array in self.kept)


@misconception(
    "ReplayBuffer",
    hint="You store the arrays of the caller, not copies: when the caller writes into them, your "
    "transitions change.",
)
class keeps_no_copies:
    def __init__(self, capacity, state_shape, dtype=np.uint8):
        self.capacity, self.steps = capacity, []

    def add(self, states, actions, rewards, next_states, terminated):
        for i in range(len(actions)):
            self.steps.append((states[i], actions[i], rewards[i], next_states[i], terminated[i]))
        self.steps = self.steps[-self.capacity :]

    def __len__(self):
        return len(self.steps)

    def sample(self, n, rng):
        drawn = [self.steps[i] for i in rng.integers(len(self.steps), size=n)]
        return tuple(np.array(part) for part in zip(*drawn, strict=True))


@variant("ReplayBuffer")
class with_a_deque:
    def __init__(self, capacity, state_shape, dtype=np.uint8):
        self.steps, self.dtype = collections.deque(maxlen=capacity), dtype

    def add(self, states, actions, rewards, next_states, terminated):
        for s, a, r, t, over in zip(states, actions, rewards, next_states, terminated, strict=True):
            s, t = np.array(s, dtype=self.dtype), np.array(t, dtype=self.dtype)
            self.steps.append((s, int(a), float(r), t, bool(over)))

    def __len__(self):
        return len(self.steps)

    def sample(self, n, rng):
        drawn = [self.steps[i] for i in rng.integers(len(self.steps), size=n)]
        return [np.array(part) for part in zip(*drawn, strict=True)]


# --- FrameStack --------------------------------------------------------------------------------


@misconception(
    "FrameStack", hint="The newest frame comes first in your states; it should come last."
)
class newest_first:
    def __init__(self, k):
        self.k = k

    def reset(self, frames):
        self.states = np.repeat(frames[..., None], self.k, axis=-1)
        return self.states.copy()

    def push(self, frames):
        self.states = np.concatenate([frames[..., None], self.states[..., :-1]], axis=-1)
        return self.states.copy()


@misconception(
    "FrameStack",
    hint="At the start there is only one frame: repeat it k times. Yours fills the others with zeros.",
)
class black_at_the_start:
    def __init__(self, k):
        self.k = k

    def reset(self, frames):
        self.states = np.zeros((*frames.shape, self.k), frames.dtype)
        self.states[..., -1] = frames
        return self.states.copy()

    def push(self, frames):
        self.states = np.concatenate([self.states[..., 1:], frames[..., None]], axis=-1)
        return self.states.copy()


@misconception(
    "FrameStack",
    hint="You return the same array every time and write into it later, so earlier states change. "
    "Return a new array.",
)
class one_array_for_all:
    def __init__(self, k):
        self.k = k

    def reset(self, frames):
        self.states = np.repeat(frames[..., None], self.k, axis=-1)
        return self.states

    def push(self, frames):
        self.states[..., :-1] = self.states[..., 1:].copy()
        self.states[..., -1] = frames
        return self.states


@misconception(
    "FrameStack",
    hint="Stack the frames on a new last axis, as channels; yours is the second axis.",
)
class frames_on_the_first_axis:
    def __init__(self, k):
        self.k = k

    def reset(self, frames):
        self.states = np.stack([frames] * self.k, axis=1)
        return self.states.copy()

    def push(self, frames):
        self.states = np.concatenate([self.states[:, 1:], frames[:, None]], axis=1)
        return self.states.copy()


@misconception(
    "FrameStack",
    hint="After a reset your states still have frames of the old game: start again from the new frames only.",
)
class old_games_shine_through:
    def __init__(self, k):
        self.k, self.states = k, None

    def reset(self, frames):
        if self.states is None or self.states.shape[:-1] != frames.shape:
            self.states = np.repeat(frames[..., None], self.k, axis=-1)
            return self.states.copy()
        return self.push(frames)

    def push(self, frames):
        self.states = np.concatenate([self.states[..., 1:], frames[..., None]], axis=-1)
        return self.states.copy()


@variant("FrameStack")
class with_a_deque_of_frames:
    def __init__(self, k):
        self.frames = collections.deque(maxlen=k)

    def reset(self, frames):
        self.frames.extend([frames] * self.frames.maxlen)
        return np.stack(self.frames, axis=-1)

    def push(self, frames):
        self.frames.append(frames)
        return np.stack(self.frames, axis=-1)


# --- play_game ---------------------------------------------------------------------------------


@misconception(
    "play_game",
    hint="You remember truncated games as terminated. They were only stopped: something would have "
    "followed.",
)
def cut_off_means_over(env, choose, stack, remember):
    frames, _ = env.reset()
    states, totals, over = stack.reset(frames), 0.0, False
    while not over:
        actions = choose(states)
        frames, rewards, terminated, truncated, _ = env.step(actions)
        next_states = stack.push(frames)
        remember(states, actions, rewards, next_states, terminated | truncated)
        states, totals = next_states, totals + rewards
        over = bool(np.all(terminated | truncated))
    return totals


@misconception(
    "play_game",
    hint="Your loop waits for `terminated`, but truncated games never set it: look at `truncated`, too.",
)
def waits_for_the_end(env, choose, stack, remember):
    frames, _ = env.reset()
    states, totals, over = stack.reset(frames), 0.0, False
    while not over:
        actions = choose(states)
        frames, rewards, terminated, _, _ = env.step(actions)
        next_states = stack.push(frames)
        remember(states, actions, rewards, next_states, terminated)
        states, totals = next_states, totals + rewards
        over = bool(np.all(terminated))
    return totals


@misconception(
    "play_game",
    hint="You always choose from and remember the states of the start. After each step the next states "
    "become the states.",
)
def stands_still(env, choose, stack, remember):
    frames, _ = env.reset()
    states, totals, over = stack.reset(frames), 0.0, False
    while not over:
        actions = choose(states)
        frames, rewards, terminated, truncated, _ = env.step(actions)
        remember(states, actions, rewards, stack.push(frames), terminated)
        totals = totals + rewards
        over = bool(np.all(terminated | truncated))
    return totals


@misconception(
    "play_game",
    hint="You remember the next states twice. The first argument is the states for which you chose the actions.",
)
def remembers_too_late(env, choose, stack, remember):
    frames, _ = env.reset()
    states, totals, over = stack.reset(frames), 0.0, False
    while not over:
        actions = choose(states)
        frames, rewards, terminated, truncated, _ = env.step(actions)
        states = stack.push(frames)
        remember(states, actions, rewards, states, terminated)
        totals = totals + rewards
        over = bool(np.all(terminated | truncated))
    return totals


@misconception(
    "play_game",
    hint="You never remember the last step, the one with the reward: call `remember` before you check "
    "whether the games are over.",
)
def forgets_the_last_step(env, choose, stack, remember):
    frames, _ = env.reset()
    states, totals = stack.reset(frames), 0.0
    while True:
        actions = choose(states)
        frames, rewards, terminated, truncated, _ = env.step(actions)
        totals = totals + rewards
        if np.all(terminated | truncated):
            return totals
        next_states = stack.push(frames)
        remember(states, actions, rewards, next_states, terminated)
        states = next_states


@misconception(
    "play_game",
    hint="Your states repeat a single frame: pass each new frame to stack.push, not to stack.reset.",
)
def resets_the_stack(env, choose, stack, remember):
    frames, _ = env.reset()
    states, totals, over = stack.reset(frames), 0.0, False
    while not over:
        actions = choose(states)
        frames, rewards, terminated, truncated, _ = env.step(actions)
        next_states = stack.reset(frames)
        remember(states, actions, rewards, next_states, terminated)
        states, totals = next_states, totals + rewards
        over = bool(np.all(terminated | truncated))
    return totals


@variant("play_game")
def with_break(env, choose, stack, remember):
    states = stack.reset(env.reset()[0])
    rewards_of = []
    while True:
        actions = np.asarray(choose(states))
        frames, rewards, terminated, truncated, _ = env.step(actions)
        following = stack.push(frames)
        remember(states.copy(), actions, rewards, following.copy(), terminated)
        rewards_of.append(rewards)
        states = following
        if terminated.all() or truncated.all():
            break
    return np.sum(rewards_of, axis=0)


# --- build_q_network ---------------------------------------------------------------------------


def _network(shape, n_actions, scaled=True, padding="valid", activation="relu", head=None):
    return keras.Sequential(
        [
            keras.Input(shape),
            *([keras.layers.Rescaling(1 / 255)] if scaled else []),
            keras.layers.Conv2D(16, 3, padding=padding, activation=activation),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation=activation),
            keras.layers.Dense(n_actions, activation=head),
        ]
    )


@misconception(
    "build_q_network",
    hint="Your last layer outputs probabilities. Action values are not probabilities: they can be "
    "negative, and they need not add up to 1.",
)
def values_as_probabilities(shape, n_actions):
    return _network(shape, n_actions, head="softmax")


@misconception(
    "build_q_network",
    hint="Your last layer has a ReLU, so the network cannot output negative values.",
)
def never_negative(shape, n_actions):
    return _network(shape, n_actions, head="relu")


@misconception(
    "build_q_network",
    hint="Bytes from 0 to 255 reach the convolution unscaled: divide them by 255 first.",
)
def bytes_as_they_are(shape, n_actions):
    return _network(shape, n_actions, scaled=False)


@misconception(
    "build_q_network",
    hint="Your convolution pads its input: without padding a 10 × 10 image becomes 8 × 8.",
)
def padded(shape, n_actions):
    return _network(shape, n_actions, padding="same")


@misconception(
    "build_q_network",
    hint="The nonlinearity is missing: without ReLU the layers together compute a linear function.",
)
def no_nonlinearity(shape, n_actions):
    return _network(shape, n_actions, activation=None)


@misconception(
    "build_q_network",
    hint="Your network has no convolution: it flattens the pixels at once.",
)
def no_convolution(shape, n_actions):
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(n_actions),
        ]
    )


@variant("build_q_network")
def functional(shape, n_actions):
    inputs = keras.Input(shape)
    h = keras.layers.ReLU()(keras.layers.Conv2D(16, (3, 3))(inputs / 255.0))
    h = keras.layers.Dense(64, "relu")(keras.layers.Flatten()(h))
    return keras.Model(inputs, keras.layers.Dense(n_actions, activation="linear")(h))


# --- dqn_targets -------------------------------------------------------------------------------


@misconception(
    "dqn_targets",
    hint="Take the maximum over the actions of each state; yours is over the minibatch.",
)
def best_of_the_batch(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=0)[0]
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))


@misconception(
    "dqn_targets",
    hint="Where a game was over the target is the reward alone; yours adds the value of the next state there, too.",
)
def always_goes_on(target, rewards, next_states, terminated, gamma):
    return tf.stop_gradient(rewards + gamma * tf.reduce_max(target(next_states), axis=1))


@misconception(
    "dqn_targets",
    hint="The numbers are right, but a gradient flows through them: the network could reduce its "
    "loss by changing its targets. Stop the gradient.",
)
def targets_that_move(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.where(terminated, rewards, rewards + gamma * best)


@misconception(
    "dqn_targets",
    hint="The two cases are swapped: where a game was over the target is the reward alone, elsewhere the "
    "value of the next state is added.",
)
def over_and_not_over_swapped(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards + gamma * best, rewards))


@misconception(
    "dqn_targets",
    hint="Only the value of the next state is discounted; yours discounts the reward, too.",
)
def reward_discounted_too(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.stop_gradient(gamma * tf.where(terminated, rewards, rewards + best))


@variant("dqn_targets")
def with_keras_operations(target, rewards, next_states, terminated, gamma):
    goes_on = 1.0 - keras.ops.cast(terminated, "float32")
    best = keras.ops.max(keras.ops.stop_gradient(target(next_states)), axis=-1)
    return keras.ops.stop_gradient(rewards + gamma * goes_on * best)


# --- double_dqn_targets ------------------------------------------------------------------------


@misconception(
    "double_dqn_targets",
    hint="Your q selects and evaluates: the target network should evaluate the selected action.",
)
def chooses_and_judges(q, target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(q(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))


@misconception(
    "double_dqn_targets",
    hint="That is the target of plain DQN: the target network selects and evaluates, and q is not used.",
)
def plain_targets(q, target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))


@misconception(
    "double_dqn_targets",
    hint="The two networks are swapped: q selects the action, the target network evaluates it.",
)
def jobs_swapped(q, target, rewards, next_states, terminated, gamma):
    chosen = tf.argmax(target(next_states), axis=1)
    worth = tf.gather(q(next_states), chosen, axis=1, batch_dims=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * worth))


@misconception(
    "double_dqn_targets",
    hint="The numbers are right, but a gradient flows through them into the target network. Stop the gradient.",
)
def double_targets_that_move(q, target, rewards, next_states, terminated, gamma):
    chosen = tf.argmax(q(next_states), axis=1)
    worth = tf.gather(target(next_states), chosen, axis=1, batch_dims=1)
    return tf.where(terminated, rewards, rewards + gamma * worth)


@misconception(
    "double_dqn_targets",
    hint="Where a game was over the target is the reward alone; yours adds the value of the next state there, too.",
)
def double_always_goes_on(q, target, rewards, next_states, terminated, gamma):
    chosen = tf.argmax(q(next_states), axis=1)
    worth = tf.gather(target(next_states), chosen, axis=1, batch_dims=1)
    return tf.stop_gradient(rewards + gamma * worth)


@variant("double_dqn_targets")
def with_one_hot(q, target, rewards, next_states, terminated, gamma):
    said = target(next_states)
    mask = keras.ops.one_hot(keras.ops.argmax(q(next_states), axis=1), said.shape[-1])
    worth = keras.ops.sum(said * mask, axis=1)
    goes_on = keras.ops.cast(keras.ops.logical_not(terminated), "float32")
    return keras.ops.stop_gradient(rewards + gamma * goes_on * worth)


# --- td_loss -----------------------------------------------------------------------------------


@misconception(
    "td_loss",
    hint="Your loss compares all actions with the target. Only the action that was taken has one.",
)
def blames_all_actions(q, states, actions, targets):
    size = tf.abs(targets[:, None] - q(states))
    return tf.reduce_mean(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@misconception(
    "td_loss",
    hint="You use the best value of each row. The action that was taken can be another one, for example "
    "a random action.",
)
def best_for_taken(q, states, actions, targets):
    size = tf.abs(targets - tf.reduce_max(q(states), axis=1))
    return tf.reduce_mean(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@misconception(
    "td_loss",
    hint="That is the squared error: an error of 10 pulls ten times as hard as one of 1. The Huber loss "
    "is linear beyond 1.",
)
def squares_everything(q, states, actions, targets):
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    return tf.reduce_mean(0.5 * (targets - said) ** 2)


@misconception("td_loss", hint="The loss is a mean over the minibatch; yours is the sum.")
def summed_up(q, states, actions, targets):
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    size = tf.abs(targets - said)
    return tf.reduce_sum(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@misconception(
    "td_loss",
    hint="You clip the error before squaring it: beyond 1 your loss is constant and its gradient is 0, so "
    "large errors are never corrected.",
)
def clips_the_error(q, states, actions, targets):
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    return tf.reduce_mean(0.5 * tf.clip_by_value(targets - said, -1.0, 1.0) ** 2)


@misconception(
    "td_loss",
    hint="tf.gather without batch_dims takes these columns for every state. Take one value per row, with "
    "batch_dims=1.",
)
def columns_for_entries(q, states, actions, targets):
    size = tf.abs(targets - tf.gather(q(states), actions, axis=1))
    return tf.reduce_mean(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@variant("td_loss")
def with_keras_huber(q, states, actions, targets):
    values = q(states)
    said = keras.ops.sum(values * keras.ops.one_hot(actions, values.shape[-1]), axis=1)
    return keras.ops.mean(
        keras.losses.Huber(delta=1.0, reduction=None)(targets[:, None], said[:, None])
    )


# --- train_dqn ---------------------------------------------------------------------------------


def _train(
    env, seed, games, capacity, *, epsilon_of=None, copies=True, learns=True, k=2, forget=False
):
    """Train with one error, which the keywords select."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    env.reset(seed=seed)
    shape = (*env.single_observation_space.shape, k)
    q, target = build_q_network(shape, 3), build_q_network(shape, 3)
    target.set_weights(q.get_weights())
    buffer, stack, values = ReplayBuffer(capacity, shape), FrameStack(k), compiled(q)
    learn = compiled_step(q, target, keras.optimizers.Adam(0.001), dqn_targets, td_loss, 0.95)
    returns = []
    for game in range(games):
        epsilon = (
            epsilon_at(game, 1.0, 0.05, games // 2) if epsilon_of is None else epsilon_of(game)
        )
        totals = play_game(
            env, lambda s, e=epsilon: epsilon_greedy(values(s), e, rng), stack, buffer.add
        )
        returns.append(float(np.mean(totals)))
        for _ in range(10 if learns else 0):
            learn(*buffer.sample(64, rng))
        if copies and game % 10 == 9:
            target.set_weights(q.get_weights())
        if forget:
            buffer = ReplayBuffer(capacity, shape)
    return q, returns


@misconception(
    "train_dqn",
    hint="Your target network never changes: the targets still come from its initial random weights.",
)
def target_never_copied(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, capacity, copies=False)


@misconception(
    "train_dqn",
    hint="Your network gets only one frame, which does not show where the ball is going.",
)
def one_frame(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, capacity, k=1)


@misconception("train_dqn", hint="Your agent plays but never takes a training step.")
def never_learns(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, capacity, learns=False)


@misconception(
    "train_dqn",
    hint="Your replay buffer stores only the transitions of one moment: pass `capacity` to it.",
)
def no_memory(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, 16)


@variant("train_dqn")
def learns_while_playing(env, seed, games=200, capacity=20_000):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    env.reset(seed=seed)
    height, width = env.single_observation_space.shape
    q = build_q_network((height, width, 2), int(env.single_action_space.n))
    target = keras.models.clone_model(q)
    target.set_weights(q.get_weights())
    buffer, stack, values = ReplayBuffer(capacity, (height, width, 2)), FrameStack(2), compiled(q)
    learn = compiled_step(q, target, keras.optimizers.Adam(1e-3), dqn_targets, td_loss, 0.95)

    def remember(*step):
        buffer.add(*step)
        learn(*buffer.sample(64, rng))

    returns = []
    for game in range(games):
        if game % 10 == 0:
            target.set_weights(q.get_weights())
        epsilon = epsilon_at(game, 1.0, 0.05, games // 2)

        def choose(states, epsilon=epsilon):
            return epsilon_greedy(values(states), epsilon, rng)

        returns.append(float(np.mean(play_game(env, choose, stack, remember))))
    return q, returns
