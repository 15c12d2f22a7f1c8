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
# Week 1: the perceptron

### How far do you get with a single line?

The machines that translate, drive and play Go are made of one small part, repeated millions of
times. The part is from 1957 and fits into one line of code. This week you take it apart: what it
can say, how it learns, and the smallest question that defeats it. That question has four rows,
and the way around it is what the rest of this course is about.

**Afterwards you can**

* read the weights and the bias of a unit as a line (a plane, a hyperplane) with a direction;
* run Rosenblatt's learning rule by hand, and say why and how soon it must come to rest;
* prove that no single unit computes exclusive or, and build three units that do;
* turn "right or wrong" into a smooth loss, and walk down it with a step that is neither too short
  nor too long;
* say what a hidden layer is for, and so what *deep* learning has to do with *representation*.

**You need** Python, NumPy arrays, the dot product, and from section 8 on the derivative of a
function of two variables. Nothing about neural networks.

**Time:** 90 minutes if you make the predictions and play. The notebook itself runs in less than a
minute.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell. A wrong guess teaches more than a right one, but only if you made it.
"""

# %% setup=true
import itertools

import numpy as np

from dlcourse import data, plot, widgets

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## 1. A question with 3,072 numbers in it

Cat or dog? You know at a glance. A computer is given this:
"""

# %%
pictures, is_dog = data.pets(400, seed=SEED)
plot.images(
    pictures[:12],
    np.where(is_dog[:12] == 1, "dog", "cat"),
    columns=6,
    title="Twelve of four hundred little pictures",
    caption="Each is drawn by a program, with fur and wall of random colours, so that only the shape "
    "of the ears tells a cat from a dog.",
)

# %%
print("one picture has the shape", pictures[0].shape, "which makes", pictures[0].size, "numbers,")
print("and its first pixels are", pictures[0, 0, :2].round(2).tolist())

# %% [markdown]
r"""
Height times width times three colours: $32 \cdot 32 \cdot 3 = 3{,}072$ numbers. Somewhere there
is a function that takes those numbers and returns 1 for a dog and 0 for a cat. Nobody can write
it down, and we cannot even make a list of its values:
"""

# %%
digits_of_the_count = pictures[0].size * np.log10(256)
print(f"With 256 levels a number, there are about 10^{digits_of_the_count:.0f} such pictures.")

# %% [markdown]
r"""
(There are about $10^{80}$ atoms in the universe that we can see.) What we do have is *examples*:
four hundred pictures with their answers. **Learning** means finding, from examples, a function
that is right on pictures it has never seen. All of this course is one family of such functions.
This week is about its smallest member.

## 2. One unit

In 1957 the psychologist Frank Rosenblatt, at the Cornell Aeronautical Laboratory, described a
machine that he called the *perceptron*. Its working part does what a nerve cell was thought to
do: it weighs what comes in, adds it up, and fires if the sum is large enough.

$$
z = \mathbf{w} \cdot \mathbf{x} + b = w_1 x_1 + w_2 x_2 + \dots + w_d x_d + b,
\qquad
\text{output} = \begin{cases} 1 & \text{if } z \ge 0 \\ 0 & \text{if } z < 0. \end{cases}
$$

The numbers $\mathbf{w}$ are the **weights**: how much each input speaks for "yes", or, if negative,
for "no". The number $b$ is the **bias**: how inclined to fire the unit is before it has seen
anything. That is all. Here it is, for many examples at once (one a row of `X`):
"""


# %%
def step(z):
    return (z >= 0).astype(int)


def unit(X, w, b):
    return step(X @ w + b)  # (n_examples, d) @ (d,) + number -> (n_examples,)


# %% [markdown]
r"""
With two inputs we can draw what a unit says about every point of the plane.

**Predict.** The unit below has the weights $\mathbf{w} = (1, 2)$ and the bias $b = -0.5$. What
shape is the region where it fires? Where is its border? What happens to the border when both
weights and the bias are multiplied by ten?
"""

# %%
w, b = np.array([1.0, 2.0]), -0.5
X, y = data.gaussian(n=100, noise=0.35, seed=SEED)
plot.overlay(
    plot.decision_boundary(lambda points: unit(points, w, b), X, unit(X, w, b)),
    plot.line(w, b),
    title="What the unit says, everywhere",
    caption="Blue: here the unit fires. Orange: here it does not. The arrow is the vector of weights.",
)

# %% [markdown]
r"""
It fires on one side of a line. The border is straight, and the arrow $\mathbf{w}$ stands at a
right angle to it, pointing to where the unit fires. For the border is where the sum is exactly
zero, $\mathbf{w} \cdot \mathbf{x} + b = 0$. In the plane this is a line; with three inputs it
is a plane, and with 3,072 inputs a **hyperplane**: flat, one dimension less than the space, with
all of the space on one side or the other.

Two facts make weights readable for ever after.

* **The weight vector is normal to the border.** Walk along the border from one point of it to
  another: both sums are zero, so $\mathbf{w} \cdot (\mathbf{x}' - \mathbf{x}) = 0$. Every
  direction along the border is at a right angle to $\mathbf{w}$.
* **The sum measures distance.** A point lies
  $(\mathbf{w} \cdot \mathbf{x} + b) / \lVert \mathbf{w} \rVert$ away from the border, positive on
  the side where the unit fires. Multiply everything by ten and the border stays where it is: only
  ratios matter to a step.

Do not believe it; compute it. The closest point of the border should be reached by walking straight
along $\mathbf{w}$:
"""

# %%
x = np.array([0.9, 0.7])
distance = (w @ x + b) / np.linalg.norm(w)
foot = x - distance * w / np.linalg.norm(w)
print(f"distance {distance:.3f}; at the foot of the perpendicular the sum is {w @ foot + b:.1e}")

