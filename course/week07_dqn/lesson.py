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
# Week 7: deep Q-learning

### How does one learn from reward alone?

For six weeks the right answer was always known. A label said which digit it was, the next letter
said what the network should have written, and even the autoencoder had a target: its own input.
This week nobody gives the answer. You move, and move, and move, and after a while there is a single
number: well done, or not. Which of your moves was it? And what should you have done instead? This
is **reinforcement learning**.

**Afterwards you can**

* describe a problem by states, actions, rewards and a discount, and compute the value of a state
  when the rules are known;
* learn values from experience when the rules are not known, with a table and the Q-learning update;
* say why a table cannot hold the screen of a game, and put a network in its place;
* show the two ways in which that goes wrong, and what replay and a target network do about it;
* train a ConvNet that plays from pixels, in seconds, and read an agent's learning curve;
* build the network of DeepMind's Atari paper, and explain double DQN.

**You need** convolutions (week 5), compiled training steps with `GradientTape` (week 3), and
minibatches and Adam (week 2).

**Time:** two hours if you make the predictions and play. The notebook itself runs in about two
minutes.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import collections
import importlib.util
import itertools
import time

import gymnasium
import keras
import numpy as np
import tensorflow as tf

from dlcourse import envs, plot, widgets

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## 1. An environment that gives rewards, not labels

The **environment** of this week is called **Catch**. It has ten by ten pixels, a ball that falls one
row per step, and a paddle at the bottom, three pixels wide. The **agent**, the learner that acts in
it, has three **actions**: left, stay, right. When the ball lands, the **reward** is 1 if the paddle
is there and -1 if it is not. Until then it is 0. The agent is told nothing else.

Like every environment that you will meet outside this course, Catch follows the interface of
**Gymnasium**: `reset()` begins an **episode** and returns the first **observation**, here a frame.
`step(action)` returns the next observation, the reward, and whether the episode is over.
"""

# %%
world = gymnasium.make("dlcourse/Catch-v0")
frame, _ = world.reset(seed=SEED)
frame, reward, terminated, truncated, _ = world.step(2)
print(f"a frame: {frame.shape}, {frame.dtype}; reward {reward}; over: {terminated}")
plot.images(
    frame,
    ["after one step to the right"],
    caption="One frame of Catch: the ball has begun to fall, the paddle is at the bottom.",
)

# %% [markdown]
r"""
One game at a time would be slow. `envs.CatchVector(n)` plays $n$ games side by side: everything that
it takes and returns has an axis of games in front. Let us watch nine games of an agent that moves at
random.

**Predict.** The paddle covers 3 of 10 columns. What is the mean return of random play, where the
return is the sum of a game's rewards? And what is it for an agent that always moves towards the
column where the ball is *now*?
"""


# %%
def games(choose, n, seed, k=2):
    """Play n games of Catch; return the frames, shape (10, n, 10, 10), and the rewards."""
    world = envs.CatchVector(n)
    frames, _ = world.reset(seed=seed)
    seen, states = [frames], np.repeat(frames[..., None], k, axis=-1)
    for _ in range(9):
        frames, rewards, _, _, _ = world.step(choose(states))
        states = np.concatenate([states[..., 1:], frames[..., None]], axis=-1)
        seen.append(frames)
    return np.array(seen), rewards


def at_random(states):
    return rng.integers(3, size=len(states))


def follow_the_ball(states):
    newest = states[..., -1]
    ball = newest[:, :-1].any(axis=1).argmax(axis=1)  # its column
    paddle = newest[:, -1].argmax(axis=1) + 1  # the middle of the paddle
    return 1 + np.sign(ball - paddle)


def mosaic(frames):
    """Nine games as one picture per step: three rows of three fields."""
    framed = np.pad(frames, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=80)
    rows = framed.reshape(len(frames), 3, 3, 12, 12).transpose(0, 1, 3, 2, 4)
    return rows.reshape(len(frames), 36, 36)


rng = np.random.default_rng(SEED)
for policy in (at_random, follow_the_ball):
    print(f"{policy.__name__:15} mean return {games(policy, 2000, SEED)[1].mean():5.2f}")

# %%
plot.animation(
    mosaic(games(at_random, 9, SEED)[0]),
    seconds=0.35,
    width=3.6,
    title="Nine games of random play",
    caption="A few balls are caught by luck. These lucky catches are all there is to learn from.",
)

# %% [markdown]
r"""
A few lines of hand-written code catch every ball. But they know what a ball is, and which action
moves left. The agent of this week will know neither. It gets a hundred numbers and three actions, and
now and then a reward of 1 or -1. In the end it will be a ConvNet like those of week 5. The question
is: with *which labels* do we train it?

## 2. Markov decision processes, returns and values

