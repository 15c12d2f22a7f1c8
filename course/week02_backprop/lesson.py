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
# Week 2: backpropagation

### Whose fault is it?

Week 1 ended with three units that compute exclusive or. You set them by hand. A network that
reads handwriting has a hundred thousand weights, and nobody sets those. When its answer is wrong,
*each* of them is a little to blame. This week is about how to find out how much, for all of them
at once, for hardly more work than computing the answer itself. And then about everything that
goes wrong when you use it.

**Afterwards you can**

* read a network as a composition of functions, and draw its computation graph;
* carry gradients backwards through it: by hand, in code, and in matrices for whole layers;
* say why softmax and cross-entropy leave only $p - y$, and check any gradient that anybody
  claims;
* measure the vanishing gradient layer by layer, and say which activation and which initial
  weights prevent it;
* choose between momentum, Nesterov, RMSprop and Adam for a reason, and recognise and treat
  overfitting.

**You need** week 1 (units, sigmoid, log-loss, gradient descent), the product of matrices, and the
chain rule for functions of one variable.

**Time:** two hours if you make the predictions and play. The notebook itself runs in about a
minute.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell.
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
## 1. Two units need a third, and then who is to blame?

Here is week 1's network for exclusive or. One unit asks "at least one?", another "both?", and the
third combines the two: "the first, and not the second". Two inputs and three units make nine
numbers.
"""


# %%
def step(z):
    return (z >= 0).astype(float)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def three_units(theta, X, bend):
    """Output of two units and a third: theta holds the nine numbers, three for each unit."""
    first = bend(X @ theta[0:2] + theta[2])
    second = bend(X @ theta[3:5] + theta[5])
    return bend(theta[6] * first + theta[7] * second + theta[8])


X, y = data.truth_table("xor")
by_hand = np.array([1, 1, -0.5, 1, 1, -1.5, 1, -2, -0.5])
print("answers:", three_units(by_hand, X, step), "  wanted:", y)

# %% [markdown]
r"""
Now suppose that we did not know these numbers and wanted to *find* them, as the perceptron rule
finds those of a single unit. Start somewhere, say at nine random numbers, and ask of each: if I
nudge you up a little, does the network make fewer mistakes?

**Predict.** Nudge each of the nine by 0.01. For how many does the squared error of the four
answers change when the units are steps? For how many when they are logistic?
"""

# %%
start = np.random.default_rng(SEED + 1).normal(size=9)
names = ["$w_{11}$", "$w_{12}$", "$b_1$", "$w_{21}$", "$w_{22}$", "$b_2$", "$v_1$", "$v_2$", "$c$"]


def blame(bend):
    """Change of the squared error when each of the nine numbers is nudged by 0.01, per 0.01."""

    def error(theta):
        return np.sum((three_units(theta, X, bend) - y) ** 2)

    return [(error(start + 0.01 * unit) - error(start)) / 0.01 for unit in np.eye(9)]


def bars(heights, title):
    def draw(axes):
        axes.bar(names, heights, color=np.where(np.array(heights) > 0, plot.ORANGE, plot.BLUE))
        axes.axhline(0, color=plot.INK, linewidth=1)

    return plot.picture(
        draw, title=title, xlabel="what is nudged", ylabel="change of the error", ylim=(-0.35, 0.35)
    )


plot.side_by_side(
    bars(blame(step), "steps"),
    bars(blame(logistic), "logistic units"),
    caption="A bar for each of the nine numbers. Orange: less of it would be better. Blue: more.",
)

# %% [markdown]
r"""
With steps no nudge changes anything, so nothing can be learned from it. With logistic units each
number has its share of the blame, with a sign.

That is the whole idea of this week, and it had to wait for smooth units. With steps the error is
flat almost everywhere. With smooth units every weight, however deep, has a slope: *this much
better for this much more of me*. Slopes of all weights together are the **gradient**, and week
1's gradient descent does the rest.

But look at what it cost: one run of the network for each weight, nine runs for nine weights. For
a hundred thousand weights that is a hundred thousand runs for a single step. **Backpropagation**
gets the same numbers with one run forward and one run back. How?

## 2. A network is a composition

Give the units of one layer a matrix, as you will in the assignment: `X` holds one example a row,
`W` one unit a column. A layer computes sums $Z = XW + b$ and bends them, $A = \varphi(Z)$. The
next layer takes $A$ for its input. A **multilayer perceptron** is nothing but that, repeated:

$$
\text{logits} = \varphi\big(\varphi(X W_1 + b_1)\, W_2 + b_2\big)\, W_3 + b_3 .
$$
"""


# %%
def forward(layers, X, bend):
    """Logits of a network [(W, b), ...], and what entered and left each layer's sums."""
    tape, A = [], X
    for W, b in layers:
        Z = A @ W + b  # (n_examples, n_inputs) @ (n_inputs, n_units) + (n_units,)
        tape.append((A, Z))
        A = bend(Z)
    return Z, tape  # the last sums stay unbent: they are the logits


rng = np.random.default_rng(SEED)
sizes = [2, 5, 4, 3]
layers = [(rng.normal(size=(m, n)), np.zeros(n)) for m, n in itertools.pairwise(sizes)]
logits, tape = forward(layers, rng.normal(size=(10, 2)), np.tanh)
for number, ((W, b), (A, Z)) in enumerate(zip(layers, tape, strict=True), start=1):
    print(
        f"layer {number}: {A.shape} @ {W.shape} + {b.shape} -> {Z.shape}, {W.size + b.size} weights"
    )

# %%
plot.network(
    sizes,
    names=["2 inputs", "5 units", "4 units", "3 logits"],
    title="Two hidden layers",
    caption="Every unit is connected with all units of the layer before; ten examples pass through "
    "it side by side, as the ten rows of the matrices above.",
)

# %% [markdown]
r"""
**Predict.** What is the network worth without the bends, with $\varphi(z) = z$? (Multiply out the
formula above for two layers before you go on.)
"""

# %%
(W1, b1), (W2, b2), (W3, b3) = layers
X = rng.normal(size=(10, 2))
three_layers = forward(layers, X, lambda z: z)[0]
one_layer = X @ (W1 @ W2 @ W3) + ((b1 @ W2 + b2) @ W3 + b3)
print(
    "largest difference between three unbent layers and one:",
    np.abs(three_layers - one_layer).max(),
)

# %% [markdown]
r"""
Nothing: a product of matrices is a matrix, so three layers without bends are one. All that depth
can do comes from the bends between.

## 3. The chain rule on a graph

One input, two hidden units with $\varphi(z) = \max(z, 0)$, one output, squared error. Small
enough for paper, and it has everything that a large network has.

$$
z_i = w_i x + b_i, \qquad h_i = \max(z_i, 0), \qquad
\hat y = v_1 h_1 + v_2 h_2 + c, \qquad L = \tfrac12 (\hat y - y)^2 .
$$

A **computation graph** has a node for each quantity and an arrow from each to those that are
computed from it. The cell below computes the values and, at each step, notes down something that
costs nothing at that moment: the slope of the result with respect to each of its inputs, *those
inputs alone*. For $z = wx + b$ these local slopes are $x$ for $w$, $w$ for $x$ and 1 for $b$.
"""

# %%
value = {"x": 2.0, "w1": 1.0, "b1": -1.0, "w2": 0.5, "b2": 2.0, "v1": 2.0, "v2": -1.0, "c": 0.5}
y = 1.5
steps = []  # (result, what it was computed from, local slope for each of those)


def compute(result, number, **slopes):
    value[result] = number
    steps.append((result, slopes))


v = value
compute("z1", v["w1"] * v["x"] + v["b1"], w1=v["x"], x=v["w1"], b1=1)
compute("z2", v["w2"] * v["x"] + v["b2"], w2=v["x"], x=v["w2"], b2=1)
compute("h1", max(v["z1"], 0), z1=1 if v["z1"] > 0 else 0)
compute("h2", max(v["z2"], 0), z2=1 if v["z2"] > 0 else 0)
compute("ŷ", v["v1"] * v["h1"] + v["v2"] * v["h2"] + v["c"],
        v1=v["h1"], h1=v["v1"], v2=v["h2"], h2=v["v2"], c=1)  # fmt: skip
