# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Week 7 assignment: an agent that learns from pixels

This agent learns by **reinforcement learning**: nobody gives it the right answers. It sees an image
of ten by ten pixels, moves a paddle, and once in a while it gets a **reward** of 1 or -1. You build the
whole agent: returns, values, Q-learning with a table, and then everything that is needed to replace
the table by a network: replay buffer, frame stacking, targets, loss, training. In the end it catches
nearly every ball, after less than a minute of training.

| | exercise | points | minutes |
|---:|---|---:|---:|
| 1 | `discounted_returns` | 5 | 6 |
| 2 | `value_iteration` | 10 | 14 |
| 3 | `epsilon_greedy` | 8 | 12 |
| 4 | `q_learning_update` | 8 | 8 |
| 5 | `ReplayBuffer` | 10 | 14 |
| 6 | `FrameStack` | 6 | 8 |
| 7 | `play_game` | 8 | 10 |
| 8 | `build_q_network` | 6 | 6 |
| 9 | `dqn_targets` | 8 | 8 |
| 10 | `double_dqn_targets` | 6 | 6 |
| 11 | `td_loss` | 8 | 8 |
| 12 | `train_dqn` | 9 | 14 |
| 13 | greedy action selection and a small replay buffer (written) | 8 | 12 |
| | **together** | **100** | **126** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The
cell below it checks your answer and says what is wrong, if anything. When you submit, your functions
are also called with data and environments that you have not seen. Any coding style is accepted.

**Notation.** A state is $s$, an action $a$, a reward $r$, the next state $s'$ and the next action $a'$;
$\gamma$ (`gamma`) is the discount, $\alpha$ (`alpha`) the learning rate of a table, $\epsilon$
(`epsilon`) the probability of a random action. Several games run side by side, so every array has the
games (or the examples of a minibatch) as its first axis, as always. The environments follow Gymnasium's
interface: `reset()` returns `(frames, info)`, `step(actions)` returns `(frames, rewards, terminated,
truncated, info)`. *Terminated* means that the game is over. *Truncated* means that it was stopped
although it could have gone on.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import keras
import numpy as np
import tensorflow as tf

from dlcourse import check, envs, plot, probes


def compiled(network):
    """Return a network as a fast function: states, any dtype, to values, shape (n, n_actions)."""

    @tf.function(autograph=False)
    def run(states):
        return network(states)

    def values(states):
        return run(tf.constant(states, dtype=tf.float32)).numpy()

    return values


def compiled_step(q, target, optimizer, targets, loss, gamma):
    """Return a fast training step: a function from a minibatch of a replay buffer to its loss.

    It computes `targets(target, rewards, next_states, terminated, gamma)`, then
    `loss(q, states, actions, targets)`, and takes one optimizer step on the weights of q.
    """

    @tf.function(autograph=False)
    def run(states, actions, rewards, next_states, terminated):
        with tf.GradientTape() as tape:
            wanted = targets(target, rewards, next_states, terminated, gamma)
            value = loss(q, states, actions, wanted)
        gradients = tape.gradient(value, q.trainable_variables)
        optimizer.apply_gradients(zip(gradients, q.trainable_variables, strict=True))
        return value

    kinds = (tf.float32, tf.int64, tf.float32, tf.float32, tf.bool)

    def step(*minibatch):
        return run(*(tf.constant(a, dtype=kind) for a, kind in zip(minibatch, kinds, strict=True)))

    return step


class Counted:
    """A stand-in for FrameStack: the newest frame, and the number of frames since the reset."""

    def reset(self, frames):
        self.count = 0
        return np.stack([frames, np.zeros_like(frames)], axis=-1)

    def push(self, frames):
        self.count += 1
        return np.stack([frames, np.full_like(frames, self.count)], axis=-1)


def only_rewards(target, rewards, next_states, terminated, gamma):
    """Targets of steps that all ended their games: the rewards, and nothing else."""
    return rewards


def table_network(values):
    """A network for states [1, 0, …], [0, 1, …], …: its outputs are the rows of a table."""
    network = keras.Sequential(
        [keras.Input((len(values),)), keras.layers.Dense(len(values[0]), use_bias=False)]
    )
    network.set_weights([np.array(values, dtype=np.float32)])
    return network


both = tf.constant(np.eye(2, dtype=np.float32))  # two states for such a network

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## Part one: the values of states

### Exercise 1. Returns · 5 points · about 6 minutes

An episode has the rewards $r_0, r_1, \dots, r_{T-1}$. The **return** from step $t$ on is the sum of all
rewards from then on, where each further step of delay multiplies a reward by $\gamma$:

$$
G_t = r_t + \gamma\, r_{t+1} + \gamma^2 r_{t+2} + \dots = r_t + \gamma\, G_{t+1} .
$$

If the episode was over after the last reward, nothing follows: $G_T = 0$. If it was truncated,
something would have followed; then `after` is an estimate of it and takes the place of $G_T$.
"""


# %% exercise="discounted_returns" outcomes=[16]
def discounted_returns(rewards, gamma, after=0.0):
    """The return from every step of an episode on.

    Parameters
    ----------
    rewards : list or array of numbers, shape (n_steps,), one reward per step
    gamma : float between 0 and 1
    after : float, the return that would still follow after the last step

    Returns
    -------
    returns : array of floats, shape (n_steps,)

    Examples
    --------
    With rewards [0, 0, 1] and gamma = 0.5 the result is [0.25, 0.5, 1]. With after = 4 it is
    [0.75, 1.5, 3].
    """
    ### BEGIN SOLUTION
    returns, following = np.zeros(len(rewards)), after
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return returns
    ### END SOLUTION


# %% test="discounted_returns" points=5
check.close(
    discounted_returns([0.0, 0.0, 1.0], 0.5),
    [0.25, 0.5, 1.0],
    name="rewards [0, 0, 1], gamma = 0.5",
    hint="Begin at the end: the last return is the last reward. Each earlier return is its own reward "
    "plus gamma times the return of the next step.",
)
check.close(
    discounted_returns([1.0, 1.0, 1.0], 1.0),
    [3.0, 2.0, 1.0],
    name="rewards [1, 1, 1], gamma = 1",
    hint="A return is the sum of the rewards from that step on, not of those before it.",
)
check.close(
    discounted_returns([0.0, 0.0, 1.0], 0.5, after=4.0),
    [0.75, 1.5, 3.0],
    name="the truncated example",
    hint="`after` comes one step after the last reward.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 1])
for n, gamma, after in (
    (1, 0.9, 0.0),
    (1, 0.5, 3.0),
    (7, 0.0, 2.0),
    (40, 0.97, -1.5),
    (12, 1.0, 0),
):
    rewards = rng.normal(size=n)
    padded = np.append(rewards, after)
    expected = [sum(gamma ** (u - t) * padded[u] for u in range(t, n + 1)) for t in range(n)]
    check.close(
        discounted_returns(rewards, gamma, after),
        expected,
        name="returns of random rewards",
        hint="The reward of the step itself is not discounted; `after` is, once for every step.",
    )
check.close(
    discounted_returns([2, 0, 1], 0.5),
    [2.25, 0.5, 1.0],
    name="integers as rewards",
    hint="Returns are floats, even if the rewards are integers.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 2. Value iteration · 10 points · about 14 minutes

If we know the rules of the environment, we need not play at all. `P[s, a, s_next]` is the probability
that action $a$ leads from state $s$ to the next state $s'$, and `R[s, a]` is the expected reward. The
value of an action is its reward plus $\gamma$ times the expected value of the next state; the value of a
state is the value of its best action. **Value iteration** applies this **Bellman equation** as an
assignment:

$$
Q(s, a) = R(s, a) + \gamma \sum_{s'} P(s, a, s')\, V(s'), \qquad
V(s) \leftarrow \max_a Q(s, a) .
$$

Start with $V = 0$ and repeat. In a **sweep**, all new values are computed from the old ones. A state
that ends the game is a **terminal** state. Its value is 0, since nothing comes after it, and so are the
values of its actions: ignore the entries of `P` and `R` for terminal states.
"""


