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

For six weeks somebody always knew the answer. A label said which digit it was, the next letter
said what the network should have written, and even the autoencoder was told what to paint: its
own input. Now nobody tells. You move, and move, and move, and after a while there is a single
number: well done, or not. Which of your moves was it? And what should you have done instead?

**Afterwards you can**

* describe a problem by states, actions, rewards and a discount, and calculate what a state is
  worth when the rules are known;
* learn it from experience when they are not: with a table, one corrected entry a step;
* say why a table cannot hold the screen of a game, and put a network in its place;
* show why that goes wrong, twice, and what replay and a target network do about it;
* train a ConvNet that plays from pixels, in seconds, and read an agent's curve;
* build the network of DeepMind's Atari paper, and explain double DQN.

**You need** convolutions (week 5), compiled training steps with `GradientTape` (week 3), and
minibatches and Adam (week 2).

**Time:** two hours if you make the predictions and play. The notebook itself runs in a good
minute.

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
## 1. Nobody says what was right

Our world for this week is called **Catch**: ten by ten pixels, a ball that falls one row in a
step, and a paddle at the bottom, three pixels wide. There are three actions: left, stay, right.
When the ball lands, the reward is 1 if the paddle is there and -1 if it is not. Until then it is
0. That is all that anybody will ever tell the player.

Like every environment that you will meet outside this course, it keeps **Gymnasium's** rules:
`reset()` begins an episode and returns what there is to see, `step(action)` returns what is seen
next, the reward, and whether the episode is over.
"""

# %%
world = gymnasium.make("dlcourse/Catch-v0")
frame, _ = world.reset(seed=SEED)
frame, reward, terminated, truncated, _ = world.step(2)
print(f"a frame: {frame.shape}, {frame.dtype}; reward {reward}; over: {terminated}")
plot.images(
    frame,
    ["after one step to the right"],
    caption="One frame of Catch: the ball has begun to fall, the paddle waits below.",
)

# %% [markdown]
r"""
One game at a time would be slow. `envs.CatchVector(n)` plays $n$ games side by side: everything it
takes and returns has an axis of games in front. Let us watch nine games of somebody who moves at
random.

**Predict.** The paddle covers 3 of 10 columns. What is the mean return of random play? And what
does somebody get who always moves towards the column where the ball is *now*?
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


def after_the_ball(states):
    newest = states[..., -1]
    ball = newest[:, :-1].any(axis=1).argmax(axis=1)  # its column
    paddle = newest[:, -1].argmax(axis=1) + 1  # the middle of the paddle
    return 1 + np.sign(ball - paddle)


def mosaic(frames):
    """Nine games as one picture a step: three rows of three fields."""
    framed = np.pad(frames, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=80)
    rows = framed.reshape(len(frames), 3, 3, 12, 12).transpose(0, 1, 3, 2, 4)
    return rows.reshape(len(frames), 36, 36)


rng = np.random.default_rng(SEED)
for player in (at_random, after_the_ball):
    print(f"{player.__name__:15} mean return {games(player, 2000, SEED)[1].mean():5.2f}")

# %%
plot.animation(
    mosaic(games(at_random, 9, SEED)[0]),
    seconds=0.35,
    width=3.6,
    title="Nine games of random play",
    caption="A few balls meet a paddle, by luck; that luck is all there is to learn from.",
)

# %% [markdown]
r"""
A few lines of *our* cleverness catch every ball. But they know what a ball is, and which action
goes left. The agent of this week will know neither. It gets a hundred numbers, three buttons, and
now and then a 1 or a -1. What it will have in the end is a ConvNet like those of week 5, and the
question is: with *which labels* do we train it?

## 2. States, actions, and what they are worth

A **Markov decision process** has states $s$, actions $a$, probabilities $P(s, a, s')$ that action
$a$ leads from $s$ to $s'$, and rewards $R(s, a)$. *Markov* says: what comes next depends on the
state, not on how one got there. A **policy** $\pi$ says what to do in each state.

What should a policy achieve? Not the next reward, but all of them. The **return** of step $t$ is

$$
G_t = r_t + \gamma\, r_{t+1} + \gamma^2\, r_{t+2} + \dots = r_t + \gamma\, G_{t+1},
$$

with a **discount** $\gamma$ between 0 and 1: later counts less. It keeps endless sums finite,
and it says how far one looks ahead: about $1/(1-\gamma)$ steps.
"""

# %%
ahead = np.arange(0, 101)
plot.curves(
    {f"γ = {gamma}": gamma**ahead for gamma in (0.99, 0.95, 0.8)},
    x=ahead,
    xlabel="steps until the reward comes",
    ylabel="what a reward of 1 counts",
    title="How far one looks ahead",
    caption="With γ = 0.8 a reward 20 steps away counts 1 per cent; with γ = 0.99 it counts 82.",
)

# %% [markdown]
r"""
The **value** $V(s)$ of a state is the return that the best policy can expect from it. If we know
the rules, we can calculate it, because a value is made of values. What an action is worth is what
it pays, plus what the state is worth to which it leads:

$$
Q(s, a) = R(s, a) + \gamma \sum_{s'} P(s, a, s')\, V(s'), \qquad V(s) = \max_a Q(s, a).
$$

Richard Bellman wrote that down in the 1950s. **Value iteration** turns it into a program: begin
with $V = 0$ everywhere and put the right sides into the left ones, again and again. Here is a maze
with one goal (+1), one pit (-1) and no other reward.

**Predict.** With $\gamma = 0.9$, what is a cell worth that is three steps from the goal? After how
many sweeps does the start know that there is a goal at all?
"""

