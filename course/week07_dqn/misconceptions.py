"""Known wrong answers of week 7, each with the sentence that its author deserves to read."""

import collections

import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, variant


# --- discounted_returns ------------------------------------------------------------------------


@misconception(
    "discounted_returns",
    hint="The reward of the step itself is not discounted yet: only what comes later is.",
)
def discounts_at_once(rewards, gamma, after=0.0):
    returns, following = np.zeros(len(rewards)), after
    for t in reversed(range(len(rewards))):
        following = gamma * (rewards[t] + following)
        returns[t] = following
    return returns


@misconception(
    "discounted_returns",
    hint="You add up what was before. A return looks ahead: begin at the last step.",
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
    hint="Where an episode was cut off something would have followed: `after` does not reach your "
    "returns.",
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
    hint="That is the return of the first step. One is asked for from every step on.",
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
    hint="After a terminal state nothing comes, whatever V, P and R say of it.",
)
def life_after_the_end(V, P, R, terminal, gamma):
    return R + gamma * P @ V


@misconception(
    "value_iteration",
    replaces="action_values",
    hint="Only the future is discounted: the reward of the action itself counts in full.",
)
def discounts_the_reward_too(V, P, R, terminal, gamma):
    Q = gamma * (R + P @ np.where(terminal, 0.0, V))
    return np.where(terminal[:, None], 0.0, Q)


@misconception(
    "value_iteration",
    replaces="action_values",
    hint="An action can lead to several states: weigh all of them by their probabilities, not only "
    "the likeliest.",
)
def only_the_likeliest(V, P, R, terminal, gamma):
    Q = R + gamma * np.where(terminal, 0.0, V)[P.argmax(axis=2)]
    return np.where(terminal[:, None], 0.0, Q)


@misconception(
    "value_iteration",
    replaces="value_iteration",
    hint="In one sweep all new values come from the old ones. Yours already uses values that it "
    "has just changed: right in the end, but not what a sweep is here.",
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
    hint="A state is worth what its best action is worth, not what its actions are worth on "
    "average.",
)
def mean_over_the_actions(P, R, terminal, gamma, sweeps):
    V = np.zeros(len(P))
    for _ in range(sweeps):
        V = action_values(V, P, R, terminal, gamma).mean(axis=1)
    return V


@misconception(
    "value_iteration",
    replaces="value_iteration",
    hint="Count the sweeps: yours starts from the rewards, which is one sweep ahead.",
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
    hint="Exploring means any action, the best one included; yours leaves it out.",
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
    hint="You throw one coin for all games, so that all of them explore or none does.",
)
def one_coin_for_all(values, epsilon, rng):
    n_games, n_actions = values.shape
    if rng.random() < epsilon:
        return rng.integers(n_actions, size=n_games)
    is_best = values == values.max(axis=1, keepdims=True)
    return np.argmax(is_best * rng.random(values.shape), axis=1)


@misconception(
    "epsilon_greedy",
    hint="np.argmax takes the first of several equal values: an agent that knows nothing would "
    "always do the same. Draw among equals.",
)
def first_of_the_best(values, epsilon, rng):
    n_games, n_actions = values.shape
    explores = rng.random(n_games) < epsilon
    return np.where(explores, rng.integers(n_actions, size=n_games), np.argmax(values, axis=1))


@misconception(
    "epsilon_greedy",
    hint="Epsilon is the share of random actions; yours takes the best one with that probability.",
)
def turned_around(values, epsilon, rng):
    n_games, n_actions = values.shape
    is_best = values == values.max(axis=1, keepdims=True)
    best = np.argmax(is_best * rng.random(values.shape), axis=1)
    return np.where(rng.random(n_games) < epsilon, best, rng.integers(n_actions, size=n_games))


@misconception(
    "epsilon_greedy",
    hint="Some of your randomness comes from NumPy's global generator: an equal rng must give equal "
    "actions.",
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
    hint="After the last step of the schedule epsilon stays where it is; yours goes on falling.",
)
def falls_for_ever(step, start, end, steps):
    return start + step / steps * (end - start)


@misconception(
    "epsilon_greedy",
    replaces="epsilon_at",
    hint="It never gets smaller: look at what `step` should do.",
)
def never_falls(step, start, end, steps):
    return start


@misconception(
    "epsilon_greedy",
    replaces="epsilon_at",
    hint="Yours falls to 0 and is stopped at `end`, so it is steeper than a straight line from "
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
    hint="The game was over, and you still count what the table says of the next state.",
)
def goes_on_after_the_end(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + gamma * Q[next_state].max() - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Which action comes next is up to the agent: of the next state the best entry counts, not "
    "the mean.",
)
def mean_of_what_follows(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q[next_state].mean()) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Alpha says how much the new evidence counts; in yours the old entry counts that much.",
)
def alpha_on_the_wrong_side(Q, state, action, reward, next_state, terminated, alpha, gamma):
    target = reward + (0 if terminated else gamma * Q[next_state].max())
    delta = target - Q[state, action]
    Q[state, action] = alpha * Q[state, action] + (1 - alpha) * target
    return delta


