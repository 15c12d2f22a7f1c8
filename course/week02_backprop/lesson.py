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
# Week 2: backpropagation

### How much does each weight contribute to the error?

Week 1 ended with three units that compute exclusive or. You set their weights by hand. A network that
reads handwriting has a hundred thousand weights, and nobody sets those by hand. When its answer is
wrong, *each* weight has contributed a little. This week is about how to compute every weight's
contribution at once, in one backward pass that costs about twice as much as computing the answer; and
then about what goes wrong in training, and what helps.

**Afterwards you can**

* read a network as a composition of functions, and draw its computation graph;
* propagate gradients backwards through it: by hand, in code, and in matrices for whole layers;
* say why softmax and cross-entropy leave only $p - y$, and check any gradient numerically;
* measure the vanishing gradient layer by layer, and say which activation function and which initial
  weights prevent it;
* choose between momentum, Nesterov, RMSprop and Adam for a reason, and recognize and treat
  overfitting.

**You need** week 1 (units, sigmoid, log-loss, gradient descent), matrix products, and the chain rule
for functions of one variable.

**Time:** two hours if you make the predictions and play. The notebook itself runs in about a
minute.

**How to read it.** Where it says **Predict**, stop and write down your guess before you run the
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
"""
## 1. Why smooth units: every weight needs a slope

Here is week 1's network for exclusive or. One hidden unit computes "at least one?", another "both?",
and the output unit combines them: "the first, and not the second". Two inputs and three units make
nine parameters.
"""


# %%
def step(z):
    return (z >= 0).astype(float)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def three_units(theta, X, activation):
    """Output of two hidden units and a third: theta holds nine numbers, three for each unit."""
    first = activation(X @ theta[0:2] + theta[2])
    second = activation(X @ theta[3:5] + theta[5])
    return activation(theta[6] * first + theta[7] * second + theta[8])


X, y = data.truth_table("xor")
by_hand = np.array([1, 1, -0.5, 1, 1, -1.5, 1, -2, -0.5])
print("answers:", three_units(by_hand, X, step), "  wanted:", y)

# %% [markdown]
"""
Now suppose that we did not know these numbers and wanted to *find* them, as the perceptron rule
finds those of a single unit. Start somewhere, say at nine random numbers, and ask of each: if I
increase it a little, does the network make fewer mistakes?

**Predict.** Increase each of the nine by 0.01. For how many does the squared error of the four
answers change when the units are steps? For how many when they are sigmoids?
"""

# %%
start = np.random.default_rng(SEED + 1).normal(size=9)
names = ["$w_{11}$", "$w_{12}$", "$b_1$", "$w_{21}$", "$w_{22}$", "$b_2$", "$v_1$", "$v_2$", "$c$"]


def sensitivities(activation):
    """Change of the squared error when each of the nine numbers grows by 0.01, per 0.01."""

    def error(theta):
        return np.sum((three_units(theta, X, activation) - y) ** 2)

    return [(error(start + 0.01 * unit) - error(start)) / 0.01 for unit in np.eye(9)]


def bars(heights, title):
    def draw(axes):
        axes.bar(names, heights, color=np.where(np.array(heights) > 0, plot.ORANGE, plot.BLUE))
        axes.axhline(0, color=plot.INK, linewidth=1)

    return plot.picture(
        draw, title=title, xlabel="parameter", ylabel="change of the error", ylim=(-0.35, 0.35)
    )


plot.side_by_side(
    bars(sensitivities(step), "step units"),
    bars(sensitivities(sigmoid), "sigmoid units"),
    caption="One bar per parameter. Orange: decreasing it would lower the error. Blue: increasing it "
    "would.",
)

# %% [markdown]
r"""
With steps no small change has any effect, so nothing can be learned from it. With sigmoid units every
parameter has its effect, with a sign.

That is the idea of this week, and it needs smooth units. With steps the error is flat almost
everywhere. With smooth units every weight in every layer has a slope: the change of the error per
change of the weight. The slopes of all weights together are the **gradient**, and week 1's gradient
descent does the rest.

But look at the cost: one run of the network for each weight, nine runs for nine weights. For a
hundred thousand weights that is a hundred thousand runs for a single step. **Backpropagation**
computes the same numbers with one **forward pass** and one **backward pass**. How?

## 2. A network is a composition of layers

Write the units of one layer as a matrix, as you will in the assignment: `X` holds one example per
row, `W` one unit per column. A layer computes the pre-activations $Z = XW + b$ and applies the
activation function, $A = \varphi(Z)$. The next layer takes $A$ as its input. A **multilayer
perceptron** (a feed-forward network of dense layers) repeats this:

$$
\text{logits} = \varphi\big(\varphi(X W_1 + b_1)\, W_2 + b_2\big)\, W_3 + b_3 .
$$
"""


# %%
def forward(layers, X, activation):
    """Logits of a network [(W, b), ...], and each layer's inputs and pre-activations."""
    tape, A = [], X
    for W, b in layers:
        Z = A @ W + b  # (n_examples, n_inputs) @ (n_inputs, n_units) + (n_units,)
        tape.append((A, Z))
        A = activation(Z)
    return Z, tape  # the last layer has no activation function: its Z are the logits


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
    caption="Every unit is connected with all units of the layer before. Ten examples pass through it "
    "at once, as the ten rows of the matrices above.",
)

# %% [markdown]
r"""
**Predict.** What can the network compute without nonlinearities, with $\varphi(z) = z$? (Multiply out
the formula above for two layers before you go on.)
"""

# %%
(W1, b1), (W2, b2), (W3, b3) = layers
X = rng.normal(size=(10, 2))
three_layers = forward(layers, X, lambda z: z)[0]
one_layer = X @ (W1 @ W2 @ W3) + ((b1 @ W2 + b2) @ W3 + b3)
print(
    "largest difference between three linear layers and one:",
    np.abs(three_layers - one_layer).max(),
)

# %% [markdown]
r"""
Nothing more than one layer: a product of matrices is a matrix, so three linear layers are one. All
that depth adds comes from the nonlinearities between the layers.

## 3. Backpropagation: the chain rule on a computation graph

One input, two hidden units with $\varphi(z) = \max(z, 0)$, one output, squared error. This is small
enough for paper, and it has everything that a large network has.

$$
z_i = w_i x + b_i, \qquad h_i = \max(z_i, 0), \qquad
\hat y = v_1 h_1 + v_2 h_2 + c, \qquad L = \tfrac12 (\hat y - y)^2 .
$$

A **computation graph** has a node for each quantity and an arrow from each to those that are
computed from it. The cell below computes the values and, at each step, records the **local
derivatives**: the derivative of the result with respect to each of *its own inputs*. For
$z = wx + b$ these are $x$ for $w$, $w$ for $x$ and 1 for $b$.
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
        words[name] += f"\ngradient {slope:g}"
    words = {name: text.replace("-", "−") for name, text in words.items()}
    parameters = {name: plot.BLUE for name in places if name[0] in "wbvc"}
    return plot.graph(
        places, arrows, labels=words, colors=parameters, title=title, caption=caption,
        width=8.4, height=4.6,
    )  # fmt: skip


draw_graph(
    "Forward pass: the values",
    "From left to right each node is computed from those whose arrows reach it. Blue: parameters. "
    "The target is y = 1.5, so the loss is 2.",
)

# %% [markdown]
r"""
**Do it by hand.** Take a pencil. Start at the right with $\partial L / \partial L = 1$ and go
against the arrows. There are only two rules:

1. **multiply along an arrow:** the gradient at the result, times the local derivative, goes to the
   input;
2. **add where several arrows leave a node:** it influences the loss along several paths, and all of
   them count.