# %%
MAZE = ("......G", ".####..", "....#..", ".##...P", "S...#..")
maze = envs.GridWorld(MAZE)


def sweep(V, maze, gamma):
    """Values of all actions, shape (n_states, 4), if the states are worth V."""
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
    caption="What each cell is worth, sweep by sweep.",
)

# %% [markdown]
r"""
Three steps away: $0.9^2 = 0.81$, because the reward comes *with* the third step. News of the goal
travels one cell a sweep and fades by a tenth with every cell; the start, ten steps away, hears of
it in the tenth. Every sweep shrinks the largest error by $\gamma$, so it settles, from wherever it
starts. And once the values are there, the best policy is to look around: take the action with the
largest $Q$.

**Predict.** Now the floor is wet: in a third of all steps one slips, to the left or to the right of
where one wanted to go. Where will the arrows change most?
"""


# %%
def solved(maze, gamma, sweeps=200):
    """Action values after many sweeps."""
    V = np.zeros(len(maze.P))
    for _ in range(sweeps):
        V = sweep(V, maze, gamma).max(axis=1)
    return sweep(V, maze, gamma)


def arrows(maze, Q, title):
    return maze.picture(Q.max(axis=1), Q.argmax(axis=1), limit=1.0, title=title)


wet = envs.GridWorld(MAZE, slip=1 / 3)
plot.side_by_side(
    arrows(maze, solved(maze, 0.9), "dry"),
    arrows(wet, solved(wet, 0.9), "wet"),
    caption="The best action of each cell, and what the cell is worth.",
)

# %% [markdown]
r"""
Wet, everything is worth less, and on the left five arrows turn round: the short way leads past the
pit, so one takes the long one, over the top. In the corner below the pit it is best to push against
the wall, and to wait until one slips to the left: who walks to the left on purpose may slip into
the pit.

## 3. The Q function, and learning without knowing

All that needed $P$ and $R$. Who plays Catch does not know them, and who plays chess against a
person never will. But look at what is needed to *act*: only $Q(s, a)$, a number for each state and
action. The policy is then

$$
\pi(s) = \arg\max_a Q(s, a) .
$$

And one can guess at $Q$ from experience. A step from $s$ with action $a$ paid $r$ and led to $s'$.
Going by this one step, $Q(s, a)$ should have been $r + \gamma \max_b Q(s', b)$: what was paid, and
what the table itself says of the rest. Move a little in that direction:

$$
Q(s, a) \leftarrow Q(s, a) + \alpha \Big[ \underbrace{r + \gamma \max_b Q(s', b)}_{\text{target}} -
Q(s, a) \Big] .
$$

This is **Q-learning** (Chris Watkins, 1989). Notice that a guess is corrected by a guess: that is
called *bootstrapping*. It works because the last step of an episode is no guess. When the episode
is over nothing follows, the target is the plain reward, and from there the truth seeps back.

How should the learner walk meanwhile? Greedily, by its own table? Then it will never learn about
what it does not try. **ε-greedy**: a random action with probability $\epsilon$, otherwise the best
one it knows.

Step through it. **Predict** first: after the very first time that the goal is reached, how many
numbers in the table are not zero? After the second time? Then find out what $\alpha = 1$ does
here, what $\gamma = 1$ does, and what happens with $\epsilon = 0$.
"""

# %%
widgets.q_learning(seed=SEED + 1)

# %% [markdown]
"""
The first time, a single number changes, that of the last step: wherever else it walked, the target
was 0. The second time it may be one more, that of the step before. (A fall into the pit marks a
number, too, a negative one.) The same in Python, in the larger maze.
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
            after, reward, over, _, _ = maze.step(action)
            target = reward if over else reward + gamma * Q[after].max()
            Q[state, action] += alpha * (target - Q[state, action])
            state, steps = after, steps + 1
        yield Q.copy(), reward


tables = [Q for Q, _ in q_learning(maze, 120, epsilon=0.2, seed=SEED)]
shown = [1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 80, 120]
plot.animation(
    [arrows(maze, tables[n - 1], "") for n in shown],
    seconds=0.6,
    names=[f"episode {n}" for n in shown],
    title="A table learns from walking",
    caption="Every success carries the news further back. Corners that nobody visits stay at zero.",
)

# %% [markdown]
r"""
How much should one explore? Here is a corridor with a small goal close by, worth 0.2, and the real
one, worth 1, at the other end. The way to the right is worth more: $0.9^3 \cdot 1 = 0.73$ against
$0.9 \cdot 0.2 = 0.18$.