along = np.array([2.0, -1.0])  # a direction along the border: w . along = 0
border = foot + np.linspace(-1, 1, 2001)[:, None] * along
print(f"nearest of 2,001 points of the border: {np.linalg.norm(border - x, axis=1).min():.3f} away")

# %% [markdown]
r"""
Now with your own hands. **Drag the line** (or use the sliders) until the two classes are
separated. Watch the three numbers: which of them turns the line, and which one moves it without
turning?
"""

# %%
widgets.separating_line(
    *data.gaussian(n=60, noise=0.18, seed=2), w=(-0.4, 0.8), title="Separate the classes"
)

# %% [markdown]
r"""
## 3. A step, or a slope?

A step is a harsh judge: just below the border it says 0, just above it says 1, and how far above
does not matter. The **sigmoid** (or logistic function) is a milder one,

$$
\sigma(z) = \frac{1}{1 + e^{-cz}},
$$

and its number $c$ says how steep it is.

**Predict.** How must $c$ change for the sigmoid to become the step? What does it become for
$c = 0$? And how steep is it in the middle, at $z = 0$?
"""


# %%
def sigmoid(z, c=1.0):
    return 1 / (1 + np.exp(-c * z))


z = np.linspace(-4, 4, 401)
plot.curves(
    {f"c = {c:g}": sigmoid(z, c) for c in (0.5, 1, 3, 20)} | {"step": step(z)},
    x=z,
    xlabel="sum z = w·x + b",
    ylabel="output",
    title="Four sigmoids and a step",
    caption="The same formula with four values of c; solid and gold, the step.",
)

# %%


def slope(z, c, h=1e-6):
    """Return how steep the sigmoid is at z: how much it changes over a very short way."""
    return (sigmoid(z + h, c) - sigmoid(z - h, c)) / (2 * h)


for c in (0.5, 1, 3, 20):
    print(f"c = {c:4}: slope {slope(0, c):.4f} in the middle, {slope(-2, c):.1e} at z = -2")

# %% [markdown]
r"""
As $c$ grows, the sigmoid becomes the step; with $c = 0$ it says one half to everything. At $z = 0$
all of them are undecided, and the step alone has to say yes. The slope in the middle is $c/4$.

There is nothing new in $c$, by the way:
$\sigma(c\,(\mathbf{w} \cdot \mathbf{x} + b))$ is the same as multiplying the weights and the bias
by $c$. A unit with *large weights* is a sure one. And see what happens away from the middle: the
slope goes to zero, the faster the steeper the sigmoid, and the step has slope zero everywhere.
Keep that in mind. In section 8 it decides which units can learn by going downhill, and in week 2
it is the reason why deep networks would not learn for so many years.

## 4. Learning from mistakes

Who chooses the weights? In July 1958 the US Office of Naval Research showed reporters a computer
that chose its own. An IBM 704, five tons of it, was fed punched cards, some marked on the left
and some on the right. Nobody told it what "left" means; it was only told when it was wrong. After
fifty cards it knew. The *New York Times* of 8 July 1958 called the perceptron

> the embryo of an electronic computer that \[the Navy\] expects will be able to walk, talk, see,
> write, reproduce itself and be conscious of its existence.

The rule by which it learned is short. Call the two answers $y = +1$ and $y = -1$. Look at one
example at a time. **If the unit is right, do nothing. If it is wrong, add** $y\,\mathbf{x}$ **to
the weights and** $y$ **to the bias.** ("Wrong" is when
$y\,(\mathbf{w} \cdot \mathbf{x} + b) \le 0$: the sum and the label disagree in sign, or the sum
is zero.)

Why should that help? After the correction the same example adds up to something better:

$$
y\,\big[(\mathbf{w} + y\,\mathbf{x}) \cdot \mathbf{x} + (b + y)\big]
= y\,(\mathbf{w} \cdot \mathbf{x} + b) + \lVert \mathbf{x} \rVert^2 + 1 .
$$

It goes up, always, by $\lVert \mathbf{x} \rVert^2 + 1$. Whether the correction spoils what was
learned from *other* examples is another matter, and we come to it.

Let us repeat the Navy's demonstration. Our cards have $20 \times 20$ fields, like the 400
photocells of the machine that Rosenblatt built next, the Mark I.
"""