So $\partial L / \partial \hat y = \hat y - y = -0.5 - 1.5 = -2$, then $\partial L/\partial v_1 =
-2 \cdot h_1 = -2$ and $\partial L / \partial h_1 = -2 \cdot v_1 = -4$, and so on to the left.
**Predict** all of them, and above all that of $x$, where two paths meet. The computer does the
same in five lines:
"""

# %%
slope_of_loss = dict.fromkeys(value, 0.0)
slope_of_loss["L"] = 1.0
for result, slopes in reversed(steps):
    for name, local in slopes.items():
        slope_of_loss[name] += slope_of_loss[result] * local  # multiply along, add where paths meet

# %%
draw_graph(
    "Backward pass: the gradients",
    "Second line: the derivative of the loss, computed from right to left.",
    slope_of_loss,
)

# %% [markdown]
r"""
The gradient at $x$ is $-3 = -4 \cdot 1 + 2 \cdot 0.5$, one term for each path.

That loop *is* backpropagation. Notice why it is cheap. The gradient at $\hat y$ was computed once
and used five times, that at $z_1$ three times; each arrow was used once. For a dense layer the
forward pass is one matrix product and the backward pass is two, one for the weights and one for the
inputs. So one backward pass costs about twice as much as one forward pass, however many weights
there are, and it gives every weight its gradient.

In general terms: the matrix of derivatives of all outputs of a node with respect to all its inputs is
its **Jacobian**. The backward pass carries one row vector, the gradient of the loss, and multiplies
it by the Jacobian of one node after another, a **vector–Jacobian product** each, without ever
building a Jacobian. This order, from the output to the inputs, is **reverse mode** differentiation.
The other order, **forward mode**, carries the derivatives with respect to one input through the
graph:

| | passes for all derivatives | for one loss and 100,000 weights |
|---|---|---:|
| finite differences (section 1) | one per input, and one more | 100,001 |
| forward mode | one per input | 100,000 |
| reverse mode, backpropagation | one per output (and the forward pass) | 1 |

Backpropagation was found several times (Linnainmaa 1970, Werbos 1974), and became famous in 1986, in
a paper that you will repeat in section 14.

## 4. Backpropagation for whole layers

Nobody draws a node for each of a hundred thousand weights. Write $G$ for the gradient with respect
to a layer's pre-activations, $g_{nj} = \partial L / \partial z_{nj}$. Since
$z_{nj} = \sum_i a_{ni} w_{ij} + b_j$, the two rules give

$$
\frac{\partial L}{\partial w_{ij}} = \sum_n a_{ni}\, g_{nj}, \qquad
\frac{\partial L}{\partial b_j} = \sum_n g_{nj}, \qquad
\frac{\partial L}{\partial a_{ni}} = \sum_j g_{nj}\, w_{ij},
$$

and through the activation function
$\partial L/\partial z = \varphi'(z) \cdot \partial L/\partial a$. A weight is used by all examples,
so its gradient is a sum over $n$. An input goes to all units, so its gradient is a sum over $j$. Here
the sums are with their indices written out, layer after layer from the last to the first. (In the
assignment you will find the matrix products that these sums are.)
"""


# %%
def backward(layers, tape, G, slope):
    """Gradients [(for W, for b), ...], from G, the gradient with respect to the logits."""
    gradients = []
    for number in reversed(range(len(layers))):
        W, A = layers[number][0], tape[number][0]  # A: what entered this layer
        gradients.append((np.einsum("ni,nj->ij", A, G), np.einsum("nj->j", G)))
        if number > 0:
            grad_A = np.einsum("nj,ij->ni", G, W)
            G = grad_A * slope(tape[number - 1][1])  # at the pre-activations of the layer below
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
"""
The same numbers. From here on, networks may be as large as we like.

## 5. Activation functions and their derivatives

Which nonlinearity should the units have? In the backward pass gradients are multiplied by its
*derivative*.

**Predict.** Six candidates are plotted below: step, linear, sigmoid, tanh, ReLU, and ELU (linear
above zero, $e^z - 1$ below). Which of them have slope 1 just above zero? Whose slope is never more
than a quarter? Which are completely flat for negative pre-activations?
"""

# %%
ACTIVATIONS = {  # name: (the function, its derivative)
    "step": (step, lambda z: np.zeros_like(z)),
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (relu, relu_slope),
    "ELU": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
            lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0)))),
}  # fmt: skip
z = np.linspace(-4, 4, 801)


def activation_panel(name):
    activation, slope = ACTIVATIONS[name]

    def draw(axes):
        axes.plot(z, activation(z), color=plot.BLUE)
        axes.plot(z, slope(z), color=plot.ORANGE, linestyle="--")

    return plot.picture(draw, title=name, xlabel="pre-activation $z$", ylim=(-1.3, 2.3), height=2.6)


plot.side_by_side(
    *map(activation_panel, ACTIVATIONS),
    columns=3,
    caption="Solid blue: the activation function. Dashed orange: its derivative, by which the "
    "gradient is multiplied in the backward pass.",
)

# %%
for name, (_, slope) in ACTIVATIONS.items():
    print(f"{name:8}  slope at most {slope(z).max():.2f}, on average {slope(z).mean():.2f}")

# %% [markdown]
r"""
The **step** passes no gradient: section 1's flat error. The **linear** unit passes all of it, but is
no nonlinearity (section 2). The **sigmoid**, $\sigma' = \sigma(1-\sigma)$, passes a quarter at best,
and far from zero it is **saturated**: flat, with almost no gradient. **tanh** is a sigmoid rescaled
to $(-1, 1)$: slope 1 at the origin, symmetric around zero, but it saturates too. **ReLU** (rectified
linear unit) passes all or nothing, and costs one comparison. A ReLU whose pre-activation is negative
for *all* examples gets no gradient: it is **dead**. Its own weights stay as they are; it can only
come back if the layers below change its inputs. **ELU** keeps a small slope below zero.

## 6. Softmax and cross-entropy: the gradient is p − y

For one of $K$ classes the last layer gives $K$ pre-activations, the **logits**. **Softmax** turns
them into probabilities, and the loss, **cross-entropy**, is the surprisal at the right class. The
target is written **one-hot**: $y_k = 1$ for the right class and 0 for the others.

$$
p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad L = -\sum_k y_k \log p_k .
$$

Put the first into the second. The logarithm cancels the exponential, and the targets sum to one:

$$
L = -\sum_k y_k z_k + \log \sum_j e^{z_j}, \qquad\text{so}\qquad
\frac{\partial L}{\partial z_k} = -y_k + \frac{e^{z_k}}{\sum_j e^{z_j}} = p_k - y_k .
$$

Prediction minus target. (Week 1's logistic regression gave the same; it is the case of two classes.)

**Predict.** Logits $(1, 3, 0.5)$, and the first class is right. Which logits does a step
*against* the gradient increase, and which does it decrease most?
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
    three_bars(p, "prediction p", "probability"),
    three_bars(target, "target y", "probability"),
    three_bars(p - target, "gradient p − y", "derivative of the loss", low=-1.15),
    caption="On the right, the derivative of the loss with respect to each logit; a step goes against "
    "it.",
)

# %% [markdown]
"""
A step against the gradient increases the first logit and decreases the second, the largest, most. The
three derivatives sum to zero.

Had we used the squared error of the probabilities instead, a factor $p(1-p)$ would be left over: a
network that is *confidently wrong* ($p$ near 0) would get hardly any gradient to correct itself.
Cross-entropy has its largest gradient exactly there. Here is one example of two classes, right class
1, for different values of its logit:
"""

