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
"""
# Week 1: the perceptron

### What can a single unit learn, and what can it not?

The networks that translate, drive and play Go are made of one small part, repeated millions of
times. The part dates from 1957 and fits into one line of code. This week you take it apart: what
it can compute, how it learns, and the smallest problem that it cannot solve. That problem has four
rows, and its solution, a hidden layer, is what the rest of this course is about.

**Afterwards you can**

* read the weights and the bias of a unit as a line (a plane, a hyperplane) with a direction;
* run Rosenblatt's learning rule by hand, and say why it converges and after how many mistakes;
* prove that no single unit computes exclusive or, and build three units that do;
* replace "right or wrong" by a smooth loss, and minimize it by gradient descent with a learning
  rate that is neither too small nor too large;
* say what a hidden layer is for, and so what *deep* learning has to do with *representation*.

**You need** Python, NumPy arrays, the dot product, and from section 8 on the derivative of a
function of two variables. You need to know nothing about neural networks.

**Time:** 90 minutes if you make the predictions and play. The notebook itself runs in less than a
minute.

**How to read it.** Where it says **Predict**, stop and write down your guess before you run the
next cell. You learn more from a wrong guess than from a right one, but only if you wrote it down.
"""

# %% setup=true
import itertools

import numpy as np

from dlcourse import data, plot, widgets

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## 1. Image classification: learning a function from examples

Cat or dog? You see it at a glance. A computer gets this:
"""

# %%
pictures, is_dog = data.pets(400, seed=SEED)
plot.images(
    pictures[:12],
    np.where(is_dog[:12] == 1, "dog", "cat"),
    columns=6,
    title="Twelve of four hundred little pictures",
    caption="Each is drawn by a program, with fur and wall of random colors, so that only the shape "
    "of the ears tells a cat from a dog.",
)

# %%
print("one picture has the shape", pictures[0].shape, "which makes", pictures[0].size, "numbers,")
print("and its first pixels are", pictures[0, 0, :2].round(2).tolist())

# %% [markdown]
r"""
Height times width times three color channels: $32 \cdot 32 \cdot 3 = 3{,}072$ numbers. Somewhere
there is a function that takes those numbers and returns 1 for a dog and 0 for a cat. Nobody can
write it down, and nobody can list its values:
"""

# %%
digits_of_the_count = pictures[0].size * np.log10(256)
print(f"With 256 levels a number, there are about 10^{digits_of_the_count:.0f} such pictures.")

# %% [markdown]
r"""
(There are about $10^{80}$ atoms in the observable universe.) What we do have is *examples*: four
hundred pictures with their labels. **Learning** means to find, from examples, a function that is
right on pictures that it has never seen. Being right on new examples is called **generalization**.
Learning from examples with labels is **supervised learning**; week 4 learns without labels
(unsupervised), and week 7 from rewards (reinforcement learning). When the label is one of a few
classes, the task is **classification**; when it is a number, it is **regression**. All of this
course is about one family of functions, neural networks. This week is about its smallest member.

## 2. One unit: weights, bias, decision boundary

In 1943 Warren McCulloch and Walter Pitts described a nerve cell as a threshold device: it fires if
enough of its inputs are active. In 1957 the psychologist Frank Rosenblatt, at the Cornell
Aeronautical Laboratory, made such a unit *learn*, and called the machine a *perceptron*. Its
working part multiplies each input by a weight, adds everything up, and fires if the sum is large
enough.

$$
z = \mathbf{w} \cdot \mathbf{x} + b = w_1 x_1 + w_2 x_2 + \dots + w_d x_d + b,
\qquad
\text{output} = \begin{cases} 1 & \text{if } z \ge 0 \\ 0 & \text{if } z < 0. \end{cases}
$$

The numbers $\mathbf{w}$ are the **weights**: how much each input speaks for "yes", or, if negative,
for "no". The number $b$ is the **bias**: how ready the unit is to fire before it has seen any
input. The sum $z$ is called the **pre-activation**. The function that turns it into the output,
here a step, is the **activation function** or **nonlinearity**, and its result is the unit's
**activation**.

Here it is, for many examples at once, one per row of `X`. One matrix product replaces the loop over
the examples (the code is **vectorized**), and NumPy adds the number `b` to every entry of the
result (**broadcasting**):
"""


# %%
def step(z):
    return (z >= 0).astype(int)


def unit(X, w, b):
    return step(X @ w + b)  # (n_examples, d) @ (d,) + number -> (n_examples,)


# %% [markdown]
r"""
With two inputs we can draw the output of a unit for every point of the plane.

**Predict.** The unit below has the weights $\mathbf{w} = (1, 2)$ and the bias $b = -0.5$. What
shape is the region where it fires? Where is the boundary of that region? What happens to the
boundary when both weights and the bias are multiplied by ten?
"""

# %%
w, b = np.array([1.0, 2.0]), -0.5
X, y = data.gaussian(n=100, noise=0.35, seed=SEED)
plot.overlay(
    plot.decision_boundary(lambda points: unit(points, w, b), X, unit(X, w, b)),
    plot.line(w, b),
    title="Output of the unit at every point",
    caption="Blue: the unit fires. Orange: it does not. The arrow is the weight vector.",
)

# %% [markdown]
r"""
It fires on one side of a line. This line is the unit's **decision boundary**. It is straight, and
the arrow $\mathbf{w}$ is perpendicular to it and points to the side where the unit fires. On the
boundary the pre-activation is exactly zero, $\mathbf{w} \cdot \mathbf{x} + b = 0$. In the plane
this is a line; with three inputs it is a plane, and with 3,072 inputs a **hyperplane**: flat, with
one dimension less than the space, which it divides into two sides.