**Predict.** Ten learners each with $\epsilon = 0$, 0.5 and 1, two hundred episodes. Which group is
paid best *while learning*, at first and later? And how many of each group go to the real goal *in
the end*, if we then let them walk greedily?
"""

# %%
corridor = envs.GridWorld(["g.S...G"])
corridor.picture(solved(corridor, 0.9), limit=1.0, caption="What each step is worth, if one knows.")


# %%
def paid(maze, Q):
    """What a greedy walk is paid (nothing, if it never arrives)."""
    state, _ = maze.reset()
    for _ in range(60):
        state, reward, over, _, _ = maze.step(Q[state].argmax())
        if over:
            return reward
    return 0.0


told = {}
for epsilon in (0.0, 0.5, 1.0):
    runs = [list(q_learning(corridor, 200, epsilon, seed)) for seed in range(10)]
    earned = np.array([[reward for _, reward in run] for run in runs])  # (learners, episodes)
    ends = np.array([paid(corridor, run[-1][0]) for run in runs])
    told[f"ε = {epsilon}"] = earned.mean(axis=0).reshape(10, 20).mean(axis=1)
    print(f"epsilon {epsilon}: {np.sum(ends == 1)} of 10 have learned the way to the real goal")
plot.curves(
    told,
    x=np.arange(20, 201, 20),
    ylim=(0, 1),
    xlabel="episode",
    ylabel="mean reward, 20 episodes",
    title="Exploring costs, and pays",
    caption="Each curve is the mean of ten learners. What they were paid while they learned, not what "
    "they know in the end.",
)

# %% [markdown]
r"""
The greedy learners take what they found first, which is mostly the small goal, for ever: of the
other way they never hear again. Who explores half of the time is paid least at first and best in
the end. The ones that only explore walk at random to the end of their days, and yet *their table*
is right. That is the remarkable thing about Q-learning. It is **off-policy**: it learns about the
best policy while following another. (The target says $\max_b$, whatever the walker does next.) We
will need that: it means that one may learn from *old* experience, made by a policy that one has
long left behind.

## 4. Why a table cannot hold Atari

In 2013 DeepMind let a program play Atari games, from the screen. A state was four frames of 84 × 84
pixels with 256 levels of grey. How many rows has the table?

**Predict.** How many digits has the number of states? (The number of atoms in the universe has
about eighty.)
"""

# %%
digits = 84 * 84 * 4 * np.log10(256)
print(f"256 to the power of 84 · 84 · 4 is about 10 to the power of {digits:,.0f}")

# %% [markdown]
r"""
$10^{67970}$: the number itself would fill twenty pages. Most of these pictures never occur, of
course. But *no* table can be filled one entry at a time where hardly any state comes twice.

Our Catch is tiny. Does *it* come twice? Play many games at random, and count how many of the states
(two frames) in new games have never been seen before.
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
    ylabel="share of states never seen before",
    title="Even in a toy, much is new",
    caption="After 500 games a third of what an agent meets is still new to it. A table has nothing to "
    "say there: all its entries are zero.",
)

# %% [markdown]
r"""
A table of Catch would still fit. But it would treat every state as if it had nothing to do with
any other. A ball in the third column, moving right, is *almost* a ball in the fourth. What we want
is a function that generalises from one to the other, and we have spent six weeks on those.

## 5. A network in place of the table

Let a network with weights $\theta$ take a state and give one number for each action, $Q(s, a;
\theta)$. Then a step $(s, a, r, s')$ is a training example: what the network should have said
about action $a$ is the target of Q-learning. Make the squared error smaller:

$$
L(\theta) = \Big( r + \gamma \max_{b} Q(s', b; \theta^-) - Q(s, a; \theta) \Big)^2 .
$$

So these are the labels that were missing in section 1. The network writes them itself. The little
minus says that the target counts as a *given number*: no gradient flows through it, or the network
could mend its error by lowering the target to what it says. If the episode was over with this step,
the target is $r$. And only the action that was taken gets an error; of the others we have learned
nothing.

In week 3 all labels were right from the first day on. Here they come from the student's own hand.
That should make us suspicious.

## 6. Why the naive way goes wrong: targets that run away

We begin with the fairest conditions one could wish for. The maze of section 2, so that we know the
right answer, and a network with two inputs, the row and the column. No exploration problem, no
correlation: every minibatch has random cells and random actions, drawn from everywhere, for ever.
All that is left is the bootstrapping: the network is trained towards *its own* guesses. And to see
that it is not bad luck, ten networks at once, from ten random starts.

**Predict.** All rewards are between -1 and 1, so no true value is larger than 1. With $\gamma =
0.99$, what will the largest value be that the networks claim, after 3,000 steps?
"""

# %%
letters = "".join(MAZE)
cells = np.flatnonzero([letter in "S." for letter in letters])  # where one can stand
place = np.stack(np.unravel_index(np.arange(35), (5, 7)), axis=1) / [2.0, 3.0] - 1  # (35, 2)
place = place.astype(np.float32)
lands = maze.P.argmax(axis=2)  # (35, 4): where each action leads, on the dry floor


def start_networks(rng, sizes=(2, 32, 32, 4), n=10):
    """Weights of n networks side by side: arrays (n, inputs, outputs) and (n, 1, outputs)."""
    pairs = list(itertools.pairwise(sizes))
    weights = [rng.normal(scale=np.sqrt(2 / m), size=(n, m, k)) for m, k in pairs]
    return [*weights, *(np.zeros((n, 1, k)) for _, k in pairs)]


def say(theta, X):
    """Values of the n networks for n minibatches of places, shape (n, batch, 2)."""
    for layer in range(3):
        X = X @ theta[layer] + theta[layer + 3]  # (n, batch, units)
        X = tf.nn.relu(X) if layer < 2 else X
    return X