# %%
z = np.linspace(-8, 8, 200)
p = sigmoid(z)
plot.curves(
    {"cross-entropy": 1 - p, "squared error": 2 * (1 - p) * p * (1 - p)},
    x=z,
    xlabel="logit of the right class (on the left: confidently wrong)",
    ylabel="size of the gradient",
    title="Which loss still has a gradient when the answer is wrong?",
    caption="On the far left the prediction is confident and wrong: the gradient of cross-entropy has "
    "its full size there, that of the squared error is almost zero.",
)

# %% [markdown]
r"""
## 7. Gradient checking

A wrong gradient seldom crashes. The network trains, only a little worse, and you look for the reason
in the wrong places. So make it a habit to check against the definition of a derivative:

$$
\frac{\partial L}{\partial \theta} \approx \frac{L(\theta + h) - L(\theta)}{h}
\qquad\text{or, better,}\qquad
\frac{L(\theta + h) - L(\theta - h)}{2h} .
$$

**Predict.** The smaller $h$, the better? Guess how the error of both behaves as $h$ goes from 1
to $10^{-12}$.
"""


# %%
def loss_and_gradients(layers, X, Y, activation, slope):
    """Mean cross-entropy of a network with one-hot targets Y, and the gradients."""
    logits, tape = forward(layers, X, activation)
    P = softmax(logits)
    loss = -np.sum(Y * np.log(np.maximum(P, 1e-300))) / len(X)
    return loss, backward(layers, tape, (P - Y) / len(X), slope)


def make_layers(sizes, deviation, rng):
    """Random weights; deviation(n_inputs, n_units) is their standard deviation. Zero biases."""
    return [
        (rng.normal(scale=deviation(m, n), size=(m, n)), np.zeros(n))
        for m, n in itertools.pairwise(sizes)
    ]


rng = np.random.default_rng(SEED)
layers = make_layers([3, 6, 6, 3], lambda m, n: 1 / np.sqrt(m), rng)
X, Y = rng.normal(size=(8, 3)), np.eye(3)[rng.integers(0, 3, size=8)]
exact = loss_and_gradients(layers, X, Y, *ACTIVATIONS["tanh"])[1][0][0][
    0, 0
]  # of one first-layer weight


def loss_at(change):
    W, b = layers[0]
    moved = W.copy()
    moved[0, 0] += change
    return loss_and_gradients([(moved, b), *layers[1:]], X, Y, *ACTIVATIONS["tanh"])[0]


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
    title="Relative error of finite differences",
    caption="Read it from right to left: h starts large and shrinks.",
)

# %% [markdown]
"""
Smaller is better, but only up to a point. There are two errors. The truncation error of the formula
shrinks with $h$ (one-sided) or $h^2$ (centered). The rounding error grows: a float has sixteen
digits, and when two losses agree in twelve of them, only four are left in their difference. So: use
centered differences, $h = 10^{-5}$, double precision. A relative error below $10^{-7}$ is fine. And
stay away from the kink of a ReLU, where there is no derivative to find.

Does the check find real mistakes? Here are a correct backward pass and four with common bugs:
"""


# %%
def numerical(layers, X, Y):
    """Centered differences for all weights, one after another: slow and trustworthy."""
    slopes, h = [], 1e-5
    for array in flat_list(layers):
        for index in np.ndindex(array.shape):
            before = array[index]
            array[index] = before + h
            above = loss_and_gradients(layers, X, Y, *ACTIVATIONS["tanh"])[0]
            array[index] = before - h
            below = loss_and_gradients(layers, X, Y, *ACTIVATIONS["tanh"])[0]
            array[index] = before
            slopes.append((above - below) / (2 * h))
    return np.array(slopes)


def flat_list(pairs):
    return [array for pair in pairs for array in pair]


def flat(gradients):
    return np.concatenate([array.ravel() for array in flat_list(gradients)])


activation, slope = ACTIVATIONS["tanh"]
logits, tape = forward(layers, X, activation)
G = softmax(logits) - Y
claims = {
    "correct": backward(layers, tape, G / 8, slope),
    "sum instead of mean": backward(layers, tape, G, slope),
    "derivative of tanh left out": backward(layers, tape, G / 8, np.ones_like),
    "derivative at A instead of at Z": backward(
        layers, tape, G / 8, lambda z: slope(activation(z))
    ),
    "wrong sign": backward(layers, tape, -G / 8, slope),
}
truth = numerical(layers, X, Y)
for name, claim in claims.items():
    g = flat(claim)
    print(
        f"{name:34} {np.linalg.norm(g - truth) / (np.linalg.norm(g) + np.linalg.norm(truth)):.1e}"
    )

# %% [markdown]
r"""
Make two more checks before every training run; they cost almost nothing.

**Can the network memorize ten examples?** If it cannot, there is a bug, and more data will not help.

**Is the first loss about** $\log K$ for $K$ classes? A network that knows nothing should give each
class the probability $1/K$. It does so if its first logits are small. He's initial weights, which
you will meet in section 9, are too large for that in the last layer:
"""

# %%
for factor in (1.0, 0.1):
    losses = []
    for seed in range(5):
        rng = np.random.default_rng([SEED, seed])
        untrained = make_layers([64, 64, 64, 10], lambda m, n: np.sqrt(2 / m), rng)
        untrained[-1] = (factor * untrained[-1][0], untrained[-1][1])
        X_10, Y_10 = rng.normal(size=(256, 64)), np.eye(10)[rng.integers(10, size=256)]
        losses.append(loss_and_gradients(untrained, X_10, Y_10, *ACTIVATIONS["ReLU"])[0])
    print(
        f"last layer times {factor}: first loss {min(losses):.2f} to {max(losses):.2f} "
        f"for five seeds; log 10 = {np.log(10):.2f}"
    )

# %% [markdown]
r"""
So make the last layer's initial weights smaller, and check the first loss again. Otherwise the
first steps only undo confident guesses.

## 8. What a network can represent: universal approximation and depth

In 1989 Cybenko, and Hornik, Stinchcombe and White, proved that a network with *one* hidden layer of
enough sigmoid units comes as close as you like to any continuous function on a closed and bounded
region. Leshno, Lin, Pinkus and Schocken (1993) proved it for every activation function that is not a
polynomial, ReLU included. This is the **universal approximation theorem**. The idea for ReLU: each
hidden unit contributes one kink, and with enough kinks a piecewise linear function follows any curve.

**Predict.** Below, a curve is fitted with 2, 4, 8 and 32 ReLU units: their kinks are evenly spaced,
and the output layer is the best possible, by least squares. Where will 2 units fail? How many
straight pieces do 8 units make?
"""

# %%
x = np.linspace(-1, 1, 400)[:, None]
curve = (np.sin(7 * x) * np.exp(-x) / 2 + np.abs(x - 0.3)).ravel()


def fit_output_layer(units):
    """Output of hidden units with evenly spaced kinks in [-1, 1) and the best output layer."""
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
    caption="Broad gray: the target curve. Blue: one hidden layer of ReLU units.",
)

# %% [markdown]
"""
Each unit adds one kink, and with 32 of them the eye sees no difference. Eight units make eight
straight pieces: the first kink lies at the left end, and each of the other seven starts a new piece.
Two units fail wherever the curve turns more often than they can.

So the weights *exist*. The theorem says no more than that. It does not say

* **how many** units are needed: it may be a huge number (efficiency);
* **whether training finds** the weights from examples (learnability);
* what happens **between** the examples (**generalization**).

Take learnability. We compare those best output layers with networks of the same size in which all
weights were *trained*, by 1,000 steps of gradient descent with momentum (section 12).

**Predict.** Training may move the kinks to where they are needed, least squares may not. Which has
the smaller error?
"""