Two facts let you read any unit's weights.

* **The weight vector is normal to the decision boundary.** Take two points $\mathbf{x}$ and
  $\mathbf{x}'$ on the boundary. Both pre-activations are zero, so
  $\mathbf{w} \cdot (\mathbf{x}' - \mathbf{x}) = 0$. Every direction along the boundary is
  perpendicular to $\mathbf{w}$.
* **The pre-activation measures distance.** The signed distance of a point from the boundary is
  $(\mathbf{w} \cdot \mathbf{x} + b) / \lVert \mathbf{w} \rVert$, positive on the side where the
  unit fires. Multiply the weights and the bias by ten, and the boundary stays where it is: for a
  step unit only their ratios matter.

Check it with numbers. You should reach the closest point of the boundary by walking straight along
$\mathbf{w}$:
"""

# %%
x = np.array([0.9, 0.7])
distance = (w @ x + b) / np.linalg.norm(w)
foot = x - distance * w / np.linalg.norm(w)
print(f"distance {distance:.3f}; at the foot of the perpendicular z = {w @ foot + b:.1e}")

along = np.array([2.0, -1.0])  # a direction along the boundary: w . along = 0
boundary = foot + np.linspace(-1, 1, 2001)[:, None] * along
nearest = np.linalg.norm(boundary - x, axis=1).min()
print(f"nearest of 2,001 points of the boundary: {nearest:.3f} away")

# %% [markdown]
"""
Now do it yourself. **Drag the line** (or use the sliders) until the two classes are separated.
Watch the three numbers: which of them turn the line, and which one shifts it without turning it?
"""

# %%
widgets.separating_line(
    *data.gaussian(n=60, noise=0.18, seed=2), w=(-0.4, 0.8), title="Separate the classes"
)

# %% [markdown]
r"""
## 3. Activation functions: step and sigmoid

A step gives no degrees: just below the decision boundary it returns 0, just above it 1, and how far
above does not matter. The **sigmoid** (in full: logistic sigmoid, or logistic function) changes
gradually,

$$
\sigma(z) = \frac{1}{1 + e^{-cz}},
$$

and the number $c$ says how steep it is. The usual sigmoid has $c = 1$.

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
    xlabel="pre-activation z = w·x + b",
    ylabel="output",
    title="Four sigmoids and a step",
    caption="The same formula with four values of c; the solid gold line is the step.",
)

# %%


def slope(z, c, h=1e-6):
    """Return the slope of the sigmoid at z, from two points very close to it."""
    return (sigmoid(z + h, c) - sigmoid(z - h, c)) / (2 * h)


for c in (0.5, 1, 3, 20):
    print(f"c = {c:4}: slope {slope(0, c):.4f} in the middle, {slope(-2, c):.1e} at z = -2")

# %% [markdown]
r"""
As $c$ grows, the sigmoid approaches the step; with $c = 0$ it returns one half for every input. At
$z = 0$ every sigmoid returns one half, and only the step must decide: by convention it returns 1.
The slope in the middle is $c/4$.

The number $c$ adds nothing new: $\sigma(c\,(\mathbf{w} \cdot \mathbf{x} + b))$ is the same as
multiplying the weights and the bias by $c$. A unit with *large weights* is a confident one. Look
also at what happens away from the middle: the slope goes to zero, faster if the sigmoid is steeper.
There the unit is **saturated**. The step has slope zero everywhere except at its jump, where it has
no slope at all. Remember this. In section 8 it decides which units can learn by gradient descent,
and in week 2 it is one of the reasons why deep networks did not learn for many years.

## 4. The perceptron learning rule

Who chooses the weights? In July 1958 the US Office of Naval Research showed reporters a computer
that chose its own. An IBM 704, which weighed five tons, was fed punched cards, some marked on the
left and some on the right. Nobody told it what "left" means; it was only told when it was wrong.
After fifty cards it could tell them apart. The *New York Times* of 8 July 1958 called the
perceptron

> the embryo of an electronic computer that \[the Navy\] expects will be able to walk, talk, see,
> write, reproduce itself and be conscious of its existence.

The learning rule is short. Call the two labels $y = +1$ and $y = -1$. Look at one example at a
time. **If the unit is right, do nothing. If it is wrong, add** $y\,\mathbf{x}$ **to the weights and**
$y$ **to the bias.** ("Wrong" means $y\,(\mathbf{w} \cdot \mathbf{x} + b) \le 0$: the pre-activation
and the label have different signs, or the pre-activation is zero. In section 2 the step returns 1
at $z = 0$; while the unit learns, an example on the boundary counts as a mistake whatever its
label. Otherwise a unit that starts with zero weights might never start to learn.)

Why should that help? After the update, the same example has a better pre-activation:

$$
y\,\big[(\mathbf{w} + y\,\mathbf{x}) \cdot \mathbf{x} + (b + y)\big]
= y\,(\mathbf{w} \cdot \mathbf{x} + b) + \lVert \mathbf{x} \rVert^2 + 1 .
$$

It always increases, by $\lVert \mathbf{x} \rVert^2 + 1$. Whether the update spoils what was learned
from *other* examples is another question, which we answer below.

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
    title="Eight of the cards",
    caption="The mark may be anywhere in its half. To the machine a card is a list of 400 zeros and "
    "ones, in which nothing says that some fields are neighbors.",
)

# %% [markdown]
"""
**Predict.** The unit starts with all its weights at zero and sees each of two hundred cards once.
How many mistakes will it make, and when will it make the last one?