# %% exercise="value_iteration" outcomes=[16]
def action_values(V, P, R, terminal, gamma):
    """The value of each action in each state, if the states have the values V.

    Parameters
    ----------
    V : array, shape (n_states,)
    P : array, shape (n_states, n_actions, n_states), transition probabilities
    R : array, shape (n_states, n_actions), expected rewards
    terminal : array of bools, shape (n_states,), whether each state ends the game
    gamma : float

    Returns
    -------
    Q : array, shape (n_states, n_actions); 0 for terminal states, whose V also counts as 0

    Examples
    --------
    Two states, the second is terminal. Action 0 stays, action 1 ends the game with reward 1:
    with V = [0.8, 0], P = [[[1, 0], [0, 1]], [[0, 1], [0, 1]]], R = [[0, 1], [0, 0]] and
    gamma = 0.5 the result is [[0.4, 1], [0, 0]].
    """
    ### BEGIN SOLUTION
    Q = R + gamma * P @ np.where(terminal, 0.0, V)
    return np.where(terminal[:, None], 0.0, Q)
    ### END SOLUTION


def value_iteration(P, R, terminal, gamma, sweeps):
    """Values of all states after a number of sweeps that begin with V = 0.

    Parameters
    ----------
    P, R, terminal, gamma : as for action_values
    sweeps : integer, at least 0

    Returns
    -------
    V : array, shape (n_states,)

    Examples
    --------
    For the example above the result after one sweep is [1, 0].
    """
    ### BEGIN SOLUTION
    V = np.zeros(len(P))
    for _ in range(sweeps):
        V = action_values(V, P, R, terminal, gamma).max(axis=1)
    return V
    ### END SOLUTION