# %%
def train_curve(units, rng, steps=1000, rate=0.03):
    """Error of a network with one hidden layer after gradient descent with momentum."""
    layers = make_layers([1, units, 1], lambda m, n: np.sqrt(2 / m), rng)
    layers[0] = (layers[0][0], rng.uniform(-1, 1, units))
    velocity = [[0.0, 0.0] for _ in layers]
    for _ in range(steps):
        output, tape = forward(layers, x, relu)
        gradients = backward(layers, tape, (output - curve[:, None]) / len(x), relu_slope)
        velocity = [
            [0.9 * v - rate * g for v, g in zip(*pair, strict=True)]
            for pair in zip(velocity, gradients, strict=True)
        ]
        layers = [(W + v, b + u) for (W, b), (v, u) in zip(layers, velocity, strict=True)]
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
    title="The best weights, and trained ones",
    caption="Trained networks: the median of three training runs; the band reaches from the best run "
    "to the worst.",
)

# %% [markdown]
r"""
With 4 units training wins, because it may move the kinks. From 8 units on, much better weights
*exist* than 1,000 steps *find*. (With ten times as many steps the median error of 16 units falls from
0.10 to 0.03, which is still twice that of the best output layer.)

Now efficiency. Two ReLU units make a *tent*, $t(x) = \max(2x, 0) - \max(4x - 2, 0)$ on $[0, 1]$.
Apply the tent to its own output, layer after layer.

**Predict.** A tent has 2 linear pieces. How many have two tents in a row, three, ten? How many
units would a *single* hidden layer need for as many?
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
        f"depth {depth}: {2 * depth:2} units, {pieces:2} pieces; one layer needs {pieces:2} units"
    )
    if depth in (1, 3, 5):
        title = f"depth {depth}, {2 * depth} units"
        panels.append(plot.curves(wave, x=t, title=title, xlabel="$x$", ylabel="output"))
plot.side_by_side(
    *panels,
    caption="Tents applied to tents: the output as a function of the input.",
)

# %% [markdown]
r"""
Each further layer of two units folds the line once more, and doubles the number of pieces. (Why does
one layer need a unit per piece, and not one less? With a single unit one of its two pieces is flat,
so no single unit makes a tent; and in general one unit is needed for the first slope and one for each
kink.) Width adds pieces, depth multiplies them. How many functions a network can represent is called
its **capacity**, and this is one good reason for deep networks (Telgarsky 2016 proved such a
theorem). So why did people not simply build deep networks in 1990?

## 9. The vanishing gradient

In the backward pass the gradient is multiplied, once per layer, by the derivative of the activation
function and by the weights. The derivative of the sigmoid lies in $(0, \tfrac14]$.

**Predict.** If the weights neither enlarge nor shrink the gradient, what fraction of it reaches the
first of ten sigmoid layers, at best? And of twenty?
"""

# %%
for depth in (2, 5, 10, 20):
    print(f"{depth:2} layers: a fraction of at most {0.25**depth:.1e}")

# %% [markdown]
r"""
That was an upper bound on paper. Now measure. The function below builds a network with 64 units per
layer, makes one forward and one backward pass on 64 random examples of two classes, and returns the
length (norm) of the gradient of each layer's weights. There are three ways of **initialization**:

* **naive**: a normal distribution with standard deviation 1;
* **Xavier** (Glorot and Bengio 2010): variance $2/(n_\text{in} + n_\text{out})$, so that a layer
  without nonlinearity keeps the length of signals and gradients;
* **He** (He et al. 2015): variance $2/n_\text{in}$, twice as much for layers of equal size, because
  a ReLU sets half of its inputs to zero.

**Predict.** Three activation functions, three initializations: which of the nine combinations keep
the gradient level over twenty layers? Does any of them save the sigmoid?
"""

# %%
INITIALIZATIONS = {
    "naive": lambda m, n: 1.0,
    "Xavier": lambda m, n: np.sqrt(2 / (m + n)),
    "He": lambda m, n: np.sqrt(2 / m),
}


def gradient_lengths(depth, activation, deviation, width=64, seed=SEED):
    """Norm of the weight gradient of each hidden layer, the first layer first."""
    rng = np.random.default_rng(seed)
    layers = make_layers([width] * (depth + 1) + [2], deviation, rng)
    X, Y = rng.normal(size=(64, width)), np.eye(2)[rng.integers(0, 2, size=64)]
    _, gradients = loss_and_gradients(layers, X, Y, *ACTIVATIONS[activation])
    return np.array([np.linalg.norm(for_W) for for_W, _ in gradients[:-1]])


plot.side_by_side(
    *(
        plot.curves(
            {unit: gradient_lengths(20, unit, deviation) for unit in ("sigmoid", "tanh", "ReLU")},
            x=np.arange(1, 21), logy=True, title=name, ylim=(1e-15, 1e18),
            xlabel="layer", ylabel="length of the gradient" if name == "naive" else "",
        )
        for name, deviation in INITIALIZATIONS.items()
    ),
    caption="Twenty layers, the first one next to the input. A level row of marks is good.",
)  # fmt: skip

# %% [markdown]
r"""
Read the three panels slowly. With Xavier's or He's weights the sigmoid network loses a factor of
three or four per layer: after twenty layers almost no gradient reaches the first one. This is the
**vanishing gradient**. tanh is level with Xavier's weights, ReLU with He's (with Xavier's it loses
$\sqrt 2$ per layer). With naive weights the gradient **explodes**: that of tanh grows in the backward
pass, and in the ReLU network the activations grow in the forward pass, so much that the first step
would make the weights useless.

One curve is unexpected: the *naive sigmoid* network is nearly level. With 64 inputs naive weights are
eight times Xavier's, enough to compensate for slopes of a quarter and less. We shall see how useful
that is. Here are all nine, for different depths:
"""

# %%
rows = [
    (activation, name) for activation in ("sigmoid", "tanh", "ReLU") for name in INITIALIZATIONS
]
depths = (2, 5, 10, 20)
measured = [
    [np.log10(gradient_lengths(d, activation, INITIALIZATIONS[name])[0]) for d in depths]
    for activation, name in rows
]
plot.heatmap(
    measured,
    rows=[f"{activation}, {name}" for activation, name in rows],
    columns=depths,
    numbers=".1f",
    diverging=True,
    xlabel="hidden layers",
    title="Gradient of layer 1",
    caption="Powers of ten: −11 stands for a length of 10⁻¹¹. Blue: exploding. Orange: vanishing. "
    "Faint rows stay level.",
)

# %% [markdown]
r"""
**Play.** Move the sliders: depth, activation function, and the standard deviation of the weights in
units of $1/\sqrt{n_\text{in}}$ (1 is Xavier's choice here, 1.41 is He's). Can you find weights that
keep twenty *sigmoid* layers level? (Their slope is about a quarter, so...) And what would such large
weights do to the pre-activations?
"""

# %%
widgets.vanishing_gradient(
    lambda depth, activation, scale: gradient_lengths(
        depth, activation, lambda m, n: scale / np.sqrt(m)
    ),
    activations=["sigmoid", "tanh", "ReLU"],
)

# %% [markdown]
"""
Does it matter? Train five networks of ten layers on the same data, with the same optimizer. Each step
takes its gradient from a **minibatch**: 32 of the 320 examples, in a new random order for each epoch.
This is **stochastic gradient descent** (SGD). The minibatch's gradient is a noisy estimate of the
gradient on all examples, for a tenth of the work. (The steps use momentum, which section 12
explains.)

