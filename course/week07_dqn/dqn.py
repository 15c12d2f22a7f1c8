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

Nobody will tell this network what the right answer is. It sees a ten by ten picture, moves a
paddle, and once in a while it gets a 1 or a -1. You build the whole learner: returns, values, a
table that learns, and then everything that turns the table into a network: memory, frames,
targets, loss, training. In the end it catches nearly every ball, after less than a minute of
playing.

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
| 13 | greedy, and without a memory (written) | 8 | 12 |
| | **together** | **100** | **about 2 hours** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The
cell below it checks your answer and says what is wrong, if anything. When you hand in, your
functions are also called with data and worlds that you have not seen. Any style is right.

**Notation.** A state is $s$, an action $a$, a reward $r$, the next state $s'$; $\gamma$ (`gamma`)
is the discount, $\alpha$ (`alpha`) the learning rate of a table, $\epsilon$ (`epsilon`) the share
of actions that are taken at random. Several games run side by side, so everything has the games
(or the examples of a minibatch) as its first axis, as always. Worlds keep Gymnasium's rules:
`reset()` returns `(frames, info)`, `step(actions)` returns `(frames, rewards, terminated,
truncated, info)`. *Terminated* means that the game is over. *Truncated* means that somebody
stopped it although it could have gone on.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import keras
import numpy as np
import tensorflow as tf

from dlcourse import check, envs, plot, probes


def compiled(network):
    """A network as a fast function: states, any numbers, to values, shape (n, n_actions)."""

    @tf.function(autograph=False)
    def run(states):
        return network(states)

    def values(states):
        return run(tf.constant(states, dtype=tf.float32)).numpy()

    return values


def compiled_step(q, target, optimizer, targets, loss, gamma):
    """A fast training step: a minibatch, as a replay buffer returns it, to the loss on it.

    It computes `targets(target, rewards, next_states, terminated, gamma)`, then
    `loss(q, states, actions, targets)`, and moves the weights of q against the gradient.
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
    """A stand-in for FrameStack: the newest frame, and how many came since the reset."""

    def reset(self, frames):
        self.count = 0
        return np.stack([frames, np.zeros_like(frames)], axis=-1)

    def push(self, frames):
        self.count += 1
        return np.stack([frames, np.full_like(frames, self.count)], axis=-1)


def only_rewards(target, rewards, next_states, terminated, gamma):
    """Targets of steps that all ended their games: what was paid, and nothing else."""
    return rewards


def table_network(values):
    """A network for states [1, 0, …], [0, 1, …], …: it answers with the rows of a table."""
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
## Part one: what is a state worth?

### Exercise 1. Returns · 5 points · about 6 minutes

An episode paid the rewards $r_0, r_1, \dots, r_{T-1}$. What was it worth to be where we were at
step $t$? All that came from then on, and what comes a step later counts $\gamma$ times as much:

$$
G_t = r_t + \gamma\, r_{t+1} + \gamma^2 r_{t+2} + \dots = r_t + \gamma\, G_{t+1} .
$$

If the episode was over after the last reward, nothing follows: $G_T = 0$. If it was only cut off,
something would have followed; then `after` is a guess at it, and takes the place of $G_T$.
"""


# %% exercise="discounted_returns" outcomes=[16]
def discounted_returns(rewards, gamma, after=0.0):
    """Return from every step of an episode on.

    Parameters
    ----------
    rewards : list or array of numbers, shape (n_steps,), one reward a step
    gamma : float between 0 and 1
    after : float, what would still follow after the last step

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
    hint="Start at the end: the last return is the last reward, and each one before adds its own.",
)
check.close(
    discounted_returns([1.0, 1.0, 1.0], 1.0),
    [3.0, 2.0, 1.0],
    name="rewards [1, 1, 1] without discount",
    hint="The return of a step counts what comes from then on, not what was before.",
)
check.close(
    discounted_returns([0.0, 0.0, 1.0], 0.5, after=4.0),
    [0.75, 1.5, 3.0],
    name="the example that was cut off",
    hint="`after` follows the last reward, one step later.",
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
        name=f"{n} random rewards, gamma = {gamma}",
        hint="The reward of the step itself is not discounted; `after` is, once for every step.",
    )
check.close(
    discounted_returns([2, 0, 1], 0.5),
    [2.25, 0.5, 1.0],
    name="whole numbers as rewards",
    hint="Returns are floats, even where rewards are not.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 2. Value iteration · 10 points · about 14 minutes

If we know how the world works, we need not play at all. `P[s, a, t]` is the probability that
action $a$ leads from state $s$ to state $t$, and `R[s, a]` the expected reward. An action is worth
what it pays, and what the state is worth to which it leads; a state is worth what its best action
is worth:

$$
Q(s, a) = R(s, a) + \gamma \sum_{t} P(s, a, t)\, V(t), \qquad
V(s) \leftarrow \max_a Q(s, a) .
$$

Start with $V = 0$ and repeat. In a *sweep*, all new values are computed from the old ones. States
that end the game are worth nothing, since nothing comes after them, and so are their actions:
what `P` and `R` say of them means nothing.
"""