compute("L", (v["ŷ"] - y) ** 2 / 2, ŷ=v["ŷ"] - y)

# %%
places = {
    "x": (0, 0), "w1": (0, 2), "b1": (0, 1), "w2": (0, -1), "b2": (0, -2),
    "z1": (1.3, 1), "z2": (1.3, -1), "h1": (2.5, 1), "h2": (2.5, -1),
    "v1": (2.5, 2), "v2": (2.5, -2), "c": (2.5, 0), "ŷ": (3.8, 0), "L": (5.0, 0),
}  # fmt: skip
arrows = [(name, result) for result, slopes in steps for name in slopes]


def draw_graph(title, caption, slopes=None):
    words = {name: f"{name} = {value[name]:g}" for name in places}
    for name, slope in (slopes or {}).items():
        words[name] += f"\nslope {slope:g}"
    words = {name: text.replace("-", "−") for name, text in words.items()}
    parameters = {name: plot.BLUE for name in places if name[0] in "wbvc"}
    return plot.graph(
        places, arrows, labels=words, colors=parameters, title=title, caption=caption,
        width=8.4, height=4.6,
    )  # fmt: skip


draw_graph(
    "Forward: the values",
    "From left to right each node is computed from those whose arrows reach it. Blue: what can be "
    "learned. The target is y = 1.5, so the loss is 2.",
)

# %% [markdown]
r"""
**Do it by hand.** Take a pencil. Start at the right with $\partial L / \partial L = 1$ and walk
against the arrows. Two rules are all there is:

1. **along an arrow, multiply:** what arrives at the result, times the local slope, goes to the
   input;
2. **where several arrows leave a node, add:** it reaches the loss by several paths, and they all
   count.

So $\partial L / \partial \hat y = \hat y - y = -0.5 - 1.5 = -2$, then $\partial L/\partial v_1 =
-2 \cdot h_1 = -2$ and $\partial L / \partial h_1 = -2 \cdot v_1 = -4$, and so on to the left.
**Predict** all of them, and above all that of $x$, where two paths meet. The computer does the
same in four lines:
"""

# %%
slope_of_loss = dict.fromkeys(value, 0.0)
slope_of_loss["L"] = 1.0
for result, slopes in reversed(steps):
    for name, local in slopes.items():
        slope_of_loss[name] += slope_of_loss[result] * local  # multiply along, add where paths meet

# %%
draw_graph(
    "Backward: how the loss changes with each",
    "Second line: the slope of the loss, from the right to the left.",
    slope_of_loss,
)

# %% [markdown]
r"""
That of $x$ is $-3 = -4 \cdot 1 + 2 \cdot 0.5$, a part by each path.

That loop *is* backpropagation. Notice what made it cheap. The slope at $\hat y$ was computed once
and used five times, the one at $z_1$ three times; each arrow was walked once. So one pass back
costs about as much as one pass forward, however many weights there are, and every weight gets its
share. It was found several times (Linnainmaa 1970, Werbos 1974), and became famous in 1986, in a
paper that you will repeat in section 14.

## 4. Whole layers, the same numbers

Nobody draws a node for each of a hundred thousand weights. Write $G$ for the gradient with
respect to a layer's sums, $g_{nj} = \partial L / \partial z_{nj}$. Since $z_{nj} = \sum_i a_{ni}
w_{ij} + b_j$, the two rules give

$$
\frac{\partial L}{\partial w_{ij}} = \sum_n a_{ni}\, g_{nj}, \qquad
\frac{\partial L}{\partial b_j} = \sum_n g_{nj}, \qquad
\frac{\partial L}{\partial a_{ni}} = \sum_j g_{nj}\, w_{ij},
$$

and below the bend $\partial L/\partial z = \varphi'(z) \cdot \partial L/\partial a$. A weight
serves all examples: it adds up over $n$. An input reaches all units: it adds up over $j$. Here
they are with their indices written out, layer after layer from the last to the first. (In the
assignment you will find the products of matrices that these sums are.)
"""


# %%
def backward(layers, tape, G, slope):
    """Gradients [(for W, for b), ...], from G, the gradient with respect to the logits."""
    gradients = []
    for (W, _), (A, _), below in zip(layers[::-1], tape[::-1], [*tape[-2::-1], None], strict=True):
        gradients.append((np.einsum("ni,nj->ij", A, G), np.einsum("nj->j", G)))
        if below is not None:
            G = np.einsum("nj,ij->ni", G, W) * slope(below[1])
    return gradients[::-1]


def relu(z):
    return np.maximum(z, 0)


def relu_slope(z):
    return (z > 0).astype(float)


# %%
# The tiny network once more, as two layers; the batch has one example.
layers = [
    (np.array([[1.0, 0.5]]), np.array([-1.0, 2.0])),
    (np.array([[2.0], [-1.0]]), np.array([0.5])),
]
output, tape = forward(layers, np.array([[2.0]]), relu)
(for_w, for_b), (for_v, for_c) = backward(layers, tape, output - 1.5, relu_slope)
by_layers = dict(
    zip(
        ["w1", "w2", "b1", "b2", "v1", "v2", "c"],
        [*for_w[0], *for_b, *for_v[:, 0], *for_c],
        strict=True,
    )
)
for name, number in by_layers.items():
    print(f"{name}: {number:5g} by layers, {slope_of_loss[name]:5g} on the graph")

# %% [markdown]
r"""
The same numbers. From here on, networks may be as large as we like.

## 5. How to bend

Which function should bend the sums? Whatever it is, its *derivative* is what gradients are
multiplied by on their way back.

**Predict.** Six candidates are about to be drawn: step, linear, logistic, tanh, ReLU, and ELU
(linear above zero, $e^z - 1$ below). Whose slope is largest at zero? Whose is never more than a
quarter? Whose is exactly zero for half of all sums?
"""

# %%
BENDS = {  # name: (the function, its derivative)
    "step": (step, lambda z: np.zeros_like(z)),
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "logistic": (logistic, lambda z: logistic(z) * (1 - logistic(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (relu, relu_slope),
    "ELU": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
            lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0)))),
}  # fmt: skip
z = np.linspace(-4, 4, 801)


def bend_panel(name):
    bend, slope = BENDS[name]

    def draw(axes):
        axes.plot(z, bend(z), color=plot.BLUE)
        axes.plot(z, slope(z), color=plot.ORANGE, linestyle="--")

    return plot.picture(draw, title=name, xlabel="sum $z$", ylim=(-1.3, 2.3), height=2.6)


plot.side_by_side(
    *map(bend_panel, BENDS),
    columns=3,
    caption="Solid blue: the activation. Dashed orange: its derivative, by which a gradient is "
    "multiplied on its way back.",
)

# %%
for name, (_, slope) in BENDS.items():
    print(f"{name:8}  slope at most {slope(z).max():.2f}, on average {slope(z).mean():.2f}")

# %% [markdown]
r"""
The **step** sends nothing back: section 1's flat error. The **linear** unit sends everything, and
bends nothing (section 2). The **logistic** function, $\sigma' = \sigma(1-\sigma)$, passes a
quarter at best, and far from zero it is *saturated*: flat, silent. **tanh** is a logistic
function stretched to $(-1, 1)$: slope 1 at the origin, symmetric around zero, but it saturates
too. **ReLU** passes everything or nothing, and costs one comparison; a unit whose sum is negative
for *all* examples gets no gradient and can never come back: it is *dead*. **ELU** keeps a little
slope below zero.

## 6. Softmax, cross-entropy, and why almost nothing is left

For one of $K$ classes the last layer gives $K$ logits. **Softmax** makes probabilities of them,
and the loss is the surprise at the right class, with the target written **one-hot**: $y_k = 1$
for the right class and 0 for the others.

$$
p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad L = -\sum_k y_k \log p_k .
$$

Put the first into the second. The logarithm undoes the exponential, and the targets sum to one:

$$
L = -\sum_k y_k z_k + \log \sum_j e^{z_j}, \qquad\text{so}\qquad
\frac{\partial L}{\partial z_k} = -y_k + \frac{e^{z_k}}{\sum_j e^{z_j}} = p_k - y_k .
$$

What it said, minus what was true. (Week 1's logistic regression gave the same; it is the case of
two classes.)

**Predict.** Logits $(1, 3, 0.5)$, and the first class is right. Which logits does a step
*against* the gradient raise, and which does it push down hardest?
"""