# %%
def chase(gamma, copy_every=None, double=False, steps=3000):
    """Train ten networks on the maze; return what they say every 100 steps, (30, 10, cells, 4)."""
    rng = np.random.default_rng(SEED)
    theta = [tf.Variable(w, dtype=tf.float32) for w in start_networks(rng)]
    frozen = [tf.Variable(w) for w in theta] if copy_every else theta
    optimizer = keras.optimizers.Adam(0.003)

    @tf.function
    def learn(X, actions, rewards, X_next, over):
        following = say(frozen, X_next)
        chosen = tf.argmax(say(theta, X_next) if double else following, axis=2)
        best = tf.gather(following, chosen, axis=2, batch_dims=2)
        wanted = rewards + gamma * tf.where(over, 0.0, best)
        with tf.GradientTape() as tape:
            said = tf.gather(say(theta, X), actions, axis=2, batch_dims=2)
            loss = tf.reduce_sum(tf.reduce_mean((wanted - said) ** 2, axis=1))
        optimizer.apply(tape.gradient(loss, theta), theta)

    everywhere, told = np.broadcast_to(place[cells], (10, len(cells), 2)), []
    for step in range(steps):
        s, a = cells[rng.integers(len(cells), size=(10, 32))], rng.integers(4, size=(10, 32))
        rewards, over = maze.R[s, a].astype(np.float32), maze.terminal[lands[s, a]]
        learn(*map(tf.constant, (place[s], a, rewards, place[lands[s, a]], over)))
        if copy_every and step % copy_every == 0:
            for old, new in zip(frozen, theta, strict=True):
                old.assign(new)
        if step % 100 == 0:
            told.append(say(theta, tf.constant(everywhere)).numpy())
    return np.array(told)


naive = chase(0.99)
largest = np.abs(naive).max(axis=(2, 3))  # (30, 10)
plot.curves(
    {name: f(largest, axis=1) for name, f in (("highest", np.max), ("lowest", np.min))},
    x=100 * np.arange(len(naive)),
    logy=True,
    xlabel="training steps",
    ylabel="largest |Q| that a network claims",
    title="Ten networks chase their own targets",
    caption="The highest and the lowest of ten starts. Each line of the grid is ten times the one "
    "below it.",
)

# %% [markdown]
r"""
All ten claim more and more, without end. None is only a little wrong: they *diverge*. Each step
towards a target raises the value of one cell, and of its neighbours, since a network generalises.
But the neighbours' values are what the target was made of: it moves away as one approaches it. A
table has no such leak, an update of one entry leaves all others alone. (Sutton and Barto call it
the *deadly triad*: bootstrapping, learning off-policy, and function approximation. Any two of them
are harmless.)

The cure is simple. Keep a *copy* of the network, the **target network** $\theta^-$; compute targets
from the copy; and renew the copy only now and then. While it stands still, the training is what it
was in week 3: inputs, fixed labels, a loss that goes down.

**Predict.** Renew the copy every 200 steps. What is the largest value now?
"""

# %%
calm = chase(0.99, copy_every=200)
plot.curves(
    {
        "no target network": np.median(largest, axis=1),
        "copied every 200 steps": np.median(np.abs(calm).max(axis=(2, 3)), axis=1),
    },
    x=100 * np.arange(len(naive)),
    logy=True,
    xlabel="training steps",
    ylabel="largest |Q|, median of ten starts",
    title="What a target network is for",
    caption="The same ten starts, with one difference: what the targets are computed from.",
)

# %%
for name, told in (("without", naive), ("with", calm)):
    high = np.median(np.abs(told[-1]).max(axis=(1, 2)))
    print(f"{name:8} a target network: largest value in the end {high:,.1f}")

# %% [markdown]
r"""
Trained towards a copy that stands still, the networks do not run away. They still promise too much,
nearly three times what there is; section 11 says why.

## 7. Why the naive way goes wrong, again: neighbours in time

The second trouble comes from playing. What an agent sees now looks very much like what it saw a
moment ago: the ball one row lower. Gradient descent wants minibatches of *independent* examples,
which is why they have been shuffled since week 2. Trained on the newest steps only, the network
learns the bottom row while the ball is there and forgets the top row meanwhile; and worse, what it
forgets changes how it plays, and that changes what it will see next.

The cure is as simple as the first one: **experience replay** (Long-Ji Lin, 1992). Keep every step
in a large memory, and train on minibatches drawn from it at random. Steps are then nearly
independent, and each is used many times. Old experience is welcome because Q-learning is
off-policy. DeepMind kept the last million frames.

**Predict.** How much memory do a million frames of 84 × 84 pixels take, as bytes, and as the
`float32` numbers that a network computes with?
"""

# %%
frames_kept = 1_000_000 * 84 * 84
print(f"as bytes {frames_kept / 1e9:.0f} GB, as float32 {4 * frames_kept / 1e9:.0f} GB")

# %% [markdown]
r"""
So frames stay bytes until they enter the network, and a frame is kept once, not once for each of the
four states that it is a part of.

## 8. Small print that decides

* **ε schedule.** Explore nearly always in the beginning, and little later: $\epsilon$ falls in a
  straight line from 1 to 0.05 (DeepMind: to 0.1, within a million frames), and stays.
* **Frame stacking.** Is one frame a *state*? What comes next must depend on the state alone, and a
  picture of a ball does not say where it is flying, so it cannot say what the state is worth
  either. Therefore a state is the last $k$ frames.
"""

# %%
frames, _ = games(lambda states: np.ones(len(states), int), 400, SEED)
twins = collections.defaultdict(list)
for game in range(400):
    twins[frames[4, game].tobytes()].append(game)