A **Markov decision process** has states $s$, actions $a$, probabilities $P(s, a, s')$ that action
$a$ leads from $s$ to the next state $s'$, and rewards $R(s, a)$. *Markov* means that what comes next
depends on the present state and action, not on the states before. A **policy** $\pi$ says which action
to take in each state.

A policy should collect as much reward as possible, not only the next one. The **return** from step
$t$ on is

$$
G_t = r_t + \gamma\, r_{t+1} + \gamma^2\, r_{t+2} + \dots = r_t + \gamma\, G_{t+1},
$$

with a **discount** $\gamma$ between 0 and 1: a later reward counts less. (Sutton and Barto write
$r_{t+1}$ for the reward of step $t$.) The discount keeps infinite sums finite. It also sets how far
ahead the agent looks, about $1/(1-\gamma)$ steps; this is called the **horizon**.
"""

# %%
ahead = np.arange(0, 101)
plot.curves(
    {f"γ = {gamma}": gamma**ahead for gamma in (0.99, 0.95, 0.8)},
    x=ahead,
    xlabel="steps until the reward",
    ylabel="discounted value of a reward of 1",
    title="The discount sets the horizon",
    caption="With γ = 0.8 a reward 20 steps away counts 1 percent; with γ = 0.99 it counts 82 percent.",
)

# %% [markdown]
r"""
The **value** $V^\pi(s)$ of a state is the expected return from $s$ on if the agent follows $\pi$. The
largest value that any policy reaches is the **optimal value** $V^*(s)$, and the optimal
**action value** $Q^*(s, a)$ is the expected return if the agent takes action $a$ in $s$ and acts
optimally afterwards. If we know the rules we can compute both, because they determine each other.
The value of an action is its reward plus $\gamma$ times the expected value of the next state. The
value of a state is the value of its best action:

$$
Q^*(s, a) = R(s, a) + \gamma \sum_{s'} P(s, a, s')\, V^*(s'), \qquad V^*(s) = \max_a Q^*(s, a).
$$

This is the **Bellman equation** (more exactly, the Bellman optimality equation), which Richard Bellman
wrote down in the 1950s. **Value iteration** turns it into a program: begin with $V = 0$ everywhere and
apply both equations as assignments, again and again. Each round over all states is a **sweep**. Here
is a maze with one goal (+1), one pit (-1) and no other reward.

**Predict.** With $\gamma = 0.9$, what is the value of a cell that is three steps from the goal? After
how many sweeps does the value of the start become positive?
"""

# %%
MAZE = ("......G", ".####..", "....#..", ".##...P", "S...#..")
maze = envs.GridWorld(MAZE)


def sweep(V, maze, gamma):
    """Values of all actions, shape (n_states, 4), if the states have the values V."""
    return maze.R + gamma * maze.P @ V  # P and R of the goal and of the pit are 0


V, pictures, names = np.zeros(len(maze.P)), [], []
for n in range(13):
    pictures.append(maze.picture(V, limit=1.0))
    names.append(f"sweep {n}")
    V = sweep(V, maze, 0.9).max(axis=1)
plot.animation(
    pictures,
    seconds=0.6,
    names=names,
    title="Value iteration",
    caption="The value of each cell, sweep by sweep.",
)

# %% [markdown]
r"""
Three steps away the value is $0.9^2 = 0.81$, because the reward comes *with* the third step. Each sweep
carries the value of the goal one cell further and multiplies it by 0.9. The start is ten steps away,
so its value becomes positive in the tenth sweep.

Value iteration **converges** from any start, because a sweep is a **contraction**. Let $\mathcal{T}V$
be the values after one sweep from $V$. For any two sets of values $V$ and $V'$ and every state $s$,

$$
\begin{aligned}
\big|(\mathcal{T}V)(s) - (\mathcal{T}V')(s)\big|
&= \Big| \max_a Q(s, a) - \max_a Q'(s, a) \Big| \\
&\le \max_a \big| Q(s, a) - Q'(s, a) \big| \\
&= \max_a \Big| \gamma \sum_{s'} P(s, a, s') \big( V(s') - V'(s') \big) \Big| \\
&\le \gamma \max_{s'} \big| V(s') - V'(s') \big| .
\end{aligned}
$$

Put $V' = V^*$, which a sweep leaves unchanged: every sweep multiplies the largest error by at most
$\gamma$. Once the values have converged, the optimal policy is **greedy**: take the action with the
largest $Q^*$.

**Predict.** Now the floor is wet: in a third of all steps the agent slips, to the left or to the right
of the direction that it chose. Where will the arrows change most?
"""


# %%
def solve(maze, gamma, sweeps=200):
    """Action values after many sweeps."""
    V = np.zeros(len(maze.P))
    for _ in range(sweeps):
        V = sweep(V, maze, gamma).max(axis=1)
    return sweep(V, maze, gamma)


def arrows(maze, Q, title):
    return maze.picture(Q.max(axis=1), Q.argmax(axis=1), limit=1.0, title=title)


wet = envs.GridWorld(MAZE, slip=1 / 3)
plot.side_by_side(
    arrows(maze, solve(maze, 0.9), "dry"),
    arrows(wet, solve(wet, 0.9), "wet"),
    caption="The best action of each cell, and its value.",
)

# %% [markdown]
r"""
On the wet floor every value is smaller, and on the left five arrows change direction: the short way
leads past the pit, so the agent takes the long way over the top. In the corner below the pit it is
best to push against the wall and to wait until the agent slips to the left: an agent that walks to the
left on purpose may slip into the pit.

## 3. Q-learning: learning values from experience

Value iteration needs $P$ and $R$. An agent that plays Catch does not know them, and neither does a
person who plays chess against another person. But to *act*, an agent needs only $Q^*(s, a)$, a number
for each state and action. The optimal policy is then

$$
\pi^*(s) = \arg\max_a Q^*(s, a) .
$$

$Q^*$ can be estimated from experience. Let $Q$ be a table of estimates. One step, also called a
**transition**, is $(s, a, r, s')$: in state $s$ the agent took action $a$, received the reward $r$ and
came to $s'$. Judged by this one transition, $Q(s, a)$ should have been $r + \gamma \max_{a'} Q(s', a')$,
the reward plus the discounted estimate of the rest, where $a'$ runs over the actions of the next
state. This is the **target**. Move the entry a little towards it:

$$
Q(s, a) \leftarrow Q(s, a) + \alpha \Big[ \underbrace{r + \gamma \max_{a'} Q(s', a')}_{\text{target}} -
Q(s, a) \Big] .
$$

This is **Q-learning** (Chris Watkins, 1989). The bracket is the **TD error** $\delta$; TD is short for
**temporal difference**, the difference between two estimates that are one step apart in time. Each
estimate is corrected by another estimate, which is called **bootstrapping**. It works because the last
step of an episode needs no estimate. When the episode is over nothing follows, the target is the
reward alone, and from there correct values spread backwards. The alternative without bootstrapping is
a **Monte Carlo** method: wait until the episode is over and move $Q(s, a)$ towards the return $G_t$ that
was observed.

How should the agent act while it learns? If it is always greedy, it never learns about actions that
it does not try. The usual compromise between **exploration** and **exploitation** is **ε-greedy**: a
random action with probability $\epsilon$, otherwise the action with the largest value in the table.

Watkins and Dayan proved in 1992 that the table converges to $Q^*$ with probability 1, for a finite
number of states and actions and bounded rewards, under two conditions. Every action must be tried in
every state infinitely often, and the steps $\alpha_n$ of each entry must become small, but not too
fast: $\sum_n \alpha_n = \infty$ and $\sum_n \alpha_n^2 < \infty$. In practice $\alpha$ is a small
constant.

Step through it. **Predict** first: after the very first time that the goal is reached, how many
entries of the table are not zero? After the second time? Then find out what $\alpha = 1$ does here,
what $\gamma = 1$ does, and what happens with $\epsilon = 0$.
"""

# %%
widgets.q_learning(seed=SEED + 1)

# %% [markdown]
"""
The first time, a single entry changes, that of the last step: everywhere else the target was 0. The
second time it may be one more, that of the step before. (A fall into the pit also changes an entry, to
a negative number.) The same in Python, in the larger maze:
"""


# %%
def q_learning(maze, episodes, epsilon, seed, alpha=0.5, gamma=0.9):
    """Yield the table after every episode, and the last reward of the episode."""
    rng, Q = np.random.default_rng(seed), np.zeros((len(maze.P), 4))
    maze.reset(seed=seed)
    for _ in range(episodes):
        (state, _), steps, over = maze.reset(), 0, False
        while not over and steps < 500:
            best = np.flatnonzero(Q[state] == Q[state].max())
            action = rng.integers(4) if rng.random() < epsilon else rng.choice(best)
            next_state, reward, over, _, _ = maze.step(action)
            target = reward if over else reward + gamma * Q[next_state].max()
            Q[state, action] += alpha * (target - Q[state, action])
            state, steps = next_state, steps + 1
        yield Q.copy(), reward


tables = [Q for Q, _ in q_learning(maze, 120, epsilon=0.2, seed=SEED)]
shown = [1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 80, 120]
plot.animation(
    [arrows(maze, tables[n - 1], "") for n in shown],
    seconds=0.6,
    names=[f"episode {n}" for n in shown],
    title="Q-learning in the maze",
    caption="With every success the values spread further back from the goal. Corners that the agent "
    "never visits stay at zero.",
)

# %% [markdown]
r"""
How much should an agent explore? Here is a corridor with a small goal close by, worth 0.2, and a large
goal, worth 1, at the other end. The way to the right is better: $0.9^3 \cdot 1 = 0.73$ against
$0.9 \cdot 0.2 = 0.18$.

**Predict.** Ten agents each with $\epsilon = 0$, 0.5 and 1 play two hundred episodes. Which group
collects most reward *while learning*, at first and later? And how many of each group go to the large
goal *in the end*, if we then let them act greedily?
"""

# %%
corridor = envs.GridWorld(["g.S...G"])
corridor.picture(
    solve(corridor, 0.9), limit=1.0, caption="The optimal action values of the corridor."
)


# %%
def greedy_reward(maze, Q):
    """The last reward of a greedy episode (0 if it does not end within 60 steps)."""
    state, _ = maze.reset()
    for _ in range(60):
        state, reward, over, _, _ = maze.step(Q[state].argmax())
        if over:
            return reward
    return 0.0


earned = {}
for epsilon in (0.0, 0.5, 1.0):
    runs = [list(q_learning(corridor, 200, epsilon, seed)) for seed in range(10)]
    rewards = np.array([[reward for _, reward in run] for run in runs])  # (agents, episodes)
    ends = np.array([greedy_reward(corridor, run[-1][0]) for run in runs])
    earned[f"ε = {epsilon}"] = rewards.mean(axis=0).reshape(10, 20).mean(axis=1)
    print(f"epsilon {epsilon}: {np.sum(ends == 1)} of 10 have learned the way to the large goal")
plot.curves(
    earned,
    x=np.arange(20, 201, 20),
    ylim=(0, 1),
    xlabel="episode",
    ylabel="mean reward of 20 episodes",
    title="Exploration has a cost and a benefit",
    caption="Each curve is the mean of ten agents: the rewards that they collected while they learned, "
    "not what they know in the end.",
)

# %% [markdown]
r"""
The greedy agents repeat what they found first, which is mostly the small goal, and never learn about
the other. The agents with $\epsilon = 0.5$ collect least at first and most in the end. The agents with
$\epsilon = 1$ act at random to the end, and yet *their table* is right: acting greedily, all ten go to
the large goal.

That is the remarkable property of Q-learning. It is **off-policy**: it learns the values of the greedy
policy while the agent follows another one. (The target takes $\max_{a'}$, whatever the agent does
next.) A method that learns the values of the policy that it follows is **on-policy**. The best-known
one is **SARSA**, whose target $r + \gamma\, Q(s', a')$ uses the action $a'$ that the agent really takes
next. Beside a cliff SARSA learns a path at some distance from the edge, because it counts the falls that
exploration causes; Q-learning learns the shortest path along the edge (Sutton and Barto, example 6.6).
Off-policy learning matters below: an agent can learn from *old* experience that another policy
produced.

## 4. Why a table cannot hold Atari

In 2013 DeepMind trained a program to play Atari games from the screen. A state was four frames of
84 × 84 pixels with 256 levels of gray. How many rows would the table have?

**Predict.** How many digits does the number of states have? (The number of atoms in the universe has
about eighty.)
"""

# %%
digits = 84 * 84 * 4 * np.log10(256)
print(f"256 to the power of 84 · 84 · 4 is about 10 to the power of {digits:,.0f}")

# %% [markdown]
r"""
$10^{67970}$: the number itself would fill twenty pages. Most of these images never occur, of course.
But a table cannot be filled one entry at a time where hardly any state occurs twice.

Our Catch is tiny. Do states occur twice in *it*? Play many games at random, and count how many of the
states (two frames) in new games have never been seen before.
"""

# %%
seen, unseen = set(), []
for round_ in range(40):
    frames = games(at_random, 50, SEED + round_)[0]
    pairs = np.stack([frames[:-1], frames[1:]], axis=-1).reshape(-1, 200)
    new = [pair.tobytes() not in seen for pair in pairs]
    unseen.append(np.mean(new))
    seen.update(pair.tobytes() for pair in pairs)
print(f"{len(seen):,} different states in 2,000 games")
plot.curves(
    unseen,
    x=50 * np.arange(1, 41),
    ylim=(0, 1),
    xlabel="games played",
    ylabel="fraction of states never seen before",
    title="Many states are new, even in a toy game",
    caption="After 500 games a third of the states that an agent meets are still new to it. For these a "
    "table has no information: all entries are zero.",
)

# %% [markdown]
r"""
A table for Catch would still fit into memory. But it would treat every state as unrelated to every
other. A ball in the third column that moves right is *almost* a ball in the fourth. We want a function
that **generalizes** from one state to the other. We have studied such functions for six weeks.

## 5. Function approximation: a network in place of the table

Let a network with weights $\theta$ take a state and return one number for each action,
$Q(s, a; \theta)$. Then a transition $(s, a, r, s')$ is a training example: its label is the target of
Q-learning, for the action that was taken. Make the squared TD error small:

$$
L(\theta) = \big( y - Q(s, a; \theta) \big)^2, \qquad y = r + \gamma \max_{a'} Q(s', a'; \theta) .
$$

So these are the labels that were missing in section 1. The network computes them itself. The target
$y$ counts as a *given number*: no gradient flows through it. Otherwise the network could reduce the
loss by lowering the target towards its own output. (Because part of the gradient is left out, this is
called a **semi-gradient** method.) If the episode was over with this step, the target is $r$. And only
the action that was taken has an error; about the other actions the transition says nothing.

In **supervised** learning (week 3) the labels were given and right from the start. Here they come from
the network that is being trained. Can that work?

## 6. Target networks: why naive training diverges

We begin with the best conditions possible. We take the maze of section 2, where we know the right
answer, and a network with two inputs, the row and the column. There is no exploration problem and no
correlation: every minibatch has random cells and random actions. All that is left is the
bootstrapping: the network is trained towards *its own* estimates. We train ten networks at once, from
ten random initializations, so that the result does not depend on a single one.

**Predict.** All rewards are between -1 and 1, so no true value is larger than 1. With $\gamma =
0.99$, what is the largest value that the networks will predict after 3,000 steps?
"""

# %%
letters = "".join(MAZE)
cells = np.flatnonzero([letter in "S." for letter in letters])  # where the agent can stand
place = np.stack(np.unravel_index(np.arange(35), (5, 7)), axis=1) / [2.0, 3.0] - 1  # (35, 2)
place = place.astype(np.float32)
lands = maze.P.argmax(axis=2)  # (35, 4): where each action leads, on the dry floor


def initial_weights(rng, sizes=(2, 32, 32, 4), n=10):
    """Weights of n networks side by side: arrays (n, inputs, outputs) and (n, 1, outputs)."""
    pairs = list(itertools.pairwise(sizes))
    weights = [rng.normal(scale=np.sqrt(2 / m), size=(n, m, k)) for m, k in pairs]
    return [*weights, *(np.zeros((n, 1, k)) for _, k in pairs)]


def action_values(theta, X):
    """Action values of n networks for n minibatches of places, shape (n, batch, 2)."""
    for layer in range(3):
        X = X @ theta[layer] + theta[layer + 3]  # (n, batch, units)
        X = tf.nn.relu(X) if layer < 2 else X
    return X


# %%
def train_ten(gamma, copy_every=None, double=False, steps=3000):
    """Train ten networks on the maze; return their values every 100 steps, (steps / 100, 10, cells, 4)."""
    rng = np.random.default_rng(SEED)
    theta = [tf.Variable(w, dtype=tf.float32) for w in initial_weights(rng)]
    target = [tf.Variable(w) for w in theta] if copy_every else theta
    optimizer = keras.optimizers.Adam(0.003)
    optimizer.build(theta)

    def learn(X, actions, rewards, X_next, over):
        next_values = action_values(target, X_next)
        chosen = tf.argmax(action_values(theta, X_next) if double else next_values, axis=2)
        best = tf.gather(next_values, chosen, axis=2, batch_dims=2)
        y = rewards + gamma * tf.where(over, 0.0, best)
        with tf.GradientTape() as tape:
            taken = tf.gather(action_values(theta, X), actions, axis=2, batch_dims=2)
            loss = tf.reduce_sum(tf.reduce_mean((y - taken) ** 2, axis=1))
        optimizer.apply(tape.gradient(loss, theta), theta)

    @tf.function
    def learn_all(*minibatches):  # a loop inside the graph: fast, even for small steps
        for i in tf.range(len(minibatches[0])):
            learn(*(part[i] for part in minibatches))

    everywhere, history = np.broadcast_to(place[cells], (10, len(cells), 2)), []
    block = min(copy_every or 100, 100)  # steps per call; 100 must be a multiple of it
    for step in range(0, steps, block):
        if step % 100 == 0:
            history.append(action_values(theta, tf.constant(everywhere)).numpy())
        if copy_every and step % copy_every == 0:
            for old, new in zip(target, theta, strict=True):
                old.assign(new)
        s = cells[rng.integers(len(cells), size=(block, 10, 32))]
        a = rng.integers(4, size=(block, 10, 32))
        rewards, over = maze.R[s, a].astype(np.float32), maze.terminal[lands[s, a]]
        learn_all(*map(tf.constant, (place[s], a, rewards, place[lands[s, a]], over)))
    return np.array(history)


naive = train_ten(0.99)
largest = np.abs(naive).max(axis=(2, 3))  # (30, 10)
plot.curves(
    {name: f(largest, axis=1) for name, f in (("highest", np.max), ("lowest", np.min))},
    x=100 * np.arange(len(naive)),
    logy=True,
    xlabel="training steps",
    ylabel="largest |Q| of a network",
    title="Ten networks trained towards their own estimates",
    caption="The highest and the lowest of ten networks, on a logarithmic axis.",
)

# %% [markdown]
r"""
The values of all ten networks grow without bound: training **diverges**. Each step towards a target
raises the value of one cell, and also of its neighbors, since a network generalizes. But the target is
computed from the neighbors' values, so it moves away as the network approaches it. A table does not
have this problem, because an update of one entry leaves all others unchanged. Sutton and Barto call the
combination of bootstrapping, off-policy learning and function approximation the **deadly triad**. If
only two of the three are present, instability can be avoided.

The remedy is simple. Keep a *copy* of the network, the **target network**, with its own weights
$\theta^-$. Compute the targets from the copy,

$$
y = r + \gamma \max_{a'} Q(s', a'; \theta^-),
$$

and copy $\theta$ into $\theta^-$ only now and then. Between two copies the training is what it was in
week 3: inputs, fixed labels, and a loss that decreases.

**Predict.** Renew the copy every 200 steps. What is the largest value after 3,000 steps now?
"""

# %%
stable = train_ten(0.99, copy_every=200, steps=9000)  # section 11 needs all 9,000 steps
plot.curves(
    {
        "no target network": np.median(largest, axis=1),
        "copied every 200 steps": np.median(np.abs(stable[:30]).max(axis=(2, 3)), axis=1),
    },
    x=100 * np.arange(len(naive)),
    logy=True,
    xlabel="training steps",
    ylabel="largest |Q|, median of ten networks",
    title="The effect of a target network",
    caption="The same ten initial weights. Only the network that computes the targets differs.",
)

# %%
for name, history in (("without", naive), ("with", stable)):
    high = np.median(np.abs(history[29]).max(axis=(1, 2)))
    print(f"{name:8} a target network: largest value after 2,900 steps {high:,.1f}")

# %% [markdown]
r"""
Trained towards a copy that is renewed rarely, the networks do not diverge. Their values are still too
high, nearly three times the true maximum; section 11 explains why.

## 7. Experience replay: why consecutive steps make bad minibatches

The second problem comes from playing. What an agent sees now is very similar to what it saw a moment
ago: the ball is one row lower. Gradient descent assumes minibatches of **independent** examples, which
is why we have shuffled the examples since week 2. A network that is trained on the newest steps only
learns about the bottom row while the ball is there, and forgets the top row meanwhile. Worse, what it
forgets changes how it plays, and that changes what it sees next.

The remedy is **experience replay** (Long-Ji Lin, 1992). Keep every transition in a large memory, the
**replay buffer**, and train on minibatches that are drawn from it at random. The examples are then
nearly independent, and each is used many times. Old transitions can be used because Q-learning is
off-policy. DeepMind kept the last million frames.

**Predict.** How much memory do a million frames of 84 × 84 pixels take, as bytes, and as the
`float32` numbers that a network computes with?
"""

# %%
frames_kept = 1_000_000 * 84 * 84
print(f"as bytes {frames_kept / 1e9:.0f} GB, as float32 {4 * frames_kept / 1e9:.0f} GB")

# %% [markdown]
r"""
So frames stay bytes until they enter the network, and each frame is stored once, not once for each of
the four states that it belongs to.

## 8. Exploration schedule, frame stacking, clipping, truncation

* **ε schedule.** Explore nearly always in the beginning, and little later: $\epsilon$ falls linearly
  from 1 to 0.05 (DeepMind: to 0.1, within a million frames), and then stays.
* **Frame stacking.** Is one frame a *state*? What comes next must depend on the state alone. An image
  of a ball does not show in which direction it moves, so the value of the position cannot be known from
  it. Therefore a state is the last $k$ frames.
"""

# %%
frames, _ = games(lambda states: np.ones(len(states), int), 400, SEED)
same_frame = collections.defaultdict(list)
for game in range(400):
    same_frame[frames[4, game].tobytes()].append(game)
alike = next(
    [group[0], other]
    for group in same_frame.values()
    for other in group
    if (frames[9, other] != frames[9, group[0]]).any()
)
plot.images(
    [frames[step, game] for game in alike for step in (3, 4, 9)],
    [f"game {name}, step {step}" for name in "AB" for step in (3, 4, 9)],
    columns=3,
    caption="Two games that look the same at step 4 (middle) and end differently. The frame before it "
    "(left) shows the difference.",
)

# %% [markdown]
r"""
* **Reward clipping.** A point in one game is worth 1, in another 10,000. DeepMind used only the
  *sign* of each reward, so that the same learning rate could be used for 49 games. The price: a large
  and a small reward count the same.
* **Error clipping.** The gradient of a square grows in proportion to the error: a TD error of 100 pulls
  100 times as hard as one of 1. The **Huber loss** is a square for errors below 1 and a straight line
  beyond, so that its derivative with respect to the error is never larger than 1. (The gradient
  clipping of week 6 is something else: it limits the length of the whole gradient.)
"""

# %%
error = np.linspace(-4, 4, 201)
huber = np.where(np.abs(error) <= 1, error**2 / 2, np.abs(error) - 0.5)
plot.side_by_side(
    plot.curves({"square": error**2 / 2, "Huber": huber}, x=error, xlabel="error", ylabel="loss",
                title="loss"),
    plot.curves({"square": error, "Huber": np.clip(error, -1, 1)}, x=error, xlabel="error",
                ylabel="derivative of the loss", title="derivative"),
    caption="Between -1 and 1 the two are the same. Beyond, the derivative of the Huber loss stays at -1 "
    "or 1: the error is clipped.",
)  # fmt: skip

# %% [markdown]
r"""
* **Terminated or truncated?** Gymnasium distinguishes *terminated* (the game is over, nothing follows)
  from *truncated* (the game was stopped, for instance after 500 steps). After a truncation something
  *would* have followed, so the target still includes the next state. If the two are confused, the agent
  learns that the world ends when the clock runs out. This is one of the most common mistakes in
  reinforcement learning.

## 9. A deep Q-network

Here is the whole algorithm, for any vector environment, in two functions. The first makes a compiled
training step:
"""


# %%
def learner(q, target, gamma=0.95, rate=0.001, double=False):
    """A compiled function that takes a minibatch and updates the weights of q."""
    optimizer = keras.optimizers.Adam(rate)

    @tf.function
    def learn(states, actions, rewards, next_states, over):
        next_values = target(next_states)  # (batch, n_actions)
        chosen = tf.argmax(q(next_states) if double else next_values, axis=1)  # section 11
        best = tf.gather(next_values, chosen, axis=1, batch_dims=1)
        y = rewards + gamma * tf.where(over, 0.0, best)
        with tf.GradientTape() as tape:
            taken = tf.gather(q(states), actions, axis=1, batch_dims=1)
            loss = tf.reduce_mean(keras.losses.huber(y[:, None], taken[:, None]))
        optimizer.apply(tape.gradient(loss, q.trainable_variables), q.trainable_variables)
        return loss

    return learn


def minibatch(memory, n, rng):
    """n transitions drawn from memory, as tensors: states, actions, rewards, next states, over."""
    parts = zip(*(memory[i] for i in rng.integers(len(memory), size=n)), strict=True)
    kinds = (tf.float32, tf.int64, tf.float32, tf.float32, tf.bool)
    return [tf.constant(np.array(p), dtype=kind) for p, kind in zip(parts, kinds, strict=True)]


def compiled(q):
    """The network as a fast function: states to values, both arrays."""
    run = tf.function(q, autograph=False)
    return lambda states: run(tf.constant(states, dtype=tf.float32)).numpy()


# %% [markdown]
r"""
The second function alternates between playing and learning. In Gymnasium's vector environments a game
that is over restarts by itself with the next step. That step ignores the action, so it is not stored.
"""


# %%
def train(world, q, target, steps, k=2, capacity=20_000, copy_every=100, seed=SEED, **rules):
    """Play with ε-greedy actions, one training step after each; return the totals of all games."""
    rng, n = np.random.default_rng(seed), world.num_envs
    n_actions, values, learn = world.single_action_space.n, compiled(q), learner(q, target, **rules)
    memory, totals, returns = collections.deque(maxlen=capacity), np.zeros(n), []
    frames, _ = world.reset(seed=seed)
    states, over = np.repeat(frames[..., None], k, axis=-1), np.zeros(n, bool)
    for step in range(steps):
        epsilon = max(0.05, 1 - step / (0.5 * steps))
        actions = values(states).argmax(axis=1)
        explores = rng.random(n) < epsilon
        actions[explores] = rng.integers(n_actions, size=explores.sum())
        frames, rewards, terminated, truncated, _ = world.step(actions)
        next_states = np.concatenate([states[..., 1:], frames[..., None]], axis=-1)
        next_states[over] = frames[over][..., None]  # a new game has nothing but its first frame
        kept = [part[~over] for part in (states, actions, rewards, next_states, terminated)]
        memory.extend(zip(*kept, strict=True))
        totals, over, states = totals + rewards, terminated | truncated, next_states
        returns += totals[over].tolist()
        totals[over] = 0
        if step % copy_every == 0 and target is not q:
            target.set_weights(q.get_weights())
        if len(memory) >= min(500, capacity):
            learn(*minibatch(memory, 64, rng))
    return returns


# %% [markdown]
r"""
The network is a ConvNet as in week 5: a convolution that detects the ball and the paddle, and a dense
layer that combines their positions. It has three outputs, one for each action, without an activation:
values may be negative.
"""


# %%
def catch_network(k=2):
    """From k frames to three values."""
    return keras.Sequential(
        [
            keras.Input((10, 10, k)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(3),
        ]
    )


def best_of(q):
    """The greedy policy of a network."""
    values = compiled(q)
    return lambda states: values(states).argmax(axis=1)


keras.utils.set_random_seed(SEED)
q, target = catch_network(), catch_network()
untrained = games(best_of(q), 9, SEED)[0]
print(f"{q.count_params():,} parameters")

# %% [markdown]
r"""
Speed matters here, because an agent needs many small training steps. With a network this small, most of
the time is spent on the way from Python to the arithmetic and back. Here are three ways to compute one
training step, each with the targets: operation by operation in Python; with three ready-made Keras
methods (predict the next values, predict the present ones, train); and as one compiled function.
"""

# %%
clone = catch_network()
learn = learner(clone, target)
pictures = rng.integers(0, 256, size=(64, 10, 10, 2)).astype(np.uint8)
batch = minibatch([(picture, 1, 0.5, picture, False) for picture in pictures], 64, rng)
keras_net = catch_network()
keras_net.compile("adam", "huber")


def with_keras_methods(states, actions, rewards, next_states, over):
    best = target.predict_on_batch(next_states).max(axis=1)
    y = np.array(keras_net.predict_on_batch(states))  # an error of 0, except for the action taken
    y[np.arange(64), actions] = rewards + 0.95 * np.where(over, 0.0, best)
    keras_net.train_on_batch(states, y)


def milliseconds(step, arguments, times):
    step(*arguments)  # the first call compiles
    start = time.perf_counter()
    for _ in range(times):
        step(*arguments)
    return 1000 * (time.perf_counter() - start) / times


tf.config.run_functions_eagerly(True)
slow = milliseconds(learner(clone, target), batch, 10)
tf.config.run_functions_eagerly(False)
ready_made = milliseconds(with_keras_methods, [np.array(part) for part in batch], 50)
fast = milliseconds(learn, batch, 50)
print(f"operation by operation  {slow:6.1f} ms")
print(f"three Keras methods     {ready_made:6.1f} ms")
print(f"one compiled function   {fast:6.1f} ms")

# %% [markdown]
r"""
Compiled, and with sixteen games side by side so that one call of the network chooses sixteen actions, a
training run takes seconds.

**Predict.** The agent plays 2,400 games, that is about 22,000 actions. What will the mean return be in
the end, and when will it begin to rise: at once, or late?
"""

# %%
STEPS = 1500 if PROFILE == "quick" else 4000
begin = time.perf_counter()
returns = train(envs.CatchVector(16), q, target, STEPS)
print(f"{len(returns):,} games in {time.perf_counter() - begin:.0f} seconds")


def smooth(returns, n=200):
    return np.convolve(returns, np.ones(n) / n, mode="valid")


plot.curves(
    smooth(returns),
    x=np.arange(200, len(returns) + 1),
    ylim=(-1, 1),
    xlabel="games played",
    ylabel="mean return of the last 200 games",
    title="Learning curve of a deep Q-network on Catch",
    caption="While the agent explores, some of its actions are random: the curve is lower than the return "
    "of the greedy policy.",
)

# %%
trained = best_of(q)
print(f"greedy policy: mean return {games(trained, 500, SEED + 1)[1].mean():.2f}")
plot.animation(
    np.concatenate([mosaic(untrained), mosaic(games(trained, 9, SEED)[0])], axis=2),
    seconds=0.35,
    width=6.4,
    names=[f"step {step}" for step in range(10)],
    title="The same nine games before (left) and after training (right)",
    caption="On the left the network is untrained. On the right the paddles are below the ball when it "
    "lands.",
)

# %% [markdown]
r"""
Are the predicted values right, too? A ball that will be caught in $n$ steps has the value $0.95^{n-1}$.
"""

# %%
frames, rewards = games(trained, 500, SEED + 2)
values = compiled(q)
predicted = [
    values(np.stack([frames[max(t - 1, 0)], frames[t]], axis=-1)).max(axis=1).mean()
    for t in range(9)
]
left = 9 - np.arange(9)
plot.curves(
    {"predicted by the network": predicted, "true value if caught": 0.95 ** (left - 1)},
    x=np.arange(9),
    ylim=(0, 1.15),
    xlabel="step of the game",
    ylabel="mean value of the state",
    title="Predicted and true values",
    caption="The predictions are close to the true values from the first step on: the reward has spread "
    "back through nine bootstrapped steps.",
)

# %% [markdown]
r"""
## 10. An ablation: which parts does the agent need?

In an **ablation** one removes one part at a time and measures what is lost.

**Predict** the final greedy returns of three agents: one that keeps only the newest sixteen transitions
in its memory; one that sees a single frame; and one without a target network. If the last one loses
nothing, a single run cannot show it: the comparison needs several seeds.
"""


# %%
def train_variant(seed, k=2, has_target=True, **changes):
    """Train with one part changed; return the learning curve and the greedy mean return."""
    keras.utils.set_random_seed(seed)
    agent = catch_network(k)
    copy = catch_network(k) if has_target else agent
    world = envs.CatchVector(16)
    curve = smooth(train(world, agent, copy, STEPS, k=k, seed=seed, **changes))
    return curve, games(best_of(agent), 500, seed + 1, k=k)[1].mean()


first = smooth(returns), games(trained, 500, SEED + 1)[1].mean()  # the agent of section 9
runs = {
    "full agent": [first, train_variant(SEED + 1), train_variant(SEED + 2)],
    "no target network": [train_variant(SEED + i, has_target=False) for i in range(3)],
    "one frame": [train_variant(SEED, k=1)],
    "memory of 16": [train_variant(SEED, capacity=16)],
}
for name, results in runs.items():
    numbers = ", ".join(f"{greedy:5.2f}" for _, greedy in results)
    print(f"{name:18} greedy mean return, one number per seed: {numbers}")
plot.curves(
    {name: np.mean([curve for curve, _ in results], axis=0) for name, results in runs.items()},
    x=np.arange(200, len(returns) + 1),
    ylim=(-1, 1),
    xlabel="games played",
    ylabel="mean return of the last 200 games",
    title="Ablation: one part removed",
    caption="Returns while learning: in the second half, one action in twenty is still random. The first "
    "two curves are means over three seeds.",
)

# %% [markdown]
r"""
Without a large memory the agent learns little: all sixteen transitions are of the same row, and it
forgets the other rows. (How many transitions are enough? Fewer than one might think; see "Try
changing".) The agent with one frame *could* play well by following the ball, as the policy of section 1
did. But one frame does not determine the value of a state. The network can only predict a mean over the
three possible drifts, and it plays accordingly.

And the target network? In our runs the agents with it reached a greedy mean return of 1.00 with all three
seeds, and those without it 0.94, 1.00 and 0.94: leaving it out costs little here. Episodes have nine steps and $\gamma = 0.95$: the
chain of bootstrapped estimates is short, and its last target is always the reward alone. In section 6 the
chain was long, and training diverged. *Whether a remedy is needed depends on the problem*, and "it worked
without" on one small game is not evidence for another.

### CartPole, from state

In CartPole a pole stands on a cart. The actions push the cart left or right. The reward is 1 for every
step until the pole falls, for at most 500 steps. The state is four numbers, so the network is dense, and
the same `train` can be used. It has two hidden layers of 64 units, and $\gamma = 0.99$, since the horizon
is long.

**Predict.** Random play keeps the pole up for about 22 steps. In `quick` we give the agent a few
seconds. Will it reach 500?
"""


# %%
def cart_network():
    return keras.Sequential(
        [
            keras.Input((4, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(2),
        ]
    )


keras.utils.set_random_seed(SEED)
cart, cart_target = cart_network(), cart_network()
CART_STEPS = 3000 if PROFILE == "quick" else 40_000
carts = gymnasium.make_vec("CartPole-v1", num_envs=8, vectorization_mode="sync")
lengths = train(carts, cart, cart_target, CART_STEPS, k=1, copy_every=200, gamma=0.99)
print(f"{len(lengths)} episodes; the first 50 lasted {np.mean(lengths[:50]):.0f} steps on average, "
      f"the last 50 {np.mean(lengths[-50:]):.0f}")  # fmt: skip
plot.curves(
    smooth(lengths, 30),
    x=np.arange(30, len(lengths) + 1),
    xlabel="episodes",
    ylabel="steps, mean of 30 episodes",
    title="CartPole after a few seconds",
    caption=f"Eight carts side by side, {CART_STEPS:,} steps each.",
)

# %% [markdown]
r"""
The agent learns, and it is not finished: the full profile trains thirteen times as long. For hundreds
of episodes nothing seems to happen, and then the curve rises. Learning curves in reinforcement learning
are rarely smooth.

## 11. Overestimation and double DQN

In section 6 even the networks that did not diverge predicted values that were too high. The cause is
the maximum. Suppose that four actions all have the value 0, and that the estimates have random errors,
some positive, some negative. The *maximum* of the estimates is nearly always positive: it selects the
action with the largest error. This is called **maximization bias** or **overestimation**. The target
passes it on from state to state.

**Double DQN** (Hado van Hasselt et al. 2016) uses two different networks. The one that is being trained
*selects* the action, and the target network *evaluates* it:

$$
y = r + \gamma\, Q\big(s', \arg\max_{a'} Q(s', a'; \theta);\, \theta^-\big) .
$$

An action that one network overestimates is not necessarily overestimated by the other.

**Predict.** Estimates have random errors with a standard deviation of 1. How large is the mean of the
maximum of 2, of 4, of 18 of them? (Atari's joystick has 18 actions.)
"""

# %%
many = [2, 3, 4, 6, 9, 12, 18]
single, double = [], []
for n_actions in many:
    one, other = rng.normal(size=(2, 20_000, n_actions))  # two estimates of values that are all 0
    single.append(one.max(axis=1).mean())
    double.append(np.take_along_axis(other, one.argmax(axis=1)[:, None], axis=1).mean())
plot.curves(
    {
        "one estimate": single,
        "two estimates": double,
    },
    x=many,
    ylim=(-0.5, 2.2),
    xlabel="number of actions",
    ylabel="mean error of the target",
    title="Maximization bias",
    caption="All actions have the value 0. With two estimates, one selects the action and the other "
    "evaluates it. Each point is a mean over 20,000 sets.",
)

# %% [markdown]
r"""
The more actions there are, the larger is the bias of a maximum over one set of estimates. A second,
independent set removes it.

Does this help real networks? Back to the ten of section 6, with a target network that is copied every
200 steps, and three times as many steps. There we know the true values, and can compute the errors.
"""

# %%
history = {"DQN": stable, "double DQN": train_ten(0.99, copy_every=200, double=True, steps=9000)}
truth = solve(maze, 0.99, 2000)[cells]
for name, values in history.items():
    errors = np.median((values - truth).mean(axis=(2, 3)), axis=1)
    print(
        f"{name:10} mean error after 2,900 steps {errors[29]:+.2f}, after 8,900 {errors[-1]:+.2f}"
    )
plot.curves(
    {name: np.median((q - truth).mean(axis=(2, 3)), axis=1) for name, q in history.items()},
    x=100 * np.arange(len(stable)),
    xlabel="training steps",
    ylabel="mean error of the values",
    title="Overestimation by DQN and double DQN",
    caption="Medians of ten networks. The true values lie between 0.90 and 1, except for three actions "
    "that lead into the pit.",
)

# %% [markdown]
r"""
Double DQN overestimates less. The two networks are not independent, since one is an older copy of the
other, so a part of the bias remains. After 8,900 steps the mean error is about +2.0 for DQN and +0.4 for
double DQN; with the seeds 1 to 3 it is +2.4 to +2.5 and +0.5 to +0.8.

## 12. DeepMind's network

"Human-level control through deep reinforcement learning", *Nature*, February 2015: one architecture and
one set of hyperparameters for 49 Atari games, trained anew for each game, from the pixels. On 29 of them
it reached more than three quarters of a professional tester's score. On Montezuma's Revenge, where the
first reward is hundreds of actions away, its score was zero. This is the network. Its input is four
frames of 84 × 84.

**Predict.** Which layer has most of its parameters, and what fraction?
"""


# %%
def deepmind(n_actions):
    """The network of Mnih et al. (2015), for four frames of 84 × 84 pixels."""
    return keras.Sequential(
        [
            keras.Input((84, 84, 4)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(32, 8, strides=4, activation="relu"),
            keras.layers.Conv2D(64, 4, strides=2, activation="relu"),
            keras.layers.Conv2D(64, 3, strides=1, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(n_actions),
        ]
    )


big = deepmind(4)  # Breakout: nothing, fire, right, left
for layer in big.layers:
    shape = " × ".join(map(str, layer.output.shape[1:]))
    print(f"{layer.__class__.__name__:10} → {shape:14} {layer.count_params():9,} parameters")
share = max(layer.count_params() for layer in big.layers) / big.count_params()
print(f"together {big.count_params():,}; the largest layer has {share:.0%} of them")

# %% [markdown]
r"""
There is no pooling. Pooling keeps the information *that* there is a ball and discards *where* it is,
and in a game the position is what matters. Strides make the feature maps smaller instead.

For each game it trained on 50 million frames, about 38 days of play. The algorithm is the one in
section 9, with a larger memory and many more steps.

### Real games, if you have the time

With the `full` profile and `pip install "dlcourse[atari]"` the next two cells play games that were not
made for a lesson. The first is **MinAtar** (Kenny Young and Tian Tian, 2019): five Atari games reduced to
a grid of ten by ten. Instead of colors there is a plane for each kind of object: paddle, ball, bricks,
and the previous position of the ball, so that one frame is a state.

**Predict.** In Breakout the reward is 1 for each brick, and the game is over when the ball is lost.
Random play hits two bricks in five games. How many per game will it be after a minute or two of
training?
"""


# %%
def can_play(package):
    """Whether the profile and the installed packages allow a game; prints why not."""
    if PROFILE != "full":
        print('This runs in the profile "full".')
    elif importlib.util.find_spec(package) is None:
        print(f'This needs the package {package}: pip install "dlcourse[atari]".')
    else:
        return True
    return False


def minatar(name, n):
    """n games of MinAtar side by side: frames of 10 × 10 with a plane for each kind of object."""
    import minatar.gym

    minatar.gym.register_envs()
    return gymnasium.make_vec(name, num_envs=n, vectorization_mode="sync")


def planes_network(shape, n_actions):
    """The network of section 9, for planes instead of frames."""
    return keras.Sequential(
        [
            keras.Input((*shape, 1)),
            keras.layers.Reshape(shape),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(n_actions),
        ]
    )


if can_play("minatar"):
    breakout = minatar("MinAtar/Breakout-v1", 8)
    kind = breakout.single_observation_space.shape, int(breakout.single_action_space.n)
    keras.utils.set_random_seed(SEED)
    q, target = planes_network(*kind), planes_network(*kind)
    begin = time.perf_counter()
    bricks = train(breakout, q, target, 12_000, k=1, capacity=100_000, copy_every=200,
                   gamma=0.99, rate=0.0005)  # fmt: skip
    print(f"{len(bricks):,} games in {time.perf_counter() - begin:.0f} seconds: {np.mean(bricks[:200]):.1f} "
          f"bricks per game at first, {np.mean(bricks[-200:]):.1f} in the end")  # fmt: skip
    plot.curves(
        smooth(bricks),
        x=np.arange(200, len(bricks) + 1),
        xlabel="games played",
        ylabel="bricks per game, mean of 200 games",
        title="Breakout on ten by ten pixels",
        caption="The same training loop, on a game that it was not made for.",
    ).show()

# %% [markdown]
r"""
The second is Pong, with DeepMind's network, on frames of the Atari console through the Arcade Learning
Environment; it is faster with a GPU. The run stops after some minutes, which shows that the code works.
To play well the agent needs about a million steps.
"""


# %%
def atari(name, n):
    """n consoles side by side: gray frames of 84 × 84, one for every four of the console's."""
    import ale_py

    gymnasium.register_envs(ale_py)
    consoles = gymnasium.make_vec(name, num_envs=n, stack_num=1)  # rewards come clipped
    return gymnasium.wrappers.vector.ReshapeObservation(consoles, (84, 84))


if can_play("ale_py"):
    ATARI_STEPS = 3000
    consoles = atari("ALE/Pong-v5", 8)
    keras.utils.set_random_seed(SEED)
    big, big_target = (deepmind(int(consoles.single_action_space.n)) for _ in range(2))
    begin = time.perf_counter()
    points = train(
        consoles, big, big_target, ATARI_STEPS, k=4, capacity=10_000, copy_every=1000,
        gamma=0.99, rate=0.0001,
    )  # fmt: skip
    rate = 8 * ATARI_STEPS / (time.perf_counter() - begin)
    print(f"{len(points)} games of Pong, {rate:.0f} steps per second")
    plot.images(
        consoles.step(np.zeros(8, int))[0][:4],
        caption="Four of the eight games, as the network sees them.",
    ).show()

# %% [markdown]
r"""
## 13. Beyond Q-learning: AlphaGo, policy gradients, RLHF

In March 2016 AlphaGo beat Lee Sedol, one of the best Go players in the world, by four games to one. Its
37th move in the second game surprised the commentators. AlphaGo is not a deep Q-network, but you know
its parts. A ConvNet looked at the board and proposed moves. It was trained as a classifier, on thirty
million positions of human games, and a copy of it was trained further by playing against itself, with the
result of the game as the reward. From these games a second ConvNet learned the *value* of a position: who
will win from here? A tree search looked ahead along the moves that the first network proposed, and
evaluated the positions at its leaves with the second network and with fast simulated games. In October 2017 AlphaGo Zero did without human games,
learned from self-play only, and won a hundred games to none against the version that had beaten Lee
Sedol.

AlphaGo's first network is a policy, and it was trained directly, without action values. Methods that do
so are the other large family. A **policy gradient** method trains a network that outputs the probability
$\pi(a \mid s; \theta)$ of each action. REINFORCE (Ronald Williams, 1992) changes $\theta$ in the
direction $G_t \, \nabla_\theta \log \pi(a_t \mid s_t; \theta)$: actions that were followed by a large
return become more probable. **Actor–critic** methods subtract a learned value of the state from the
return, which reduces the variance of this gradient. PPO, *proximal policy optimization* (John Schulman et
al. 2017), also limits how much one update can change the policy.

Language models are trained with such methods, too. In **RLHF**, *reinforcement learning from human
feedback* (Paul Christiano et al. 2017, Long Ouyang et al. 2022), the state is the text so far, the action
is the next token, and the reward at the end comes from a network that was trained to predict which of
two answers people prefer. The risk is the same as in any reinforcement learning: the agent maximizes
the reward that was programmed, not the goal that was meant. This is called **reward hacking**.

Machines that play chess were once a central goal of artificial intelligence. Now they are apps. "As soon
as it works, no one calls it AI any more": the complaint, attributed to John McCarthy, is known as the
*AI effect*. Watch yourself with sections 9 and 10.

## Summary

* A return adds up rewards, discounted by $\gamma$. The Bellman equation says how the optimal values of
  states and actions determine each other. If the rules are known, value iteration computes them.
* Q-learning does not need the rules. It moves $Q(s, a)$ towards the target $r + \gamma \max_{a'}
  Q(s', a')$, one transition at a time, while the agent acts ε-greedily. After the last step nothing
  follows.
* A network replaces the table where there are too many states. It computes its own labels, so training
  can diverge (the targets move) or forget (consecutive steps are alike).
* A **target network** keeps the targets fixed for a while: needed where rewards are many steps away. A
  **replay buffer** mixes the minibatches: needed nearly always.
* Demonstrate a remedy where the problem occurs. On Catch the target network makes little difference.
* The maximum of estimates is biased upwards. Double DQN selects with one network and evaluates with
  the other.
* Terminated is not truncated. One frame is not a state. Keep frames as bytes.

## Check yourself

Think of the answer, then open it.

<details><summary>1. The rewards of an episode are 0, 0 and 1. With γ = 0.9, what is the return from each step on?</summary>

From the end: 1, then 0.9 · 1 = 0.9, then 0.9 · 0.9 = 0.81.
</details>

<details><summary>2. Q(s, ·) = (2, 5), Q(s′, ·) = (1, 4), r = 1, γ = 0.5, α = 0.1, and action 0 was taken in s. What does its entry
become? And if the episode was over with this step?</summary>

The target is 1 + 0.5 · 4 = 3, so 2 + 0.1 · (3 − 2) = 2.1. If it was over, the target is 1, and the entry becomes 1.9.
</details>

<details><summary>3. Four actions, ε = 0.1. How often is the best one taken?</summary>

0.9 + 0.1 / 4 = 92.5 % of the time: a random action may be the best one, too.
</details>

<details><summary>4. Why can Q-learning learn from transitions that a much worse policy produced last week?</summary>

A transition says what the environment does: from s, by action a, to s′, with reward r. What the best policy would do from s′ on
is read from the table or the network, not from what the agent did next.
</details>

<details><summary>5. CartPole was stopped after 500 steps, with the pole upright. What is the target of the last step?</summary>

r + γ max Q(s′, a′), as always: the episode was truncated, not terminated, so something would have followed.
</details>

<details><summary>6. All rewards are between −1 and 1, γ = 0.9, and the network predicts values of 300. Is that possible?</summary>

No: the largest possible return is 1 + 0.9 + 0.81 + … = 10. The training diverges. Look at the last steps of episodes first (is the
target the reward alone?), then at the target network.
</details>

## Words of the week

| word | meaning |
|---|---|
| ablation | an experiment that removes one part at a time |
| action, state, reward | what the agent does; what determines how it can go on; the number it receives |
| action value, Q function | the expected return of an action in a state, if the agent acts optimally afterwards |
| agent, environment | the learner that acts; what it acts in |
| Bellman equation | the equation between the value of a state and the values of the next states |
| bootstrapping | correcting an estimate by another estimate |
| deadly triad | bootstrapping, off-policy learning and function approximation: together they may diverge |
| discount γ | the factor by which a reward counts less if it comes one step later |
| double DQN | one network selects the next action, the other evaluates it |
| ε-greedy | a random action with probability ε, otherwise the greedy one |
| episode | from reset until the game is over |
| experience replay, replay buffer | training on transitions drawn at random from a large memory; that memory |
| exploration, exploitation | trying actions to learn about them; taking the action that seems best |
| frame stacking | using the last $k$ frames as one state |
| greedy | taking the action with the largest estimated value |
| Huber loss | a square for small errors, a straight line for large ones |
| Markov decision process | states, actions, transition probabilities, rewards |
| maximization bias, overestimation | the maximum of noisy estimates is too large on average |
| Monte Carlo | estimating a value by returns that were observed |
| off-policy, on-policy | learning the values of another policy than the one followed; of the one followed |
| policy | which action to take in each state |
| policy gradient | training a network that outputs the probabilities of actions |
| reinforcement learning | learning from rewards |
| return | the discounted sum of the rewards to come |
| reward hacking | a large reward without what it was meant for |
| SARSA | the on-policy relative of Q-learning: its target uses the next action that is really taken |
| target network | a copy of the network that changes rarely, from which targets are computed |
| TD error, temporal difference | target minus estimate, one step apart in time |
| terminated, truncated | the game is over; the game was stopped |
| transition | one step: state, action, reward, next state |
| value | the expected return from a state on |
| value iteration | applying the Bellman equation as an assignment until the values converge |

## Try changing

1. Section 2: give every step a reward of -0.1 (`step_reward=-0.1`), then -1. From which step reward on
   does the agent jump into the pit?
2. Section 3: put the goal right beside the start *and* far away. How large does ε have to be for the
   agent to find the far one? Does it matter, with this $\gamma$?
3. Section 6: $\gamma = 0.9$ instead of 0.99. Do the naive networks still diverge? Find the $\gamma$
   where divergence begins.
4. Section 6: copy every 10, 50, 1,000 steps. What is gained, what is lost?
5. Section 10: memories of 50, 200, 1,000 transitions. How many are enough?
6. Section 10: four frames instead of two. Better, or only slower?
7. Section 9: `double=True`. Compare the predicted values of first states with the true ones.
8. Section 10: CartPole with `rate=0.0003`, or with a target network that is copied ten times as
   often. Run each with three seeds before you believe it.

## Further reading

* R. Sutton, A. Barto, *Reinforcement Learning: An Introduction*, second edition (2018), free
  online: chapters 3, 4 and 6 for sections 2 and 3, chapter 11 for the deadly triad, chapter 13 for
  policy gradients.
* C. Watkins, P. Dayan, *Q-learning*, Machine Learning 8 (1992): the proof of convergence.
* L.-J. Lin, *Self-improving reactive agents based on reinforcement learning, planning and
  teaching*, Machine Learning 8 (1992): experience replay.
* V. Mnih et al., *Human-level control through deep reinforcement learning*, Nature 518 (2015), and
  the workshop paper *Playing Atari with deep reinforcement learning* (2013).
* H. van Hasselt, A. Guez, D. Silver, *Deep reinforcement learning with double Q-learning* (2016).
* D. Silver et al., *Mastering the game of Go with deep neural networks and tree search*, Nature 529
  (2016), and *without human knowledge*, Nature 550 (2017).
* J. Schulman et al., *Proximal policy optimization algorithms* (2017); L. Ouyang et al., *Training
  language models to follow instructions with human feedback* (2022).
* J. Achiam, *Spinning Up in Deep RL*; S. Huang et al., *CleanRL*: each algorithm in a single file.

This was the last week. You have built, from a single unit on, everything that a machine needs to
look at pixels and decide. What it should decide about is up to you.
"""