# %% exercise="value_iteration" outcomes=[16]
def action_values(V, P, R, terminal, gamma):
    """What each action is worth in each state, if states are worth V.

    Parameters
    ----------
    V : array, shape (n_states,)
    P : array, shape (n_states, n_actions, n_states), transition probabilities
    R : array, shape (n_states, n_actions), expected rewards
    terminal : array of bools, shape (n_states,), which states end the game
    gamma : float

    Returns
    -------
    Q : array, shape (n_states, n_actions); 0 for terminal states, whose V counts as 0, too

    Examples
    --------
    Two states, the second is terminal. One action stays, the other pays 1 and ends the game:
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
    sweeps : whole number, at least 0

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
    hint="What the action pays, plus gamma times the expected value of where it leads.",
)
check.close(
    value_iteration(P, R, terminal, 0.5, 1),
    [1.0, 0.0],
    name="value_iteration of the example, one sweep",
    hint="For each state the largest of its action values.",
)
corridor = envs.GridWorld(["S..G"])
check.close(
    value_iteration(corridor.P, corridor.R, corridor.terminal, 0.5, 2),
    [0.0, 0.5, 1.0, 0.0],
    name="a corridor with the goal at its right end, after two sweeps",
    hint="In one sweep the news travels one cell: all new values come from the old ones.",
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
        name=f"action_values of {n_states} states and {n_actions} actions",
        hint="Sum over the states that the action can lead to. Terminal states count as 0.",
    )
    values = np.zeros(n_states)
    for sweeps in range(4):
        check.close(
            value_iteration(P.copy(), R.copy(), terminal.copy(), gamma, sweeps),
            values,
            name=f"values after {sweeps} sweeps",
            hint="The best action of each state, and all new values from the old ones.",
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
    hint="Slipping is in P already: weigh every state that the action can lead to.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Look at what your values say. Each arrow is the best action of its cell.
"""

# %%
maze = envs.GridWorld(["....G", ".##.P", "S...."], slip=0.2)
V = value_iteration(maze.P, maze.R, maze.terminal, 0.9, 50)
Q = action_values(V, maze.P, maze.R, maze.terminal, 0.9)
maze.picture(
    V,
    np.argmax(Q, axis=1),
    title="What each cell is worth, and where to go",
    caption="Every fifth step slips to one side. Right of the start it is best to take the way over "
    "the top, seven steps instead of five: the shorter one leads past the pit.",
)

# %% [markdown]
r"""
## Part two: learning without knowing

### Exercise 3. Mostly the best · 8 points · about 12 minutes

From here on nobody knows `P` and `R`; one has to try. $\epsilon$-greedy: with probability
$1 - \epsilon$ take the best action, with probability $\epsilon$ any action at all, each equally
likely (the best one, too). Where several actions are equally good, choose among them at random: an
agent that knows nothing yet must not always take action 0.

Many games are played at once, so `values` has a row for each, and each game throws a coin of its
own. And one explores much in the beginning and little later on: $\epsilon$ falls in a straight
line, and then stays.
"""