alike = next(
    [group[0], other]
    for group in twins.values()
    for other in group
    if (frames[9, other] != frames[9, group[0]]).any()
)
plot.images(
    [frames[step, game] for game in alike for step in (3, 4, 9)],
    [f"game {name}, step {step}" for name in "AB" for step in (3, 4, 9)],
    columns=3,
    caption="Two games that look the same at step 4 (middle) and end differently. With the frame "
    "before it, the difference is plain to see.",
)

# %% [markdown]
r"""
* **Reward clipping.** A point in one game is worth 1, in another 10,000. DeepMind used only the
  *sign* of each reward, so that one learning rate served 49 games. The price: a big fish and a
  small one count the same.
* **Gradient clipping.** One surprise of 100 would pull ten thousand times as hard, in squares, as
  one of 1. The **Huber loss** is a square for errors below 1 and a straight line beyond, so that
  the gradient of the error never exceeds 1.
"""

# %%
error = np.linspace(-4, 4, 201)
huber = np.where(np.abs(error) <= 1, error**2 / 2, np.abs(error) - 0.5)
plot.side_by_side(
    plot.curves({"square": error**2 / 2, "Huber": huber}, x=error, xlabel="error", ylabel="loss",
                title="the loss"),
    plot.curves({"square": error, "Huber": np.clip(error, -1, 1)}, x=error, xlabel="error",
                ylabel="slope of the loss", title="how hard it pulls"),
    caption="Inside, the two are the same. Outside, Huber's pull stays at 1: the error is clipped.",
)  # fmt: skip

# %% [markdown]
r"""
* **Over, or only stopped?** Gymnasium tells *terminated* (the game is over, nothing follows) from
  *truncated* (somebody stopped it, for instance after 500 steps). After a truncation something
  *would* have followed, so the target still counts the next state. Mixing the two teaches the agent
  that the world ends when the clock runs out, and it is among the commonest mistakes there are.

## 9. A deep Q-network

Now all of it, for any vector environment, in two functions. The first makes a compiled training step:
"""


# %%
def learner(q, target, gamma=0.95, rate=0.001, double=False):
    """A compiled function that takes a minibatch and moves the weights of q."""
    optimizer = keras.optimizers.Adam(rate)

    @tf.function
    def learn(states, actions, rewards, next_states, over):
        following = target(next_states)  # (batch, n_actions)
        chosen = tf.argmax(q(next_states) if double else following, axis=1)  # section 11
        best = tf.gather(following, chosen, axis=1, batch_dims=1)
        wanted = rewards + gamma * tf.where(over, 0.0, best)
        with tf.GradientTape() as tape:
            said = tf.gather(q(states), actions, axis=1, batch_dims=1)
            loss = tf.reduce_mean(keras.losses.huber(wanted[:, None], said[:, None]))
        optimizer.apply(tape.gradient(loss, q.trainable_variables), q.trainable_variables)
        return loss

    return learn


def minibatch(memory, n, rng):
    """n steps drawn from the memory, as tensors: states, actions, rewards, next states, over."""
    parts = zip(*(memory[i] for i in rng.integers(len(memory), size=n)), strict=True)
    kinds = (tf.float32, tf.int64, tf.float32, tf.float32, tf.bool)
    return [tf.constant(np.array(p), dtype=kind) for p, kind in zip(parts, kinds, strict=True)]


def compiled(q):
    """The network as a fast function: states to values, both arrays."""
    run = tf.function(q, autograph=False)
    return lambda states: run(tf.constant(states, dtype=tf.float32)).numpy()


# %% [markdown]
r"""
The second plays and learns in turns. In Gymnasium's vector environments games that are over begin
anew by themselves with the next step; that step moves nobody and is not worth remembering.
"""


# %%
def train(world, q, target, steps, k=2, capacity=20_000, copy_every=100, seed=SEED, **rules):
    """Play with ε-greedy actions, one training step after each; return all games' totals."""
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
And the network: a convolution that can see a ball and a paddle, and a dense layer that can think
about where they are. It answers with three numbers, one for each action, without any activation:
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
One word on speed, because it decides whether deep Q-learning can be taught at all. A network this
small spends most of its time on the way from Python to the arithmetic and back. Three ways to take
the same training step:
"""

# %%
clone = catch_network()
learn = learner(clone, target)
pictures = rng.integers(0, 256, size=(64, 10, 10, 2)).astype(np.uint8)
one = minibatch([(picture, 1, 0.5, picture, False) for picture in pictures], 64, rng)
keras_way = catch_network()
keras_way.compile("adam", "mse")


def milliseconds(step, times):
    step()  # the first call compiles
    start = time.perf_counter()
    for _ in range(times):
        step()
    return 1000 * (time.perf_counter() - start) / times


tf.config.run_functions_eagerly(True)
by_hand = learner(clone, target)
slow = milliseconds(lambda: by_hand(*one), 10)
tf.config.run_functions_eagerly(False)
wanted = np.zeros((64, 3))
ready_made = milliseconds(lambda: keras_way.train_on_batch(one[0], wanted), 50)
fast = milliseconds(lambda: learn(*one), 50)
print(f"step by step, in Python       {slow:6.1f} ms")
print(f"Keras' train_on_batch         {ready_made:6.1f} ms")
print(f"compiled, targets and all     {fast:6.1f} ms")

# %% [markdown]
r"""
Compiled, and with sixteen games side by side so that one call of the network serves sixteen moves,
a whole training fits into seconds.

**Predict.** 2,400 games, that is about 22,000 moves. What will the mean return be in the end, and
when will it begin to rise: at once, or late?
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
    title="From pixels to play",
    caption="While it explores, its returns are those of a player whose hand is jogged: the curve "
    "lags behind what the network knows.",
)