**Predict** their order, and which will not learn at all.
"""


# %%
def momentum_run(layers, X, Y, activation, epochs, rate, rng, batch=32, mu=0.9):
    """Loss after every epoch of minibatch gradient descent with momentum."""
    velocity, losses = [(0.0, 0.0)] * len(layers), []
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), len(X) // batch):
            _, gradients = loss_and_gradients(layers, X[rows], Y[rows], *ACTIVATIONS[activation])
            velocity = [
                (mu * v - rate * g, mu * u - rate * d)
                for (v, u), (g, d) in zip(velocity, gradients, strict=True)
            ]
            layers = [(W + v, b + u) for (W, b), (v, u) in zip(layers, velocity, strict=True)]
        losses.append(loss_and_gradients(layers, X, Y, *ACTIVATIONS[activation])[0])
    return losses, layers


X, y = data.circle(n=320, noise=0.05, seed=SEED)
Y, races = np.eye(2)[y], {}
for activation, name in (
    ("sigmoid", "Xavier"), ("sigmoid", "naive"), ("tanh", "Xavier"), ("ReLU", "He"), ("ReLU", "naive"),
):  # fmt: skip
    rng = np.random.default_rng(SEED)
    layers = make_layers([2] + [24] * 10 + [2], INITIALIZATIONS[name], rng)
    with np.errstate(all="ignore"):
        races[f"{activation}, {name}"], layers = momentum_run(
            layers, X, Y, activation, 40, 0.02, rng
        )
Z = forward(layers, X, relu)[1][-2][1]  # of the last hidden layer, ReLU with naive weights
print(f"ReLU, naive: {np.mean((Z > 0).any(axis=0)):.0%} of the last hidden units are alive")
plot.curves(
    races,
    xlabel="epoch",
    ylabel="training loss",
    title="Ten layers learn a circle, or not",
    ylim=(0, 0.8),
    caption="A network that knows nothing has the loss log 2 = 0.69.",
)

# %% [markdown]
r"""
In forty epochs the sigmoid network with Xavier's weights does not get below $\log 2$. Nor does naive
ReLU, whose first steps killed all its units. The naive sigmoid network does learn, late and slowly,
because most of its units are saturated. tanh and ReLU with matching initial weights get below 0.1
within twenty epochs, ReLU within five. (With two other seeds it is the same, except that the loss of
naive ReLU overflows there.)

Sepp Hochreiter described the vanishing gradient in his diploma thesis of 1991, and Bengio, Simard and
Frasconi in 1994 for recurrent networks (week 6). It was one of the reasons why most networks had only
a few layers for fifteen years; small data sets and slow computers were others. Several remedies
followed: train one layer at a time (2006; week 4), ReLU (2010), matching initial weights (2010,
2015), batch normalization and residual connections (2015; both week 5).

## 10. Saddle points and local minima

"It will get stuck in a local minimum" was the other objection to neural networks. At a **critical
point** the gradient is zero. It is a minimum only if the loss curves upward in *every* direction; if
it curves up in some and down in others it is a **saddle point**.

**Predict.** Toss a coin for every direction: what fraction of the critical points in 2 dimensions are
minima? In 10? For a network with a million weights?
"""

# %%
rng = np.random.default_rng(SEED)
dimensions = [1, 2, 3, 4, 5, 6]
part = []
for d in dimensions:
    A = rng.normal(size=(200_000, d, d))
    curvatures = np.linalg.eigvalsh(A + A.transpose(0, 2, 1))  # of 200,000 random Hessians
    part.append((curvatures > 0).all(axis=1).mean())
    print(f"dimension {d}: {part[-1]:.5f} curve upward everywhere; coin tosses: {0.5**d:.5f}")


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
        title="Past a saddle point",
    ),
    plot.curves(
        np.linalg.norm(path, axis=1), logy=True, xlabel="step", ylabel="length of the gradient",
        title="It looks as if it had converged",
    ),
    caption="Gradient descent nearly stops where the gradient is nearly zero, and then leaves to the "
    "side: a plateau of the loss need not be a minimum.",
)  # fmt: skip

# %% [markdown]
"""
For random matrices minima are even rarer than for coins. This is only a caricature: the Hessian of a
network is not a random symmetric matrix. But measurements on networks agree: in high dimensions most
critical points found are saddle points (Dauphin et al. 2014), and, under strong simplifying
assumptions, the local minima of large networks are about equally good (Choromanska et al. 2015). What
one meets in practice is often a *plateau*: many steps with almost no gradient. That is a reason for
momentum, which comes in section 12. First, a saddle point that everybody can build:

## 11. Symmetry breaking: why weights start at random

**Predict.** Why not start with all weights equal, say 0.3? Four hidden units, and a circle to be
separated from its surroundings. What will the four units look like after training?
"""

# %%
X, y = data.circle(n=200, noise=0.05, seed=SEED)
Y = np.eye(2)[y]
rng = np.random.default_rng(SEED)
alike = [(np.full((2, 4), 0.3), np.zeros(4)), (np.tile([[0.3, -0.3]], (4, 1)), np.zeros(2))]
different = make_layers([2, 4, 2], INITIALIZATIONS["Xavier"], rng)
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
    caption="Above: the weights of the four hidden units. Below: the network's predictions.",
)  # fmt: skip

# %% [markdown]
r"""
Equal units get equal gradients, so they stay equal forever: four of them are worth one, and one unit
has a straight decision boundary. Initialization must **break the symmetry**. Random weights do.
(Biases may all be zero: the weights have broken the symmetry already.)

## 12. Optimizers: momentum, Nesterov, RMSprop, Adam

Gradient descent, $\theta \leftarrow \theta - \varepsilon g$, has one learning rate $\varepsilon$
for all directions. In a **ravine** (steep across, flat along) gradient descent is slow: a learning
rate that is small enough for the steep direction is too small for the flat one. Week 1 measured this
by the **condition number** $\kappa = \lambda_{\max} / \lambda_{\min}$, the ratio of the curvatures.
On a quadratic loss the best fixed learning rate multiplies the distance to the minimum by about
$(\kappa - 1)/(\kappa + 1)$ per step. (The inputs influence $\kappa$, too: it is smaller for inputs
with mean zero, equal standard deviations and no correlations. To give them these properties is
called **whitening**; week 3 does the first two.) Five rules, where $g$ is the gradient:

| | the step |
|---|---|
| gradient descent | $\theta \leftarrow \theta - \varepsilon g$ |
| momentum (Polyak 1964) | $v \leftarrow \mu v - \varepsilon g, \quad \theta \leftarrow \theta + v$ |
| Nesterov (1983) | the same, with $g$ taken ahead, at $\theta + \mu v$ |
| RMSprop (Tieleman and Hinton 2012) | $s \leftarrow \rho s + (1-\rho) g^2, \quad \theta \leftarrow \theta - \varepsilon g / \sqrt{s}$ |
| Adam (Kingma and Ba 2014) | means of $g$ and of $g^2$, both corrected for their start at zero |

**Momentum** is a heavy ball: steps across the ravine cancel, steps along it add up, to as much as
$1/(1-\mu)$ times the plain step. With the best $\mu$ and $\varepsilon$ the factor per step becomes
$(\sqrt\kappa - 1)/(\sqrt\kappa + 1)$: for $\kappa = 40$ that is 0.73 instead of 0.95.
**RMSprop** gives each parameter its own step size: it divides by the usual size of that parameter's
gradient. **Adam** does both.
"""


# %%
def walk(rule, gradient, start, steps, rate, mu=0.9):
    """All points that an update rule visits; memory is what it keeps from step to step."""
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
A fair comparison tunes every hyperparameter of every rule: thirty learning rates and, for momentum,
Nesterov and Adam, ten values of $\mu$. The setting with the lowest loss after 100 steps counts. (In
this cell Adam's second mean forgets with $\rho = 0.99$, RMSprop's with 0.9.)

**Predict** the order on $L = \tfrac12 (w_1^2 + 40\, w_2^2)$, from $(-9, 1.5)$ to the minimum at
$(0, 0)$.
"""