# %% exercise="epsilon_greedy" outcomes=[16]
def epsilon_at(step, start, end, steps):
    """Epsilon of a schedule that goes in a straight line from start to end.

    Parameters
    ----------
    step : whole number, 0 or more, the step at hand
    start, end : floats, epsilon at step 0, and at step `steps` and for ever after
    steps : whole number, at least 1

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
    """An action for each game: mostly the best, sometimes any.

    Parameters
    ----------
    values : array, shape (n_games, n_actions), what each action is worth
    epsilon : float between 0 and 1
    rng : numpy.random.Generator, where all randomness comes from

    Returns
    -------
    actions : array of whole numbers, shape (n_games,)

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
check.close(epsilon_at(25, 1.0, 0.2, 100), 0.8, name="epsilon a quarter of the way down")
check.close(
    epsilon_at(300, 1.0, 0.2, 100),
    0.2,
    name="epsilon long after the last step of the schedule",
    hint="When it has arrived it stays.",
)
values = np.array([[1.0, 3.0, 2.0], [-5.0, -7.0, -6.0]])
check.equal(
    epsilon_greedy(values, 0.0, np.random.default_rng(SEED)),
    [1, 0],
    name="actions with epsilon = 0",
    hint="Without exploration each game takes the action of the largest value in its row.",
)
many = np.tile([0.0, 2.0, 1.0, -1.0], (10_000, 1))
actions = np.asarray(epsilon_greedy(many, 0.4, np.random.default_rng([SEED, 3])))
check.shape(actions, (10_000,), name="actions of 10,000 games")
for action, share in enumerate([0.1, 0.7, 0.1, 0.1]):
    check.between(
        np.mean(actions == action),
        share - 0.025,
        share + 0.025,
        name=f"share of action {action} in 10,000 games, epsilon = 0.4, action 1 is the best",
        hint="Exploring means any of the four, the best one included: 0.6 + 0.4 / 4 for the best.",
    )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 31])