@misconception(
    "q_learning_update",
    hint="The action that you take next may be the same one, but need not: look for the best entry "
    "of the next state's row.",
)
def repeats_the_action(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q[next_state, action]) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="One step was one action: of the state's row only that action's entry may change.",
)
def corrects_the_whole_row(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q[next_state].max()) - Q[state, action]
    Q[state] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="The best entry of the next state is wanted; yours is the best of the whole table.",
)
def best_of_the_table(Q, state, action, reward, next_state, terminated, alpha, gamma):
    delta = reward + (0 if terminated else gamma * Q.max()) - Q[state, action]
    Q[state, action] += alpha * delta
    return delta


@misconception(
    "q_learning_update",
    hint="Delta is right, but the table that was handed in did not change: write into Q itself.",
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
    """A right one, with the places where one goes wrong as methods of their own."""

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
    hint="When it is full, nothing new gets in, or all of it into one place: the newest steps "
    "should take the places of the oldest, one after another.",
)
class stops_when_full(_Buffer):
    def places(self, n):
        return np.minimum(self.added + np.arange(n), self.capacity - 1)


@misconception(
    "ReplayBuffer",
    hint="You draw from all places, also from those where nothing was ever put.",
)
class draws_empty_places(_Buffer):
    def drawn(self, n, rng):
        return rng.integers(self.capacity, size=n)


@misconception(
    "ReplayBuffer",
    hint="The step that was added last can never be drawn: rng.integers leaves its upper end out "
    "already.",
)
class never_the_newest(_Buffer):
    def drawn(self, n, rng):
        return rng.integers(max(1, len(self) - 1), size=n)


@misconception(
    "ReplayBuffer",
    hint="Frames became floats inside: eight times the memory for the same picture.",
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
    hint="Only the steps added last are ever drawn. All that are kept should be equally likely.",
)
class draws_the_newest(_Buffer):
    def drawn(self, n, rng):
        newest = np.arange(max(self.added - n, 0), self.added)[-len(self) :]
        return np.resize(newest, n) % self.capacity


@misconception(
    "ReplayBuffer",
    hint="States and the rest of a step were drawn apart: draw places once, for all parts.",
)
class parts_drawn_apart(_Buffer):
    def sample(self, n, rng):
        return tuple(array[self.drawn(n, rng)] for array in self.kept)


@misconception(
    "ReplayBuffer",
    hint="You keep the arrays that were handed over, not copies: when their owner writes into them, "
    "your memory changes.",
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
    "FrameStack", hint="The newest frame stands first in your states; it should stand last."
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
    hint="At the start there is one frame only: take it k times. Yours fills up with black.",
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
    hint="You hand out the same array every time and write into it later: the states of the past "
    "change with it.",
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
    hint="The frames stand on an axis of their own: last, as channels do, not first.",
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
    hint="After a reset frames of the old game are still there: new games begin with their own.",
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
    hint="Games that were cut off are remembered as over. They were not: something would have "
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
    hint="Games that are cut off never say that they are over: your loop does not notice.",
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
    hint="The states that you remember, or choose from, are those of the start: after each step the "
    "next states become the states.",
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
    hint="You remember the states after the step twice: the action was chosen for those before it.",
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
    hint="The last step, the one that pays, is never remembered: remember before you look whether "
    "the games are over.",
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
    hint="One frame at a time reaches the agent: each frame goes through stack.push, not stack.reset.",
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


def _network(shape, n_actions, scaled=True, padding="valid", bends="relu", head=None):
    return keras.Sequential(
        [
            keras.Input(shape),
            *([keras.layers.Rescaling(1 / 255)] if scaled else []),
            keras.layers.Conv2D(16, 3, padding=padding, activation=bends),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation=bends),
            keras.layers.Dense(n_actions, activation=head),
        ]
    )


@misconception(
    "build_q_network",
    hint="The last layer makes probabilities. Values are no probabilities: they can be negative and "
    "need not sum to anything.",
)
def values_as_probabilities(shape, n_actions):
    return _network(shape, n_actions, head="softmax")


@misconception(
    "build_q_network",
    hint="A ReLU at the end: your network can never say that an action is worth less than nothing.",
)
def never_negative(shape, n_actions):
    return _network(shape, n_actions, head="relu")


@misconception(
    "build_q_network",
    hint="Bytes from 0 to 255 reach the convolution as they are: scale them first.",
)
def bytes_as_they_are(shape, n_actions):
    return _network(shape, n_actions, scaled=False)


@misconception(
    "build_q_network",
    hint="Your convolution pads its input: without padding a 10 × 10 picture becomes 8 × 8.",
)
def padded(shape, n_actions):
    return _network(shape, n_actions, padding="same")