In the code the bias is one of the weights: the weight of an additional input that is always 1. This
is a common trick that makes formulas shorter.
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
print("mistakes at cards number", [shown for shown, _ in history])

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
    caption="Blue fields speak for 'right', orange ones for 'left'. The cards on which the unit was "
    "wrong have been added or subtracted, and nothing else.",
)

# %% [markdown]
"""
It makes a handful of mistakes (four to six for each of eight seeds), nearly all of them on the first
few dozen cards, and then it can tell left from right. Look at the picture once more: the weights are *made of examples*. They are a sum of
the cards that the perceptron got wrong, and of nothing else.

Watch the rule at work in the plane, mistake by mistake.
"""

# %%
widgets.perceptron_rule(*data.gaussian(n=40, noise=0.3, seed=32), title="One mistake at a time")

# %% [markdown]
r"""
### Does it converge? Novikoff's theorem

Every update helps one example and may hurt others. So perhaps the line never settles? In 1962 Albert
Novikoff proved that the rule **converges**, that is, stops changing the weights, if any line
separates the classes. He also proved a bound on the number of mistakes that holds *however many
examples there are and in whatever order they come*:

$$
\text{mistakes} \le \Big(\frac{R}{\gamma}\Big)^2 ,
$$

where $R$ is the length of the longest example and $\gamma$, the **margin**, is the distance of the
closest example from the decision boundary of some separating unit. (Both are computed with the bias
as one of the weights, so the boundaries go through the origin.) The proof takes five lines. Let
$\mathbf{u}$ be a separating unit of length 1, so that $y\,\mathbf{u} \cdot \mathbf{x} \ge \gamma$
for every example, and let $\mathbf{v}$ be the perceptron's weights after $k$ mistakes.

* Each mistake adds $y\,\mathbf{x}$, so $\mathbf{u} \cdot \mathbf{v}$ grows by at least $\gamma$:
  after $k$ mistakes it is at least $k\gamma$.
* Each mistake changes $\lVert \mathbf{v} \rVert^2$ by
  $2y\,\mathbf{v} \cdot \mathbf{x} + \lVert \mathbf{x} \rVert^2$. The first term is not positive,
  since it was a mistake, so $\lVert \mathbf{v} \rVert^2 \le kR^2$.
* A vector is at least as long as its component along $\mathbf{u}$, so
  $k\gamma \le \lVert \mathbf{v} \rVert \le \sqrt{k}\,R$, and therefore $k \le (R/\gamma)^2$.

**Predict.** Below, three hundred data sets are drawn at random, with 2 to 19 features and with
narrow and wide margins. For each we count the mistakes until nothing is wrong any more. Will the
counts come close to the bound, or stay far below it?
"""


# %%
def count_and_bound(seed):
    """Return the number of mistakes on a random separable data set, and Novikoff's bound."""
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
    axes.text(25, 25, "equal to the bound", va="bottom", weight="bold", **look)


plot.picture(
    draw,
    xlabel="the bound (R/γ)²",
    ylabel="mistakes made",
    title="Mistakes on three hundred data sets, and their bounds",
    caption=f"Every point is one data set. The largest count is {np.max(counts / bounds):.0%} of its "
    f"bound, and half of the counts are below {np.median(counts / bounds):.1%}.",
)

# %% [markdown]
"""
No point lies above the line, and most lie far below: the bound is for the worst possible examples in
the worst possible order, and random ones are easier. The bound tells us what matters: the margin,
not the number of examples and not the number of inputs. That is why a perceptron with 400 inputs
learned left and right from a handful of mistakes.

The perceptron stops at *any* separating line. Many exist, and the one with the largest margin is
safer on new examples. Finding that one is the idea of the **support vector machine** (Boser, Guyon
and Vapnik 1992), which was preferred to neural networks for much of the 1990s and 2000s.

But read the condition again: *if any line separates the classes*. Then the classes are called
**linearly separable**.

## 5. Exclusive or is not linearly separable

| $x_1$ | $x_2$ | $x_1$ xor $x_2$ |
|:---:|:---:|:---:|
| 0 | 0 | 0 |
| 0 | 1 | 1 |
| 1 | 0 | 1 |
| 1 | 1 | 0 |

*Exclusive or* is 1 if exactly one of the two inputs is 1.

**Predict.** Drag the line. How many of the four points can you get onto their correct sides? Write
the number down before you begin.
"""

# %%
widgets.separating_line(*data.truth_table("xor"), title="Can one line do it?")