# %%
def draw_cards(n, rng, size=20, mark=6):
    """Return n cards with a square mark on the left (-1) or on the right (+1)."""
    cards, sides = np.zeros((n, size, size)), rng.choice([-1, 1], n)
    for card, side in zip(cards, sides, strict=True):
        top, left = rng.integers(size - mark + 1), rng.integers(size // 2 - mark + 1)
        left += (side == 1) * size // 2
        card[top : top + mark, left : left + mark] = 1
    return cards, sides


cards, sides = draw_cards(200, np.random.default_rng(SEED))
plot.images(
    cards[:8],
    np.where(sides[:8] == 1, "right", "left"),
    columns=8,
    title="Eight cards as they are fed in",
    caption="The mark may be anywhere in its half. To the machine a card is a list of 400 zeros and "
    "ones, in which nothing says that some fields are neighbours.",
)

# %% [markdown]
r"""
**Predict.** The unit starts with all its weights at zero and sees each of two hundred cards once.
How many mistakes will it make, and when will it make the last one?

In the code the bias hides among the weights: an input that is always 1 has the bias as its
weight. That is a common trick, and it makes formulas shorter.
"""


# %%
def with_one(X):
    """Append a feature that is always 1: its weight is the bias."""
    return np.column_stack([X, np.ones(len(X))])


def mistakes_of(X, y, epochs=1):
    """Yield (number of the example shown, weights after it) for every mistake of the perceptron."""
    v, shown, last = np.zeros(X.shape[1]), 0, 0
    for _ in range(epochs):  # an epoch: once through all the examples
        for x, label in zip(X, y, strict=True):
            shown += 1
            if label * (x @ v) <= 0:
                v, last = v + label * x, shown
                yield shown, v
        if shown - last >= len(X):
            return  # a whole epoch without a mistake


# %%
history = list(mistakes_of(with_one(cards.reshape(200, 400)), sides))
print("mistakes at the cards number", [shown for shown, _ in history])

new_cards, new_sides = draw_cards(2000, np.random.default_rng(SEED + 1))
answers = np.sign(with_one(new_cards.reshape(2000, 400)) @ history[-1][1])
print(f"right on {np.mean(answers == new_sides):.1%} of 2,000 cards never seen before")

# %%
plot.images(
    [v[:400].reshape(20, 20) for _, v in history],
    [f"after card {shown}" for shown, _ in history],
    columns=6,
    diverging=True,
    title="The weights after each mistake",
    caption="Blue fields speak for 'right', orange ones for 'left'. The weights are a sum of the "
    "cards on which the unit was wrong, added or subtracted, and nothing else.",
)

# %% [markdown]
r"""
A handful of mistakes, nearly all of them on the first few dozen cards, and it knows left from
right. Look at the picture once more: the weights are *made of examples*. A perceptron remembers
the cards that it got wrong, and only those.

Watch the rule at work in the plane, mistake by mistake.
"""

# %%
widgets.perceptron_rule(*data.gaussian(n=40, noise=0.3, seed=32), title="One mistake at a time")

# %% [markdown]
r"""
### Must it come to rest?

Every correction helps one example and may hurt others. So perhaps the line wanders for ever? In
1962 Albert Novikoff proved that it does not, if there is any line that separates the classes; and
he could say how many mistakes are made at most, *however many examples there are and in whatever
order they come*:

$$
\text{mistakes} \le \Big(\frac{R}{\gamma}\Big)^2 ,
$$

where $R$ is the length of the longest example and $\gamma$, the **margin**, is the distance of
the closest example from the border of some separating unit. (Both with the bias hidden among the
weights, so that borders go through the origin.) The proof takes five lines. Let $\mathbf{u}$ be a
separating unit of length 1, so that $y\,\mathbf{u} \cdot \mathbf{x} \ge \gamma$ for every
example, and let $\mathbf{v}$ be the perceptron's weights after $k$ mistakes.

* Each mistake adds $y\,\mathbf{x}$, so $\mathbf{u} \cdot \mathbf{v}$ grows by at least $\gamma$:
  it is at least $k\gamma$.
* Each mistake changes $\lVert \mathbf{v} \rVert^2$ by
  $2y\,\mathbf{v} \cdot \mathbf{x} + \lVert \mathbf{x} \rVert^2$. The first part is not positive,
  since it was a mistake, so $\lVert \mathbf{v} \rVert^2 \le kR^2$.
* A vector is at least as long as its part along $\mathbf{u}$, so
  $k\gamma \le \lVert \mathbf{v} \rVert \le \sqrt{k}\,R$, and therefore $k \le (R/\gamma)^2$.

**Predict.** Below, three hundred data sets are drawn at random: with 2 to 19 features, narrow and
wide margins. For each we count the mistakes until nothing is wrong any more. Will the bound be
nearly reached, or far from it?
"""


# %%
def count_and_bound(seed):
    """Return how many mistakes were made on a random separable data set, and Novikoff's bound."""
    rng = np.random.default_rng(seed)
    n_features = rng.integers(2, 20)
    u = rng.normal(size=n_features + 1)
    u /= np.linalg.norm(u)
    X = with_one(rng.normal(size=(40, n_features)))
    X = X[np.abs(X @ u) > 10 ** rng.uniform(-1.5, -0.3)]  # nothing within the margin
    y = np.sign(X @ u)
    count = sum(1 for _ in mistakes_of(X, y, epochs=2000))
    return count, (np.linalg.norm(X, axis=1).max() / np.abs(X @ u).min()) ** 2


counts, bounds = np.array([count_and_bound(seed) for seed in range(300)]).T


def draw(axes):
    axes.loglog(bounds, counts, "o", markersize=4, alpha=0.6)
    axes.plot([8, 4e4], [8, 4e4], color=plot.INK)
    look = {"rotation": 45, "transform_rotates_text": True, "rotation_mode": "anchor"}
    axes.text(25, 25, "as many as the bound", va="bottom", weight="bold", **look)


plot.picture(
    draw,
    xlabel="the bound (R/γ)²",
    ylabel="mistakes made",
    title="Three hundred data sets and their bounds",
    caption=f"Every point is one data set. The closest came to {np.max(counts / bounds):.0%} of what "
    f"is allowed, and half of them stayed below {np.median(counts / bounds):.1%}.",
)

# %% [markdown]
r"""
No point lies above the line, and most lie far below: the bound is for the worst possible examples
in the worst possible order, and chance is kinder. What it teaches is what matters: the margin,
not the number of examples and not the number of inputs. That is why a perceptron with 400 inputs
learned left and right from a handful of mistakes.

But read the condition again: *if there is any line that separates the classes*.

## 5. The smallest question without a line

| $x_1$ | $x_2$ | $x_1$ xor $x_2$ |
|:---:|:---:|:---:|
| 0 | 0 | 0 |
| 0 | 1 | 1 |
| 1 | 0 | 1 |
| 1 | 1 | 0 |

*Exclusive or* asks: is exactly one of the two on?

**Predict.** Drag the line. How many of the four points can you get onto their right sides? Write
the number down before you begin.
"""

# %%
widgets.separating_line(*data.truth_table("xor"), title="Can one line do it?")

# %% [markdown]
r"""
Three. Four is impossible, and here is why. A unit that computes exclusive or needs all of these:

$$
\underbrace{b < 0}_{(0,0)\ \text{silent}}, \qquad
\underbrace{w_2 + b \ge 0}_{(0,1)\ \text{fires}}, \qquad
\underbrace{w_1 + b \ge 0}_{(1,0)\ \text{fires}}, \qquad
\underbrace{w_1 + w_2 + b < 0}_{(1,1)\ \text{silent}} .
$$

Add the two in the middle: $w_1 + w_2 + 2b \ge 0$. Take $b$ away from both sides:
$w_1 + w_2 + b \ge -b$, and $-b$ is positive. So the fourth sum is positive as well, and the unit
fires where it should be silent. No weights escape this; no amount of training will find what is not
there.

We can also ask the computer to try. And while it is at it: there are sixteen questions of this
kind, one for each way of filling the last column of the table. For how many of the sixteen is
there a unit?

**Predict.** Two of sixteen? Eight? Fourteen?
"""

# %%
rng = np.random.default_rng(SEED)
X, y = data.truth_table("xor")
lines = rng.normal(size=(100_000, 3))  # one (w1, w2, b) a row
answers = step(with_one(X) @ lines.T)  # (4, 100 000)

right = (answers == y[:, None]).sum(axis=0)
plot.counts(
    right,
    xlabel="points on their right side, of four",
    ylabel="random lines",
    title="A hundred thousand random lines",
    caption=f"{np.sum(right == 4)} of them get all four right, and {np.sum(right == 0)} get none.",
)


# %%
def with_a_line(n):
    """Return which of the 2^(2^n) questions about n inputs a unit can answer, as numbers."""
    corners = np.array(list(itertools.product([0, 1], repeat=n)))
    weights = np.array(list(itertools.product(range(-3, 4), repeat=n)))  # enough for n up to 4
    codes = 2 ** np.arange(2**n)[::-1]
    thresholds = np.arange(-12.5, 13)
    return np.unique([codes @ (corners @ weights.T > t) for t in thresholds])


for n in (2, 3, 4):
    print(f"{n} inputs: {len(with_a_line(n)):,} of {2**2**n:,} questions have a line")
print("the two that are missing:", [f"{q:04b}" for q in range(16) if q not in with_a_line(2)])

# %% [markdown]
r"""
Fourteen. Only *exclusive or* (0110) and its opposite *both the same* (1001) have none. It looks
like a small exception, but it is not: the more inputs, the rarer are the questions with a line.
In 1969 Marvin Minsky and Seymour Papert's book *Perceptrons* proved for many simple questions
about pictures, such as "is this shape connected?", that perceptrons of reasonable size cannot
answer them. For a decade and more most people stopped asking.

## 6. Two units and a third

The way out is not a better line. It is a better *picture*.

Exclusive or is "at least one, and not both". One unit can ask "at least one?":
$x_1 + x_2 - 1 \ge 0$. Another can ask "both?": $x_1 + x_2 - 2 \ge 0$. Neither answers the
question. But now look at the four inputs through those two answers.

**Predict.** In a diagram whose axes are the two answers, where do (0, 0), (0, 1), (1, 0) and (1, 1)
land? Draw it on paper first.
"""

# %%
at_least_one = unit(X, np.array([1, 1]), -1)
both = unit(X, np.array([1, 1]), -2)
seen = np.column_stack([at_least_one, both])

plot.side_by_side(
    plot.points(X, y, xlabel="$x_1$", ylabel="$x_2$", title="The world as it is"),
    plot.points(
        seen,
        y,
        xlabel="at least one?",
        ylabel="both?",
        title="The world as two units see it",
        line=([1, -1], -0.5),
    ),
    caption=f"Four inputs, but {len(np.unique(seen, axis=0))} places. The line on the right is that "
    "of a third unit.",
)

# %%
answer = unit(seen, np.array([1, -1]), -1)
for inputs, hidden, out in zip(X.astype(int).tolist(), seen.tolist(), answer, strict=True):
    print(f"input {inputs}   hidden units {hidden}   output {out}")

# %% [markdown]
r"""
Two of the four inputs fall together, on (1, 0), and a line does what none could do before.

The two units in the middle are called a **hidden layer**: nobody tells them what to answer, and
nobody looks at their answers but the third unit. They decide nothing. They *redraw the question*,
until it is one that a line can answer. The redrawn input, (at least one?, both?), is called a
**representation**.

Keep this sentence, it is the course in one line: **deep learning is learning representations, layer
upon layer, in which the question becomes easy.**

The step in the middle is essential. Without it the hidden layer would be a sum, and the output a
sum of sums, which is again a single sum: one line after all.

## 7. Can the network find it by itself?

We chose those weights by thinking. Can they be *learned*? Rosenblatt's rule cannot tell a hidden
unit that it was wrong, for nobody knows what it should have said. That riddle stood open for
years, and its answer, backpropagation, is next week's subject. Let us borrow it for a moment and
only watch.

The units become smooth ($\tanh$ in the hidden layer, the sigmoid at the end), the weights start
at random, and every step changes all of them a little in the direction that makes the answers
better. We train from thirty different starts at once.

**Predict.** Two hidden units are enough: we have just built such a network. Of thirty trainings
with two hidden units, how many will end with all four answers right? And with eight hidden units?
"""


# %%
def train_xor(n_hidden, n_starts=30, steps=5000, learning_rate=0.5):
    """Train networks from many random starts at once; return their losses and final answers."""
    starts = [np.random.default_rng(seed) for seed in range(n_starts)]
    W = np.array([rng.normal(size=(2, n_hidden)) for rng in starts])  # (starts, 2, hidden)
    v = np.array([rng.normal(size=(n_hidden, 1)) for rng in starts])  # (starts, hidden, 1)
    c, d, losses = np.zeros((n_starts, 1, n_hidden)), np.zeros((n_starts, 1, 1)), []
    for _ in range(steps):
        hidden = np.tanh(X @ W + c)  # (starts, 4, hidden)
        p = sigmoid(hidden @ v + d)  # (starts, 4, 1)
        losses.append(-np.log(np.where(y[:, None] == 1, p, 1 - p)).mean(axis=(1, 2)))
        error = (p - y[:, None]) / 4  # what the output should change by; next week says why
        back = error @ v.swapaxes(1, 2) * (1 - hidden**2)
        v = v - learning_rate * hidden.swapaxes(1, 2) @ error
        d = d - learning_rate * error.sum(axis=1, keepdims=True)
        W = W - learning_rate * X.T @ back
        c = c - learning_rate * back.sum(axis=1, keepdims=True)
    return np.array(losses), p[:, :, 0]


# %%
trained = {n_hidden: train_xor(n_hidden) for n_hidden in (2, 8)}
solved = {n: int(np.all((p > 0.5) == y, axis=1).sum()) for n, (_, p) in trained.items()}


def threads(n_hidden):
    """Return a picture of the thirty losses, one thread for each start."""
    losses = trained[n_hidden][0]
    return plot.picture(
        lambda axes: axes.loglog(losses, color=plot.BLUE, linewidth=1, alpha=0.5),
        title=f"{n_hidden} hidden units: {solved[n_hidden]} of 30 solve it",
        xlabel="training step",
        ylabel="loss",
        ylim=(1e-4, 2),
    )


plot.side_by_side(
    threads(2),
    threads(8),
    caption="Each thread is the loss from one random start; above, how many end with four right "
    "answers.",
)

# %%
losses, p = trained[2]
stuck = np.flatnonzero(~np.all((p > 0.5) == y, axis=1))
print("answers of three stuck networks for (0,0), (0,1), (1,0), (1,1):")
print(p[stuck[:3]].round(2))
print(f"their loss is {losses[-1, stuck].mean():.4f}; (log 2)/2 is {np.log(2) / 2:.4f}")

# %% [markdown]
r"""
Sixteen of thirty: little better than a coin. The others all get stuck on the same shelf; with eight
hidden units every one comes down. The stuck networks are not broken. They have found a
way to be sure of two rows and say "one half" to the other two, and from there no small step makes
things noticeably better. Whether a solution *exists* and whether it is *found* from where one starts
are two different questions. Eight units are four times as many as needed, and it is this waste
that helps: with eight random units there is nearly always a useful pair among them. You will meet
that again: networks are made larger than they need to be because that makes them easier to train.

## 8. From mistakes to a landscape

To improve every weight a little we need to know, for each of them, which way is *better*. Counting
mistakes does not tell. Here are forty students: how long each studied, and whether they passed. One
unit, one input: $z = w \cdot \text{hours} + b$.

**Predict.** We hold $b$ fixed and turn $w$. What does the share of mistakes look like, as a
function of $w$? Is there a slope to follow?
"""

# %%
rng = np.random.default_rng(4)
hours = rng.uniform(0, 5, 40)
passed = (rng.uniform(size=40) < sigmoid(hours - 2.5)).astype(int)


def sums(parameters):
    """Return what a unit adds up for each student: (m, 2) weights and biases -> (m, 40)."""
    return parameters @ np.stack([hours, np.ones(40)])


def log_loss(parameters):
    """Mean log-loss of each unit, (m, 2) -> (m,)."""
    z = sums(parameters)
    # -log sigmoid(z) = log(1 + exp(-z)), and for those who failed the same with z turned.
    return np.logaddexp(0, np.where(passed == 1, -z, z)).mean(axis=1)


units = np.column_stack([np.linspace(-1, 4, 400), np.full(400, -2.5)])  # (w, b), b held fixed
plot.curves(
    {
        "share of mistakes": (step(sums(units)) != passed).mean(axis=1),
        "log-loss": log_loss(units),
    },
    x=units[:, 0],
    xlabel="weight w (with b = −2.5)",
    ylabel="how bad",
    title="Two ways to say how bad a unit is",
    caption="Solid blue: the share of wrong answers. Dashed orange: the log-loss, of which more below.",
)

# %% [markdown]
r"""
The share of mistakes is a staircase: flat nearly everywhere, and then it jumps. It says how bad
things are, never which way is better. The smooth curve has a slope at every point. It is the
**log-loss**. Let the unit answer with a probability, $p = \sigma(z)$,
instead of yes or no. If the student passed, the unit gave the truth the probability $p$; if not,
$1 - p$. Its *surprise* is $-\log$ of that: nothing for a sure and right answer, more and more for
a sure and wrong one. The loss is the mean surprise,

$$
L = -\frac1n \sum_i \big[\, y_i \log p_i + (1 - y_i) \log(1 - p_i) \,\big] .
$$

A unit trained to make this small is called **logistic regression**. Its derivatives are remarkably
simple. Since $\sigma' = \sigma (1 - \sigma)$, nearly everything cancels, and

$$
\frac{\partial L}{\partial \mathbf{w}} = \frac1n \sum_i (p_i - y_i)\, \mathbf{x}_i ,
\qquad
\frac{\partial L}{\partial b} = \frac1n \sum_i (p_i - y_i) .
$$

Error times input, averaged. Compare it with Rosenblatt's rule: he adds $\mathbf{x}$ or
$-\mathbf{x}$ for a mistake and nothing otherwise; this adds a little of every $\mathbf{x}$, in
proportion to how wrong the unit was about it.
"""

# %%
share = np.linspace(0.005, 0.995, 300)
plot.curves(
    {"the truth was 1": -np.log(share), "the truth was 0": -np.log(1 - share)},
    x=share,
    xlabel="predicted probability p of the answer 1",
    ylabel="surprise",
    title="What it costs to be sure",
    caption="To say 0.99 and be wrong costs 4.6; to say 0.5 costs log 2 = 0.69 either way.",
)

# %% [markdown]
r"""
A claim about derivatives is quickly checked: move a little to both sides, and see how much the loss
changes. Make that a habit; next week it will save you.
"""


# %%
def gradient(parameters):
    w, b = parameters
    error = sigmoid(w * hours + b) - passed
    return np.array([np.mean(error * hours), np.mean(error)])


here, h = np.array([0.7, -1.0]), 1e-5
moved = log_loss(here + h * np.eye(2)) - log_loss(here - h * np.eye(2))
print("formula:   ", gradient(here))
print("by moving: ", moved / (2 * h))

# %% [markdown]
r"""
Two numbers to choose, $w$ and $b$, and for each choice a loss: that is a landscape. The gradient
points uphill, so we walk against it. **Gradient descent:**

$$
w \leftarrow w - \varepsilon\,\frac{\partial L}{\partial w}, \qquad
b \leftarrow b - \varepsilon\,\frac{\partial L}{\partial b},
$$

with a **learning rate** $\varepsilon$ (epsilon) that says how long our steps are. (Many books write
$\eta$ for it.)
"""


# %%
def descend(start, learning_rate, steps):
    """Return the places visited by gradient descent, shape (steps + 1, 2)."""
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)