# %%
ravine = np.array([1.0, 40.0])


def ravine_loss(w):
    return (np.square(w) @ ravine) / 2


def ravine_gradient(w):
    return ravine * w


rates, mus = np.logspace(-3.5, 0.3, 30), np.arange(10) / 10
begin, paths = [-9.0, 1.5], {}
with np.errstate(all="ignore"):
    for name, rule in RULES.items():
        has_mu = name in ("momentum", "Nesterov", "Adam")
        settings = list(itertools.product(rates, mus if has_mu else [0.0]))
        tries = [walk(rule, ravine_gradient, begin, 100, rate, mu) for rate, mu in settings]
        ends = [np.nan_to_num(ravine_loss(path[-1]), nan=np.inf) for path in tries]
        best = int(np.argmin(ends))
        paths[name], (rate, mu) = tries[best], settings[best]
        tuned = f"rate {rate:.4f}" + (f", mu {mu:.1f}" if has_mu else "")
        print(f"{name:9} {tuned:20} loss {ends[best]:.1e} after 100 steps")
plot.side_by_side(
    *(
        plot.surface_path(ravine_loss, path[:60], xlim=(-10, 5), ylim=(-3, 3), minimum=(0, 0), title=name)
        for name, path in paths.items()
    ),
    plot.curves({name: ravine_loss(path) for name, path in paths.items()}, logy=True,
                xlabel="step", ylabel="loss", title="loss"),
    columns=3,
    caption="Sixty steps, each rule with its own best hyperparameters; in the last panel, all hundred.",
)  # fmt: skip

# %% [markdown]
r"""
The learning rate of plain gradient descent is limited by the steep direction. With its own best $\mu$
momentum is better by many orders of magnitude, as the factors 0.95 and 0.73 predict. The usual value
$\mu = 0.9$ is too much for this ravine: with it momentum reaches only $4 \cdot 10^{-4}$. Nesterov's
steps oscillate less. Adam wins here because the
ravine lies along the axes, so one step size per parameter removes its condition number; in a ravine
across the axes it cannot. RMSprop starts diagonally, with equal steps in both directions, but its
steps do not shrink near the minimum, so its learning rate must be small.

**Play.** The comparison, live: press *start*, then change the learning rate and the momentum. At
which learning rate does plain gradient descent begin to jump from side to side? What does
$\mu = 0.99$ do? The curved ravine is harder: which rules follow the curve?
"""


# %%
def curved_loss(w):
    w = np.asarray(w)
    return 0.05 * w[..., 0] ** 2 + 2 * (w[..., 1] - 0.04 * w[..., 0] ** 2) ** 2


def curved_gradient(w):
    off = w[1] - 0.04 * w[0] ** 2
    return np.array([0.1 * w[0] - 0.32 * off * w[0], 4 * off])


def run_optimizers(surface, rate, mu):
    """Paths of all rules; the steps of the last two are about as long as the rate: it is larger."""
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
One detail of Adam that is often forgotten: the **bias correction**. Its two means begin at zero, so
at first both are too small, and not by the same factor.

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
    caption="Length 1 means a step as long as the learning rate.",
)  # fmt: skip

# %% [markdown]
"""
With the correction each step is as long as the learning rate. Without it the first ones are three to
six and a half times too long.

Now everything together: layers, gradients, matching initial weights, Adam. The data are two spirals.
The last hidden layer has only **two** units, a **bottleneck**, so that we can plot the representation
that the last layer gets.
"""


# %%
def fit(
    layers, X, y, activation, epochs, rng, rate=0.01, batch=32, val=None, l1=0.0, l2=0.0, drop=0.0
):
    """Adam on minibatches. Returns, for every epoch, the layers and both losses."""
    Y, hihistory = np.eye(2)[y], []
    memory = [{"v": 0.0, "s": 0.0, "t": 0} for _ in flat_list(layers)]  # one for each array
    X_val, y_val = val or (X, y)
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), max(1, len(X) // batch)):
            masks = [(rng.random((len(rows), W.shape[1])) >= drop) / (1 - drop) for W, _ in layers]
            gradients = gradients_with(layers, X[rows], Y[rows], activation, masks, l1, l2)
            arrays = []
            for array, g, m in zip(flat_list(layers), flat_list(gradients), memory, strict=True):
                arrays.append(adam(array, lambda _, g=g: g, m, rate, 0.9, rho=0.999))
            layers = list(zip(arrays[::2], arrays[1::2], strict=True))
        hihistory.append(
            (layers, loss_of(layers, X, y, activation), loss_of(layers, X_val, y_val, activation))
        )
    return hihistory


def loss_of(layers, X, y, activation):
    P = softmax(forward(layers, X, ACTIVATIONS[activation][0])[0])
    return -np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)).mean()


# %% [markdown]
"""
(`l1`, `l2` and `drop` are for the next section: they penalize large weights and switch units off. The
forward and backward pass with masks is section 4's, with one more factor in each direction.)
"""


# %%
def gradients_with(layers, X, Y, activation, masks, l1, l2):
    """Gradients of the mean cross-entropy plus penalties, with a mask on every hidden layer."""
    f, slope = ACTIVATIONS[activation]
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
history = fit(net, X, y, "tanh", 200, rng)
net = history[-1][0]
last_hidden = forward(net, X, np.tanh)[1][-1][0]  # what enters the last layer, (400, 2)
cut = net[-1][0][:, 1] - net[-1][0][:, 0], net[-1][1][1] - net[-1][1][0]
plot.side_by_side(
    plot.decision_boundary(
        lambda Z: softmax(forward(net, Z, np.tanh)[0])[:, 1], X, y, title="the inputs"
    ),
    plot.points(
        last_hidden,
        y,
        line=cut,
        xlabel="unit 1",
        ylabel="unit 2",
        title="the last hidden layer",
    ),
    caption="On the right, the same 400 points in the coordinates of the last hidden layer: the two "
    "interleaved arms are now separated by one line.",
)

# %% [markdown]
"""
That is what you saw in week 1 with four points, now learned by gradient descent for four hundred: the
hidden layers transform the inputs until the classes are linearly separable.

## 13. Overfitting and regularization

A hundred noisy examples, and a network with more than four thousand weights.

**Predict.** Draw two curves: the loss on the training examples and the loss on new ones, over 150
epochs. Where do they separate?
"""

# %%
train_set = data.xor(n=100, noise=0.25, seed=SEED + 1)
val_set = data.xor(n=200, noise=0.25, seed=SEED + 2)  # to decide when to stop
test_set = data.xor(n=2000, noise=0.25, seed=SEED + 3)  # to measure generalization
wide = make_layers([2, 64, 64, 2], INITIALIZATIONS["He"], np.random.default_rng(SEED))
print("weights and biases:", sum(W.size + b.size for W, b in wide))

history = fit(wide, *train_set, "ReLU", 150, np.random.default_rng(SEED), val=val_set, rate=0.005)
best = int(np.argmin([losses[2] for losses in history]))
print(
    f"validation loss: {history[best][2]:.2f} after epoch {best + 1}, {history[-1][2]:.2f} at the end"
)
plot.curves(
    {
        "validation": [losses[2] for losses in history],
        "training": [losses[1] for losses in history],
    },
    x=np.arange(1, 151),
    xlabel="epoch",
    ylabel="loss",
    title="Training loss and validation loss",
    caption="The loss on the hundred training examples, and on examples that are not trained on.",
)