# %%
trained = best_of(q)
print(f"without exploring: mean return {games(trained, 500, SEED + 1)[1].mean():.2f}")
plot.animation(
    np.concatenate([mosaic(untrained), mosaic(games(trained, 9, SEED)[0])], axis=2),
    seconds=0.35,
    width=6.4,
    names=[f"step {step}" for step in range(10)],
    title="The same nine games before (left) and after training (right)",
    caption="On the left the network knows nothing yet. On the right the paddles are below the ball "
    "when it lands.",
)

# %% [markdown]
r"""
Does it know what its states are *worth*? A ball that will be caught in $n$ steps is worth
$0.95^{n-1}$.
"""

# %%
frames, rewards = games(trained, 500, SEED + 2)
values = compiled(q)
claims = [
    values(np.stack([frames[max(t - 1, 0)], frames[t]], axis=-1)).max(axis=1).mean()
    for t in range(9)
]
left = 9 - np.arange(9)
plot.curves(
    {"what the network says": claims, "what it is worth if caught": 0.95 ** (left - 1)},
    x=np.arange(9),
    ylim=(0, 1.15),
    xlabel="step of the game",
    ylabel="mean value of the state",
    title="Does it know how good it is?",
    caption="Near the truth, from the first step on: the reward has found its way back through nine "
    "bootstrapped steps.",
)

# %% [markdown]
r"""
## 10. Which of the cures does it need?

Take one thing away at a time.

**Predict** the final greedy returns of three agents: one that keeps only the newest sixteen steps
in its memory; one that sees a single frame; and one without a target network.
"""

# %%
curves = {"everything": smooth(returns)}
for name, changes in {
    "no memory": {"capacity": 16},
    "one frame": {"k": 1},
    "no target network": {},
}.items():
    keras.utils.set_random_seed(SEED)
    k = changes.get("k", 2)
    agent = catch_network(k)
    copy = agent if name == "no target network" else catch_network(k)
    curves[name] = smooth(train(envs.CatchVector(16), agent, copy, STEPS, **changes))
    print(f"{name:18} greedy return {games(best_of(agent), 500, SEED + 1, k=k)[1].mean():5.2f}")
plot.curves(
    curves,
    x=np.arange(200, len(returns) + 1),
    ylim=(-1, 1),
    xlabel="games played",
    ylabel="mean return of the last 200 games",
    title="One thing taken away",
    caption="Returns while learning: from the middle on, one action in twenty is still random.",
)

# %% [markdown]
r"""
An honest result. Without memory the agent hardly gets anywhere: all sixteen steps are of the same
row, and it forgets the others. (How many steps are enough? Fewer than one would think; see "try
changing".) The agent with one frame *could* play well, by staying below the ball (section 1 did).
But from one picture it cannot tell what a state is worth, its values blur over three futures, and
its play with them.

And the target network? Here it costs nothing to leave it out. Episodes have nine steps and
$\gamma = 0.95$: the chain of guesses is short, and its last link is always the truth. In section 6
the chain was long, and everything exploded. *Whether a cure is needed depends on the disease*, and
"it worked without" on one small game is not evidence for another.

### CartPole, from state

A pole on a cart; push left or right; a reward of 1 for every step until it falls, at most 500. The
state is four numbers, so the network is dense, and the same `train` does it. Two hidden layers of
64 units, and $\gamma = 0.99$, since the horizon is long.

**Predict.** Random play holds the pole for about 22 steps. In `quick` we give the agent a few
seconds. Will it hold it for 500?
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
held = train(carts, cart, cart_target, CART_STEPS, k=1, copy_every=200, gamma=0.99)
print(f"{len(held)} episodes; the first 50 held for {np.mean(held[:50]):.0f} steps, "
      f"the last 50 for {np.mean(held[-50:]):.0f}")  # fmt: skip
plot.curves(
    smooth(held, 30),
    x=np.arange(30, len(held) + 1),
    xlabel="episodes",
    ylabel="steps held, mean of 30 episodes",
    title="CartPole after a few seconds",
    caption=f"Eight carts side by side, {CART_STEPS:,} steps each.",
)

# %% [markdown]
r"""
It learns, and it is not done: the full profile plays thirteen times as long. For hundreds of
episodes nothing seems to happen, and then it does. An agent's curve is never a line.

## 11. Too good to be true: double DQN

In section 6 even the calm networks promised more than there is. The reason is the maximum. Suppose
that four actions are all worth exactly 0, and that your guesses are off by a little, some too high,
some too low. The *maximum* of the guesses is nearly always too high: it picks whoever is most
overrated. And the target hands that on, from state to state.

**Double DQN** (Hado van Hasselt et al. 2016) asks two different networks. The one in training
*chooses* the action, and the target network *judges* it:

$$
y = r + \gamma\, Q\big(s', \arg\max_b Q(s', b; \theta);\, \theta^-\big) .
$$

Whoever is overrated by the one need not be overrated by the other.