path = descend((-1.0, 1.0), learning_rate=0.3, steps=400)
plot.surface_path(
    log_loss,
    path,
    xlim=(-1.5, 3),
    ylim=(-6, 3),
    xlabel="weight w",
    ylabel="bias b",
    title="Down into the valley, then slowly along it",
    caption="Lines join choices of equal loss; the path starts at the ring and its dots are single "
    "steps. It goes where the loss falls fastest: down first, and only then along the valley.",
)

# %%
w, b = path[-1]
x = np.linspace(0, 5, 200)


def draw(axes):
    axes.plot(x, sigmoid(w * x + b), color=plot.INK)
    for label, name, look in ((0, "failed", "s"), (1, "passed", "o")):
        theirs, color = hours[passed == label], (plot.ORANGE, plot.BLUE)[label]
        axes.plot(theirs, np.full(len(theirs), label), look, color=color, alpha=0.7)
        axes.text(5.1, label, name, color=color, weight="bold", va="center")


plot.picture(
    draw,
    xlabel="hours studied",
    ylabel="probability of passing",
    title="What the unit has learned",
    caption=f"It is undecided at {-b / w:.2f} hours (the data were drawn with 2.5), and surer the "
    "further it gets from there.",
)

# %% [markdown]
r"""
## 9. How long a step?

**Predict.** The same landscape, the same start, sixty steps, three learning rates: 0.02, 0.8 and
3. Which one ends lowest? What will go wrong with each of the others?
"""