# %% [markdown]
r"""
Three. Four are impossible, and here is the proof. A unit that computes exclusive or must satisfy all
of these:

$$
\underbrace{b < 0}_{(0,0)\ \text{silent}}, \qquad
\underbrace{w_2 + b \ge 0}_{(0,1)\ \text{fires}}, \qquad
\underbrace{w_1 + b \ge 0}_{(1,0)\ \text{fires}}, \qquad
\underbrace{w_1 + w_2 + b < 0}_{(1,1)\ \text{silent}} .
$$

Add the two in the middle: $w_1 + w_2 + 2b \ge 0$. Subtract $b$ from both sides:
$w_1 + w_2 + b \ge -b$, and $-b$ is positive. So the fourth pre-activation is positive as well, and
the unit fires where it should be silent. This holds for all weights, so no training algorithm can
find weights that work.

We can also let the computer try. Exclusive or is one of sixteen **Boolean functions** of two
inputs, one for each way of filling the last column of the table. How many of the sixteen are
linearly separable?

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
    xlabel="points on their correct side, of four",
    ylabel="random lines",
    title="A hundred thousand random lines",
    caption=f"{np.sum(right == 4)} of them get all four right, and {np.sum(right == 0)} get none.",
)


# %%
def separable(n):
    """Return which of the 2^(2^n) Boolean functions of n inputs one unit computes, as numbers."""
    corners = np.array(list(itertools.product([0, 1], repeat=n)))
    weights = np.array(list(itertools.product(range(-3, 4), repeat=n)))  # enough for n up to 4
    codes = 2 ** np.arange(2**n)[::-1]
    thresholds = np.arange(-12.5, 13)
    return np.unique([codes @ (corners @ weights.T > t) for t in thresholds])


for n in (2, 3, 4):
    print(f"{n} inputs: {len(separable(n)):,} of {2**2**n:,} functions are linearly separable")
print("the two that are missing:", [f"{q:04b}" for q in range(16) if q not in separable(2)])

# %% [markdown]
r"""
Fourteen. Only *exclusive or* (0110) and its opposite *both the same* (1001) are not linearly
separable. That looks like a small exception, but it is not: the more inputs, the smaller the
fraction of linearly separable functions. In their book *Perceptrons* (1969) Marvin Minsky and
Seymour Papert studied perceptrons with a fixed first layer. For many simple questions about
pictures, such as "is this shape connected?", they proved that such a perceptron cannot answer them
if each unit of the first layer looks at a bounded number of pixels (bounded *order*) or only at a
small part of the picture (bounded *diameter*). For a decade and more, few people worked on neural
networks.

## 6. A hidden layer computes exclusive or

The solution is not a better line but a better *representation* of the inputs.

Exclusive or is "at least one, and not both". One unit can compute "at least one?":
$x_1 + x_2 - 1 \ge 0$. Another can compute "both?": $x_1 + x_2 - 2 \ge 0$. Neither of them is
exclusive or. But now plot the four inputs with those two outputs as coordinates.

**Predict.** In a diagram whose axes are the two outputs, where do (0, 0), (0, 1), (1, 0) and (1, 1)
land? Draw it on paper first.
"""

# %%
at_least_one = unit(X, np.array([1, 1]), -1)
both = unit(X, np.array([1, 1]), -2)
seen = np.column_stack([at_least_one, both])

plot.side_by_side(
    plot.points(X, y, xlabel="$x_1$", ylabel="$x_2$", title="The inputs"),
    plot.points(
        seen,
        y,
        xlabel="at least one?",
        ylabel="both?",
        title="The outputs of two units",
        line=([1, -1], -0.5),
    ),
    caption=f"Four inputs, but {len(np.unique(seen, axis=0))} places. The line on the right is the "
    "decision boundary of a third unit.",
)

# %%
answer = unit(seen, np.array([1, -1]), -0.5)
for inputs, hidden, out in zip(X.astype(int).tolist(), seen.tolist(), answer, strict=True):
    print(f"input {inputs}   hidden units {hidden}   output {out}")

# %% [markdown]
r"""
Two of the four inputs fall together, on (1, 0), and now one line separates the classes.

The two units in the middle are called a **hidden layer**: the examples do not say what they should
output, and only the third unit uses their outputs. They do not decide. They *transform the
inputs* so that one line is enough. The transformed input, (at least one?, both?), is called a
**representation**.

Remember this sentence, it summarizes the course: **deep learning is learning representations, layer
upon layer, in which the problem becomes easy.**

The nonlinearity in the middle is essential. Without the step the hidden layer would be linear, and
so would the output: a linear function of linear functions is linear, and the decision boundary is
one line after all.

## 7. Can training find the hidden layer?

We chose those weights by thinking. Can they be *learned*? Rosenblatt's rule cannot correct a hidden
unit, because the examples do not say what the unit should have output. This problem stayed open for
years, and its solution, backpropagation, is next week's subject. Here we borrow it and only watch.

The activation functions become smooth ($\tanh$ in the hidden layer, the sigmoid at the output), the
weights start at random values, and every step changes all of them a little in the direction that
lowers the loss. We do thirty training runs at once, each from other random weights.