# %%
def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))  # a shift changes nothing
    return powers / powers.sum(axis=-1, keepdims=True)


z, target = np.array([1.0, 3.0, 0.5]), np.array([1.0, 0.0, 0.0])
p = softmax(z)


def three_bars(heights, title, ylabel, low=0.0):
    def draw(axes):
        shown = axes.bar(["class 1", "class 2", "class 3"], heights,
                         color=np.where(heights < 0, plot.ORANGE, plot.BLUE))  # fmt: skip
        axes.bar_label(shown, [f"{height:.2f}" for height in heights], color=plot.INK, padding=2)
        axes.axhline(0, color=plot.INK, linewidth=1)
        axes.margins(y=0.15)

    return plot.picture(draw, title=title, ylabel=ylabel, ylim=(low, 1.15), height=2.9)


plot.side_by_side(
    three_bars(p, "what it said: p", "probability"),
    three_bars(target, "what was true: y", "probability"),
    three_bars(p - target, "gradient: p − y", "slope of the loss", low=-1.15),
    caption="On the right, what the loss asks of each logit; a step goes against it.",
)

# %% [markdown]
r"""
A step against the gradient raises the first logit and pushes the confident second one down hardest.
The three slopes sum to zero.

Had we used the squared error of the probabilities instead, a slope $p(1-p)$ would have been left
over: a network that is *surely wrong* ($p$ near 0) would have hardly any gradient to mend itself
with. The cross-entropy has its largest gradient exactly there. Here is one example of two
classes, right class 1, as its logit moves:
"""

# %%
z = np.linspace(-8, 8, 200)
p = logistic(z)
plot.curves(
    {"cross-entropy": 1 - p, "squared error": 2 * (1 - p) * p * (1 - p)},
    x=z,
    xlabel="logit of the right class (to the left: surely wrong)",
    ylabel="size of the gradient",
    title="Who hears a mistake?",
    caption="Far to the left the answer is wrong and sure of itself: cross-entropy pulls with full "
    "strength, the squared error hardly at all.",
)

# %% [markdown]
r"""
## 7. Check every gradient

A wrong gradient seldom crashes. The network trains, only a little worse, and you look for the
reason in all the wrong places. So check, as a habit, against the definition of a slope:

$$
\frac{\partial L}{\partial \theta} \approx \frac{L(\theta + h) - L(\theta)}{h}
\qquad\text{or, better,}\qquad
\frac{L(\theta + h) - L(\theta - h)}{2h} .
$$

**Predict.** The smaller $h$, the better? Guess how the error of both behaves as $h$ goes from 1
to $10^{-12}$.
"""


# %%
def loss_and_gradients(layers, X, Y, bend, slope):
    """Mean cross-entropy of a network with one-hot targets Y, and the gradients."""
    logits, tape = forward(layers, X, bend)
    P = softmax(logits)
    loss = -np.sum(Y * np.log(np.maximum(P, 1e-300))) / len(X)
    return loss, backward(layers, tape, (P - Y) / len(X), slope)


def make_layers(sizes, spread, rng):
    """Random weights; spread(n_inputs, n_units) is their standard deviation. Zero biases."""
    return [
        (rng.normal(scale=spread(m, n), size=(m, n)), np.zeros(n))
        for m, n in itertools.pairwise(sizes)
    ]


rng = np.random.default_rng(SEED)
layers = make_layers([3, 6, 6, 3], lambda m, n: 1 / np.sqrt(m), rng)
X, Y = rng.normal(size=(8, 3)), np.eye(3)[rng.integers(0, 3, size=8)]
exact = loss_and_gradients(layers, X, Y, *BENDS["tanh"])[1][0][0][0, 0]  # of one first-layer weight


def loss_at(change):
    W, b = layers[0]
    moved = W.copy()
    moved[0, 0] += change
    return loss_and_gradients([(moved, b), *layers[1:]], X, Y, *BENDS["tanh"])[0]


h = np.logspace(0, -12, 49)
one_sided = [abs((loss_at(s) - loss_at(0)) / s - exact) / abs(exact) for s in h]
centered = [abs((loss_at(s) - loss_at(-s)) / (2 * s) - exact) / abs(exact) for s in h]
plot.curves(
    {"one-sided": one_sided, "centered": centered},
    x=h,
    logx=True,
    logy=True,
    xlabel="step $h$",
    ylabel="relative error",
    title="How wrong is a difference?",
    caption="Start at the right, with a large h, and let it shrink.",
)

# %% [markdown]
r"""
Smaller is better, until it is not. Two errors meet. The formula's own shrinks with $h$ (one-sided)
or $h^2$ (centred). But a float has sixteen digits: when two losses agree in twelve of them, only
four are left in their difference. So: centred, $h = 10^{-5}$, double precision. Below $10^{-7}$
all is well. And stay away from the kink of a ReLU, where there is no slope to find.

Does the check find real mistakes? Here are four backward passes, each with a bug that people
write every year:
"""


# %%
def numerical(layers, X, Y):
    """Centred differences for all weights, and nothing else: slow and trustworthy."""
    slopes = []
    for array in (array for layer in layers for array in layer):
        for index in np.ndindex(array.shape):
            here, found = array[index], []
            for array[index] in (here + 1e-5, here - 1e-5):
                found.append(loss_and_gradients(layers, X, Y, *BENDS["tanh"])[0])
            array[index] = here
            slopes.append((found[0] - found[1]) / 2e-5)
    return np.array(slopes)


def flat(gradients):
    return np.concatenate([array.ravel() for pair in gradients for array in pair])


bend, slope = BENDS["tanh"]
logits, tape = forward(layers, X, bend)
G = softmax(logits) - Y
claims = {
    "as it should be": backward(layers, tape, G / 8, slope),
    "sum instead of mean": backward(layers, tape, G, slope),
    "bend forgotten on the way back": backward(layers, tape, G / 8, np.ones_like),
    "slope at the output, not the sum": backward(layers, tape, G / 8, lambda z: slope(bend(z))),
    "sign turned": backward(layers, tape, -G / 8, slope),
}
truth = numerical(layers, X, Y)
for name, claim in claims.items():
    g = flat(claim)
    print(
        f"{name:34} {np.linalg.norm(g - truth) / (np.linalg.norm(g) + np.linalg.norm(truth)):.1e}"
    )

# %% [markdown]
r"""
Two more checks cost nothing, and you should make them before every training run. A network that
knows nothing says $1/K$ for each of $K$ classes, so **the first loss should be about $\log K$**.
And it must be able to **learn ten examples by heart**; if it can't, more data will not help.

## 8. What can such a network say?

In 1989 Cybenko, and Hornik, Stinchcombe and White, proved it: a network with *one* hidden layer
and enough units comes as close as you like to any continuous function on a bounded region. Look
at how: each hidden unit contributes one bend, and enough bends follow anything.

**Predict.** Below, a curve is fitted with 2, 4, 8 and 32 ReLU units: their kinks are placed
evenly, and the output layer is the best there is, by least squares. Where will 2 units fail? How
many straight pieces do 8 units make?
"""

# %%
x = np.linspace(-1, 1, 400)[:, None]
curve = (np.sin(7 * x) * np.exp(-x) / 2 + np.abs(x - 0.3)).ravel()


def fit_output_layer(units):
    """Hidden units with their kinks evenly in [-1, 1), and the best output layer for them."""
    kinks = np.linspace(-1, 1, units, endpoint=False)
    H = np.c_[relu(x - kinks), np.ones(len(x))]
    return H @ np.linalg.lstsq(H, curve, rcond=None)[0]