# %%
paths = {f"rate {rate:g}": descend((-1.0, 1.0), rate, 60) for rate in (0.02, 0.8, 3.0)}


def walk(name):
    labels = {"xlabel": "weight w", "ylabel": "bias b", "title": name}
    return plot.surface_path(log_loss, paths[name], xlim=(-2, 5), ylim=(-7, 3), **labels)


plot.side_by_side(
    *map(walk, paths),
    caption="The same landscape, the same start at the ring, sixty steps.",
)

# %% [markdown]
"""
Too small: 0.02 is only just in the valley. Too large: with 3, step after step jumps over the valley
and lands on the other slope. And 0.8 is about right. In practice there is no landscape to look at,
only a curve, so learn to read it. Which of these three would you have told to take longer steps?
"""

# %%
plot.curves(
    {name: log_loss(path) for name, path in paths.items()},
    xlabel="step",
    ylabel="loss",
    ylim=(0, 4),
    title="The same three walks, as one usually sees them",
    caption="A loss that jumps up and down asks for a smaller learning rate; one that sinks slowly "
    "and smoothly may bear a larger. And where it looks flat, it need not have arrived: compare the "
    "blue curve.",
)

# %% [markdown]
r"""
How large is too large? Near its bottom every smooth valley is a bowl, and in a bowl whose
curvature is $\lambda$ a step multiplies the distance from the bottom by $1 - \varepsilon\lambda$.
That shrinks only if $\varepsilon < 2/\lambda$. The curvatures of a landscape are the eigenvalues
of its matrix of second derivatives, the Hessian, and the steepest one sets the limit:
"""