**Predict.** Two hidden units are enough: we have just built such a network. Of thirty training runs
with two hidden units, how many will end with all four answers right? And with eight hidden units?
"""


# %%
def train_xor(n_hidden, n_starts=30, steps=5000, learning_rate=0.5):
    """Do many training runs at once; return their losses and final answers."""
    starts = [np.random.default_rng(seed) for seed in range(n_starts)]
    W = np.array([rng.normal(size=(2, n_hidden)) for rng in starts])  # (starts, 2, hidden)
    v = np.array([rng.normal(size=(n_hidden, 1)) for rng in starts])  # (starts, hidden, 1)
    c, d, losses = np.zeros((n_starts, 1, n_hidden)), np.zeros((n_starts, 1, 1)), []
    for _ in range(steps):
        hidden = np.tanh(X @ W + c)  # (starts, 4, hidden)
        p = sigmoid(hidden @ v + d)  # (starts, 4, 1)
        losses.append(-np.log(np.where(y[:, None] == 1, p, 1 - p)).mean(axis=(1, 2)))
        error = (p - y[:, None]) / 4  # gradient of the loss with respect to the output's z
        back = error @ v.swapaxes(1, 2) * (1 - hidden**2)
        v = v - learning_rate * hidden.swapaxes(1, 2) @ error
        d = d - learning_rate * error.sum(axis=1, keepdims=True)
        W = W - learning_rate * X.T @ back
        c = c - learning_rate * back.sum(axis=1, keepdims=True)
    return np.array(losses), p[:, :, 0]


# %%
trained = {n_hidden: train_xor(n_hidden) for n_hidden in (2, 8)}
solved = {n: int(np.all((p > 0.5) == y, axis=1).sum()) for n, (_, p) in trained.items()}


def loss_curves(n_hidden):
    """Return a picture of the thirty loss curves, one for each training run."""
    losses = trained[n_hidden][0]
    return plot.picture(
        lambda axes: axes.loglog(losses, color=plot.BLUE, linewidth=1, alpha=0.5),
        title=f"{n_hidden} hidden units: {solved[n_hidden]} of 30 solve it",
        xlabel="training step",
        ylabel="loss",
        ylim=(1e-4, 2),
    )


plot.side_by_side(
    loss_curves(2),
    loss_curves(8),
    caption="Each curve is the loss of one training run; the titles say how many runs end with four "
    "right answers.",
)

# %%
losses, p = trained[2]
stuck = np.flatnonzero(~np.all((p > 0.5) == y, axis=1))
print("answers of three stuck networks for (0,0), (0,1), (1,0), (1,1):")
print(p[stuck[:3]].round(2))
print(f"their loss is {losses[-1, stuck].mean():.4f}; (log 2)/2 is {np.log(2) / 2:.4f}")

# %% [markdown]
r"""
Sixteen of thirty: hardly better than tossing a coin. The others all get stuck at the same loss. With
eight hidden units every run succeeds. The stuck networks have found a way to be certain about two
rows while they output one half for the other two, and from there no small step lowers the loss
noticeably. Whether a solution *exists* and whether training *finds* it are two different questions.
Eight units are four times as many as needed, and this surplus helps: among eight random units there
is nearly always a useful pair. You will meet this again: networks are made larger than necessary
because larger networks are easier to train.

## 8. Logistic regression: a smooth loss and its gradient

To improve every weight a little we need to know, for each of them, which direction is *better*. The
number of mistakes does not say. Here are forty students: how long each studied, and whether they
passed. One unit, one input: $z = w \cdot \text{hours} + b$.

**Predict.** We keep $b$ fixed and vary $w$. What does the **error rate**, the fraction of wrong
answers, look like as a function of $w$? Does it have a slope to follow?
"""

# %%
rng = np.random.default_rng(4)
hours = rng.uniform(0, 5, 40)
passed = (rng.uniform(size=40) < sigmoid(hours - 2.5)).astype(int)


def pre_activations(parameters):
    """Return the pre-activation for each student: (m, 2) weights and biases -> (m, 40)."""
    return parameters @ np.stack([hours, np.ones(40)])


def log_loss(parameters):
    """Mean log-loss of each unit, (m, 2) -> (m,)."""
    z = pre_activations(parameters)
    # -log sigmoid(z) = log(1 + exp(-z)); for those who failed, the same with -z for z.
    return np.logaddexp(0, np.where(passed == 1, -z, z)).mean(axis=1)


units = np.column_stack([np.linspace(-1, 4, 400), np.full(400, -2.5)])  # (w, b), b held fixed
plot.curves(
    {
        "error rate": (step(pre_activations(units)) != passed).mean(axis=1),
        "log-loss": log_loss(units),
    },
    x=units[:, 0],
    xlabel="weight w (with b = −2.5)",
    ylabel="error rate, log-loss",
    title="Two measures of how bad a unit is",
    caption="Solid blue: the error rate. Dashed orange: the log-loss, which is explained below.",
)

# %% [markdown]
r"""
The error rate is a staircase: flat nearly everywhere, with jumps in between. It says how bad a unit
is, but never which direction is better. The smooth curve has a slope at every point. It is the
**log-loss**, also called **binary cross-entropy**. Let the unit answer with a probability,
$p = \sigma(z)$, instead of yes or no. If the student passed, the unit gave the truth the probability
$p$; if not, $1 - p$. Its **surprisal** is $-\log$ of that: zero for a certain and right answer, and
larger the more confident a wrong answer was. The loss is the mean surprisal,

$$
L = -\frac1n \sum_i \big[\, y_i \log p_i + (1 - y_i) \log(1 - p_i) \,\big] .
$$

There is another reason for this formula. If the examples are independent, the probability that the
model gives to all observed labels together is
$\prod_i p_i^{\,y_i} (1 - p_i)^{1 - y_i}$. This is called the **likelihood** of the parameters. Its
logarithm is $-nL$, so the parameters with the smallest log-loss are those with the largest
likelihood.

A unit trained to minimize this loss is called **logistic regression**. (A classifier, despite its
name.) Its gradient takes three lines. For one example,

$$
\begin{aligned}
\frac{\partial L}{\partial p} &= -\frac{y}{p} + \frac{1 - y}{1 - p} = \frac{p - y}{p\,(1 - p)},
\qquad \frac{\partial p}{\partial z} = \sigma'(z) = p\,(1 - p), \\
\frac{\partial L}{\partial z} &= \frac{\partial L}{\partial p}\,\frac{\partial p}{\partial z} = p - y, \\
\frac{\partial L}{\partial \mathbf{w}} &= (p - y)\,\mathbf{x},
\qquad \frac{\partial L}{\partial b} = p - y .
\end{aligned}
$$

For all examples, take the mean:

$$
\frac{\partial L}{\partial \mathbf{w}} = \frac1n \sum_i (p_i - y_i)\, \mathbf{x}_i ,
\qquad
\frac{\partial L}{\partial b} = \frac1n \sum_i (p_i - y_i) .
$$