**Predict.** Guesses scatter around the truth with a standard deviation of 1. How far off is the
maximum of 2, of 4, of 18 of them? (Atari's joystick has 18 actions.)
"""

# %%
many = [2, 3, 4, 6, 9, 12, 18]
plain, double = [], []
for n_actions in many:
    one, other = rng.normal(size=(2, 20_000, n_actions))  # two guesses at values that are all 0
    plain.append(one.max(axis=1).mean())
    double.append(np.take_along_axis(other, one.argmax(axis=1)[:, None], axis=1).mean())
plot.curves(
    {"choose and judge by one guess": plain, "choose by one, judge by the other": double},
    x=many,
    ylim=(-0.5, 2.2),
    xlabel="actions",
    ylabel="mean error of the target",
    title="The optimism of the maximum",
    caption="All actions are worth 0. Each point is a mean over 20,000 sets of guesses.",
)

# %% [markdown]
r"""
The more actions there are, the more the maximum of one set of guesses promises. A second,
independent set does not fall for it.

Does it help real networks? Back to the ten of section 6, with a target network that is copied every
200 steps. There we know the truth, and can say how far off they are.
"""

# %%
mended = chase(0.99, copy_every=200, double=True)
truth = solved(maze, 0.99, 2000)[cells]
error = {"DQN": calm, "double DQN": mended}
for name, told in error.items():
    off = np.median((told[-1] - truth).mean(axis=(1, 2)))
    print(f"{name:10} values are off by {off:+.2f} on average (median of ten starts)")
plot.curves(
    {name: np.median((told - truth).mean(axis=(2, 3)), axis=1) for name, told in error.items()},
    x=100 * np.arange(len(calm)),
    xlabel="training steps",
    ylabel="mean error of the values",
    title="Optimism, and less of it",
    caption="True values lie between 0.90 and 1, but for three steps into the pit. Judged by another "
    "network than the one that chose, actions are promised much less after as many steps.",
)

# %% [markdown]
r"""
The two networks are not quite independent, the one is an older copy of the other, so some optimism
is left, and it grows more slowly.

## 12. DeepMind's network

"Human-level control through deep reinforcement learning", *Nature*, February 2015: one network, one
set of settings, 49 Atari games, from the pixels. On 29 of them it reached more than three quarters
of a professional tester's score; on Montezuma's Revenge, where the first reward is hundreds of
moves away, it got nothing at all. This is the network. Its input is four frames of 84 × 84.

**Predict.** Which layer has most of its parameters, and what share?
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
There is no pooling: pooling says *that* there is a ball, and throws away *where*. In a game, where
is everything. Strides make the picture smaller instead.

It trained on 50 million frames, about 38 days of play, for each game. The algorithm is the one in
section 9, with more memory and more patience.

### Real games, if you have the time

With the `full` profile and `pip install "dlcourse[atari]"` the next two cells play games that
nobody made for a lesson. First **MinAtar** (Kenny Young and Tian Tian, 2019): five Atari games boiled
down to ten by ten fields. Instead of colours there is a plane for each kind of thing: paddle, ball,
bricks, and where the ball came from, so that one frame is a state.

**Predict.** Breakout pays 1 for each brick, and is over when the ball is lost. Random play hits two
bricks in five games. How many a game will it be after a minute or two of training?
"""


# %%
def can_play(package):
    """Whether there is time and what it takes for a game; says so where not."""
    if PROFILE != "full":
        print('This runs in the profile "full".')
    elif importlib.util.find_spec(package) is None:
        print(f'This takes the package {package}: pip install "dlcourse[atari]".')
    else:
        return True
    return False


def minatar(name, n):
    """n games of MinAtar side by side: frames of 10 × 10 with a plane for each kind of thing."""
    import minatar.gym

    minatar.gym.register_envs()
    return gymnasium.make_vec(name, num_envs=n, vectorization_mode="sync")


def planes_network(shape, n_actions):
    """The network of section 9, for planes in place of frames."""
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
          f"bricks a game at first, {np.mean(bricks[-200:]):.1f} in the end")  # fmt: skip
    plot.curves(
        smooth(bricks),
        x=np.arange(200, len(bricks) + 1),
        xlabel="games played",
        ylabel="bricks a game, mean of 200 games",
        title="Breakout on ten by ten pixels",
        caption="The same loop, on a game that it was not made for.",
    ).show()

# %% [markdown]
r"""
Then the real thing, better with a GPU: Pong, with DeepMind's network, on frames of the console
itself through the Arcade Learning Environment. It stops after some minutes, which shows that it
runs; for a player it needs about a million steps.
"""


# %%
def atari(name, n):
    """n consoles side by side: grey frames of 84 × 84, one for every four of the console's."""
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
    print(f"{len(points)} games of Pong, {rate:.0f} steps a second")
    plot.images(
        consoles.step(np.zeros(8, int))[0][:4],
        caption="Four of the eight games, as the network sees them.",
    ).show()

# %% [markdown]
r"""
## 13. And Go?

In March 2016 AlphaGo beat Lee Sedol, one of the best Go players there were, by four games to one,
and in the second game played a move (the 37th) that no commentator had thought of. It is not a
deep Q-network, but its parts are this course's. A ConvNet looked at the board and proposed moves;
it was first trained like a classifier, on thirty million positions of human games, and then by
playing against itself, for reward alone. A second ConvNet learned the *value* of a position: who
will win from here? And a tree search looked ahead, down the moves that the first network proposed,
asking the second one where to stop. A year later AlphaGo Zero left the human games out, learned
from self-play only, and won a hundred games to none against the version that had beaten Lee Sedol.

Machines that play chess were once the very dream of artificial intelligence. Now they are apps.
As soon as it works, nobody calls it intelligence any more: John McCarthy's complaint is known as
the *AI effect*. Watch yourself with sections 9 and 10.

## What to take along

* A return adds up rewards, discounted by $\gamma$. Values are made of values; if the rules are
  known, sweeps of value iteration calculate them.
* Q-learning needs no rules: it moves $Q(s, a)$ towards $r + \gamma \max_b Q(s', b)$, one step at a
  time, while walking ε-greedily. After the last step nothing follows.
* A network takes the table's place where states are too many. It writes its own labels, and so
  training can run away (targets that move) or forget (steps that are alike).
* A **target network** makes targets stand still: needed where chains of guesses are long. A
  **replay memory** makes minibatches mixed: needed nearly always.
* Show what a cure does where the disease is. On Catch the target network does nothing.
* The maximum of guesses is too high. Let one network choose and another judge.
* Terminated is not truncated. One frame is not a state. Bytes stay bytes.

## Check yourself

Think of the answer, then open it.

<details><summary>1. An episode pays 0, 0 and 1, then it is over. With γ = 0.9, what is the return of each step?</summary>

From the end: 1, then 0.9 · 1 = 0.9, then 0.9 · 0.9 = 0.81.
</details>

<details><summary>2. Q(s, ·) = (2, 5), Q(s′, ·) = (1, 4), r = 1, γ = 0.5, α = 0.1, and action 0 was taken in s. What does its entry
become? And if the episode was over with this step?</summary>

The target is 1 + 0.5 · 4 = 3, so 2 + 0.1 · (3 − 2) = 2.1. If it was over, the target is 1, and the entry becomes 1.9.
</details>

<details><summary>3. Four actions, ε = 0.1. How often is the best one taken?</summary>

0.9 + 0.1 / 4 = 92.5 % of the time: exploring may hit it, too.
</details>

<details><summary>4. Why may Q-learning learn from steps that a far worse policy made last week?</summary>

A step says what the world does: from s, by a, to s′, for r. What the best policy would do from s′ on the target asks the
table or the network, not the walker.
</details>

<details><summary>5. CartPole was stopped after 500 steps, with the pole upright. What is the target of the last step?</summary>

r + γ max Q(s′, b), as always: it was truncated, not terminated, so something would have followed.
</details>

<details><summary>6. All rewards are between −1 and 1, γ = 0.9, and the network claims values of 300. Is that possible?</summary>

No: at most 1 + 0.9 + 0.81 + … = 10. Targets run away: look at the last steps of episodes (do they bootstrap?), then at the
target network.
</details>

## Words of the week

| word | meaning |
|---|---|
| action, state, reward | what the agent does; all that matters for what comes next; the number it gets |
| bootstrapping | correcting a guess by another guess |
| deadly triad | bootstrapping, off-policy learning and function approximation together: may diverge |
| discount γ | what a reward counts if it comes a step later |
| double DQN | one network chooses the next action, the other judges it |
| ε-greedy | a random action with probability ε, otherwise the best known |
| episode | from reset until the game is over |
| experience replay | training on steps drawn at random from a large memory |
| frame stacking | the last $k$ pictures as one state |
| Huber loss | a square for small errors, a straight line for large ones |
| Markov decision process | states, actions, transition probabilities, rewards |
| off-policy | learning about one policy while following another |
| policy | what to do in each state |
| Q function | what each action is worth in each state, if one acts best afterwards |
| return | the discounted sum of the rewards to come |
| target network | a copy of the network that stands still, from which targets are computed |
| terminated, truncated | the game is over; the game was stopped |
| value iteration | computing values from values until they settle |

## Try changing

1. Section 2: give every step a reward of -0.1 (`step_reward=-0.1`), then -1. When does the agent
   jump into the pit?
2. Section 3: put the goal right beside the start *and* far away. What does ε have to be so that
   the far one is ever found? Does it matter, with this $\gamma$?
3. Section 6: $\gamma = 0.9$ in place of 0.99. Do the naive networks still diverge? Find the $\gamma$
   where it begins.
4. Section 6: copy every 10, 50, 1,000 steps. What is gained, what is lost?
5. Section 10: memories of 50, 200, 1,000 steps. How much is enough?
6. Section 10: four frames in place of two. Better, or only slower?
7. Section 9: `double=True`. Compare what the network says its first states are worth.
8. Section 10: CartPole with `rate=0.0003`, or with a target network that is copied ten times as
   often. Run each with three seeds before you believe it.

## Further reading

* R. Sutton, A. Barto, *Reinforcement Learning: An Introduction*, second edition (2018), free
  online: chapters 3, 4 and 6 for sections 2 and 3, chapter 11 for the deadly triad.
* C. Watkins, P. Dayan, *Q-learning*, Machine Learning 8 (1992): the proof.
* L.-J. Lin, *Self-improving reactive agents based on reinforcement learning, planning and
  teaching*, Machine Learning 8 (1992): experience replay.
* V. Mnih et al., *Human-level control through deep reinforcement learning*, Nature 518 (2015), and
  the workshop paper *Playing Atari with deep reinforcement learning* (2013).
* H. van Hasselt, A. Guez, D. Silver, *Deep reinforcement learning with double Q-learning* (2016).
* D. Silver et al., *Mastering the game of Go with deep neural networks and tree search*, Nature 529
  (2016), and *without human knowledge*, Nature 550 (2017).
* J. Achiam, *Spinning Up in Deep RL*; S. Huang et al., *CleanRL*: the whole algorithm on one page.

This was the last week. You have built, from a single unit on, everything that a machine needs to
look at pixels and decide. What it should decide about is up to you.
"""