# %%
bottom = descend((0.0, 0.0), 0.5, 5000)[-1]
p = sigmoid(bottom[0] * hours + bottom[1])
inputs = with_one(hours[:, None])
hessian = inputs.T @ (inputs * (p * (1 - p))[:, None]) / len(hours)
along, across = np.linalg.eigvalsh(hessian)
print(f"curvature {along:.3f} along the valley, {across:.3f} across it: {across / along:.0f} to 1")
print(f"the learning rate must stay below 2 / {across:.3f} = {2 / across:.2f}")
for rate in (0.97 * 2 / across, 1.03 * 2 / across):
    end = descend(bottom + np.array([0.001, 0]), rate, 2000)[-1]
    away = np.linalg.norm(end - bottom)
    print(f"with {rate:.2f}, from 0.001 beside the bottom: after 2,000 steps {away:.1e} away")

# %% [markdown]
r"""
The valley is many times longer than it is wide. The steep direction forbids long steps, and the
flat one would need them: that is why the path above crawls. (Most of this course's optimisers
exist because of that ratio. Subtracting the mean of the hours, so that they lie around zero,
improves it too: try it below.)

Play with it: choose a start by clicking on the loss surface, set the learning rate, and let it run.
Can you find a rate that *just* does not settle?
"""

# %%
widgets.gradient_descent(hours, passed, title="Walk down the log-loss yourself")