# %% [markdown]
r"""
At first both losses fall. Then the network begins to **memorize** the noise.

This is **overfitting**: the network fits what is true only of these hundred points, and generalizes
worse. A treatment against it is called **regularization**. Four kinds:

* **early stopping**: keep the weights from the epoch with the lowest *validation* loss, the upper
  curve; stop when it has not improved for a while (the *patience*). It needs examples that are not
  trained on;
* **L2**: add $\tfrac{\lambda}{2} \sum w^2$ to the loss. Its gradient $\lambda w$ pulls every weight
  towards zero, the large ones most. With plain gradient descent this is the same as **weight decay**,
  which shrinks every weight by the same factor in each step. With Adam, as here, it is not: Adam
  divides the penalty's gradient by its usual size, too. *AdamW* (Loshchilov and Hutter 2019) keeps the
  decay out of that division;
* **L1**: add $\lambda \sum |w|$. Its pull is the same for large and small weights, so at the minimum
  many weights are zero: the network is **sparse**. Gradient steps do not reach exactly zero; the
  weights hover around it;
* **dropout** (Srivastava et al. 2014): in training, switch each hidden unit off with probability one
  half, drawn again for every example.

How strong the treatment is, $\lambda$ for example, is a hyperparameter: choose it by the validation
loss.

**Predict** which one makes most weights vanish, and what the decision boundaries will look like.
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
    history = fit(wide, *train_set, "ReLU", 150, rng, val=val_set, rate=0.005, **treatment)
    nets[name] = history[best if name == "early stopping" else -1][0]
panels = [
    plot.decision_boundary(
        lambda Z, n=net: softmax(forward(n, Z, relu)[0])[:, 1], *train_set, xlim=(-1.5, 1.5), ylim=(-1.5, 1.5),
        title=f"{name}: {loss_of(net, *test_set, 'ReLU'):.2f}",
    )
    for name, net in nets.items()
]  # fmt: skip
plot.side_by_side(
    *panels,
    columns=3,
    caption="The hundred training points, five networks, and the loss of each on 2,000 new points.",
)


# %%
# The same for three other data sets and initializations, so that no statement rests on one.
def measured(net, X, y):
    """Loss, error rate and mean confidence on new examples; size and number of small weights."""
    P = softmax(forward(net, X, relu)[0])
    sizes = np.abs(np.concatenate([W.ravel() for W, _ in net]))
    length, small, zero = np.linalg.norm(sizes), np.mean(sizes < 0.005), np.mean(sizes == 0)
    errors, sure = np.mean(P.argmax(axis=1) != y), P.max(axis=1).mean()
    return loss_of(net, X, y, "ReLU"), errors, sure, length, small, zero


rows = {name: [] for name in treatments}
for seed in (10, 20, 30):
    its_train_set, its_val_set, its_test_set = (
        data.xor(n=n, noise=0.25, seed=SEED + seed + i) for i, n in enumerate((100, 200, 2000))
    )
    new = make_layers([2, 64, 64, 2], INITIALIZATIONS["He"], np.random.default_rng(SEED + seed))
    for name, treatment in treatments.items():
        if name != "early stopping":  # which needs no training run of its own
            rng = np.random.default_rng(SEED + seed)
            history = fit(
                new, *its_train_set, "ReLU", 150, rng, val=its_val_set, rate=0.005, **treatment
            )
            rows[name].append(measured(history[-1][0], *its_test_set))
        if name == "none":
            stopped = history[int(np.argmin([losses[2] for losses in history]))][0]
            rows["early stopping"].append(measured(stopped, *its_test_set))

print("                loss         errors       confidence  length  below 0.005  exactly 0")
for name, values in rows.items():
    (loss, errors, sure, length, small, zero), deviation = np.mean(values, 0), np.std(values, 0)
    print(
        f"{name:14} {loss:.2f} ± {deviation[0]:.2f}  {errors:4.0%} ± {deviation[1]:3.0%}  "
        f"{sure:8.0%} {length:11.1f} {small:10.0%} {zero:12.0%}"
    )

# %% [markdown]
"""
The decision boundaries differ little, and the error rates by three or four points. The main
difference is confidence. The untreated network is confident almost everywhere, also where it is
wrong, and the log-loss is large for confidently wrong predictions. On average over the three data
sets, all four treatments lower the loss on new examples by more than half. L1 brings most weights close to
zero (none exactly to zero, as the last column shows) and leaves the rest large; L2 makes all of them
small. Early stopping and dropout change their size less. (Early stopping is related to L2, though:
weights that start small have had less time to grow.)

Why does *dropout* work? With $n$ hidden units there are $2^n$ sub-networks, one for each set of units
that are kept, and all share their weights. Every example trains another one of them. At test time we
would like the average prediction of all. The network with all units on, each scaled by its
probability of being kept, is a cheap approximation of it.

**Predict.** Average the predictions of $k$ random sub-networks, for $k$ from 1 to 300. How does the
loss compare with that of the whole network?
"""

# %%
rng = np.random.default_rng(SEED)
X, y = test_set[0][:500], test_set[1][:500]


def thinned(net):
    """Probabilities of one random sub-network: half of the hidden units are switched off."""
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
    {"k sub-networks": vote_loss, "the whole network": np.full(len(crowds), whole)},
    x=crowds,
    logx=True,
    xlabel="number of sub-networks, k",
    ylabel="loss on new examples",
    title="One network, or the mean of many",
    caption="The loss of the mean prediction of k sub-networks, on new examples.",
)

# %% [markdown]
r"""
One sub-network alone is poor, the average of many is good, and the whole network comes close to that
average at the price of one.

## 14. The paper of 1986, repeated

In October 1986 David Rumelhart, Geoffrey Hinton and Ronald Williams published four pages in
*Nature*, "Learning representations by back-propagating errors". Their first example: six inputs,
each 0 or 1; is the pattern its own mirror image? No single unit can tell. They used *two* hidden
units, all 64 patterns, sigmoid units, squared error, $\varepsilon = 0.1$ and momentum $0.9$ on
the gradient summed over all patterns, and initial weights between $-0.3$ and $0.3$. It took 1,425
sweeps through the patterns, and the learned weights have a remarkable structure. We do the same, in
twenty training runs.