@misconception(
    "build_q_network", hint="Hidden layers without a bend are one layer: ReLU is missing."
)
def nothing_bends(shape, n_actions):
    return _network(shape, n_actions, bends=None)


@misconception(
    "build_q_network",
    hint="The pixels are flattened before the convolution could look at neighbours: there is none.",
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
    hint="The maximum is over the actions of each state; yours is over the minibatch.",
)
def best_of_the_batch(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=0)[0]
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))


@misconception(
    "dqn_targets",
    hint="Where a game was over nothing follows; yours counts the next state there, too.",
)
def always_goes_on(target, rewards, next_states, terminated, gamma):
    return tf.stop_gradient(rewards + gamma * tf.reduce_max(target(next_states), axis=1))


@misconception(
    "dqn_targets",
    hint="The numbers are right, but a gradient flows through them: the network could lower its "
    "loss by lowering its targets.",
)
def targets_that_move(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.where(terminated, rewards, rewards + gamma * best)


@misconception(
    "dqn_targets",
    hint="It is the other way round: where a game was over the reward stands alone, elsewhere more "
    "follows.",
)
def over_and_not_over_swapped(target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards + gamma * best, rewards))


@misconception(
    "dqn_targets",
    hint="Discounted is what comes a step later. The reward has been paid already.",
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
    hint="Your q chooses and judges: what the chosen action is worth, the target network says.",
)
def chooses_and_judges(q, target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(q(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))


@misconception(
    "double_dqn_targets",
    hint="That is plain DQN: the target network chooses and judges, and q was never asked.",
)
def plain_targets(q, target, rewards, next_states, terminated, gamma):
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))


@misconception(
    "double_dqn_targets",
    hint="The two have changed places: q chooses the action, the target network judges it.",
)
def jobs_swapped(q, target, rewards, next_states, terminated, gamma):
    chosen = tf.argmax(target(next_states), axis=1)
    worth = tf.gather(q(next_states), chosen, axis=1, batch_dims=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * worth))


@misconception(
    "double_dqn_targets",
    hint="Right numbers, but a gradient flows through them into the network that judges.",
)
def double_targets_that_move(q, target, rewards, next_states, terminated, gamma):
    chosen = tf.argmax(q(next_states), axis=1)
    worth = tf.gather(target(next_states), chosen, axis=1, batch_dims=1)
    return tf.where(terminated, rewards, rewards + gamma * worth)


@misconception(
    "double_dqn_targets",
    hint="Where a game was over nothing follows, whoever judges it.",
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
    hint="All actions are pulled to the target. Only the one that was taken has been tried.",
)
def blames_all_actions(q, states, actions, targets):
    size = tf.abs(targets[:, None] - q(states))
    return tf.reduce_mean(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@misconception(
    "td_loss",
    hint="You took the best value of each row. The action that was taken may have been another: it "
    "was exploring.",
)
def best_for_taken(q, states, actions, targets):
    size = tf.abs(targets - tf.reduce_max(q(states), axis=1))
    return tf.reduce_mean(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@misconception(
    "td_loss",
    hint="That is the squared error: a surprise of 10 pulls ten times as hard as one of 1. Huber's "
    "is straight beyond 1.",
)
def squares_everything(q, states, actions, targets):
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    return tf.reduce_mean(0.5 * (targets - said) ** 2)


@misconception("td_loss", hint="The loss is a mean over the minibatch, yours is the sum.")
def summed_up(q, states, actions, targets):
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    size = tf.abs(targets - said)
    return tf.reduce_sum(tf.where(size <= 1, 0.5 * size**2, size - 0.5))


@misconception(
    "td_loss",
    hint="Clipping the error also cuts off its gradient: beyond 1 your loss is level, and large "
    "errors teach nothing.",
)
def clips_the_error(q, states, actions, targets):
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    return tf.reduce_mean(0.5 * tf.clip_by_value(targets - said, -1.0, 1.0) ** 2)


@misconception(
    "td_loss",
    hint="tf.gather without batch_dims takes these columns for every state: one value a row is "
    "wanted.",
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
    """Train with one thing wrong; what it is, the keywords say."""
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
    hint="The target network never changes: the targets are still what random weights said.",
)
def target_never_copied(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, capacity, copies=False)


@misconception(
    "train_dqn",
    hint="One frame is all that your network sees: where the ball is going, it cannot know.",
)
def one_frame(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, capacity, k=1)


@misconception("train_dqn", hint="It plays and plays, but never learns from what it has seen.")
def never_learns(env, seed, games=200, capacity=20_000):
    return _train(env, seed, games, capacity, learns=False)


@misconception(
    "train_dqn",
    hint="Your memory holds the steps of one moment only: the capacity that was asked for must "
    "reach it.",
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