for start, end, steps in ((1.0, 0.05, 20), (0.5, 0.0, 7)):
    for step in (0, 1, steps // 2, steps - 1, steps, steps + 1, 10 * steps):
        check.close(
            epsilon_at(step, start, end, steps),
            end if step >= steps else start - (start - end) * step / steps,
            name=f"epsilon from {start} to {end} in {steps} steps",
            hint="A straight line from start to end, and level from there on.",
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
        name=f"share of the best action, epsilon = {epsilon}, {n_actions} actions",
        hint="Each game throws its own coin; exploring includes the best action.",
    )
    check.equal(
        sorted(set(actions.tolist())), list(range(n_actions)), name="the actions that are taken"
    )
    check.equal(
        epsilon_greedy(values, epsilon, np.random.default_rng([SEED, 32])),
        actions,
        name="actions of a second call with an equal generator",
        hint="All randomness comes from rng.",
    )
ties = np.tile([2.0, -1.0, 2.0, 2.0, 0.0], (9_000, 1))
actions = np.asarray(epsilon_greedy(ties, 0.0, np.random.default_rng([SEED, 33])))
check.shape(actions, (9_000,), name="actions of 9,000 games")
for action, share in enumerate([1 / 3, 0.0, 1 / 3, 1 / 3, 0.0]):
    check.between(
        np.mean(actions == action),
        share - 0.025 * (share > 0),
        share + 0.025 * (share > 0),
        name="shares of actions when three of five are equally good",
        hint="Among equals choose at random, and never one that is worse.",
    )
equal = np.asarray(epsilon_greedy(np.zeros((6_000, 3)), 0.0, np.random.default_rng([SEED, 34])))
check.shape(equal, (6_000,), name="actions of an agent that knows nothing")
for action in range(3):
    check.between(
        np.mean(equal == action), 0.3, 0.37, name="shares of actions when nothing is known"
    )
check.equal(
    epsilon_greedy(np.array([[-4.0, -3.0]]), 0.0, np.random.default_rng(1)),
    [1],
    name="one game with negative values",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 4. A table that learns · 8 points · about 8 minutes

One step was taken: in state $s$, action $a$ paid $r$ and led to $s'$. That is a tiny piece of
evidence about $Q(s, a)$. Compare what the table said with what it should have said, going by what
happened and by what the table says of $s'$:

$$
\delta = \underbrace{r + \gamma \max_{b} Q(s', b)}_{\text{target}} - Q(s, a), \qquad
Q(s, a) \leftarrow Q(s, a) + \alpha\, \delta .
$$

If the game was over with this step, nothing follows, and the target is $r$ alone, whatever the
table says of $s'$.
"""


# %% exercise="q_learning_update" outcomes=[16]
def q_learning_update(Q, state, action, reward, next_state, terminated, alpha, gamma):
    """Correct one entry of the table, in place.

    Parameters
    ----------
    Q : array, shape (n_states, n_actions); changed at [state, action] and nowhere else
    state, action : whole numbers
    reward : float
    next_state : whole number
    terminated : bool, whether the game was over with this step
    alpha, gamma : floats

    Returns
    -------
    delta : float, the target minus what the table said before

    Examples
    --------
    With Q = [[0, 1], [4, 2]], a step from state 0 by action 1 to state 1 that paid 3, alpha = 0.5
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
    hint="Change Q itself, at one entry, by alpha times delta.",
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
            name=f"delta, {n_states} states, {n_actions} actions",
            hint="The best entry of the next state's row, discounted, unless the game was over.",
        )
        check.close(
            after,
            expected,
            name="the table afterwards",
            hint="One entry moves by alpha times delta; all others stay.",
        )
table = np.array([[1.0, 2.0], [3.0, 4.0]])
_, (after, *_) = check.call_and_inspect(q_learning_update, table, 1, 0, 0.5, 1, False, 1.0, 0.9)
check.close(after, [[1.0, 2.0], [4.1, 4.0]], name="alpha = 1: the entry becomes the target")
### END HIDDEN TESTS

# %% [markdown]
"""
Your table at work: it walks through the maze of exercise 2, knowing nothing of `P` and `R`, and
learns from its steps.
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
    maze.picture(V, np.argmax(Q, axis=1), title="calculated (exercise 2)"),
    maze.picture(table.max(axis=1), np.argmax(table, axis=1), title="learned from 400 walks"),
    caption="Where it walked often, the table agrees with the calculation. In remote corners it is "
    "still guessing.",
)

# %% [markdown]
r"""
## Part three: from the table to a network

### Exercise 5. A memory · 10 points · about 14 minutes

Pictures are too many for a table, so a network will say $Q(s, a)$. It is trained on minibatches,
and they should not be the last few steps of one game, which all look alike. So every step is kept,
and minibatches are drawn from everything kept, at random. When the memory is full, the newest
steps take the place of the oldest.

Pictures are bytes: keep them as bytes. In `float64` the same memory would take eight times the
room, and Atari's a million frames would not fit into any laptop. And keep *copies*: whoever hands
over an array may write into it afterwards.
"""


# %% exercise="ReplayBuffer" outcomes=[16]
class ReplayBuffer:
    """A memory of the newest `capacity` steps.

    Parameters
    ----------
    capacity : whole number, how many steps it can hold
    state_shape : tuple, the shape of one state
    dtype : of the states, as they are kept and as they are returned

    Examples
    --------
    >>> buffer = ReplayBuffer(1000, (10, 10, 2))
    >>> buffer.add(states, actions, rewards, next_states, terminated)  # 16 games: 16 steps at once
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
        """Keep some steps: arrays with the same number n of entries, 1 <= n <= capacity."""
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
        """How many steps are kept at present."""
        ### BEGIN SOLUTION
        return min(self.added, self.capacity)
        ### END SOLUTION

    def sample(self, n, rng):
        """Draw n of the steps that are kept, each draw independent, all equally likely.

        Returns states, actions, rewards, next_states, terminated: arrays with n entries each.
        """
        ### BEGIN SOLUTION
        drawn = rng.integers(len(self), size=n)
        kept = (self.states, self.actions, self.rewards, self.next_states, self.terminated)
        return tuple(array[drawn] for array in kept)
        ### END SOLUTION


# %% test="ReplayBuffer" points=10
def steps_from(first, n):
    """n steps whose parts all say which one they are: step i has the state i + 1."""
    number = np.arange(first, first + n)
    frames = np.ones((n, 3, 2), np.uint8) * (number[:, None, None] + 1).astype(np.uint8)
    return frames, number % 5, -number.astype(float), frames + np.uint8(1), number % 4 == 3


buffer = ReplayBuffer(6, (3, 2))
buffer.add(*steps_from(0, 4))
check.equal(len(buffer), 4, name="length after 4 steps", hint="Count what is kept.")
drawn = check.items(
    buffer.sample(500, np.random.default_rng([SEED, 5])), 5, name="what sample returns"
)
check.shape(drawn[0], (500, 3, 2), name="states that were drawn")
check.equal(
    sorted(set(drawn[0][:, 0, 0].tolist())),
    [1, 2, 3, 4],
    name="states that are ever drawn after 4 steps",
    hint="Draw from what is kept, not from places that are still empty.",
)
buffer.add(*steps_from(4, 4))
check.equal(len(buffer), 6, name="length after 8 steps, with room for 6")
drawn = check.items(
    buffer.sample(500, np.random.default_rng([SEED, 51])), 5, name="what sample returns"
)
check.equal(
    sorted(set(drawn[0][:, 2, 1].tolist())),
    [3, 4, 5, 6, 7, 8],
    name="states that are ever drawn after 8 steps",
    hint="When it is full, the newest steps take the place of the oldest.",
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
        "the frames are no bytes any more.",
        name="kind of number of the states",
        hint="Keep states in the dtype that was asked for.",
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
            part, expected, name="the parts of a step", hint="What belongs together stays together."
        )
    shares = np.bincount(number, minlength=total) / 6_000
    check.equal(
        np.flatnonzero(shares).tolist(),
        list(range(total - min(total, capacity), total)),
        name="steps that are ever drawn",
        hint="The newest `capacity` steps, all of them, and none that is older.",
    )
    check.between(
        shares[shares > 0].max() - shares[shares > 0].min(),
        0.0,
        0.06,
        name="largest difference between how often steps are drawn",
        hint="All steps that are kept are equally likely.",
    )
buffer, rng = ReplayBuffer(40, (3, 2)), np.random.default_rng([SEED, 52])
buffer.add(*steps_from(0, 30))
buffer.add(*steps_from(30, 25))
minibatches = [buffer.sample(8, rng)[0][:, 0, 0] for _ in range(100)]
check.equal(
    sorted(set(np.concatenate(minibatches).tolist())),
    list(range(16, 56)),
    name="steps that are ever drawn in 100 minibatches of 8, out of 40 that are kept",
    hint="A minibatch comes from everything that is kept, not from the newest steps.",
)
one = buffer.sample(4, np.random.default_rng([SEED, 53]))[0]
two = buffer.sample(4, np.random.default_rng([SEED, 53]))[0]
check.equal(
    two, one, name="a second draw with an equal generator", hint="All randomness comes from rng."
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
        name="a step whose arrays were overwritten after it was added",
        hint="Keep copies: the caller may use its arrays again.",
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
    name="bytes that 200 steps with two frames each take, in frames' bytes",
    hint="Keep states in the dtype that was asked for, also inside.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 6. Frames · 6 points · about 8 minutes

Where will the ball land? One picture does not say: it shows where the ball is, not where it is
going. So a state is the last $k$ frames, side by side on a new last axis, the newest one last.
When games begin there is only one frame: take it $k$ times.
"""


# %% exercise="FrameStack" outcomes=[16]
class FrameStack:
    """The last k frames of games that are played side by side.

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
        """Begin with the first frames of new games, shape (n, height, width).

        Returns states, a new array of shape (n, height, width, k) and the frames' dtype.
        """
        ### BEGIN SOLUTION
        self.states = np.repeat(frames[..., None], self.k, axis=-1)
        return self.states.copy()
        ### END SOLUTION

    def push(self, frames):
        """Add the next frames and forget the oldest; returns states, again a new array."""
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
    states[0, 0, 0], [1, 1, 1], name="a pixel after reset", hint="The first frame, three times."
)
check.equal(
    stack.push(frames_of(2))[1, 2, 3],
    [101, 101, 102],
    name="a pixel of the second game after one more frame",
    hint="The oldest frame goes, the newest stands last.",
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
            name=f"states of {n} games, k = {k}, looked at after all calls",
            hint="Newest last; a reset forgets the old episode; every state is an array of its own.",
        )
        check.that(
            states.dtype == np.uint8, "the frames are no bytes any more.", name="kind of number"
        )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 7. Playing · 8 points · about 10 minutes

Now the agent meets the world. `env` runs many games side by side, and they all last equally long.
Play them once, from `reset` until they are over or were cut off, and hand every step to
`remember`: the states, the actions, the rewards, the states after it, and whether the games were
*over*. A game that was cut off is not over: something would have followed, and the targets will
have to know.
"""


# %% exercise="play_game" outcomes=[16]
def play_game(env, choose, stack, remember):
    """Play all games of a vector environment once.

    Parameters
    ----------
    env : a vector environment whose games begin and end together
        env.reset() and env.step(actions) as Gymnasium has them, see the top of this notebook.
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
    """Let play_game play with random actions; return its diary, the truth, and the totals."""
    rng, diary, chosen = np.random.default_rng([SEED, world_seed]), [], []

    def choose(states):
        check.that(
            len(chosen) < 20,
            "the games go on and on.",
            name="number of steps",
            hint="Stop when the games are over, and also when they were cut off.",
        )
        chosen.append((np.array(states), rng.integers(3, size=n)))
        return chosen[-1][1]

    def remember(*step):
        check.equal(len(step), 5, name="number of arguments of remember")
        diary.append([np.array(part) for part in step])

    env = check.run_remotely(envs.CatchVector)(n, **settings)
    env.reset(seed=world_seed)
    totals = play_game(env, choose, check.run_remotely(Counted)(), remember)

    world = envs.CatchVector(n, **settings)  # the same games, played here
    world.reset(seed=world_seed)
    stack, truth, sums = Counted(), [], np.zeros(n)
    states = stack.reset(world.reset()[0])
    for _, actions in chosen:
        frames, rewards, terminated, truncated, _ = world.step(actions)
        next_states = stack.push(frames)
        truth.append([states, actions, rewards, next_states, terminated])
        states, sums = next_states, sums + rewards
    return chosen, diary, truth, totals, sums, bool(np.all(terminated | truncated))


def compare(chosen, diary, truth, totals, sums, is_over):
    for (states, _), (before, *_) in zip(chosen, truth, strict=True):
        check.equal(states, before, name="states that actions are chosen for")
    check.that(is_over, "it stopped before the games were over.", name="when to stop")
    for step, expected in zip(
        check.items(diary, len(truth), name="steps that were remembered"), truth, strict=True
    ):
        for part, wanted, name in zip(
            step,
            expected,
            ["states", "actions", "rewards", "next states", "terminated"],
            strict=True,
        ):
            check.close(
                part.astype(float),
                wanted.astype(float),
                name=f"remembered: {name}",
                hint="In the order states, actions, rewards, next states, terminated, all of the "
                "same step. Games that were cut off are not terminated.",
            )
    check.close(totals, sums, name="totals", hint="The sum of the rewards of each game.")


told = follow(7, 4)
check.equal(len(told[0]), 9, name="steps of a game of Catch", hint="A ball falls nine rows.")
compare(*told)
### BEGIN HIDDEN TESTS
for world_seed, n, settings in (
    (71, 3, {"cut_after": 4}), (72, 1, {"size": 6}), (73, 6, {"size": 8, "cut_after": 5}),
    (74, 5, {"actions": [2, 0, 1]}),
):  # fmt: skip
    told = follow(world_seed, n, **settings)
    steps = settings.get("cut_after", settings.get("size", 10) - 1)
    check.equal(
        len(told[0]),
        steps,
        name="steps of a game, in a world of another size or cut off early",
        hint="The world says when games are over or cut off, in the third and fourth place.",
    )
    compare(*told)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. The network · 6 points · about 6 minutes

From $k$ frames, bytes from 0 to 255, to one number for each action:

1. the bytes become numbers between 0 and 1 *inside the network* (the memory keeps bytes);
2. a convolution with 16 filters of 3 × 3, without padding, ReLU;
3. flattened, a dense layer of 64 units, ReLU;
4. a dense layer with one output for each action. Values are any numbers, also negative: no
   activation.

Build it from Keras' own layers, with `keras.Sequential` or `keras.Model(inputs, outputs)`.
"""


# %% exercise="build_q_network" outcomes=[6, 16]
def build_q_network(shape, n_actions):
    """A small ConvNet from frames to action values.

    Parameters
    ----------
    shape : tuple (height, width, k), the shape of a state
    n_actions : whole number

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
    hint="16 filters of 3 × 3 × 2 leave 8 × 8 × 16 numbers; then 64 units; then three outputs.",
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
        name="network for another world",
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
        "a layer starts with equal weights.",
        name="initial weights",
        hint="Leave the initial weights to Keras.",
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
        hint="Bytes are scaled to [0, 1] once; ReLU after the convolution and the first dense "
        "layer; nothing after the last.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 9. Targets · 8 points · about 8 minutes

Exercise 4's target, for a minibatch, and with a network in place of the table:

$$
y = r + \gamma \max_b Q(s', b;\, \theta^-) , \qquad\text{and just } y = r \text{ where the game was over.}
$$

$\theta^-$ are the weights of the *target network*, a copy of the network that stands still for a
while. The targets are what the other network is trained towards, so they have to be treated as
given numbers: no gradient may flow through them. (`tf.stop_gradient` and `keras.ops.stop_gradient`
say so.)

This function and the next two become part of a compiled step. Write them with TensorFlow's
operations or with `keras.ops`; all arrays arrive as tensors.
"""


# %% exercise="dqn_targets" outcomes=[16]
def dqn_targets(target, rewards, next_states, terminated, gamma):
    """What Q(s, a) should have been, for each step of a minibatch.

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
    If the target network says [[1, 3], [5, 4]] about two next states, the rewards are [0.5, 1],
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
    hint="The best value of each next state, discounted, plus the reward; over means the reward alone.",
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
        name=f"targets of {n} steps with {n_actions} actions",
        hint="The maximum is over the actions, for each step alone.",
    )
    check.equal(
        check.run_remotely(probes.reaches)(dqn_targets, [target, *arguments], [target]),
        [False],
        name="whether a gradient flows through the targets",
        hint="Targets are given numbers: stop the gradient.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 10. Who chooses, who judges · 6 points · about 6 minutes

A maximum of guesses is too high: of several actions that are equally good, the one whose guess is
too high by chance wins. *Double DQN* parts the two jobs. The network that is being trained chooses
the action, the target network says what it is worth:

$$
y = r + \gamma\, Q\big(s', b^*;\, \theta^-\big), \qquad b^* = \arg\max_b Q(s', b;\, \theta) .
$$
"""


# %% exercise="double_dqn_targets" outcomes=[16]
def double_dqn_targets(q, target, rewards, next_states, terminated, gamma):
    """Targets of double DQN for a minibatch.

    Parameters
    ----------
    q : keras.Model, the network that is being trained: it chooses
    target, rewards, next_states, terminated, gamma : as for dqn_targets

    Returns
    -------
    targets : float32 tensor, shape (n,), through which no gradient flows

    Examples
    --------
    If q says [[9, 0], [0, 9]] about two next states and the target network [[1, 3], [5, 4]], the
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
    hint="q chooses the action; the target network says what that action is worth.",
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
        name=f"double targets of {n} steps with {n_actions} actions",
        hint="One of the networks only chooses, the other only judges.",
    )
    check.equal(
        check.run_remotely(probes.reaches)(
            double_dqn_targets, [online, target, *arguments], [online, target]
        ),
        [False, False],
        name="whether a gradient flows through the targets",
        hint="Targets are given numbers: stop the gradient.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 11. The loss · 8 points · about 8 minutes

What the network said about the action that was *taken*, against the target; what it said about
the other actions was never put to the test, so they have no say. Squares would let one surprise of
10 pull a hundred times as hard as one of 1. The *Huber* loss is a square for small errors and a
straight line for large ones, so that no error pulls harder than one of size 1:

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
    loss : float32 tensor with one number, from which a gradient reaches q

    Examples
    --------
    If q says [[1, 3], [5, 4]] about two states, the actions are [1, 1] and the targets [2.5, 1],
    the differences are -0.5 and -3, and the result is (0.125 + 2.5) / 2 = 1.3125.
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
    hint="One value of each row, that of the action taken; then Huber, then the mean.",
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
        name=f"loss of {n} steps with {n_actions} actions",
        hint="Only the action that was taken counts; a mean over the minibatch.",
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
## Part four: all of it

### Exercise 12. The agent · 9 points · about 14 minutes

Now put everything together. Again and again, `games` times in all:

* **play** all games of the vector environment once, choosing $\epsilon$-greedily, with an
  $\epsilon$ that falls from 1 to 0.05 in the first half of all rounds and stays there;
* **learn**: 10 minibatches of 64 steps, drawn from the memory, with Adam and a learning rate of
  0.001, $\gamma = 0.95$;
* every 10 rounds **copy** the weights of the network into the target network.

States are two frames. `compiled(network)` and `compiled_step(...)` from the first cell make it
fast: look at what they take and what they return.
"""


# %% exercise="train_dqn" uses=["epsilon_greedy", "ReplayBuffer", "FrameStack", "play_game", "build_q_network", "dqn_targets", "td_loss"] outcomes=[16]
def train_dqn(env, seed, games=200, capacity=20_000):
    """Train a deep Q-network by playing.

    Parameters
    ----------
    env : vector environment whose games begin and end together, such as envs.CatchVector(16)
        env.single_observation_space.shape is the shape of a frame, int(env.single_action_space.n)
        the number of actions (Keras insists on a plain int).
    seed : whole number, seeds keras (keras.utils.set_random_seed), all generators and the games
    games : whole number, how often all games are played
    capacity : whole number, of the replay buffer

    Returns
    -------
    q : keras.Model, the trained network
    returns : list of floats, after each round the mean total of its games
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
in a world where the three actions have changed their places, so that only somebody who learns from
this very world can win. Then it plays a hundred games without exploring.
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
    hint="If every part passes alone, look at how often the target is copied, at what epsilon is "
    "in each round, and at which steps the memory holds.",
)
### BEGIN HIDDEN TESTS
# The ball is above the paddle; only the older frame tells to which side it will be gone.
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
    name="share of states in which the network follows the drift that the older frame shows",
    hint="Both frames must reach the network, the older one first.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Watch it. And then train once more, with a memory that holds nothing but the sixteen steps of one
moment. What will the second curve look like? Write your guess down before you run the cell.
"""


# %%
def film(choose, seed):
    """Sixteen games at once, as pictures of 4 × 4 fields."""
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
    caption="Each field is a game: the ball falls, the paddle at the bottom waits where it will "
    "land.",
)

# %%
_, forgetful = train_dqn(envs.CatchVector(16), SEED, capacity=16)


def smooth(returns):
    return np.convolve(returns, np.ones(20) / 20, mode="valid")


plot.curves(
    {"memory of 20,000 steps": smooth(returns), "memory of 16 steps": smooth(forgetful)},
    x=16 * np.arange(20, len(returns) + 1),
    xlabel="games played",
    ylabel="mean return of the last 320 games",
    title="With a memory, and without",
    caption="Both agents are the same, and so is everything that they are told to do. Only what "
    "minibatches are drawn from differs.",
)

# %% [markdown]
"""
### Exercise 13. Greedy, and without a memory · 8 points · about 12 minutes · marked by hand
"""

# %% [markdown] written="greedy_learner" points=8 outcomes=[16]
"""
**1.** A learner of exercise 4 always acts greedily: no exploration, ties broken by the lowest
number, a table that starts at zero. Draw (in words or letters) a problem with three states in
which it never finds the best way, however long it plays. Say what its table looks like in the end,
and what the best way would have paid.

**2.** Your second curve: what happened to the agent with the memory of 16 steps? Quote your
numbers, and explain with *what* a minibatch of these sixteen steps has in common. Why does a large
memory cure it? (About ten lines together.)

### BEGIN SOLUTION
**1.** State A is the start. Action 0 ends the game and pays 1. Action 1 leads to B and pays 0;
from B action 0 leads to C and pays 0, and from C action 0 ends the game and pays 10. At first all
entries are 0, so the learner takes action 0 in A, gets 1, and now Q(A, 0) > 0 = Q(A, 1). From then
on action 0 is the best it knows, for ever: Q(A, 0) goes to 1, and the rows of B and C stay zero,
since it was never there. The other way pays 10 γ² (8.1 for γ = 0.9). Nothing that it ever sees
can tell it so: the entries for what it does not do are never corrected. With a small ε it goes
through B and C once in a while, and the news travels back.

**2.** With the large memory the mean return rises to about 0.95 (it still explores in a twentieth
of all steps, and catches everything without); with 16 steps it goes from about -0.4, random play,
to about -0.1, and no further. All sixteen steps are of the same moment: the ball of every
game has just landed, so a minibatch holds one row of the field only. The network learns what
the last step is worth, and nothing about the steps before: the reward has no way back in time. Drawn from a large memory, a
minibatch has balls at all heights, of many games and of older policies: the examples are nearly
independent, and what was learned yesterday is practised today. (Each step is also used many times
instead of once.)
### END SOLUTION

### BEGIN MARK SCHEME
First part, 4 points.

* 2 points: a problem with (at most) three states in which greedy play settles on something worse
  *because it was tried first*: the better action must look no better than the settled one as long
  as it is not tried. One point if the idea is right but ties or numbers do not work out.
* 1 point: the table in the end (the entry of the better action still zero, or never updated).
* 1 point: what was missed, in numbers, with the discount.

Second part, 4 points.

* 1 point: own numbers quoted for both curves.
* 2 points: sixteen steps of the same moment are alike (same row, same phase of the game, same
  policy), so the network is trained on one thing at a time and forgets or never learns the rest.
  One point for "correlated" alone.
* 1 point: why a large memory cures it: minibatches of nearly independent steps from all phases
  and many games; or that old steps are used again. "More data" alone: 0.
### END MARK SCHEME
"""

# %% [markdown]
r"""
## For a weekend: a game that was not made for you

Your agent learned a world that was made to be learned in a minute. Real games are slower, and worse.

1. **A longer way to the reward.** `envs.CatchVector(16, size=16)`: the reward comes 15 steps
   after the first decision. What must change, in rounds, in $\epsilon$, in $\gamma$? Plot the
   curve of each attempt: an agent's curve is its diary.
2. **Double DQN in the loop.** Swap in `double_dqn_targets` (it wants `q`, so `functools.partial`
   helps). Compare the *values* of first frames with the returns that follow: who promises too
   much?
3. **Atari.** With `pip install "dlcourse[atari]"` and a GPU, or a night: section 12 of the lesson has
   the consoles, DeepMind's network, and the loop for games that do not end together. Pong turns
   from -21 to positive after about a million steps.
4. **Dueling, prioritised, noisy.** *Rainbow* (Hessel et al. 2018) tried six improvements together.
   Add one to your agent and show, over five seeds, that it helps. That is harder than adding it.

Nothing here is graded.
"""