**Predict.** How can *two* units detect whether six bits are symmetric? (What if the weights of
mirrored inputs are equal and opposite?)
"""

# %%
patterns = np.array(list(itertools.product([0.0, 1.0], repeat=6)))
symmetric = (patterns == patterns[:, ::-1]).all(axis=1).astype(float)[:, None]


def sweep(layers, velocity):
    """One step with all 64 patterns: squared error, sigmoid units, also at the output."""
    Z, tape = forward(layers, patterns, sigmoid)
    p = sigmoid(Z)
    gradients = backward(layers, tape, (p - symmetric) * p * (1 - p), ACTIVATIONS["sigmoid"][1])
    velocity = [
        (0.9 * v - 0.1 * g, 0.9 * u - 0.1 * d)
        for (v, u), (g, d) in zip(velocity, gradients, strict=True)
    ]
    layers = [(W + v, b + u) for (W, b), (v, u) in zip(layers, velocity, strict=True)]
    return layers, velocity, p


def learn_symmetry(seed, most=4000):
    """Weights, and the sweep after which all 64 answers are within 0.1 of the target (or None)."""
    rng = np.random.default_rng(seed)
    layers = [(rng.uniform(-0.3, 0.3, s), rng.uniform(-0.3, 0.3, s[1])) for s in ((6, 2), (2, 1))]
    velocity = [(0.0, 0.0)] * 2
    for count in range(most):
        layers, velocity, p = sweep(layers, velocity)
        if np.abs(p - symmetric).max() < 0.1:
            return layers, count + 1
    return layers, None


runs = [learn_symmetry(seed) for seed in range(20)]
counts = [count for _, count in runs if count]
half = int(np.median(counts))
print(
    f"{len(counts)} of 20 runs succeed, after {min(counts)} to {max(counts)} sweeps, median {half}"
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
failed = [forward(layers, patterns, sigmoid)[0] > 0 for layers, count in runs if not count]
print("runs that fail: right answers", [int(np.sum(yes == symmetric)) for yes in failed])
print("and how often they answer yes", [int(yes.sum()) for yes in failed])

# %% [markdown]
r"""
The weights of mirrored inputs are equal and opposite, so a symmetric pattern contributes exactly zero
to the pre-activation. And the sizes of the three pairs are as one to two to four, as in the paper.
With these ratios no *asymmetric* pattern contributes zero: one or more of $\pm1$, $\pm2$ and $\pm4$
never sum to zero. Why two units? An asymmetric pattern contributes a positive number or a negative one.
The two units have opposite signs, so one of them detects the positive case and the other the negative
case; their negative biases keep both silent at zero. So both are silent for symmetric patterns only.
Gradient descent found the binary numbers, because they solve the problem. (In week 4 a network finds
them once more.) The runs that fail are on a plateau, where the network answers "no" to everything,
which is right for 56 patterns of 64.

That was new in 1986: not the chain rule, but that hidden units learn useful *representations* by
themselves.

## What to take along

* A network is a composition of layers. Backpropagation goes through its computation graph from the
  loss to the weights: **multiply along arrows, add where paths meet**. It is reverse mode
  differentiation. One backward pass costs about twice as much as one forward pass.
* For a dense layer, each gradient has the shape of what it belongs to; gradients of weights are sums
  over the examples.
* Softmax with cross-entropy leaves $p - y$, divided by the batch size if the loss is a mean.
* Check gradients: centered differences, $h = 10^{-5}$, double precision; relative error below
  $10^{-7}$.
* One hidden layer can approximate any continuous function on a closed and bounded region. How many
  units it needs, whether training finds the weights, and how it generalizes are other questions.
* Gradients are multiplied once per layer, so they vanish or explode. ReLU or tanh with matching
  initial weights keep them level. Start with *different* weights.
* Momentum helps in ravines and on plateaus; Adam helps when each parameter needs its own step size.
  Tune the hyperparameters before you compare.
* Watch the validation loss. Regularize: stop early, penalize large weights, drop units.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A weight is shared by three branches of a graph. What is its gradient?</summary>

The sum of three terms, one for each branch: add where paths meet.
</details>

<details><summary>2. The backward pass needs the pre-activations and activations of the forward pass. What does that cost when
a network gets deeper?</summary>

Memory: what every layer computed must be kept until the gradient comes back, so memory grows with the depth and with the size of
the batch.
</details>

<details><summary>3. Three classes, logits (5, 5, 5), the first class is right. What is the gradient, and what is the
loss?</summary>

p = (1/3, 1/3, 1/3), so p − y = (−2/3, 1/3, 1/3); the loss is log 3, about 1.10, that of a network that knows nothing.
</details>

<details><summary>4. A gradient check of a ReLU network fails for one weight in a thousand, and only for some inputs. A
bug?</summary>

Perhaps not: some pre-activation may lie within h of zero, where a ReLU has a kink. Change the inputs, or make h smaller, and
check again.
</details>

<details><summary>5. Ten sigmoid layers with Xavier's weights. Would a learning rate a million times larger help the first
layer?</summary>

It would change, but the last layers would change a million times too much. One learning rate cannot serve both: matching initial
weights, or an optimizer that divides by the size of each gradient, are better.
</details>

<details><summary>6. Training loss 0.02, validation loss 0.9. More epochs, more units, or more examples?</summary>

More examples, or a treatment of section 13. The network already fits the examples that it has seen.
</details>

## Words of the week

| word | meaning |
|---|---|
| activation, activation function | a unit's output; the nonlinearity that computes it from the pre-activation |
| backpropagation | computing all derivatives of the loss in one pass from the end to the start |
| bottleneck | a layer with few units, through which everything must pass |
| capacity | how many functions a network can represent |
| computation graph | quantities as nodes, an arrow from each to what is computed from it |
| condition number | largest curvature divided by the smallest |
| cross-entropy | minus the log of the probability given to the right class, averaged |
| dead unit | a ReLU whose pre-activation is negative for all examples: it gets no gradient |
| dropout | switching random units off in training, and scaling up the others |
| early stopping | keeping the weights from the epoch with the lowest validation loss |
| epoch, minibatch | one pass over all examples; the few of them that make one step |
| gradient check | comparing a gradient with finite differences of the loss |
| He, Xavier | recipes for the variance of initial weights |
| Jacobian | matrix of the derivatives of all outputs with respect to all inputs |
| L1, L2, weight decay | penalties on the absolute value or the square of the weights; shrinking them in each step |
| logits | the pre-activations of the last layer, before softmax |
| memorize, overfit | to fit what is true only of the training examples |
| momentum | a velocity that averages old gradients |
| one-hot | a target with 1 at the right class and 0 elsewhere |
| regularization | what is done in training to improve generalization |
| reverse mode | differentiation from the output to the inputs, by vector–Jacobian products |
| saddle point | a point with gradient zero where the loss curves up in some directions and down in others |
| saturated | far from zero, where sigmoid and tanh are almost flat |
| softmax | the function from logits to probabilities |
| vanishing, exploding gradient | gradients that shrink or grow by a factor in every layer |

## Try changing

1. Section 3: set $b_1 = -3$, so that the first ReLU is off. Which derivatives become zero? Which of
   them can become nonzero again for another example?
2. Section 8: replace ReLU by a sine. Can one hidden layer still represent everything? For which
   functions does it need fewer units?
3. Section 9: give the sigmoid network ten times the learning rate in its first layers. Does it
   learn? How large must the factor be, and what happens to the last layers?
4. Section 9: subtract a half from the sigmoid (so that it is symmetric around zero). Is it better?
   Why?
5. Section 12: add noise to every gradient, as a minibatch does. Which rule is best now? Then let the
   learning rate decay with $1/\sqrt t$.
6. Section 13: train with L2 on 40, 400 and 4,000 examples. How does the best $\lambda$ change?
7. Section 14: eight inputs instead of six. Which ratios do you expect? How many runs find them?

## Further reading

* D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors*,
  Nature 323 (1986): four pages, still the best introduction.
* M. Nielsen, *Neural Networks and Deep Learning* (2015), chapters 2, 3 and 5: the four equations,
  slowly.
* A. Karpathy, *micrograd*: this week's loop over the graph, for any expression, in 94 lines.
* X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
  networks* (2010), and K. He et al., *Delving deep into rectifiers* (2015): section 9, by those
  who found the remedies.
* S. Ruder, *An overview of gradient descent optimization algorithms* (2016); D. Kingma, J. Ba,
  *Adam* (2014); I. Loshchilov, F. Hutter, *Decoupled weight decay regularization* (2019).
* N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR
  15 (2014).
* Y. Dauphin et al., *Identifying and attacking the saddle point problem in high-dimensional
  non-convex optimization* (2014); A. Choromanska et al., *The loss surfaces of multilayer networks*
  (2015).
* I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), chapters 6 to 8.

Next week the computer differentiates for you. You will know what it does.
"""