def fit_panel(units):
    found = fit_output_layer(units)

    def draw(axes):
        axes.plot(x, curve, color=plot.INK, linewidth=4, alpha=0.35)
        axes.plot(x, found, color=plot.BLUE)

    error = np.sqrt(np.mean((found - curve) ** 2))
    return plot.picture(
        draw, title=f"{units} units, error {error:.3f}", xlabel="$x$", ylabel="$f(x)$", height=2.6
    )


plot.side_by_side(
    *map(fit_panel, (2, 4, 8, 32)),
    columns=2,
    caption="Broad grey: the curve to be said. Blue: one hidden layer of ReLU units.",
)

# %% [markdown]
r"""
Each unit adds one kink, and 32 kinks are as good as a curve. So the weights *exist*. The theorem says no more than that. It does not say

* **how many** units: it may be absurdly many (efficiency);
* **whether you will find** the weights from examples by walking downhill (learnability);
* or what happens **between** the examples (generalisation).

Take learnability. We compare those best output layers with networks of the same size, all of whose
weights were *trained* by gradient descent.

**Predict.** Training may move the kinks to where they are needed, least squares may not. Who wins?
"""


# %%
def train_curve(units, rng, steps=1000, rate=0.03):
    """Error of a one-hidden-layer network after gradient descent with momentum on the curve."""
    layers = make_layers([1, units, 1], lambda m, n: np.sqrt(2 / m), rng)
    layers[0] = (layers[0][0], rng.uniform(-1, 1, units))
    speed = [[0.0, 0.0] for _ in layers]
    for _ in range(steps):
        output, tape = forward(layers, x, relu)
        gradients = backward(layers, tape, (output - curve[:, None]) / len(x), relu_slope)
        speed = [
            [0.9 * v - rate * g for v, g in zip(*pair, strict=True)]
            for pair in zip(speed, gradients, strict=True)
        ]
        layers = [(W + v, b + u) for (W, b), (v, u) in zip(layers, speed, strict=True)]
    return np.sqrt(np.mean((output.ravel() - curve) ** 2))


widths = [2, 4, 8, 16, 32, 64]
best = [np.sqrt(np.mean((fit_output_layer(n) - curve) ** 2)) for n in widths]
trained = np.array(
    [[train_curve(n, np.random.default_rng([SEED, start])) for n in widths] for start in range(3)]
)
plot.curves(
    {"best output layer": best, "trained": np.median(trained, axis=0)},
    spread={"trained": (trained.min(axis=0), trained.max(axis=0))},
    x=widths,
    logx=True,
    logy=True,
    xlabel="hidden units",
    ylabel="error",
    title="What exists and what is found",
    caption="Trained networks: the median of three starts, and from the best of them to the worst.",
)

# %% [markdown]
r"""
With few units training wins, since it may move the kinks. From 16 units on, much better weights
*exist* than walking downhill *finds*.

And efficiency. Two ReLU units make a *tent*, $t(x) = \max(2x, 0) - \max(4x - 2, 0)$ on $[0, 1]$.
Put tents on top of each other, layer after layer.

**Predict.** A tent has 2 straight pieces. How many have two tents in a row, three, ten? How many
units would a *single* hidden layer need for as many, when each unit adds one kink?
"""


# %%
def tent(x):
    return relu(2 * x) - relu(4 * x - 2)


t = np.linspace(0, 1, 4097)
panels, wave = [], t
for depth in range(1, 7):
    wave = tent(wave)
    pieces = 1 + np.count_nonzero(np.diff(np.sign(np.diff(wave))))
    print(
        f"depth {depth}: {2 * depth:2} units, {pieces:2} pieces; one layer alone needs {pieces - 1}"
    )
    if depth in (1, 3, 5):
        title = f"depth {depth}, {2 * depth} units"
        panels.append(plot.curves(wave, x=t, title=title, xlabel="$x$", ylabel="output"))
plot.side_by_side(
    *panels,
    caption="Tents of tents: the output against the input.",
)

# %% [markdown]
r"""
Each further layer of two units folds the line once more, and doubles the number of pieces. Width
adds, depth multiplies. That is one good reason for deep networks (Telgarsky 2016 made a
theorem of this picture). So why did people not simply build them deep, in 1990?

## 9. The vanishing gradient

On its way down the gradient is multiplied, once a layer, by the slope of the activation and by
the weights. The slope of the logistic function lies in $(0, \tfrac14]$.

**Predict.** If the weights neither stretch nor shrink, how much of the gradient reaches the first
of ten logistic layers, at best? And of twenty?
"""

# %%
for depth in (2, 5, 10, 20):
    print(f"{depth:2} layers: at most {0.25**depth:.1e} of it")

# %% [markdown]
r"""
That was an upper bound on paper. Now measure. The function below builds a network of 64 units a
layer, makes one pass forward and one back on 64 random examples of two classes, and returns the
length of the gradient of each layer's weights. Three ways to draw the weights:

* **naive**: from a bell curve as it comes, with standard deviation 1;
* **Xavier** (Glorot and Bengio 2010): variance $2/(n_\text{in} + n_\text{out})$, so that a layer
  without bend keeps the length of signals and gradients;
* **He** (He et al. 2015): variance $2/n_\text{in}$, twice as much where in and out are alike,
  because a ReLU throws half away.

**Predict.** Three activations, three ways to draw: which of the nine keep the gradient level over
twenty layers? Does any of them save the logistic function?
"""

# %%
SPREADS = {
    "naive": lambda m, n: 1.0,
    "Xavier": lambda m, n: np.sqrt(2 / (m + n)),
    "He": lambda m, n: np.sqrt(2 / m),
}


def gradient_lengths(depth, bend, spread, width=64, seed=SEED):
    """Length of the weight gradient of each hidden layer, the first layer first."""
    rng = np.random.default_rng(seed)
    layers = make_layers([width] * (depth + 1) + [2], spread, rng)
    X, Y = rng.normal(size=(64, width)), np.eye(2)[rng.integers(0, 2, size=64)]
    _, gradients = loss_and_gradients(layers, X, Y, *BENDS[bend])
    return np.array([np.linalg.norm(for_W) for for_W, _ in gradients[:-1]])


plot.side_by_side(
    *(
        plot.curves(
            {bend: gradient_lengths(20, bend, spread) for bend in ("logistic", "tanh", "ReLU")},
            x=np.arange(1, 21), logy=True, title=name, ylim=(1e-15, 1e18),
            xlabel="layer", ylabel="length of the gradient" if name == "naive" else "",
        )
        for name, spread in SPREADS.items()
    ),
    caption="Twenty layers, the first one next to the input. A level row of marks is what one hopes for.",
)  # fmt: skip

# %% [markdown]
r"""
Read the three panels slowly; the history of a decade is in them. With Xavier's or He's weights
the logistic units lose a factor of three or four a layer: after twenty layers the first one hears
*nothing*. tanh is level with Xavier's weights, ReLU with He's (with Xavier's it loses $\sqrt 2$ a
layer). Drawn naively tanh explodes on the way down, and ReLU on the way up, so much that the
first step would throw its weights to the moon.

One curve is a surprise: *naive logistic* is nearly level. With 64 inputs naive weights are eight
times Xavier's, enough to make up for slopes of a quarter and less. We shall see what that is
worth. Here is all of it, depth by depth:
"""

# %%
rows = [(bend, name) for bend in ("logistic", "tanh", "ReLU") for name in SPREADS]
depths = (2, 5, 10, 20)
measured = [
    [np.log10(gradient_lengths(d, bend, SPREADS[name])[0]) for d in depths] for bend, name in rows
]
plot.heatmap(
    measured,
    rows=[f"{bend}, {name}" for bend, name in rows],
    columns=depths,
    numbers=".1f",
    diverging=True,
    xlabel="hidden layers",
    title="Gradient of layer 1",
    caption="Powers of ten: −11 stands for a length of 10⁻¹¹. Blue explodes, orange vanishes, "
    "faint rows hold.",
)