Error times input, averaged. Compare it with Rosenblatt's rule: that one adds $\mathbf{x}$ or
$-\mathbf{x}$ for a mistake and nothing otherwise; gradient descent adds a multiple of every
$\mathbf{x}$, in proportion to the error on it. With labels $y = \pm 1$ and $m = yz$, three classical
learners differ in their loss:

| learner | loss of one example | what it does with a right answer |
|---|---|---|
| perceptron | $\max(0, -m)$ | ignores it |
| logistic regression | $\log(1 + e^{-m})$ | still makes it a little more confident |
| support vector machine | $\max(0, 1 - m)$, the hinge loss | ignores it once $m \ge 1$ |
"""

# %%
probability = np.linspace(0.005, 0.995, 300)
plot.curves(
    {"label 1": -np.log(probability), "label 0": -np.log(1 - probability)},
    x=probability,
    xlabel="predicted probability p of label 1",
    ylabel="surprisal",
    title="The log-loss of one example",
    caption="To predict 0.99 and be wrong costs 4.6; to predict 0.5 costs log 2 = 0.69 either way.",
)

# %% [markdown]
"""
It is easy to check a derivative: move a little to both sides, and see how much the loss changes.
Make that a habit; you will need it next week.
"""


# %%
def gradient(parameters):
    w, b = parameters
    error = sigmoid(w * hours + b) - passed
    return np.array([np.mean(error * hours), np.mean(error)])


here, h = np.array([0.7, -1.0]), 1e-5
moved = log_loss(here + h * np.eye(2)) - log_loss(here - h * np.eye(2))
print("formula:           ", gradient(here))
print("finite differences:", moved / (2 * h))

# %% [markdown]
r"""
There are two numbers to choose, $w$ and $b$, and each choice has a loss. Picture the loss as a
landscape, the **loss surface**. The gradient points uphill, so we step against it. This is
**gradient descent**:

$$
w \leftarrow w - \varepsilon\,\frac{\partial L}{\partial w}, \qquad
b \leftarrow b - \varepsilon\,\frac{\partial L}{\partial b},
$$

with a **learning rate** $\varepsilon$ (epsilon) that says how long the steps are. (Many books write
$\eta$.) Training does not set the learning rate; you do. Such a number is called a
**hyperparameter**.
"""


# %%
def descend(start, learning_rate, steps):
    """Return the points that gradient descent visits, shape (steps + 1, 2)."""
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
    title="Gradient descent: into the valley, then along it",
    caption="The contour lines join points of equal loss; the path starts at the ring and its dots "
    "are single steps. It goes where the loss falls fastest: down first, then along the valley.",
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
    caption=f"Its probability is one half at {-b / w:.2f} hours (the data were drawn with 2.5); the "
    "further from there, the more confident it is.",
)

# %% [markdown]
"""
## 9. The learning rate

**Predict.** The same loss surface, the same start, sixty steps, three learning rates: 0.02, 0.8 and
3. Which one ends with the lowest loss? What will go wrong with each of the others?
"""

# %%
paths = {f"rate {rate:g}": descend((-1.0, 1.0), rate, 60) for rate in (0.02, 0.8, 3.0)}


def walk(name):
    labels = {"xlabel": "weight w", "ylabel": "bias b", "title": name}
    return plot.surface_path(log_loss, paths[name], xlim=(-2, 5), ylim=(-7, 3), **labels)


plot.side_by_side(
    *map(walk, paths),
    caption="The same loss surface, the same start at the ring, sixty steps.",
)

# %% [markdown]
"""
Too small: with 0.02 it has only just reached the valley. Too large: with 3, step after step jumps
across the valley to the other side. And 0.8 is about right. In practice you cannot see the loss
surface, only the loss curve, so learn to read it. In which of these three runs would you increase
the learning rate?
"""

# %%
plot.curves(
    {name: log_loss(path) for name, path in paths.items()},
    xlabel="step",
    ylabel="loss",
    ylim=(0, 4),
    title="The loss curves of the same three runs",
    caption="If the loss jumps up and down, use a smaller learning rate; if it falls slowly and "
    "smoothly, try a larger one. A flat curve need not be at the minimum: compare the blue one.",
)

# %% [markdown]
r"""
How large is too large? Near its minimum every smooth valley is approximately a quadratic bowl. In a
bowl of curvature $\lambda$ a step multiplies the distance from the minimum by
$1 - \varepsilon\lambda$. The distance shrinks only if $\varepsilon < 2/\lambda$. The curvatures of
the loss surface are the eigenvalues of its matrix of second derivatives, the **Hessian**, and the
largest one sets the limit:
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
    print(f"with {rate:.2f}, from 0.001 beside the minimum: after 2,000 steps {away:.1e} away")

# %% [markdown]
"""
The valley is many times longer than it is wide. The steep direction forbids large learning rates,
and the flat direction needs them: that is why the path above moves so slowly along the valley. The
ratio of the two curvatures is called the **condition number**, and many optimizers exist because of
it (week 2). Subtracting the mean of the hours, so that they lie around zero, reduces it too: try it
below.

Play with it: choose a start by clicking on the loss surface, set the learning rate, and let it run.
Can you find the smallest learning rate that does *not* converge?
"""

# %%
widgets.gradient_descent(hours, passed, title="Walk down the log-loss yourself")