# %% test="value_iteration" points=10
P = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
R = np.array([[0.0, 1.0], [0.0, 0.0]])
terminal = np.array([False, True])
check.close(
    action_values(np.array([0.8, 0.0]), P, R, terminal, 0.5),
    [[0.4, 1.0], [0.0, 0.0]],
    name="action_values of the example in the docstring",
    hint="The reward of the action, plus gamma times the expected value of the next state.",
)
check.close(
    value_iteration(P, R, terminal, 0.5, 1),
    [1.0, 0.0],
    name="value_iteration of the example, one sweep",
    hint="The value of a state is the largest of its action values.",
)
corridor = envs.GridWorld(["S..G"])
check.close(
    value_iteration(corridor.P, corridor.R, corridor.terminal, 0.5, 2),
    [0.0, 0.5, 1.0, 0.0],
    name="a corridor with the goal at its right end, after two sweeps",
    hint="In one sweep values spread by one cell: all new values come from the old ones.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 2])
for n_states, n_actions, gamma in ((6, 3, 0.9), (4, 4, 0.5), (9, 2, 0.97)):
    P = rng.dirichlet(np.full(n_states, 0.4), size=(n_states, n_actions))
    R = rng.normal(size=(n_states, n_actions))
    terminal = np.arange(n_states) % 3 == 2
    V = rng.normal(size=n_states)
    kept = [0.0 if terminal[t] else V[t] for t in range(n_states)]
    expected = [
        [
            0.0
            if terminal[s]
            else R[s, a] + gamma * sum(P[s, a, t] * kept[t] for t in range(n_states))
            for a in range(n_actions)
        ]
        for s in range(n_states)
    ]
    check.close(
        action_values(V.copy(), P.copy(), R.copy(), terminal.copy(), gamma),
        expected,
        name="action_values of random P, R and V",
        hint="Sum over all states that the action can lead to. Terminal states have the value 0.",
    )
    values = np.zeros(n_states)
    for sweeps in range(4):
        check.close(
            value_iteration(P.copy(), R.copy(), terminal.copy(), gamma, sweeps),
            values,
            name="values of random P and R after some sweeps",
            hint="Take the best action of each state, and compute all new values from the old ones.",
        )
        values = np.array(
            [
                0.0
                if terminal[s]
                else max(R[s, a] + gamma * P[s, a] @ values for a in range(n_actions))
                for s in range(n_states)
            ]
        )
maze = envs.GridWorld(["...G", ".#.P", "S..."], slip=0.2)
expected = np.zeros(12)
for _ in range(60):
    expected = np.max(maze.R + 0.9 * np.einsum("sat,t->sa", maze.P, expected), axis=1)
check.close(
    value_iteration(maze.P, maze.R, maze.terminal, 0.9, 60),
    expected,
    name="a slippery maze after 60 sweeps",
    hint="Slipping is already in P: sum over every state that the action can lead to.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Look at your values. Each arrow is the best action of its cell.
"""

# %%
maze = envs.GridWorld(["....G", ".##.P", "S...."], slip=0.2)
V = value_iteration(maze.P, maze.R, maze.terminal, 0.9, 50)
Q = action_values(V, maze.P, maze.R, maze.terminal, 0.9)
maze.picture(
    V,
    np.argmax(Q, axis=1),
    title="The value of each cell, and its best action",
    caption="The agent slips to one side in a fifth of all steps. To the right of the start it is best to "
    "take the way over the top, seven steps instead of five: the shorter way leads past the pit.",
)

# %% [markdown]
r"""
## Part two: learning from experience

### Exercise 3. ε-greedy actions · 8 points · about 12 minutes

From here on `P` and `R` are unknown, so the agent has to try actions: it needs **exploration**.
**ε-greedy** means: with probability $1 - \epsilon$ take the best action, with probability $\epsilon$ any
action, each equally likely (including the best one). If several actions are equally good, choose among
them at random: an agent that knows nothing yet must not always take action 0.

Many games are played at once, so `values` has one row per game, and the random decision is made
for each game separately. An agent should explore much in the beginning and little later: $\epsilon$ falls
linearly, and then stays constant.
"""


# %% exercise="epsilon_greedy" outcomes=[16]
def epsilon_at(step, start, end, steps):
    """Epsilon of a schedule that changes linearly from start to end, and then stays constant.

    Parameters
    ----------
    step : integer, at least 0, the current step
    start, end : floats, epsilon at step 0, and from step `steps` on
    steps : integer, at least 1

    Returns
    -------
    epsilon : float

    Examples
    --------
    epsilon_at(25, 1.0, 0.2, 100) is 0.8, and epsilon_at(300, 1.0, 0.2, 100) is 0.2.
    """
    ### BEGIN SOLUTION
    part = min(step / steps, 1.0)
    return start + part * (end - start)
    ### END SOLUTION


def epsilon_greedy(values, epsilon, rng):
    """ε-greedy actions, one for each game.

    Parameters
    ----------
    values : array, shape (n_games, n_actions), the action values
    epsilon : float between 0 and 1
    rng : numpy.random.Generator, the source of all random numbers

    Returns
    -------
    actions : array of integers, shape (n_games,)

    Examples
    --------
    With values = [[1, 3, 2], [5, 5, 0]] and epsilon = 0 the first action is 1, and the second 0
    or 1, each with probability one half.
    """
    ### BEGIN SOLUTION
    n_games, n_actions = values.shape
    is_best = values == values.max(axis=1, keepdims=True)
    best = np.argmax(is_best * rng.random(values.shape), axis=1)
    explores = rng.random(n_games) < epsilon
    return np.where(explores, rng.integers(n_actions, size=n_games), best)
    ### END SOLUTION


# %% test="epsilon_greedy" points=8
check.close(epsilon_at(25, 1.0, 0.2, 100), 0.8, name="epsilon after a quarter of the schedule")
check.close(
    epsilon_at(300, 1.0, 0.2, 100),
    0.2,
    name="epsilon long after the last step of the schedule",
    hint="After the last step of the schedule epsilon stays at `end`.",
)
values = np.array([[1.0, 3.0, 2.0], [-5.0, -7.0, -6.0]])
check.equal(
    epsilon_greedy(values, 0.0, np.random.default_rng(SEED)),
    [1, 0],
    name="actions with epsilon = 0",
    hint="Without exploration each game takes the action with the largest value in its row.",
)
many = np.tile([0.0, 2.0, 1.0, -1.0], (10_000, 1))
actions = np.asarray(epsilon_greedy(many, 0.4, np.random.default_rng([SEED, 3])))
check.shape(actions, (10_000,), name="actions of 10,000 games")
for action, share in enumerate([0.1, 0.7, 0.1, 0.1]):
    check.between(
        np.mean(actions == action),
        share - 0.025,
        share + 0.025,
        name="fraction of each action in 10,000 games, epsilon = 0.4, action 1 is the best",
        hint="A random action is any of the four, including the best one: 0.6 + 0.4 / 4 for the best.",
    )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 31])
for start, end, steps in ((1.0, 0.05, 20), (0.5, 0.0, 7)):
    for step in (0, 1, steps // 2, steps - 1, steps, steps + 1, 10 * steps):
        check.close(
            epsilon_at(step, start, end, steps),
            end if step >= steps else start - (start - end) * step / steps,
            name="epsilon of other schedules",
            hint="Linear from start to end, and constant from there on.",
        )
for n_actions, epsilon in ((2, 0.1), (5, 1.0), (3, 0.5)):
    best = rng.integers(n_actions, size=10_000)
    values = rng.normal(size=(10_000, n_actions)) / 10
    values[np.arange(10_000), best] += 3
    actions = np.asarray(epsilon_greedy(values, epsilon, np.random.default_rng([SEED, 32])))
    check.shape(actions, (10_000,), name="actions of 10,000 games")
    share = 1 - epsilon + epsilon / n_actions
    check.between(
        np.mean(actions == best),
        share - 0.025,
        share + 0.025,
        name="fraction of the best action for other epsilons",
        hint="Decide for each game separately whether it explores; a random action may be the best one.",
    )
    check.equal(
        sorted(set(actions.tolist())), list(range(n_actions)), name="the actions that are taken"
    )
    check.equal(
        epsilon_greedy(values, epsilon, np.random.default_rng([SEED, 32])),
        actions,
        name="actions of a second call with an equal generator",
        hint="Take all random numbers from rng.",
    )
ties = np.tile([2.0, -1.0, 2.0, 2.0, 0.0], (9_000, 1))
actions = np.asarray(epsilon_greedy(ties, 0.0, np.random.default_rng([SEED, 33])))
check.shape(actions, (9_000,), name="actions of 9,000 games")
for action, share in enumerate([1 / 3, 0.0, 1 / 3, 1 / 3, 0.0]):
    check.between(
        np.mean(actions == action),
        share - 0.025 * (share > 0),
        share + 0.025 * (share > 0),
        name="fractions of the actions when three of five are equally good",
        hint="Choose at random among the best actions, and never a worse one.",
    )
equal = np.asarray(epsilon_greedy(np.zeros((6_000, 3)), 0.0, np.random.default_rng([SEED, 34])))
check.shape(equal, (6_000,), name="actions of an agent that knows nothing")
for action in range(3):
    check.between(
        np.mean(equal == action), 0.3, 0.37, name="fractions of the actions when nothing is known"
    )
check.equal(
    epsilon_greedy(np.array([[-4.0, -3.0]]), 0.0, np.random.default_rng(1)),
    [1],
    name="one game with negative values",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 4. Q-learning with a table · 8 points · about 8 minutes

One step was taken: in state $s$, action $a$ brought the reward $r$ and led to $s'$. This **transition** is
a small piece of evidence about $Q(s, a)$. The **TD error** $\delta$ (TD for **temporal difference**)
compares the entry with the target, which is the reward plus the discounted best entry of the next
state:

$$
\delta = \underbrace{r + \gamma \max_{a'} Q(s', a')}_{\text{target}} - Q(s, a), \qquad
Q(s, a) \leftarrow Q(s, a) + \alpha\, \delta .
$$

If the game was over with this step, nothing follows, and the target is $r$ alone, whatever the table
has for $s'$.
"""


# %% exercise="q_learning_update" outcomes=[16]
def q_learning_update(Q, state, action, reward, next_state, terminated, alpha, gamma):
    """Correct one entry of the table, in place.

    Parameters
    ----------
    Q : array, shape (n_states, n_actions); changed at [state, action] and nowhere else
    state, action : integers
    reward : float
    next_state : integer
    terminated : bool, whether the game was over with this step
    alpha, gamma : floats

    Returns
    -------
    delta : float, the TD error: the target minus the old entry

    Examples
    --------
    With Q = [[0, 1], [4, 2]], a step from state 0 by action 1 to state 1 with reward 3, alpha = 0.5
    and gamma = 0.5, the target is 3 + 0.5 * 4 = 5, delta is 4, and Q[0, 1] becomes 3. Had the
    game been over, delta would be 2.
    """
    ### BEGIN SOLUTION
    target = reward if terminated else reward + gamma * Q[next_state].max()
    delta = target - Q[state, action]
    Q[state, action] += alpha * delta
    return delta
    ### END SOLUTION


# %% test="q_learning_update" points=8
table = np.array([[0.0, 1.0], [4.0, 2.0]])
delta, (after, *_) = check.call_and_inspect(q_learning_update, table, 0, 1, 3.0, 1, False, 0.5, 0.5)
check.close(
    delta,
    4.0,
    name="delta of the example in the docstring",
    hint="The target is the reward plus gamma times the best entry of the next state's row.",
)
check.close(
    after,
    [[0.0, 3.0], [4.0, 2.0]],
    name="the table after the example",
    hint="Change Q itself, in one entry, by alpha times delta.",
)
delta, (after, *_) = check.call_and_inspect(q_learning_update, table, 0, 1, 3.0, 1, True, 0.5, 0.5)
check.close(
    delta,
    2.0,
    name="delta when the game was over",
    hint="After the last step nothing follows: the target is the reward alone.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 4])
for n_states, n_actions in ((5, 3), (3, 5), (1, 2), (6, 6)):
    for terminated in (False, True):
        table = rng.normal(size=(n_states, n_actions)) - 2
        s, t = (int(i) for i in rng.integers(n_states, size=2))
        a = int(rng.integers(n_actions))
        r, alpha, gamma = (float(x) for x in rng.uniform(0.1, 0.9, size=3))
        wanted = r + (0.0 if terminated else gamma * max(table[t]))
        expected = table.copy()
        expected[s, a] = (1 - alpha) * table[s, a] + alpha * wanted
        delta, (after, *_) = check.call_and_inspect(
            q_learning_update, table, s, a, r, t, terminated, alpha, gamma
        )
        check.close(
            delta,
            wanted - table[s, a],
            name="delta for random tables",
            hint="The target has the best entry of the next state's row, discounted, unless the game was "
            "over.",
        )
        check.close(
            after,
            expected,
            name="the table afterwards",
            hint="One entry changes by alpha times delta; all others stay the same.",
        )
table = np.array([[1.0, 2.0], [3.0, 4.0]])
_, (after, *_) = check.call_and_inspect(q_learning_update, table, 1, 0, 0.5, 1, False, 1.0, 0.9)
check.close(after, [[1.0, 2.0], [4.1, 4.0]], name="alpha = 1: the entry becomes the target")
### END HIDDEN TESTS

# %% [markdown]
"""
Your table in use: an agent moves through the maze of exercise 2 without `P` and `R`, and learns from its
steps.
"""

# %%
rng = np.random.default_rng(SEED)
table = np.zeros((maze.observation_space.n, 4))
maze.reset(seed=SEED)
for _ in range(400):
    (state, _), over = maze.reset(), False
    while not over:
        action = int(epsilon_greedy(table[[state]], 0.3, rng)[0])
        next_state, reward, over, _, _ = maze.step(action)
        q_learning_update(table, state, action, reward, next_state, over, 0.2, 0.9)
        state = next_state
plot.side_by_side(
    maze.picture(V, np.argmax(Q, axis=1), title="computed (exercise 2)"),
    maze.picture(table.max(axis=1), np.argmax(table, axis=1), title="learned from 400 episodes"),
    caption="In states that it visited often, the table agrees with value iteration. In remote corners "
    "its estimates are still poor.",
)

# %% [markdown]
r"""
## Part three: from the table to a network

### Exercise 5. A replay buffer · 10 points · about 14 minutes

There are too many different images for a table, so a network will compute $Q(s, a)$. It is trained on
minibatches, and these should not be the last few steps of one game, which are all alike. So every
transition is stored in a **replay buffer**, and minibatches are drawn from all stored transitions at
random. When the buffer is full, the newest transitions replace the oldest.

Images are bytes: store them as bytes. In `float64` the same buffer would need eight times the memory,
and a million Atari frames would not fit into any laptop. And store *copies*: the caller may write into
its arrays afterwards.
"""


# %% exercise="ReplayBuffer" outcomes=[16]
class ReplayBuffer:
    """A memory of the newest `capacity` transitions.

    Parameters
    ----------
    capacity : integer, how many transitions it can hold
    state_shape : tuple, the shape of one state
    dtype : of the states, as they are stored and as they are returned

    Examples
    --------
    >>> buffer = ReplayBuffer(1000, (10, 10, 2))
    >>> buffer.add(states, actions, rewards, next_states, terminated)  # 16 games: 16 transitions
    >>> len(buffer)
    16
    >>> states, actions, rewards, next_states, terminated = buffer.sample(64, rng)
    """

    def __init__(self, capacity, state_shape, dtype=np.uint8):
        ### BEGIN SOLUTION
        self.capacity, self.added = capacity, 0
        self.states = np.zeros((capacity, *state_shape), dtype)
        self.next_states = np.zeros((capacity, *state_shape), dtype)
        self.actions = np.zeros(capacity, np.int64)
        self.rewards = np.zeros(capacity, np.float32)
        self.terminated = np.zeros(capacity, bool)
        ### END SOLUTION

    def add(self, states, actions, rewards, next_states, terminated):
        """Store n transitions: arrays with n entries each, 1 <= n <= capacity."""
        ### BEGIN SOLUTION
        places = (self.added + np.arange(len(actions))) % self.capacity
        self.states[places] = states
        self.actions[places] = actions
        self.rewards[places] = rewards
        self.next_states[places] = next_states
        self.terminated[places] = terminated
        self.added += len(actions)
        ### END SOLUTION

    def __len__(self):
        """The number of transitions that are stored now."""
        ### BEGIN SOLUTION
        return min(self.added, self.capacity)
        ### END SOLUTION

    def sample(self, n, rng):
        """Draw n of the stored transitions, each draw independent, all equally likely.

        Returns states, actions, rewards, next_states, terminated: arrays with n entries each.
        """
        ### BEGIN SOLUTION
        drawn = rng.integers(len(self), size=n)
        kept = (self.states, self.actions, self.rewards, self.next_states, self.terminated)
        return tuple(array[drawn] for array in kept)
        ### END SOLUTION


# %% test="ReplayBuffer" points=10
def steps_from(first, n):
    """n transitions whose parts all show which one they are: transition i has the state i + 1."""
    number = np.arange(first, first + n)
    frames = np.ones((n, 3, 2), np.uint8) * (number[:, None, None] + 1).astype(np.uint8)
    return frames, number % 5, -number.astype(float), frames + np.uint8(1), number % 4 == 3


buffer = ReplayBuffer(6, (3, 2))
buffer.add(*steps_from(0, 4))
check.equal(len(buffer), 4, name="length after 4 transitions", hint="Count what is stored.")
drawn = check.items(
    buffer.sample(500, np.random.default_rng([SEED, 5])), 5, name="what sample returns"
)
check.shape(drawn[0], (500, 3, 2), name="states that were drawn")
check.equal(
    sorted(set(drawn[0][:, 0, 0].tolist())),
    [1, 2, 3, 4],
    name="different states in 500 draws, after 4 transitions",
    hint="Draw from what is stored, not from places that are still empty.",
)
buffer.add(*steps_from(4, 4))
check.equal(len(buffer), 6, name="length after 8 transitions, with capacity 6")
drawn = check.items(
    buffer.sample(500, np.random.default_rng([SEED, 51])), 5, name="what sample returns"
)
check.equal(
    sorted(set(drawn[0][:, 2, 1].tolist())),
    [3, 4, 5, 6, 7, 8],
    name="different states in 500 draws, after 8 transitions",
    hint="When it is full, the newest transitions replace the oldest.",
)
### BEGIN HIDDEN TESTS
for capacity, sizes in ((5, (3, 3, 3, 3)), (7, (1,) * 17), (16, (16, 16, 4)), (9, (2, 9, 5))):
    buffer, total = ReplayBuffer(capacity, (3, 2)), 0
    for n in sizes:
        buffer.add(*steps_from(total, n))
        total += n
        check.equal(len(buffer), min(total, capacity), name="length")
    states, actions, rewards, next_states, terminated = check.items(
        buffer.sample(6_000, np.random.default_rng([SEED, capacity])), 5, name="what sample returns"
    )
    check.shape(states, (6_000, 3, 2), name="states that were drawn")
    check.that(
        states.dtype == np.uint8 and next_states.dtype == np.uint8,
        "the frames are not bytes any more.",
        name="dtype of the states",
        hint="Store states in the dtype that was asked for.",
    )
    number = states[:, 0, 0].astype(int) - 1
    for part, expected in (
        (states, np.ones((1, 3, 2), int) * (number[:, None, None] + 1)),
        (actions, number % 5),
        (rewards, -number.astype(float)),
        (next_states, np.ones((1, 3, 2), int) * (number[:, None, None] + 2)),
        (np.asarray(terminated).astype(int), (number % 4 == 3).astype(int)),
    ):
        check.close(
            part,
            expected,
            name="the parts of a transition",
            hint="Draw all parts of a transition at the same index.",
        )
    shares = np.bincount(number, minlength=total) / 6_000
    check.equal(
        np.flatnonzero(shares).tolist(),
        list(range(total - min(total, capacity), total)),
        name="different transitions in 6,000 draws",
        hint="The newest `capacity` transitions, all of them, and no older one.",
    )
    check.between(
        shares[shares > 0].max() - shares[shares > 0].min(),
        0.0,
        0.06,
        name="difference between the most and the least frequent transition",
        hint="All stored transitions are equally likely.",
    )
buffer, rng = ReplayBuffer(40, (3, 2)), np.random.default_rng([SEED, 52])
buffer.add(*steps_from(0, 30))
buffer.add(*steps_from(30, 25))
minibatches = [buffer.sample(8, rng)[0][:, 0, 0] for _ in range(100)]
check.equal(
    sorted(set(np.concatenate(minibatches).tolist())),
    list(range(16, 56)),
    name="different transitions in 100 minibatches of 8, with 40 stored",
    hint="A minibatch is drawn from all stored transitions, not from the newest ones.",
)
one = buffer.sample(4, np.random.default_rng([SEED, 53]))[0]
two = buffer.sample(4, np.random.default_rng([SEED, 53]))[0]
check.equal(
    two, one, name="a second draw with an equal generator", hint="Take all random numbers from rng."
)
buffer = ReplayBuffer(4, (2,), dtype=np.float32)
check.run_remotely(probes.overwrite_after)(
    buffer, "add",
    np.array([[7.5, 7.5]], np.float32), np.array([1]), np.array([2.0]),
    np.array([[8.5, 8.5]], np.float32), np.array([True]),
)  # fmt: skip
states, actions, rewards, next_states, terminated = check.items(
    buffer.sample(3, np.random.default_rng(SEED)), 5, name="what sample returns"
)
for part, expected in (
    (states, np.full((3, 2), 7.5)), (next_states, np.full((3, 2), 8.5)),
    (actions, [1, 1, 1]), (rewards, [2, 2, 2]), (np.asarray(terminated).astype(int), [1, 1, 1]),
):  # fmt: skip
    check.close(
        part,
        expected,
        name="a transition whose arrays were overwritten after it was added",
        hint="Store copies: the caller may use its arrays again.",
    )
frames = np.zeros((200, 84, 84), np.uint8)
flags = np.zeros(50, bool)
used = check.run_remotely(probes.memory_of)(
    ReplayBuffer, (200, (84, 84)), "add",
    [(frames[i : i + 50], np.arange(50), np.zeros(50), frames[i : i + 50], flags) for i in range(0, 200, 50)],
)  # fmt: skip
check.between(
    used / frames.nbytes,
    0.0,
    3.0,
    name="memory of 200 transitions, as a multiple of the memory of 200 frames",
    hint="Store states in the dtype that was asked for, also inside.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 6. Frame stacking · 6 points · about 8 minutes

Where will the ball land? One frame does not show it: it shows where the ball is, not where it is
going. So a state is the last $k$ frames, stacked on a new last axis, the newest one last. When a game
begins there is only one frame: repeat it $k$ times.
"""


# %% exercise="FrameStack" outcomes=[16]
class FrameStack:
    """The last k frames of games that run side by side.

    Examples
    --------
    >>> stack = FrameStack(3)
    >>> stack.reset(a).shape  # a, b: frames of 16 games, shape (16, 10, 10)
    (16, 10, 10, 3)
    >>> stack.push(b)[..., 0], stack.push(b)[..., 2]  # now a, a, b; then a, b, b
    """

    def __init__(self, k):
        ### BEGIN SOLUTION
        self.k = k
        ### END SOLUTION

    def reset(self, frames):
        """Start with the first frames of new games, shape (n, height, width).

        Returns states, a new array of shape (n, height, width, k) and the frames' dtype.
        """
        ### BEGIN SOLUTION
        self.states = np.repeat(frames[..., None], self.k, axis=-1)
        return self.states.copy()
        ### END SOLUTION

    def push(self, frames):
        """Add the next frames and remove the oldest; returns states, again a new array."""
        ### BEGIN SOLUTION
        self.states = np.concatenate([self.states[..., 1:], frames[..., None]], axis=-1)
        return self.states.copy()
        ### END SOLUTION


# %% test="FrameStack" points=6
def frames_of(value):
    """Frames of two games, all pixels the same: value in the first, value + 100 in the second."""
    return np.array([[[value] * 4] * 3, [[value + 100] * 4] * 3], dtype=np.uint8)


stack = FrameStack(3)
states = stack.reset(frames_of(1))
check.shape(states, (2, 3, 4, 3), name="states after reset with k = 3")
check.equal(
    states[0, 0, 0], [1, 1, 1], name="a pixel after reset", hint="Repeat the first frame k times."
)
check.equal(
    stack.push(frames_of(2))[1, 2, 3],
    [101, 101, 102],
    name="a pixel of the second game after one more frame",
    hint="Remove the oldest frame; the newest comes last.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 6])
for k, n in ((1, 3), (2, 1), (4, 5)):
    frames = rng.integers(0, 256, size=(7, n, 5, 4)).astype(np.uint8)
    calls = [("reset", frames[0]), *(("push", frame) for frame in frames[1:5])]
    calls += [("reset", frames[5]), ("push", frames[6])]
    all_states = check.run_remotely(probes.results)(FrameStack(k), calls)
    shown = [[0] * k]
    for t in range(1, 5):
        shown.append([*shown[-1][1:], t])
    shown += [[5] * k, ([5] * k + [6])[-k:]]
    for states, numbers in zip(
        check.items(all_states, 7, name="states of two episodes"), shown, strict=True
    ):
        check.equal(
            states,
            np.stack([frames[t] for t in numbers], axis=-1),
            name="states of two episodes, compared after all calls",
            hint="The newest frame is last; a reset removes the old episode; every state is a new array.",
        )
        check.that(states.dtype == np.uint8, "the frames are not bytes any more.", name="dtype")
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 7. Playing an episode · 8 points · about 10 minutes

Now the agent interacts with the environment. `env` runs many games side by side, and all of them have
the same length. Play them once, from `reset` until they are terminated or truncated, and pass every step
to `remember`: the states, the actions, the rewards, the next states, and whether the games were
*terminated*. A truncated game is not terminated: something would have followed, and the targets depend on
this difference.
"""


# %% exercise="play_game" outcomes=[16]
def play_game(env, choose, stack, remember):
    """Play all games of a vector environment once.

    Parameters
    ----------
    env : vector environment whose games begin and end together
        env.reset() and env.step(actions) as in Gymnasium, see the top of this notebook.
    choose : function (states) -> actions, an array with one action for each game
    stack : FrameStack
        Turns frames, shape (n_games, height, width), into states.
    remember : function (states, actions, rewards, next_states, terminated), called after each step

    Returns
    -------
    totals : array, shape (n_games,), the sum of the rewards of each game

    Examples
    --------
    play_game(envs.CatchVector(16), choose, FrameStack(2), buffer.add) calls `choose` and
    `buffer.add` 9 times each, since a ball needs 9 steps to fall.
    """
    ### BEGIN SOLUTION
    frames, _ = env.reset()
    states, totals, over = stack.reset(frames), 0.0, False
    while not over:
        actions = choose(states)
        frames, rewards, terminated, truncated, _ = env.step(actions)
        next_states = stack.push(frames)
        remember(states, actions, rewards, next_states, terminated)
        states, totals = next_states, totals + rewards
        over = bool(np.all(terminated | truncated))
    return totals
    ### END SOLUTION


# %% test="play_game" points=8
def follow(world_seed, n, **settings):
    """Let play_game play with random actions; return its record, the expected one, and the totals."""
    rng, record, chosen = np.random.default_rng([SEED, world_seed]), [], []

    def choose(states):
        check.that(
            len(chosen) < 20,
            "the games never stop.",
            name="number of steps",
            hint="Stop when the games are terminated, and also when they are truncated.",
        )
        chosen.append((np.array(states), rng.integers(3, size=n)))
        return chosen[-1][1]

    def remember(*step):
        check.equal(len(step), 5, name="number of arguments of remember")
        record.append([np.array(part) for part in step])

    env = check.run_remotely(envs.CatchVector)(n, **settings)
    env.reset(seed=world_seed)
    totals = play_game(env, choose, check.run_remotely(Counted)(), remember)

    world = envs.CatchVector(n, **settings)  # the same games, played here
    world.reset(seed=world_seed)
    stack, truth, sums = Counted(), [], np.zeros(n)
    states = stack.reset(world.reset()[0])
    terminated = truncated = np.zeros(n, dtype=bool)
    for _, actions in chosen:
        frames, rewards, terminated, truncated, _ = world.step(actions)
        next_states = stack.push(frames)
        truth.append([states, actions, rewards, next_states, terminated])
        states, sums = next_states, sums + rewards
    return chosen, record, truth, totals, sums, bool(np.all(terminated | truncated))


def compare(chosen, record, truth, totals, sums, is_over):
    for (states, _), (before, *_) in zip(chosen, truth, strict=True):
        check.equal(states, before, name="states for which actions are chosen")
    check.that(is_over, "it stopped before the games were over.", name="end of the games")
    for step, expected in zip(
        check.items(record, len(truth), name="remembered steps"), truth, strict=True
    ):
        for part, wanted, name in zip(
            step,
            expected,
            [
                "remembered states",
                "remembered actions",
                "remembered rewards",
                "remembered next states",
                "remembered flags, terminated or not",
            ],
            strict=True,
        ):
            check.close(
                part.astype(float),
                wanted.astype(float),
                name=name,
                hint="In the order states, actions, rewards, next states, terminated, all of the "
                "same step. Truncated games are not terminated.",
            )
    check.close(totals, sums, name="totals", hint="The sum of the rewards of each game.")


played = follow(7, 4)
check.equal(len(played[0]), 9, name="steps of a game of Catch", hint="A ball falls nine rows.")
compare(*played)
### BEGIN HIDDEN TESTS
for world_seed, n, settings in (
    (71, 3, {"cut_after": 4}), (72, 1, {"size": 6}), (73, 6, {"size": 8, "cut_after": 5}),
    (74, 5, {"actions": [2, 0, 1]}),
):  # fmt: skip
    played = follow(world_seed, n, **settings)
    steps = settings.get("cut_after", settings.get("size", 10) - 1)
    check.equal(
        len(played[0]),
        steps,
        name="steps of a game, in an environment of another size or truncated early",
        hint="The third and fourth value that env.step returns say whether games are terminated or "
        "truncated.",
    )
    compare(*played)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. The Q-network · 6 points · about 6 minutes

From $k$ frames, bytes from 0 to 255, to one number for each action:

1. scale the bytes to numbers between 0 and 1 *inside the network* (the replay buffer stores bytes);
2. a convolutional layer with 16 filters of 3 × 3, without padding, ReLU;
3. flatten, then a dense layer of 64 units, ReLU;
4. a dense layer with one output for each action, without an activation: values can be negative.

Build it from Keras' own layers, with `keras.Sequential` or `keras.Model(inputs, outputs)`.
"""


# %% exercise="build_q_network" outcomes=[16]
def build_q_network(shape, n_actions):
    """A small ConvNet from frames to action values.

    Parameters
    ----------
    shape : tuple (height, width, k), the shape of a state
    n_actions : integer

    Returns
    -------
    network : keras.Model, from (n, height, width, k), numbers from 0 to 255, to (n, n_actions)

    Examples
    --------
    build_q_network((10, 10, 2), 3) has 66,099 parameters.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(n_actions),
        ]
    )
    ### END SOLUTION


# %% test="build_q_network" points=6
network = check.local_copy(build_q_network((10, 10, 2), 3))
check.parameters(
    network,
    66_099,
    name="network for 10 × 10 pixels, two frames, three actions",
    hint="16 filters of 3 × 3 × 2 give 8 × 8 × 16 numbers; then 64 units; then three outputs.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 8])
for height, width, k, n_actions in ((10, 10, 2, 3), (7, 9, 4, 2)):
    network = check.local_copy(build_q_network((height, width, k), n_actions))
    twin = keras.Sequential(
        [
            keras.Input((height, width, k)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(n_actions),
        ]
    )
    check.parameters(
        network,
        twin.count_params(),
        name="network for another environment",
        hint="The shape of a state and the number of actions are arguments.",
    )
    weights = network.get_weights()
    check.that(
        [w.shape for w in weights] == [w.shape for w in twin.get_weights()],
        "the weights have other shapes.",
        name="weights, layer by layer",
        hint="Convolution, dense, dense, in this order, each with biases.",
    )
    check.that(
        all(float(np.std(w)) > 0 for w in weights if w.ndim > 1),
        "all initial weights of a layer are equal.",
        name="initial weights",
        hint="Keep Keras' default initialization.",
    )
    weights = [rng.normal(scale=0.3, size=w.shape).astype(np.float32) for w in weights]
    network.set_weights(weights)
    twin.set_weights(weights)
    states = rng.integers(0, 256, size=(6, height, width, k)).astype(np.float32)
    check.close(
        network(states).numpy(),
        twin(states).numpy(),
        tolerance=1e-3,
        name="values for random frames and random weights",
        hint="Scale bytes to [0, 1] once; ReLU after the convolution and the first dense layer; no "
        "activation after the last.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 9. Targets · 8 points · about 8 minutes

The target of exercise 4, for a minibatch, and with a network instead of the table:

$$
y = r + \gamma \max_{a'} Q(s', a';\, \theta^-) , \qquad\text{and } y = r \text{ where the game was over.}
$$

$\theta^-$ are the weights of the **target network**, a copy of the network that is renewed only now and
then. The targets are the labels of the training step, so they count as given numbers: no gradient may
flow through them. Use `tf.stop_gradient` or `keras.ops.stop_gradient`.

This function and the next two become part of a compiled step. Write them with TensorFlow's
operations or with `keras.ops`; all arrays arrive as tensors.
"""


# %% exercise="dqn_targets" outcomes=[16]
def dqn_targets(target, rewards, next_states, terminated, gamma):
    """The target of Q(s, a) for each transition of a minibatch.

    Parameters
    ----------
    target : keras.Model, the target network, from states to values (n, n_actions)
    rewards : float32 tensor, shape (n,)
    next_states : float32 tensor, shape (n, ...)
    terminated : bool tensor, shape (n,), whether the game was over with this step
    gamma : float

    Returns
    -------
    targets : float32 tensor, shape (n,), through which no gradient flows

    Examples
    --------
    If the target network returns [[1, 3], [5, 4]] for two next states, the rewards are [0.5, 1],
    the second game was over and gamma is 0.5, the result is [2, 1].
    """
    ### BEGIN SOLUTION
    best = tf.reduce_max(target(next_states), axis=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * best))
    ### END SOLUTION


# %% test="dqn_targets" points=8
target = table_network([[1.0, 3.0], [5.0, 4.0]])
check.close(
    dqn_targets(target, tf.constant([0.5, 1.0]), both, tf.constant([False, True]), 0.5),
    [2.0, 1.0],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="The reward plus the discounted best value of the next state; the reward alone if the game was "
    "over.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 9])
for n, n_actions in ((6, 4), (1, 3), (5, 5)):
    table = 3 * rng.normal(size=(n, n_actions)).astype(np.float32) - 4
    rewards = rng.normal(size=n).astype(np.float32)
    terminated = np.arange(n) % 3 == 1
    target = table_network(table)
    expected = [
        r if over else r + 0.9 * max(row)
        for r, row, over in zip(rewards, table, terminated, strict=True)
    ]
    arguments = (
        tf.constant(rewards), tf.constant(np.eye(n, dtype=np.float32)), tf.constant(terminated), 0.9
    )  # fmt: skip
    check.close(
        dqn_targets(target, *arguments),
        expected,
        tolerance=1e-4,
        name="targets of random transitions",
        hint="Take the maximum over the actions, for each transition separately.",
    )
    check.equal(
        check.run_remotely(probes.reaches)(dqn_targets, [target, *arguments], [target]),
        [False],
        name="whether a gradient flows through the targets",
        hint="Targets count as given numbers: stop the gradient.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 10. Targets of double DQN · 6 points · about 6 minutes

The maximum of several estimates is too high on average: among actions that are equally good, it selects
the one whose estimate is too high by chance. This is **maximization bias**. **Double DQN** separates
selection and evaluation. The network that is being trained selects the action, and the target network
evaluates it:

$$
y = r + \gamma\, Q\big(s', a^*;\, \theta^-\big), \qquad a^* = \arg\max_{a'} Q(s', a';\, \theta) .
$$
"""


# %% exercise="double_dqn_targets" outcomes=[16]
def double_dqn_targets(q, target, rewards, next_states, terminated, gamma):
    """Targets of double DQN for a minibatch.

    Parameters
    ----------
    q : keras.Model, the network that is being trained: it selects the action
    target, rewards, next_states, terminated, gamma : as for dqn_targets

    Returns
    -------
    targets : float32 tensor, shape (n,), through which no gradient flows

    Examples
    --------
    If q returns [[9, 0], [0, 9]] for two next states and the target network [[1, 3], [5, 4]], the
    rewards are [0, 0], no game was over and gamma is 0.5, the result is [0.5, 2].
    """
    ### BEGIN SOLUTION
    chosen = tf.argmax(q(next_states), axis=1)
    worth = tf.gather(target(next_states), chosen, axis=1, batch_dims=1)
    return tf.stop_gradient(tf.where(terminated, rewards, rewards + gamma * worth))
    ### END SOLUTION


# %% test="double_dqn_targets" points=6
online, target = (
    table_network(rows) for rows in ([[9.0, 0.0], [0.0, 9.0]], [[1.0, 3.0], [5.0, 4.0]])
)
check.close(
    double_dqn_targets(online, target, tf.zeros(2), both, tf.constant([False, False]), 0.5),
    [0.5, 2.0],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="q selects the action; the target network evaluates that action.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 10])
for n, n_actions in ((6, 4), (1, 3), (5, 5)):
    chooses, judges = 3 * rng.normal(size=(2, n, n_actions)).astype(np.float32)
    rewards = rng.normal(size=n).astype(np.float32)
    terminated = np.arange(n) % 3 == 1
    online, target = table_network(chooses), table_network(judges)
    expected = [
        rewards[i] + (0 if terminated[i] else 0.9 * judges[i, np.argmax(chooses[i])])
        for i in range(n)
    ]
    arguments = (
        tf.constant(rewards), tf.constant(np.eye(n, dtype=np.float32)), tf.constant(terminated), 0.9
    )  # fmt: skip
    check.close(
        double_dqn_targets(online, target, *arguments),
        expected,
        tolerance=1e-4,
        name="double DQN targets of random transitions",
        hint="One of the networks only selects, the other only evaluates.",
    )
    check.equal(
        check.run_remotely(probes.reaches)(
            double_dqn_targets, [online, target, *arguments], [online, target]
        ),
        [False, False],
        name="whether a gradient flows through the targets",
        hint="Targets count as given numbers: stop the gradient.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 11. The loss · 8 points · about 8 minutes

The loss compares the target with the value of the action that was *taken*. The other actions were not
tried, so their values do not enter the loss. The gradient of a squared error is proportional to the
error: a TD error of 10 would pull 10 times as hard as one of 1. The **Huber loss** is a square for small
errors and a straight line for large ones, so that no error pulls harder than one of size 1:

$$
L = \frac1n \sum_i h(\delta_i), \qquad \delta_i = y_i - Q(s_i, a_i;\, \theta), \qquad
h(\delta) = \begin{cases} \tfrac12 \delta^2 & |\delta| \le 1 \\ |\delta| - \tfrac12 & |\delta| > 1 . \end{cases}
$$
"""


# %% exercise="td_loss" outcomes=[16]
def td_loss(q, states, actions, targets):
    """Mean Huber loss of the actions that were taken.

    Parameters
    ----------
    q : keras.Model, from states to values (n, n_actions)
    states : float32 tensor, shape (n, ...)
    actions : int64 tensor, shape (n,), the actions that were taken
    targets : float32 tensor, shape (n,)

    Returns
    -------
    loss : float32 tensor with one number; its gradient must reach the weights of q

    Examples
    --------
    If q returns [[1, 3], [5, 4]] for two states, the actions are [1, 1] and the targets [2.5, 1],
    the TD errors are -0.5 and -3, and the result is (0.125 + 2.5) / 2 = 1.3125.
    """
    ### BEGIN SOLUTION
    said = tf.gather(q(states), actions, axis=1, batch_dims=1)
    size = tf.abs(targets - said)
    return tf.reduce_mean(tf.where(size <= 1, 0.5 * size**2, size - 0.5))
    ### END SOLUTION


# %% test="td_loss" points=8
online = table_network([[1.0, 3.0], [5.0, 4.0]])
check.close(
    td_loss(online, both, tf.constant([1, 1], dtype=tf.int64), tf.constant([2.5, 1.0])),
    1.3125,
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Take one value of each row, that of the action taken; then the Huber loss, then the mean.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 11])


def one_step(n, n_actions, rate=0.7):
    """Take one step of plain gradient descent on the loss; compare loss and weights."""
    table = rng.normal(size=(n, n_actions)).astype(np.float32)
    actions = rng.integers(n_actions, size=n)
    off = rng.choice([-1, 1], size=n) * np.resize([0.3, 4.0, 0.8, 1.6], n)
    wanted = (table[np.arange(n), actions] + off).astype(np.float32)
    network, optimizer = table_network(table), keras.optimizers.SGD(rate)
    states = np.eye(n, dtype=np.float32)

    step = check.run_remotely(compiled_step)(
        network, network, optimizer, only_rewards, td_loss, 0.9
    )
    loss = step(states, actions, wanted, states, np.zeros(n, bool))
    sizes = np.abs(off)
    check.close(
        loss,
        np.mean(np.where(sizes <= 1, sizes**2 / 2, sizes - 0.5)),
        tolerance=1e-4,
        name="loss of random transitions",
        hint="Only the action that was taken counts; the loss is a mean over the minibatch.",
    )
    expected = table.copy()
    expected[np.arange(n), actions] += rate * np.clip(off, -1, 1) / n
    check.close(
        check.local_copy(network).get_weights()[0],
        expected,
        tolerance=1e-4,
        name="weights after one step of gradient descent",
        hint="The gradient must reach q, at the actions that were taken, and no error may pull "
        "harder than one of size 1.",
    )


for n, n_actions in ((6, 4), (1, 3), (5, 2)):
    one_step(n, n_actions)
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part four: the deep Q-network

### Exercise 12. The agent · 9 points · about 14 minutes

Now put everything together. Repeat these steps, for `games` rounds in all:

* **play** all games of the vector environment once with $\epsilon$-greedy actions; $\epsilon$ falls from
  1 to 0.05 in the first half of all rounds and stays there;
* **learn**: 10 training steps, each on a minibatch of 64 transitions from the replay buffer, with Adam, a
  learning rate of 0.001 and $\gamma = 0.95$;
* every 10 rounds **copy** the weights of the network into the target network.

A state is two frames. Use `compiled(network)` and `compiled_step(...)` from the first cell to make it
fast: read in their docstrings what they take and what they return.
"""


# %% exercise="train_dqn" uses=["epsilon_greedy", "ReplayBuffer", "FrameStack", "play_game", "build_q_network", "dqn_targets", "td_loss"] outcomes=[16]
def train_dqn(env, seed, games=200, capacity=20_000):
    """Train a deep Q-network by playing.

    Parameters
    ----------
    env : vector environment whose games begin and end together, such as envs.CatchVector(16)
        env.single_observation_space.shape is the shape of a frame, int(env.single_action_space.n)
        the number of actions (Keras needs a plain int).
    seed : integer, seeds Keras (keras.utils.set_random_seed), all generators and the games
    games : integer, how often all games are played
    capacity : integer, of the replay buffer

    Returns
    -------
    q : keras.Model, the trained network
    returns : list of floats, the mean total of the games of each round
    """
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    env.reset(seed=seed)
    shape = (*env.single_observation_space.shape, 2)
    n_actions = int(env.single_action_space.n)
    q, target = build_q_network(shape, n_actions), build_q_network(shape, n_actions)
    target.set_weights(q.get_weights())
    buffer, stack, values = ReplayBuffer(capacity, shape), FrameStack(2), compiled(q)
    learn = compiled_step(q, target, keras.optimizers.Adam(0.001), dqn_targets, td_loss, 0.95)
    returns = []
    for game in range(games):
        epsilon = epsilon_at(game, 1.0, 0.05, max(games // 2, 1))
        totals = play_game(
            env, lambda s, e=epsilon: epsilon_greedy(values(s), e, rng), stack, buffer.add
        )
        returns.append(float(np.mean(totals)))
        for _ in range(10):
            learn(*buffer.sample(64, rng))
        if game % 10 == 9:
            target.set_weights(q.get_weights())
    return q, returns
    ### END SOLUTION


# %% [markdown]
"""
The check trains your agent for 150 rounds of sixteen games, which takes about ten seconds. It learns
in an environment where the three actions are permuted, so only an agent that learns from this
environment can win. Then it plays a hundred games without exploration.
"""

# %% test="train_dqn" points=9
order = np.random.default_rng([SEED, 12]).permutation(3).tolist()  # what actions 0, 1, 2 do
trained, _ = check.items(
    train_dqn(check.run_remotely(envs.CatchVector)(16, actions=order), SEED, games=150),
    2,
    name="what train_dqn returns",
    hint="Return the network and the list of mean totals.",
)
trained = check.local_copy(trained)
check.equal(
    tuple(trained.input_shape[1:]),
    (10, 10, 2),
    name="shape of a state",
    hint="Ten by ten pixels, two frames.",
)
world = envs.CatchVector(100, actions=order)
frames, _ = world.reset(seed=SEED + 100)
states, over = np.repeat(frames[..., None], 2, axis=-1), False
while not over:
    actions = np.argmax(trained(states.astype(np.float32)).numpy(), axis=1)
    frames, totals, ended, _, _ = world.step(actions)
    states, over = np.stack([states[..., 1], frames], axis=-1), bool(ended.all())
check.between(
    totals.mean(),
    0.7,
    1.0,
    name="mean return of 100 greedy games of Catch",
    hint="If every part passes alone, look at how often the target network is copied, at epsilon in "
    "each round, and at the transitions in the replay buffer.",
)
### BEGIN HIDDEN TESTS
# The ball is above the paddle; only the older frame shows to which side it drifts.
left, right = order.index(0), order.index(2)
pairs, answers = [], []
for row in (5, 6):
    for column in (4, 5):
        for drift in (-1, 1):
            state = np.zeros((10, 10, 2), np.float32)
            state[9, column - 1 : column + 2, :] = 255
            state[row - 1, column - drift, 0] = 255
            state[row, column, 1] = 255
            pairs.append(state)
            answers.append(drift)
values = trained(np.stack(pairs)).numpy()
follows = np.sign(values[:, right] - values[:, left]) == np.array(answers)
check.between(
    np.mean(follows),
    0.8,
    1.0,
    name="fraction of states in which the network follows the drift that the older frame shows",
    hint="Both frames must reach the network, the older one first.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Watch it play. Then train once more, with a replay buffer that holds only sixteen transitions, those of
the latest step of the sixteen games. **Predict** the second curve before you run the cell.
"""


# %%
def film(choose, seed):
    """Sixteen games side by side, as images of 4 × 4 fields."""
    world, pictures = envs.CatchVector(16), []

    def remember(states, actions, rewards, next_states, terminated):
        pictures.append(next_states[..., -1])

    world.reset(seed=seed)
    play_game(world, choose, FrameStack(2), remember)
    fields = np.pad(np.array(pictures), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=90)
    rows = fields.reshape(len(pictures), 4, 4, 12, 12).transpose(0, 1, 3, 2, 4)
    return rows.reshape(len(pictures), 48, 48)


agent, returns = train_dqn(envs.CatchVector(16), SEED)
values = compiled(agent)
plot.animation(
    film(lambda states: np.argmax(values(states), axis=1), SEED),
    width=4.0,
    title="Your agent plays sixteen games",
    caption="Each field is a game: the ball falls, and the paddle at the bottom moves to where it will "
    "land.",
)

# %%
_, small = train_dqn(envs.CatchVector(16), SEED, capacity=16)


def smooth(returns):
    return np.convolve(returns, np.ones(20) / 20, mode="valid")


plot.curves(
    {"20,000 transitions": smooth(returns), "16 transitions": smooth(small)},
    x=16 * np.arange(20, len(returns) + 1),
    xlabel="games played",
    ylabel="mean return of the last 320 games",
    title="A large and a small replay buffer",
    caption="The two runs differ only in the capacity of the replay buffer.",
)

# %% [markdown]
"""
### Exercise 13. Greedy action selection and a small replay buffer · 8 points · about 12 minutes · marked by hand
"""

# %% [markdown] written="greedy_learner" points=8 outcomes=[16]
"""
**1.** An agent learns as in exercise 4 and always acts greedily: no exploration, ties broken by the
lowest number, a table that starts at zero. Describe (in words or letters) an environment with three
states in which it never finds the best policy, however long it plays. State its table in the end, and
the return of the best policy.

**2.** Your second curve: what happened to the agent with a replay buffer of 16 transitions? Quote your
numbers, and explain them by *what* the sixteen transitions of a minibatch have in common. Why does a
large buffer solve the problem? (About ten lines together.)

### BEGIN SOLUTION
**1.** State A is the start. Action 0 ends the game with reward 1. Action 1 leads to B with reward 0;
from B action 0 leads to C with reward 0, and from C action 0 ends the game with reward 10. At first all
entries are 0, so the agent takes action 0 in A, receives 1, and now Q(A, 0) > 0 = Q(A, 1). From then on
action 0 has the largest entry, for ever: Q(A, 0) converges to 1, and the rows of B and C stay zero,
since these states are never visited. The return of the other way is 10 γ² (8.1 for γ = 0.9). The agent
never observes it: the entries of actions that it does not take are never corrected. With a small ε it
goes through B and C once in a while, and the value spreads back.

**2.** With the large buffer the mean return rises to about 0.95 (one action in twenty is still random;
the greedy policy catches everything); with 16 transitions it goes from about -0.4, random play, to
about -0.1, and no further. All sixteen transitions are of the same moment: the ball of every game has
just landed, so a minibatch contains one row of the field only. The network learns the value of the last
step, and nothing about the steps before: the reward cannot spread back in time. Drawn from a large
buffer, a minibatch has balls at all heights, from many games and from older policies: the examples are
nearly independent, and what was learned earlier is trained again. (Each transition is also used many
times instead of once.)
### END SOLUTION

### BEGIN MARK SCHEME
First part, 4 points.

* 2 points: an environment with (at most) three states in which greedy play keeps to a worse action
  *because it was tried first*: the entry of the better action must not be larger as long as it is not
  tried. One point if the idea is right but ties or numbers do not work out.
* 1 point: the table in the end (the entry of the better action still zero, or never updated).
* 1 point: the return of the best policy, as a number, with the discount.

Second part, 4 points.

* 1 point: own numbers quoted for both curves.
* 2 points: sixteen transitions of the same moment are alike (same row, same phase of the game, same
  policy), so the network is trained on one thing at a time and forgets or never learns the rest.
  One point for "correlated" alone.
* 1 point: why a large buffer solves it: minibatches of nearly independent transitions from all phases
  and many games; or that old transitions are used again. "More data" alone: 0.
### END MARK SCHEME
"""

# %% [markdown]
r"""
## For a weekend: harder environments

Catch was made to be learned in a minute. Real games take much longer to learn.

1. **A longer delay of the reward.** `envs.CatchVector(16, size=16)`: the reward comes 15 steps
   after the first action. What must change: the rounds, $\epsilon$, $\gamma$? Plot the learning curve of
   each attempt.
2. **Double DQN in the loop.** Use `double_dqn_targets` (it needs `q`, so `functools.partial` helps).
   Compare the *values* of first frames with the returns that follow: which agent overestimates more?
3. **Atari.** With `pip install "dlcourse[atari]"` and a GPU, or a night: section 12 of the lesson has
   the consoles, DeepMind's network, and the loop for games that do not end together. The score in Pong
   rises from -21 to above zero after about a million steps.
4. **Dueling, prioritized, noisy.** *Rainbow* (Hessel et al. 2018) combined six improvements of DQN.
   Add one to your agent and show, over five seeds, that it helps. That is harder than adding it.

Nothing here is graded.
"""