# %% [markdown]
r"""
**Play.** Move the sliders: depth, activation, and how large the weights are, in units of
$1/\sqrt{n_\text{in}}$ (1 is Xavier's choice here, 1.41 is He's). Can you find weights that keep
twenty *logistic* layers level? (Their slope is about a quarter, so...) And what would such large
weights do to the sums?
"""

# %%
widgets.vanishing_gradient(
    lambda depth, bend, scale: gradient_lengths(depth, bend, lambda m, n: scale / np.sqrt(m)),
    activations=["logistic", "tanh", "ReLU"],
)

# %% [markdown]
r"""
Does it matter? Train five networks of ten layers on the same data, with the same optimiser, and
see. Each step takes its gradient from a **minibatch**, 32 of the 320 examples at a time, in a new
random order for each epoch: nearly as good a direction as that of all, for a tenth of the work.

**Predict** their order, and which will not move at all.
"""


# %%
def momentum_run(layers, X, Y, bend, epochs, rate, rng, batch=32, mu=0.9):
    """Loss after every epoch of minibatch gradient descent with momentum."""
    speed, losses = [(0.0, 0.0)] * len(layers), []
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), len(X) // batch):
            _, gradients = loss_and_gradients(layers, X[rows], Y[rows], *BENDS[bend])
            speed = [
                (mu * v - rate * g, mu * u - rate * d)
                for (v, u), (g, d) in zip(speed, gradients, strict=True)
            ]
            layers = [(W + v, b + u) for (W, b), (v, u) in zip(layers, speed, strict=True)]
        losses.append(loss_and_gradients(layers, X, Y, *BENDS[bend])[0])
    return losses, layers


X, y = data.circle(n=320, noise=0.05, seed=SEED)
Y, races = np.eye(2)[y], {}
for bend, name in (
    ("logistic", "Xavier"), ("logistic", "naive"), ("tanh", "Xavier"), ("ReLU", "He"), ("ReLU", "naive"),
):  # fmt: skip
    rng = np.random.default_rng(SEED)
    layers = make_layers([2] + [24] * 10 + [2], SPREADS[name], rng)
    with np.errstate(all="ignore"):
        races[f"{bend}, {name}"], layers = momentum_run(layers, X, Y, bend, 40, 0.02, rng)
last_sums = forward(layers, X, relu)[1][-2][1]  # of the last hidden layer, ReLU with naive weights
print(f"ReLU, naive: {np.mean((last_sums > 0).any(axis=0)):.0%} of the last hidden units are alive")
plot.curves(
    races,
    xlabel="epoch",
    ylabel="training loss",
    title="Ten layers learn a circle, or not",
    ylim=(0, 0.8),
    caption="log 2 = 0.69 is the loss of knowing nothing.",
)

# %% [markdown]
r"""
Logistic units with Xavier's weights never learn anything. Nor does naive ReLU, whose first steps
killed all its units.

And that was the worth of naive logistic units: they do learn, late and slowly, since most of what
they send up and down is the noise of saturated units. tanh and ReLU with fitting weights are
there after five epochs or ten.

Sepp Hochreiter found this in his diploma thesis of 1991, and Bengio, Simard and Frasconi in 1994
for networks that run through time (week 6). For fifteen years it was the reason why "deep" meant
three layers. The ways out, in the order in which they came: train one layer at a time (2006; week
4), ReLU (2010), initial weights that fit (2010, 2015), normalised layers and shortcuts around
layers (2015; both week 5).

## 10. Not valleys, but passes

"It will get stuck in a local minimum" was the other objection. At a **critical point** the
gradient is zero. It is a minimum only if the loss curves upward in *every* direction; if it
curves up in some and down in others it is a **saddle**.

**Predict.** Toss a coin for every direction: what part of the critical points in 2 dimensions are
minima? In 10? For a network with a million weights?
"""

# %%
rng = np.random.default_rng(SEED)
dimensions = [1, 2, 3, 4, 5, 6]
part = []
for d in dimensions:
    A = rng.normal(size=(200_000, d, d))
    curvatures = np.linalg.eigvalsh(A + A.transpose(0, 2, 1))  # of 200,000 random landscapes
    part.append((curvatures > 0).all(axis=1).mean())
    print(f"{d}-dimensional: {part[-1]:.5f} curve upward everywhere; coins say {0.5**d:.5f}")


# %%
def saddle_walk(start, rate=0.1, steps=70):
    """Gradient descent on (w1² - w2²) / 2, from a point almost on its ridge."""
    path = [np.array(start)]
    for _ in range(steps):
        path.append(path[-1] - rate * path[-1] * [1, -1])
    return np.array(path)


path = saddle_walk([1.0, 0.002])
plot.side_by_side(
    plot.surface_path(
        lambda w: (w[:, 0] ** 2 - w[:, 1] ** 2) / 2, path, xlim=(-1.2, 1.2), ylim=(-1.2, 1.2),
        title="Over a saddle",
    ),
    plot.curves(
        np.linalg.norm(path, axis=1), logy=True, xlabel="step", ylabel="length of the gradient",
        title="It looks as if it had converged",
    ),
    caption="The walk nearly stops where the gradient nearly vanishes, and then leaves sideways: a "
    "plateau in the loss is more often a pass than a valley.",
)  # fmt: skip

# %% [markdown]
r"""
Random matrices are even stricter than coins. In high dimensions nearly all critical points are
saddles, and the few minima tend to be about equally good (Dauphin et al. 2014). What one meets in
practice is not the trap but the *plateau*: a long walk over a pass, with next to no gradient.
That is a reason for momentum, which comes in section 12. First, one saddle that everybody builds
once:

## 11. Twins

**Predict.** Why not start with all weights equal, say 0.3? Four hidden units, a circle to be
fenced in. What will the four units look like after training?
"""

# %%
X, y = data.circle(n=200, noise=0.05, seed=SEED)
Y = np.eye(2)[y]
rng = np.random.default_rng(SEED)
alike = [(np.full((2, 4), 0.3), np.zeros(4)), (np.tile([[0.3, -0.3]], (4, 1)), np.zeros(2))]
different = make_layers([2, 4, 2], SPREADS["Xavier"], rng)
results = {
    name: momentum_run(layers, X, Y, "tanh", 300, 0.1, np.random.default_rng(SEED))[1]
    for name, layers in (("started alike", alike), ("started different", different))
}
plot.side_by_side(
    *(
        plot.heatmap(layers[0][0], rows=["$x_1$", "$x_2$"], columns=["1", "2", "3", "4"], numbers=".2f",
                     diverging=True, xlabel="hidden unit", title=name)
        for name, layers in results.items()
    ),
    *(
        plot.decision_boundary(lambda Z, net=layers: softmax(forward(net, Z, np.tanh)[0])[:, 1], X, y)
        for layers in results.values()
    ),
    columns=2,
    caption="Above: the weights of the four hidden units. Below: what the network says.",
)  # fmt: skip

# %% [markdown]
r"""
Equal units get equal gradients, so they stay equal for ever: four of them are one, and one unit
draws one line. The start must **break the symmetry**. Random weights do. (Biases may all be zero:
the weights have broken it already.)

## 12. Getting down faster

Gradient descent, $\theta \leftarrow \theta - \varepsilon g$, has one learning rate $\varepsilon$
for all directions. On a **ravine** (steep across, gentle along) that is a misery: a rate that is
safe for the steep walls crawls along the floor. Five ways to walk, $g$ being the gradient:

| | the step |
|---|---|
| gradient descent | $\theta \leftarrow \theta - \varepsilon g$ |
| momentum (Polyak 1964) | $v \leftarrow \mu v - \varepsilon g, \quad \theta \leftarrow \theta + v$ |
| Nesterov (1983) | the same, with $g$ taken ahead, at $\theta + \mu v$ |
| RMSprop (Hinton 2012) | $s \leftarrow \rho s + (1-\rho) g^2, \quad \theta \leftarrow \theta - \varepsilon g / \sqrt{s}$ |
| Adam (Kingma and Ba 2014) | means of $g$ and of $g^2$, both corrected for their start at zero |

**Momentum** is a heavy ball: pushes across the ravine cancel, pushes along it add up, to as much
as $1/(1-\mu)$ times the plain step. **RMSprop** gives each direction a rate of its own by
dividing by the usual size of its gradient. **Adam** does both.
"""