# %% [markdown]
"""
## 10. Feature engineering: better inputs for one unit

Section 6 transformed the inputs of exclusive or with two step units. There is another way, on
paper: give the unit one more input, the product $x_1 x_2$.

These are the four data sets of the *TensorFlow Playground*, which you will meet again in week 3.
One unit gets the two coordinates and nothing else.

**Predict.** On which of the four will it do well? For each of the others: which additional input,
computed from $x_1$ and $x_2$, would solve it?
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
    X_new, y_new = make(n=300, seed=SEED + 1)  # new points, not used for training
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
    caption="Above, one unit with the two coordinates: its decision boundary is a line. Below, the "
    "same unit with the inputs that helped most: a hyperplane in the space of the new inputs is a "
    "curve in the plane.",
)

# %%
plot.heatmap(
    accuracy,
    rows=list(FEATURES),
    columns=list(data.PLAYGROUND),
    numbers=".0%",
    diverging=False,
    title="Accuracy on new points",
    caption="Guessing is right half of the time.",
)

# %% [markdown]
"""
With the right **feature** one unit is enough: squares solve the circle, the product solves exclusive
or. With the wrong ones, more of them do not help, and nothing that was tried here solves the spiral.
For decades this was the craft, **feature engineering**: think hard about the problem, and compute
clever inputs by hand. For the spiral you may still find some (its angle minus a multiple of its
radius). For cats and dogs nobody found good enough ones. A hidden layer finds its own. That is the
difference between machine learning with hand-made features and *deep* learning.

## 11. Back to the cats and dogs

Now we can try the problem from the beginning. One unit, 3,072 weights, four hundred pictures.

**Predict.** How often will it be right on new pictures? And what will its weights look like,
drawn as a picture?
"""

# %%
flat_pictures = pictures.reshape(len(pictures), -1)
inputs, v = with_one(flat_pictures), np.zeros(flat_pictures.shape[1] + 1)
for _ in range(60):
    v -= 0.02 * inputs.T @ (sigmoid(inputs @ v) - is_dog) / len(is_dog)


def accuracy_on_new(**how):
    """Return the fraction of 300 new pictures on which the unit is right."""
    new, answers = data.pets(300, seed=SEED + 1, **how)
    return np.mean((with_one(new.reshape(300, -1)) @ v >= 0) == answers)


print(f"right on {accuracy_on_new():.1%} of 300 new pictures")
seen = [pictures[is_dog == 0].mean(axis=0), pictures[is_dog == 1].mean(axis=0)]
plot.side_by_side(
    plot.images(seen[:1], title="mean cat"),
    plot.images(seen[1:], title="mean dog"),
    plot.images([v[:-1].reshape(32, 32, 3).sum(axis=2)], diverging=True, title="the weights"),
    caption="The weights as a picture: light on a blue pixel speaks for a dog, on an orange one for "
    "a cat.",
)

# %% [markdown]
"""
Perfect, and it found the ears by itself. Fur is dark. So darkness where ears hang down (orange)
speaks for a dog, and darkness where they stand up (blue) for a cat. Nobody had told it that there
are ears or where to look for them.

Does it know what a dog is? **Predict** its accuracy on two other kinds of new pictures: first with
heads that are not in the middle, then with light fur at night.
"""

# %%
trials = {
    "as in training": {},
    "moved a little": {"wander": 0.1},
    "anywhere": {"wander": 0.2},
    "at night": {"night": True},
}
scores = {name: accuracy_on_new(**how) for name, how in trials.items()}
plot.side_by_side(
    *(
        plot.images(data.pets(4, seed=7, **how)[0], columns=2, title=f"{name}: {scores[name]:.0%}")
        for name, how in trials.items()
    ),
    caption="The same unit, and its accuracy on 300 new pictures of each kind. Guessing would give "
    "one half.",
)

# %% [markdown]
r"""
At night it is *always wrong*, which is quite an achievement. A unit with one weight for each pixel
has learned a template: dark here, light there. Move the dog, and the template lies on the wall;
reverse light and dark, and every weight has the wrong sign. The unit has no concept of an ear, only
of a place. (With three other training sets the accuracies differ by a few points, and at night they
are always zero.)

What is missing: units that find an edge or an ear *wherever* it is, and units above them that
combine those into heads. Layers of representation, each made from the one below, learned from
examples: this is **deep learning**, the part of machine learning in which the representation is
learned, in several layers. The field needed more than half a century for it:

| year | what happened |
|---:|---|
| 1943 | McCulloch and Pitts: a nerve cell as a threshold unit |
| 1949 | Hebb: connections between cells that fire together grow stronger |
| 1957 | Rosenblatt's perceptron learns its weights |
| 1969 | Minsky and Papert prove what perceptrons with a fixed first layer cannot compute |
| 1986 | Rumelhart, Hinton and Williams train hidden layers by backpropagation (week 2) |
| 1990s | support vector machines and hand-made features are preferred |
| 2006 | Hinton and others train deep networks layer by layer (week 4) |
| 2012 | Krizhevsky, Sutskever and Hinton win the ImageNet challenge with a deep network on GPUs (week 5) |

Several things had to come together: a way to train hidden layers (week 2), machines and software for
large ones (week 3), weights that are shared across a picture (week 5), millions of labeled examples,
and initial weights and activation functions with which deep networks can be trained (week 2).

## What to take along

* A **unit** multiplies its inputs by weights, adds a bias and applies a nonlinearity. Its decision
  boundary is a hyperplane, its weight vector is normal to it, and the pre-activation divided by the
  length of the weights is the distance from it.
* **Rosenblatt's rule** adds $y\,\mathbf{x}$ after a mistake. If the classes are linearly separable
  it converges after at most $(R/\gamma)^2$ mistakes; if they are not, it never converges.