# %% [markdown]
r"""
## 10. A better picture instead of a better line

Section 6 redrew exclusive or with two step units. There is another way to redraw it, with a
pencil: give the unit one more input, the product $x_1 x_2$.

These are the four data sets of the *TensorFlow Playground*, which you will meet again in week 3.
One unit looks at the two coordinates and nothing else.

**Predict.** On which of the four will it do well? For each of the others: which extra input,
computed from $x_1$ and $x_2$, would save it?
"""

# %%
FEATURES = {
    "coordinates": lambda X: X,
    "+ product": lambda X: np.column_stack([X, X[:, 0] * X[:, 1]]),
    "+ squares": lambda X: np.column_stack([X, X**2]),
    "+ product, squares, waves": lambda X: np.column_stack(
        [X, X[:, 0] * X[:, 1], X**2, np.sin(3 * X), np.cos(3 * X)]
    ),
}


def fit_unit(X, y, learning_rate=1.0, steps=2000):
    """Train logistic regression; return a function from inputs to probabilities."""
    v, inputs = np.zeros(X.shape[1] + 1), with_one(X)
    for _ in range(steps):
        v -= learning_rate * inputs.T @ (sigmoid(inputs @ v) - y) / len(y)
    return lambda X: sigmoid(with_one(X) @ v)


# %%
accuracy = np.zeros((len(FEATURES), 4))
models = {}
for j, (name, make) in enumerate(data.PLAYGROUND.items()):
    X, y = make(n=300, seed=SEED)
    X_new, y_new = make(n=300, seed=SEED + 1)  # judged on points that were not learned from
    for i, (kind, features) in enumerate(FEATURES.items()):
        model = fit_unit(features(X), y)
        models[name, kind] = lambda X, model=model, features=features: model(features(X))
        accuracy[i, j] = np.mean((models[name, kind](X_new) >= 0.5) == y_new)

# %%
kinds = list(FEATURES)
chosen = {name: kinds[best] for name, best in zip(data.PLAYGROUND, accuracy.argmax(0), strict=True)}


def pictured(name, kind, title):
    X, y = data.PLAYGROUND[name](n=300, seed=SEED)
    frame = {"xlim": (-1.4, 1.4), "ylim": (-1.4, 1.4), "xlabel": "", "ylabel": ""}
    return plot.decision_boundary(models[name, kind], X, y, title=title, **frame)


plot.side_by_side(
    *(pictured(name, "coordinates", name) for name in chosen),
    *(pictured(name, kind, kind) for name, kind in chosen.items()),
    columns=4,
    caption="Above, one unit that sees the two coordinates: it can only draw a line. Below, the same "
    "unit with the inputs that helped most: a line in the space of the new inputs is a curve in the "
    "plane.",
)

# %%
plot.heatmap(
    accuracy,
    rows=list(FEATURES),
    columns=list(data.PLAYGROUND),
    numbers=".0%",
    diverging=False,
    title="Right answers on points never seen",
    caption="One half is guessing.",
)

# %% [markdown]
r"""
With the right feature one unit is enough: squares solve the circle, the product solves exclusive
or. With the wrong ones, more of them do not help, and nothing that was tried solves the spiral. For
decades this was the craft: think hard about the question, and compute clever inputs by hand. For
the spiral you may still find some (its angle minus a multiple of its radius). For cats and dogs
nobody did. A hidden layer finds its own. That is the difference between machine learning with
hand-made features and *deep* learning.

## 11. Back to the cats and dogs

All is ready for the question that we began with. One unit, 3,072 weights, four hundred pictures.

**Predict.** How often will it be right on new pictures? And what will its weights look like,
drawn as a picture?
"""

# %%
flat_pictures = pictures.reshape(len(pictures), -1)
inputs, v = with_one(flat_pictures), np.zeros(flat_pictures.shape[1] + 1)
for _ in range(60):
    v -= 0.02 * inputs.T @ (sigmoid(inputs @ v) - is_dog) / len(is_dog)


def share_right(**how):
    """Return the share of 300 new pictures on which the unit is right."""
    new, answers = data.pets(300, seed=SEED + 1, **how)
    return np.mean((with_one(new.reshape(300, -1)) @ v >= 0) == answers)


print(f"right on {share_right():.1%} of 300 new pictures")
seen = [pictures[is_dog == 0].mean(axis=0), pictures[is_dog == 1].mean(axis=0)]
plot.side_by_side(
    plot.images(seen[:1], title="mean cat"),
    plot.images(seen[1:], title="mean dog"),
    plot.images([v[:-1].reshape(32, 32, 3).sum(axis=2)], diverging=True, title="the weights"),
    caption="The weights as a picture: light on a blue pixel speaks for a dog, light on an orange "
    "one for a cat.",
)

# %% [markdown]
r"""
Perfect, and it found the ears by itself. Fur is dark: so darkness where ears hang down (orange)
speaks for a dog, and darkness where they stand up (blue) for a cat. Nobody had told it where to
look, or that there are such things as ears.

Shall we believe that it knows what a dog is? **Predict** its score on two other kinds of new
pictures: first with heads that are not in the middle, then with light fur at night.
"""

# %%
trials = {
    "as learned": {},
    "moved a little": {"wander": 0.1},
    "anywhere": {"wander": 0.2},
    "at night": {"night": True},
}
scores = {name: share_right(**how) for name, how in trials.items()}
plot.side_by_side(
    *(
        plot.images(data.pets(4, seed=7, **how)[0], columns=2, title=f"{name}: {scores[name]:.0%}")
        for name, how in trials.items()
    ),
    caption="The same unit, and its share of right answers on 300 new pictures of each kind. One half "
    "would be guessing.",
)