# %%
def walk(rule, gradient, start, steps, rate, mu=0.9):
    """All points that a rule visits; memory is what it keeps from step to step."""
    theta, memory, path = np.array(start, float), {"v": 0.0, "s": 0.0, "t": 0}, [start]
    for _ in range(steps):
        theta = rule(theta, gradient, memory, rate, mu)
        path.append(theta)
    return np.array(path)


def descent(theta, gradient, memory, rate, mu):
    return theta - rate * gradient(theta)


def momentum(theta, gradient, memory, rate, mu):
    memory["v"] = mu * memory["v"] - rate * gradient(theta)
    return theta + memory["v"]


def nesterov(theta, gradient, memory, rate, mu):
    memory["v"] = mu * memory["v"] - rate * gradient(theta + mu * memory["v"])
    return theta + memory["v"]


# %%
def rmsprop(theta, gradient, memory, rate, mu, rho=0.9):
    g = gradient(theta)
    memory["s"] = rho * memory["s"] + (1 - rho) * g**2
    return theta - rate * g / (np.sqrt(memory["s"]) + 1e-8)


def adam(theta, gradient, memory, rate, mu, rho=0.99, correct=True):
    g, memory["t"] = gradient(theta), memory["t"] + 1
    memory["v"] = mu * memory["v"] + (1 - mu) * g
    memory["s"] = rho * memory["s"] + (1 - rho) * g**2
    v, s = memory["v"], memory["s"]
    if correct:  # at the start both means are still mostly zeros
        v, s = v / (1 - mu ** memory["t"]), s / (1 - rho ** memory["t"])
    return theta - rate * v / (np.sqrt(s) + 1e-8)


RULES = {
    "descent": descent,
    "momentum": momentum,
    "Nesterov": nesterov,
    "RMSprop": rmsprop,
    "Adam": adam,
}

# %% [markdown]
r"""
A fair race gives each its own best learning rate: thirty are tried, and the one that has the
lowest loss after 100 steps counts.

**Predict** the order on $L = \tfrac12 (w_1^2 + 40\, w_2^2)$, from $(-9, 1.5)$ to the bottom at
$(0, 0)$.
"""

# %%
ravine = np.array([1.0, 40.0])


def ravine_loss(w):
    return (np.square(w) @ ravine) / 2


def ravine_gradient(w):
    return ravine * w


rates = np.logspace(-3.5, 0.3, 30)
begin, paths = [-9.0, 1.5], {}
with np.errstate(all="ignore"):
    for name, rule in RULES.items():
        tries = [walk(rule, ravine_gradient, begin, 100, rate) for rate in rates]
        ends = [np.nan_to_num(ravine_loss(path[-1]), nan=np.inf) for path in tries]
        paths[name] = tries[int(np.argmin(ends))]
        print(
            f"{name:9} rate {rates[int(np.argmin(ends))]:.4f}: loss {min(ends):.1e} after 100 steps"
        )
plot.side_by_side(
    *(
        plot.surface_path(ravine_loss, path[:60], xlim=(-10, 5), ylim=(-3, 3), minimum=(0, 0), title=name)
        for name, path in paths.items()
    ),
    plot.curves({name: ravine_loss(path) for name, path in paths.items()}, logy=True,
                xlabel="step", ylabel="loss", title="what they gain"),
    columns=3,
    caption="Sixty steps, each rule at its own best rate; in the last panel, all hundred.",
)  # fmt: skip

# %% [markdown]
r"""
Plain descent must be slow enough for the walls. Momentum swings, Nesterov less. RMSprop and Adam set
out diagonally, a step as long along the ravine as across. But RMSprop's steps do not shrink by
themselves, so it must take small ones.

**Play.** The comparison, live: press *start*, then change the learning rate and the momentum. At
which rate does plain descent begin to leap from wall to wall? What does $\mu = 0.99$ do? The curved
ravine is harder: which of them follow the bend?
"""


# %%
def curved_loss(w):
    w = np.asarray(w)
    return 0.05 * w[..., 0] ** 2 + 2 * (w[..., 1] - 0.04 * w[..., 0] ** 2) ** 2


def curved_gradient(w):
    off = w[1] - 0.04 * w[0] ** 2
    return np.array([0.1 * w[0] - 0.32 * off * w[0], 4 * off])


def run_optimizers(surface, rate, mu):
    """Paths of all rules; the last two take steps of about the rate itself, so theirs is larger."""
    gradient = {"straight": ravine_gradient, "curved": curved_gradient}[surface]
    with np.errstate(all="ignore"):
        return {
            name: walk(
                rule, gradient, begin, 150, rate * (10 if name in ("RMSprop", "Adam") else 1), mu
            )
            for name, rule in RULES.items()
        }


widgets.optimizer_comparison(
    run_optimizers, {"straight": ravine_loss, "curved": curved_loss}, rate=0.02
)

# %% [markdown]
r"""
One detail of Adam that is often forgotten. Its two means begin at zero, so at first both are too
small, and not by the same factor.

**Predict.** Without the correction, is the first step too long or too short, and by what factor?
(At $t=1$ the means are $(1-\mu)g$ and $(1-\rho)g^2$, with $\mu = 0.9$ and $\rho = 0.999$ as in
the paper.)
"""

# %%
steps_taken = {}
for correct in (True, False):

    def rule(*arguments, correct=correct):
        return adam(*arguments, rho=0.999, correct=correct)

    path = walk(rule, lambda theta: np.array([5.0]), [0.0], 40, 0.01)
    steps_taken["corrected" if correct else "forgotten"] = np.abs(np.diff(path[:, 0])) / 0.01
print(
    "first step without the correction:",
    steps_taken["forgotten"][0].round(2),
    "times the learning rate",
)
plot.curves(
    steps_taken, x=np.arange(1, 41), xlabel="step", ylabel="length of the step / learning rate",
    ylim=(0, 7.5), title="Adam on a constant slope",
    caption="A step as long as the learning rate has the length 1.",
)  # fmt: skip

# %% [markdown]
r"""
With the correction each step has the length of the learning rate. Without it the first ones are
three to six and a half times too long.

Now everything together: layers, gradients, fitting weights, Adam. Two spirals, and a network with a
trick: its last hidden layer has only **two** units, so that we can look at the plane that the
last layer sees.
"""


# %%
def fit(layers, X, y, bend, epochs, rng, rate=0.01, batch=32, val=None, l1=0.0, l2=0.0, drop=0.0):
    """Adam on minibatches. Returns the layers after every epoch and both losses."""
    Y, memory, story = (
        np.eye(2)[y],
        [{"v": 0.0, "s": 0.0, "t": 0} for _ in range(2 * len(layers))],
        [],
    )
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), max(1, len(X) // batch)):
            masks = [(rng.random((len(rows), W.shape[1])) >= drop) / (1 - drop) for W, _ in layers]
            gradients = flat_list(gradients_with(layers, X[rows], Y[rows], bend, masks, l1, l2))
            arrays = [
                adam(array, lambda _, g=g: g, m, rate, 0.9, rho=0.999)
                for array, g, m in zip(flat_list(layers), gradients, memory, strict=True)
            ]
            layers = list(zip(arrays[::2], arrays[1::2], strict=True))
        losses = [loss_of(layers, *pair, bend) for pair in ((X, y), val or (X, y))]
        story.append((layers, *losses))
    return story


def flat_list(pairs):
    return [array for pair in pairs for array in pair]


def loss_of(layers, X, y, bend):
    P = softmax(forward(layers, X, BENDS[bend][0])[0])
    return -np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)).mean()


# %% [markdown]
r"""
(`l1`, `l2` and `drop` are for the next section: they punish large weights and silence units. The
pass forward and back with masks in it is section 4's, with one more factor in each direction.)
"""