* No single unit computes **exclusive or**. Two hidden units and an output unit do, because the
  hidden units move the inputs to places where a line is enough.
* That a solution exists does not mean that training finds it; more hidden units than necessary
  help.
* **Logistic regression** replaces the number of mistakes by the smooth log-loss, whose gradient is
  error times input. Near the minimum gradient descent needs a learning rate below
  $2/\lambda_{\max}$, and many steps along flat directions.
* The right **features** make a hard problem easy. Deep learning learns them.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A unit has w = (3, −4) and b = 5. How far is the origin from its decision boundary, and on which
side?</summary>

The pre-activation at the origin is 5 and the length of w is 5, so the distance is 1, on the side where the unit fires.
</details>

<details><summary>2. All weights and the bias of a <em>step</em> unit are multiplied by −1. What changes? And by 2?</summary>

By −1: the boundary stays and the sides change places. By 2: nothing at all. (A sigmoid unit would become more confident.)
</details>

<details><summary>3. A perceptron has gone through all the examples without a mistake. What will another hundred epochs
change?</summary>

Nothing: it changes only after a mistake.
</details>

<details><summary>4. You double the number of examples, and the new ones are no closer to the boundary and no longer than
the old ones. What happens to the bound on the number of mistakes?</summary>

It stays the same: the bound depends on the margin and on the longest example, not on their number.
</details>

<details><summary>5. Why not use <em>squared</em> inputs only and drop the hidden layer for good?</summary>

Squares help with circles, not with spirals or dogs. Hand-made features help with the problem that they were made for; a hidden
layer learns its own from the examples.
</details>

<details><summary>6. The loss goes 0.69, 1.8, 0.9, 2.4, 1.1, … What do you change first?</summary>

The learning rate: every step jumps across the valley. Make it smaller.
</details>

## Words of the week

| word | meaning |
|---|---|
| supervised learning | learning from examples with labels |
| unit, neuron | multiplies its inputs by weights, adds a bias, applies an activation function |
| weight, bias | how much an input counts; how ready the unit is to fire in any case |
| pre-activation | the weighted sum plus the bias, before the activation function |
| activation function, nonlinearity | what turns the pre-activation into the output: step, sigmoid, tanh, … |
| decision boundary | the set where the answer changes; for one unit the hyperplane where the pre-activation is zero |
| linearly separable | there is a hyperplane with each class on its own side |
| margin γ | distance of the closest example from a separating hyperplane |
| converge | to approach, or stop at, a fixed value; for the perceptron, to stop making mistakes |
| error rate | fraction of wrong answers |
| epoch | one pass over all examples |
| hidden layer | units between input and output, for which the examples give no labels |
| representation, feature | the input in other coordinates; one such coordinate |
| generalization | being right on examples that were not used for training |
| loss | the number that training minimizes |
| surprisal | −log of the probability given to what happened |
| log-loss, binary cross-entropy | mean surprisal at the true labels |
| likelihood | probability that the model gives to the observed labels, as a function of the parameters |
| gradient | the vector of derivatives; points uphill |
| learning rate ε | length of a step against the gradient, as a multiple of the gradient |
| hyperparameter | a number that you choose and training does not, such as the learning rate |

## Try changing

1. Section 2: multiply `w` and `b` by −1, then set `b` to zero. Predict each picture before you
   see it.
2. Section 4: use the perceptron on `data.gaussian(noise=0.5)`, which no line separates. How do the
   mistakes per epoch develop? Does it help to stop early, or to average all the weights that the
   perceptron ever had?
3. Section 5: which of the 152 functions of three inputs that are not linearly separable can two
   hidden units and an output unit compute? Try random weights, or think of those with the most
   changes: "is the number of ones odd?"
4. Section 6: the decision boundaries of the hidden units go exactly *through* the corners (0, 1) and
   (1, 1). Add noise of 0.05 to the inputs. What happens, and how would you shift the boundaries?
5. Section 7: try 3, 4 and 16 hidden units, and initial weights that are ten times smaller.
6. Section 9: subtract the mean from `hours`. Compute both curvatures again. How many steps are
   needed now?
7. Section 11: train the unit on pets with `wander=0.2`, or on half day and half night. Look at the
   weights. Is it the number of examples that is missing, or something else?

## Further reading

* F. Rosenblatt, *The perceptron: a perceiving and recognizing automaton*, Cornell Aeronautical
  Laboratory, report 85-460-1, 1957; and *The perceptron: a probabilistic model for information
  storage and organization in the brain*, Psychological Review 65 (1958), 386–408. The units
  between the retina and the output were there from the start, with random weights.
* W. McCulloch and W. Pitts, *A logical calculus of the ideas immanent in nervous activity*, Bulletin
  of Mathematical Biophysics 5 (1943), 115–133: the threshold unit, without learning.
* *New Navy device learns by doing*, The New York Times, 8 July 1958. One column that is still
  quoted.
* A. Novikoff, *On convergence proofs on perceptrons*, Symposium on the Mathematical Theory of
  Automata, 1962.
* M. Minsky and S. Papert, *Perceptrons*, MIT Press 1969. Better than its reputation as the book
  that stopped a field.
* Y. Freund and R. Schapire, *Large margin classification using the perceptron algorithm*, Machine
  Learning 37 (1999): the averaged and the kernel perceptron, which are this week's optional
  exercises.
* M. Nielsen, *Neural networks and deep learning* (2015), chapter 1: another introduction to the same
  units.

In this week's assignment you build all of this with nothing but NumPy, and classify handwritten
digits with it.

Next week the hidden units find their own weights.
"""