# %% [markdown]
r"""
At night it is *always wrong*, which is quite an achievement. A unit with one weight for each
pixel has learned a stencil: dark here, light there. Move the dog, and the stencil lies on the
wall; turn on the moon, and everything it knew is upside down. It has no idea of an ear, only of a
place.

What it would take: units that find an edge or an ear *wherever* it is, and units above them that
combine those into heads. Layers of representation, each made of the one below, learned from
examples. Several things had to come together for that: a way to train hidden layers (week 2),
machines and software for large ones (week 3), weights that are shared across a picture (week 5),
millions of labelled examples, and initial values and units with which deep stacks of layers do
not get stuck (week 2). We will take them in turn.

## What to take along

* A **unit** weighs its inputs, adds a bias and applies a step or a sigmoid. Its border is a
  hyperplane, its weight vector is normal to it, and the sum divided by the length of the weights
  is the distance from the border.
* **Rosenblatt's rule** adds $y\,\mathbf{x}$ after a mistake. If any hyperplane separates the
  classes it comes to rest after at most $(R/\gamma)^2$ mistakes; if none does, never.
* No unit computes **exclusive or**. Two hidden units and a third do, because the hidden ones move
  the inputs to places where a line is enough.
* That a solution exists does not mean that training finds it; more hidden units than necessary
  help.
* **Logistic regression** replaces counting mistakes by the smooth log-loss, whose gradient is
  error times input. Gradient descent needs a learning rate below $2/\lambda_{\max}$ and patience
  along flat directions.
* The right **features** make a hard question easy. Deep learning is about learning them.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A unit has w = (3, −4) and b = 5. How far is the origin from its border, and on which side?</summary>

The sum at the origin is 5 and the length of w is 5, so the distance is 1, on the side where the unit fires.
</details>

<details><summary>2. All weights and the bias of a <em>step</em> unit are multiplied by −1. What changes? And by 2?</summary>

By −1: the border stays and the sides change places. By 2: nothing at all. (A sigmoid unit would become surer.)
</details>

<details><summary>3. A perceptron has gone through all the examples without a mistake. What will another hundred epochs
change?</summary>

Nothing: it changes only after a mistake.
</details>

<details><summary>4. You double the number of examples, and the new ones are no closer to the border and no longer than the
old ones. What happens to the bound on the number of mistakes?</summary>

It stays the same: the bound depends on the margin and on the longest example, not on their number.
</details>

<details><summary>5. Why not use <em>squared</em> inputs only and drop the hidden layer for good?</summary>

Squares help with circles, not with spirals or dogs. Chosen features help with the question they were chosen for; a hidden
layer chooses its own, from the examples.
</details>

<details><summary>6. The loss goes 0.69, 1.8, 0.9, 2.4, 1.1, … What do you change first?</summary>

The learning rate: every step jumps across the valley. Make it smaller.
</details>

## Words of the week

| word | meaning |
|---|---|
| unit, neuron | weighs its inputs, adds a bias, applies an activation function |
| weight, bias | how much an input counts; how inclined the unit is to fire in any case |
| activation function | what turns the sum into the output: step, sigmoid, tanh, … |
| hyperplane | the flat set where the sum is zero; the unit's border |
| linearly separable | there is a hyperplane with each class on its own side |
| margin γ | distance of the closest example from a separating hyperplane |
| epoch | one pass over all examples |
| hidden layer | units between input and output, whose right answers nobody gives |
| representation, feature | the input in other coordinates; one such coordinate |
| loss, log-loss | what training makes small; mean surprise at the true answers |
| gradient | the vector of derivatives; points uphill |
| learning rate ε | length of a step against the gradient, as a multiple of the gradient |

## Try changing

1. Section 2: multiply `w` and `b` by −1, then set `b` to zero. Predict each picture before you
   see it.
2. Section 4: use the perceptron on `data.gaussian(noise=0.5)`, which no line separates. How do the
   mistakes per epoch go on? Does it help to stop early, or to average all the weights that it
   ever had?
3. Section 5: which of the 152 questions about three inputs that have no line can two hidden units
   and a third answer? Try weights at random, or think of those with the most changes: "is the
   number of ones odd?"
4. Section 6: the units have their borders exactly *through* the corners (0, 1) and (1, 1). Add
   noise of 0.05 to the inputs. What happens, and how would you move the borders?
5. Section 7: try 3, 4 and 16 hidden units, and starts that are ten times smaller.
6. Section 9: subtract the mean from `hours`. Compute both curvatures again. How many steps are
   needed now?
7. Section 11: train the unit on pets that wander, or on half day and half night. Look at the
   weights. Is it the number of examples that is missing, or something else?

## Further reading

* F. Rosenblatt, *The perceptron: a perceiving and recognizing automaton*, Cornell Aeronautical
  Laboratory, report 85-460-1, 1957; and *The perceptron: a probabilistic model for information
  storage and organization in the brain*, Psychological Review 65 (1958), 386–408. The units
  between the retina and the output were there from the start, with random weights.
* *New Navy device learns by doing*, The New York Times, 8 July 1958. One column that has been
  quoted ever since.
* A. Novikoff, *On convergence proofs on perceptrons*, Symposium on the Mathematical Theory of
  Automata, 1962.
* M. Minsky and S. Papert, *Perceptrons*, MIT Press 1969. Better than its reputation as the book
  that stopped a field.
* Y. Freund and R. Schapire, *Large margin classification using the perceptron algorithm*, Machine
  Learning 37 (1999): the averaged and the kernel perceptron, which are this week's stretch
  exercises.
* M. Nielsen, *Neural networks and deep learning* (2015), chapter 1: another first look at the
  same units.

The assignment of this week builds all this from nothing but NumPy, and reads handwriting with it.

Next week the hidden units find their own weights.
"""