# %%
def gradients_with(layers, X, Y, bend, masks, l1, l2):
    """Gradients of the mean cross-entropy plus penalties, with a mask on every hidden layer."""
    f, slope = BENDS[bend]
    tape, A = [], X
    for (W, b), mask in zip(layers, masks, strict=True):
        Z = A @ W + b
        tape.append((A, Z, mask))
        A = f(Z) * mask
    G, gradients = (softmax(Z) - Y) / len(X), []
    for i in reversed(range(len(layers))):
        W, A = layers[i][0], tape[i][0]
        gradients.append((A.T @ G + l1 * np.sign(W) + l2 * W, G.sum(axis=0)))
        if i:
            G = G @ W.T * tape[i - 1][2] * slope(tape[i - 1][1])
    return gradients[::-1]


rng = np.random.default_rng(SEED)
X, y = data.spiral(n=400, noise=0.02, seed=SEED)
net = make_layers([2, 24, 24, 2, 2], lambda m, n: 1.5 / np.sqrt(m), rng)
story = fit(net, X, y, "tanh", 200, rng)
net = story[-1][0]
last_hidden = forward(net, X, np.tanh)[1][-1][0]  # what enters the last layer, (400, 2)
cut = net[-1][0][:, 1] - net[-1][0][:, 0], net[-1][1][1] - net[-1][1][0]
plot.side_by_side(
    plot.decision_boundary(
        lambda Z: softmax(forward(net, Z, np.tanh)[0])[:, 1], X, y, title="the world as given"
    ),
    plot.points(
        last_hidden,
        y,
        line=cut,
        xlabel="unit 1",
        ylabel="unit 2",
        title="the world as the last layer sees it",
    ),
    caption="On the right, the same 400 points in the coordinates of the last hidden layer: two "
    "interleaved arms have been pulled apart until one straight cut is enough.",
)

# %% [markdown]
r"""
That is what you saw in week 1 with four points, done by gradient descent for four hundred:
*hidden layers do not decide, they redraw the question*.

## 13. Too good to be true

A hundred noisy examples, and a network with more than four thousand weights.

**Predict.** Draw two curves: the loss on the examples and the loss on fresh ones, over 150
epochs. Where do they part?
"""

# %%
few = data.xor(n=100, noise=0.25, seed=SEED + 1)  # to learn from
judge = data.xor(n=200, noise=0.25, seed=SEED + 2)  # the validation set: to decide when to stop
fresh = data.xor(n=2000, noise=0.25, seed=SEED + 3)  # to say in the end how good it is
wide = make_layers([2, 64, 64, 2], SPREADS["He"], np.random.default_rng(SEED))
print("weights and biases:", sum(W.size + b.size for W, b in wide))

story = fit(wide, *few, "ReLU", 150, np.random.default_rng(SEED), val=judge, rate=0.005)
best = int(np.argmin([losses[2] for losses in story]))
print(
    f"validation loss: {story[best][2]:.2f} after epoch {best + 1}, {story[-1][2]:.2f} at the end"
)
plot.curves(
    {
        "validation": [losses[2] for losses in story],
        "the 100 examples": [losses[1] for losses in story],
    },
    x=np.arange(1, 151),
    xlabel="epoch",
    ylabel="loss",
    title="What it has seen, and what it has not",
    caption="The loss on the examples that are learned, and on others that are not.",
)

# %% [markdown]
r"""
At first both losses fall. Then the network begins to learn the noise by heart.

**Overfitting**: the network says more and more exactly what is true of these hundred points only.
Four treatments:

* **early stopping**: keep the weights from where the *validation* loss, the upper curve, was
  lowest; stop when it has not improved for a while (the *patience*). Needs examples that are not
  trained on;
* **L2, weight decay**: add $\tfrac{\lambda}{2} \sum w^2$ to the loss. Its gradient $\lambda w$
  pulls every weight towards zero, the large ones most;
* **L1**: add $\lambda \sum |w|$. Its pull is the same for large and small, so small weights end
  *at* zero: the network becomes sparse;
* **dropout** (Srivastava et al. 2014): silence each hidden unit with probability one half, anew
  for every example.

**Predict** which one makes most weights vanish, and what the boundaries will look like.
"""

# %%
treatments = {
    "none": {},
    "early stopping": {},
    "L2": {"l2": 0.01},
    "L1": {"l1": 0.001},
    "dropout": {"drop": 0.5},
}
nets = {}
for name, treatment in treatments.items():
    rng = np.random.default_rng(SEED)
    told = fit(wide, *few, "ReLU", 150, rng, val=judge, rate=0.005, **treatment)
    nets[name] = told[best if name == "early stopping" else -1][0]
panels = [
    plot.decision_boundary(
        lambda Z, n=net: softmax(forward(n, Z, relu)[0])[:, 1], *few, xlim=(-1.5, 1.5), ylim=(-1.5, 1.5),
        title=f"{name}: {loss_of(net, *fresh, 'ReLU'):.2f}",
    )
    for name, net in nets.items()
]  # fmt: skip
plot.side_by_side(
    *panels,
    columns=3,
    caption="A hundred points, five networks, and each one's loss on 2,000 fresh points.",
)

# %%
weights = {name: np.abs(np.concatenate([W.ravel() for W, _ in net])) for name, net in nets.items()}
for name, sizes in weights.items():
    small, length = np.mean(sizes < 0.005), np.linalg.norm(sizes)
    print(f"{name:15} {small:4.0%} of the weights are below 0.005; their length is {length:4.1f}")

# %% [markdown]
r"""
Untreated, the border winds around single points, and the network is sure of it. L1 makes most
weights vanish and leaves the rest large; L2 makes all of them small. Early stopping
and dropout do little to their size: they work in other ways.

Why does *dropout* work? With $n$ hidden units there are $2^n$ networks, one for each set of units
that are left, all sharing their weights. Every example trains another one of them. At test time
we would like the average vote of all. The network with all units on, each as loud as it was on
average, is a cheap guess at it.

**Predict.** Let $k$ random sub-networks vote, for $k$ from 1 to 300. How does their loss compare
with that of the whole network?
"""

# %%
rng = np.random.default_rng(SEED)
X, y = fresh[0][:500], fresh[1][:500]


def thinned(net):
    """Probabilities of one random sub-network: half of the hidden units silenced."""
    A = X
    for W, b in net[:-1]:
        A = relu(A @ W + b)
        A = A * (rng.random(A.shape) >= 0.5) * 2
    return softmax(A @ net[-1][0] + net[-1][1])


votes = np.array([thinned(nets["dropout"]) for _ in range(300)])  # (300, 500, 2)
crowds = [1, 3, 10, 30, 100, 300]
vote_loss = [-np.log(votes[:k].mean(axis=0)[np.arange(500), y]).mean() for k in crowds]
whole = loss_of(nets["dropout"], X, y, "ReLU")
plot.curves(
    {"k sub-networks vote": vote_loss, "the whole network": np.full(len(crowds), whole)},
    x=crowds,
    logx=True,
    xlabel="sub-networks that vote, k",
    ylabel="loss on fresh examples",
    title="One network, or hundreds",
    caption="The loss of the mean of k answers, on examples that none of them has seen.",
)

# %% [markdown]
r"""
One sub-network alone is poor, a crowd of them is good, and the whole network comes close to the
crowd at the price of one.

## 14. The paper, repeated

In October 1986 David Rumelhart, Geoffrey Hinton and Ronald Williams published four pages in
*Nature*, "Learning representations by back-propagating errors". Their first example: six inputs,
each 0 or 1; is the pattern its own mirror image? No single unit can tell. They used *two* hidden
units, all 64 patterns, logistic units, squared error, $\varepsilon = 0.1$ and momentum $0.9$ on
the gradient summed over all patterns, and initial weights between $-0.3$ and $0.3$. It took 1,425
sweeps, and the weights were remarkable. We do the same, from twenty starts.

**Predict.** How can *two* units see whether six bits are symmetric? (What if the weights of
mirrored inputs are equal and opposite?)
"""

# %%
patterns = np.array(list(itertools.product([0.0, 1.0], repeat=6)))
symmetric = (patterns == patterns[:, ::-1]).all(axis=1).astype(float)[:, None]


def sweep(layers, speed):
    """One pass over all 64 patterns: squared error, logistic units, also at the output."""
    Z, tape = forward(layers, patterns, logistic)
    p = logistic(Z)
    gradients = backward(layers, tape, (p - symmetric) * p * (1 - p), BENDS["logistic"][1])
    speed = [
        (0.9 * v - 0.1 * g, 0.9 * u - 0.1 * d)
        for (v, u), (g, d) in zip(speed, gradients, strict=True)
    ]
    return [(W + v, b + u) for (W, b), (v, u) in zip(layers, speed, strict=True)], speed, p


def learn_symmetry(seed, most=4000):
    """Weights, and the sweep after which all 64 answers are right by a good margin (or None)."""
    rng = np.random.default_rng(seed)
    layers = [(rng.uniform(-0.3, 0.3, s), rng.uniform(-0.3, 0.3, s[1])) for s in ((6, 2), (2, 1))]
    speed = [(0.0, 0.0)] * 2
    for count in range(most):
        layers, speed, p = sweep(layers, speed)
        if np.abs(p - symmetric).max() < 0.1:
            return layers, count + 1
    return layers, None


runs = [learn_symmetry(seed) for seed in range(20)]
counts = [count for _, count in runs if count]
half = int(np.median(counts))
print(
    f"{len(counts)} of 20 starts find it, in {min(counts)} to {max(counts)} sweeps, half within {half}"
)

# %%
hidden = next(layers[0][0] for layers, count in runs if count)
plot.heatmap(
    hidden.T,
    rows=["unit 1", "unit 2"],
    columns=[f"input {i}" for i in range(1, 7)],
    numbers=".1f",
    title="What the two hidden units learned",
    caption="Compare input 1 with input 6, 2 with 5, 3 with 4.",
)

# %%
sizes = np.sort(np.abs(hidden[:3, 0]))
print(
    "sizes of the three pairs of weights:",
    sizes.round(2),
    " in ratios 1 :",
    (sizes[1:] / sizes[0]).round(2),
)
failed = [forward(layers, patterns, logistic)[0] > 0 for layers, count in runs if not count]
print("the starts that fail: right answers", [int(np.sum(said == symmetric)) for said in failed])
print("and how often they say yes", [int(said.sum()) for said in failed])

# %% [markdown]
r"""
The weights of mirrored inputs are equal and opposite, so that a symmetric pattern adds up to
nothing at all. And their sizes are one to two to four, as in the paper. Nobody asked for that.
With weights in these ratios no *asymmetric* pattern adds up to zero ($\pm1 \pm2 \pm4$ never does),
so both units stay silent for symmetric patterns only. Gradient descent found the binary numbers,
because they solve the problem. (Week 4 lets a network invent them once more.) And the starts that
fail? They sit on a plateau, saying "no" to everything, which is right for 56 patterns of 64.

That is what was new in 1986: not the chain rule, but that hidden units, left alone, invent
*representations*.

## What to take along

* A network is a composition of layers. Backpropagation walks its computation graph from the loss
  to the weights: **multiply along arrows, add where paths meet**. One pass back costs about as
  much as one forward.
* For a dense layer, gradients have the shapes of what they belong to; weights add up over the
  examples.
* Softmax with cross-entropy leaves $p - y$. Divided by the batch, if the loss is a mean.
* Check gradients: centred differences, $h = 10^{-5}$, double precision; relative error below
  $10^{-7}$.
* One hidden layer can say anything. How many units, whether training finds it, and what holds
  between the examples is another matter.
* Gradients are multiplied once a layer, so they vanish or explode. ReLU or tanh, with weights
  drawn to fit, keep them level. Start with *different* weights.
* Momentum for ravines and plateaus; Adam when every direction has a scale of its own.
* Watch a validation loss. Stop early, decay weights, drop units.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A weight is shared by three branches of a graph. What is its gradient?</summary>

The sum of three parts, one by each branch: add where paths meet.
</details>

<details><summary>2. The backward pass needs the sums and outputs of the forward pass. What does that cost when a network
gets deeper?</summary>

Memory: what every layer computed must be kept until the gradient comes back, so it grows with the depth and with the size of
the batch.
</details>

<details><summary>3. Three classes, logits (5, 5, 5), the first class is right. What is the gradient, and what is the
loss?</summary>

p = (1/3, 1/3, 1/3), so p − y = (−2/3, 1/3, 1/3); the loss is log 3, about 1.10: the network knows nothing.
</details>

<details><summary>4. A gradient check of a ReLU network fails for one weight in a thousand, and only for some inputs. A
bug?</summary>

Perhaps not: some sum may lie within h of zero, where a ReLU has a kink. Move the inputs, or make h smaller, and check again.
</details>

<details><summary>5. Ten logistic layers, weights of Xavier. Would a learning rate a million times larger help the first
layer?</summary>

It would move, but so would the last layers, a million times too far. One rate cannot serve both: that is why fitting weights,
or an optimiser that divides by the size of each gradient, are the better way.
</details>

<details><summary>6. Training loss 0.02, validation loss 0.9. More epochs, more units, or more examples?</summary>

More examples, or a treatment of section 13. The network already says all it can about those it has seen.
</details>

## Words of the week

| word | meaning |
|---|---|
| activation | the function that bends a unit's sum; also its result |
| backpropagation | computing all slopes of the loss in one pass from the end to the start |
| computation graph | quantities as nodes, an arrow from each to what is computed from it |
| cross-entropy | minus the log of the probability given to the right class, averaged |
| dead unit | a ReLU whose sum is negative for all examples: it gets no gradient |
| dropout | silencing random units in training, and making the others louder |
| early stopping | keeping the weights from where the validation loss was lowest |
| epoch, minibatch | one pass over all examples; the few of them that make one step |
| gradient check | comparing a gradient with differences of the loss |
| He, Xavier | recipes for the variance of initial weights |
| logits | the sums of the last layer, before softmax |
| momentum | a velocity that remembers old gradients |
| one-hot | a target with 1 at the right class and 0 elsewhere |
| saddle | a point without slope that curves up in some directions and down in others |
| saturated | far from zero, where the slope of logistic and tanh is nearly nothing |
| softmax | the function from logits to probabilities |
| vanishing gradient | slopes that shrink by a factor with every layer they pass |
| weight decay, L1, L2 | penalties on large weights, by size or by square |

## Try changing

1. Section 3: make $b_1 = -3$, so that the first ReLU is shut. Which slopes become zero? Which of
   them would a later example be able to wake again?
2. Section 8: replace ReLU by a sine. Does one hidden layer still say everything? What does it
   need fewer units for?
3. Section 9: give the logistic network ten times the learning rate in its first layers. Does it
   learn? How large must the factor be, and what happens to the last layers?
4. Section 9: subtract a half from the logistic function (so that it is symmetric around zero).
   Better? Why?
5. Section 12: add noise to every gradient, as a minibatch does. Who still wins the race? Then
   make the rate decay with $1/\sqrt t$.
6. Section 13: train with L2 on 40, 400 and 4,000 examples. How does the best $\lambda$ change?
7. Section 14: eight inputs instead of six. Which ratios do you expect? How many starts find them?

## Further reading

* D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors*,
  Nature 323 (1986): four pages, still the best introduction.
* M. Nielsen, *Neural Networks and Deep Learning*, chapters 2, 3 and 5: the four equations,
  slowly.
* A. Karpathy, *micrograd*: this week's loop over the graph, for any expression, in 94 lines.
* X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
  networks* (2010), and K. He et al., *Delving deep into rectifiers* (2015): section 9, by those
  who found the way out.
* S. Ruder, *An overview of gradient descent optimization algorithms* (2016); D. Kingma, J. Ba,
  *Adam* (2014).
* N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR
  15 (2014).
* I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), chapters 6 to 8.

Next week the computer differentiates for you. You will know what it does.
"""
