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
# Week 5: convolutional networks

### Why do images need another kind of layer?

Take a photograph of a cat and shuffle its pixels, in the same way for every photograph that you
have. You can no longer find the cat. The networks of weeks 2 and 3 would not notice: to a dense
layer an image is a list of numbers, and it learns from a shuffled list as well as from an orderly
one. It has never known that two pixels are *neighbors*. A **convolutional layer** knows this, and
little else. Networks of such layers are called **ConvNets** or CNNs, and they changed what
computers can see.

**Afterwards you can**

* say what a convolutional layer computes, how many weights it has and why so few, and how it
  differs from a dense layer;
* compute output sizes and receptive fields with stride, padding and dilation;
* explain three kinds of pooling, forward and backward;
* build and train a ConvNet and look inside it: its filters, its feature maps, and the inputs that
  excite its units;
* measure what a shift of the image does to a network, and what augmentation, depth with skip
  connections, and transfer learning do for it;
* tell the story of ImageNet, and fool a network with one gradient step.

**You need** week 2 (layers, gradients, dropout) and week 3 (Keras, the gradient tape). Section 12
continues the transfer learning of week 4.

**Time:** two hours if you make the predictions and play. The notebook itself runs in about two
minutes.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, plot, widgets

layers = keras.layers

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## 1. Dense, local and shared weights

Suppose a layer is to turn an image of 28 × 28 pixels into another one of about the same size: say,
one that is bright where there is an edge.

**Predict.** How many weights and biases does it need if (a) every output pixel depends on every
input pixel; (b) every output pixel depends only on the 5 × 5 input pixels around its position; (c)
the same, but the image has three color channels; (d) the same as (c), but all output pixels *share*
one set of weights?
"""

# %%
n, k, colors = 28, 5, 3
m = n - k + 1  # a window of 5 pixels fits at 24 positions of a row of 28
print(f"(a) dense                   {n**2 * (n**2 + 1):8,}")
print(f"(b) local windows           {m**2 * (k**2 + 1):8,}")
print(f"(c) local, three colors    {m**2 * (colors * k**2 + 1):8,}")
print(f"(d) shared, three colors   {colors * k**2 + 1:8,}")

# %% [markdown]
r"""
From six hundred thousand to seventy-six. Two ideas did it, and each is an assumption about images.

* **Local receptive fields:** pixels that belong together are close together. To find out whether
  there is an edge *here*, look around here. In 1959 Hubel and Wiesel found cells in the visual
  cortex of cats that respond to a small region of the visual field only.
* **Weight sharing:** an edge is an edge wherever it is. A detector that is useful at the top left
  is useful at the bottom right, with the same weights.

The weights of one such window are called a **kernel** or **filter**, and its output over the whole
image is a **feature map**. A layer has several kernels and produces one feature map from each. A
hundred kernels of 10 × 10 pixels need a hundred times a hundred weights, ten thousand, even if the
image has a million pixels: the number of weights depends on the kernels and not on the image.

## 2. Convolution: slide, multiply, add

$$
z_{rc} = b + \sum_{u} \sum_{v} w_{uv}\; x_{\,r + u,\; c + v}
$$

Place the kernel on the image with its corner at row $r$, column $c$; multiply each weight by the
pixel beneath it; add up. The result is the **pre-activation** $z_{rc}$, one number of the feature
map. **Predict** the top left number of the feature map below. (A pencil will do: how many ones of
the image lie under ones of the kernel?)
"""


# %%
def correlate(image, kernel, stride=1):
    """Feature map of one image (height, width) and one kernel, without padding."""
    rows, columns = image.shape[0] - len(kernel) + 1, image.shape[1] - len(kernel[0]) + 1
    return np.array(
        [
            [np.sum(kernel * image[r : r + len(kernel), c : c + len(kernel[0])])
             for c in range(0, columns, stride)]
            for r in range(0, rows, stride)
        ]
    )  # fmt: skip


picture = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
cross = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
plot.side_by_side(
    plot.heatmap(picture, numbers="d", title="image"),
    plot.heatmap(cross, numbers="d", title="kernel"),
    plot.heatmap(correlate(picture, cross), numbers="d", title="feature map"),
    caption="A window of 3 × 3 fits at nine positions of an image of 5 × 5: the feature map is 3 × 3.",
)

# %% [markdown]
r"""
At the top left, four ones of the kernel lie on ones of the image: the number there is 4.

**Convolution or correlation?** In mathematics a *convolution* rotates the kernel by 180° before it
slides; what we just did is called **cross-correlation**. A network learns its kernels, so the
difference does not matter to it, and deep learning says convolution and computes
cross-correlation. It matters only when you take a kernel from a book.

**Predict.** The image is a single bright dot. What does the feature map look like under
correlation, and what under convolution?
"""

# %%
dot = np.zeros((7, 7))
dot[3, 3] = 1
arrow = np.array([[0, 0, 3], [0, 2, 0], [1, 0, 0]])
layer = layers.Conv2D(1, 3, use_bias=False)
layer.build((None, 7, 7, 1))
layer.set_weights([arrow[:, :, None, None].astype("float32")])
by_keras = layer(dot[None, :, :, None]).numpy()[0, :, :, 0]
plot.side_by_side(
    plot.heatmap(arrow, numbers="d", title="kernel"),
    plot.heatmap(correlate(dot, arrow), numbers="d", title="correlation"),
    plot.heatmap(correlate(dot, arrow[::-1, ::-1]), numbers="d", title="convolution"),
    plot.heatmap(by_keras, numbers=".0f", title="Keras' Conv2D"),
    caption="The feature maps of a single bright dot: correlation, convolution, and Keras' layer.",
)

# %% [markdown]
r"""
Convolving a single dot reproduces the kernel. Under correlation the kernel appears rotated by 180°.
Keras' Conv2D gives the same map as correlation.

**Channels.** A color image has three numbers at each pixel, one for each **channel**, and the
output of a layer with 20 kernels has 20. So a convolutional layer turns a *volume* of height ×
width × channels into another volume. Each kernel extends through all input channels $i$ and adds up
everything it finds there. Its feature map $f$ is one channel of the output:

$$
z_{rcf} = b_f + \sum_i \sum_u \sum_v w_{uvif}\; x_{\,r + u,\; c + v,\; i}\,, \qquad
a_{rcf} = \varphi(z_{rcf}) .
$$

The **nonlinearity** $\varphi$, usually ReLU, is applied to each number separately. A layer with 16
input channels and 32 kernels of 3 × 3 has 32 · (3 · 3 · 16 + 1) parameters. A kernel of 1 × 1 looks
at one pixel at a time, and computes a weighted sum of its channels.

## 3. Hand-made filters

Before filters were learned, people designed them: every photo editor has blur, sharpen and emboss.
Here they are, on images small enough to see the pixels. Change the weights. Point at the feature
map to see which window produced a pixel, and by which products.

**Predict** before each: what does *edge* do to a surface of constant gray? What is the sum of the
weights of such a kernel? What does *upright edge* do to the left side of a stroke, and what to the
right side? (Blue is above zero, orange below.)
"""

# %%
explorer = widgets.filter_explorer(kernel="edge", title="One kernel at every position")
explorer

# %% [markdown]
r"""
The browser computed that map. Do we get the same numbers? (Change something above and run the cell
again: the widget sends your settings to Python.)
"""

# %%
p = explorer.padding
ours = correlate(np.pad(explorer.pixels, p), np.array(explorer.kernel), explorer.stride)
if explorer.relu:
    ours = np.maximum(ours, 0)
print(f"a map of {ours.shape}; largest difference {np.abs(ours - explorer.feature_map).max():.0e}")

# %% [markdown]
r"""
**A curve detector.** A kernel is a small image of what it detects: the sum of products is large
where the image resembles the kernel, and small or negative where it does not. Choose *curve
detector* in the widget: it responds to a stroke that is curved like the back of a "c". **Predict**
where on the mouse it responds strongly, and where not at all.
"""

# %%
curve_kernel = np.array(explorer.presets["curve detector"])
mouse = data.drawings()["a mouse"]
found = np.maximum(correlate(mouse, curve_kernel), 0)


def around(r, c):
    return mouse[r : r + 5, c : c + 5]


best = np.unravel_index(found.argmax(), found.shape)
r, c = 12, 20  # on its back
plot.side_by_side(
    plot.images(curve_kernel, title="the kernel", diverging=True),
    plot.images(around(*best), title=f"strong response: {found.max():.1f}", low=0, high=1),
    plot.images(around(r, c), title=f"no response: {found[r, c]:.1f}", low=0, high=1),
    plot.images(found, title="feature map, after ReLU"),
    caption="The kernel, its responses at two positions of the mouse, and its feature map.",
)

# %% [markdown]
r"""
Where the image is curved like the kernel, the pre-activation is large. Where it is curved the other
way, positive and negative products cancel or the sum is negative, and ReLU makes it zero.

If we stack such layers, the next layer sees a map of edges and curves instead of pixels. Two curves
may combine into an ear, and two ears and a tail into a mouse. Nobody writes these kernels by hand
any more. They are learned, by the gradients of week 2.

## 4. Stride, padding, dilation and receptive fields

Three **hyperparameters** determine where the windows lie. **Stride** $s$: how far the window moves
at each step. **Padding** $p$: zeros around the image, so that windows also fit at its edge. (In
Keras `"valid"` means no padding, and `"same"` as much as makes the output $\lceil n / s \rceil$
pixels wide, so the size stays the same at stride 1.) **Dilation** $d$: the pixels of a window are
$d$ apart, so that few weights cover a large region. Together, on $n$ pixels:

$$
n_\text{out} = \left\lfloor \frac{n + 2p - d\,(k-1) - 1}{s} \right\rfloor + 1 .
$$

**Predict** the size of the feature map for a 5 × 5 kernel on 28 × 28 pixels: with the defaults
(stride 1, no padding, dilation 1); with stride 2; with padding 2; with dilation 2.
"""


# %%
def size_of_map(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


for options in ({}, {"stride": 2}, {"padding": 2}, {"dilation": 2}):
    print(f"{options or 'defaults'!s:16} {size_of_map(28, 5, **options)}")


# %%
def windows_panel(title, stride=1, padding=0, dilation=1, n=7, k=3):
    """Draw every position of a window of k weights, line by line, on n pixels with padding."""
    places = size_of_map(n, k, stride, padding, dilation)

    def draw(axes):
        for i in range(n + 2 * padding):
            inside = padding <= i < n + padding
            axes.add_patch(
                plt_square(
                    i - padding, 0, plot.INK, 0.55 if inside else 0.0, "-" if inside else ":"
                )
            )
        for row in range(places):
            for j in range(k):
                at = row * stride + j * dilation - padding
                axes.add_patch(plt_square(at, -1.2 - 0.9 * row, plot.BLUE, 0.8, "-"))
        axes.set(xlim=(-2.3, n + 1.3), ylim=(-1.3 - 0.9 * 7, 1.2))
        axes.set_axis_off()

    return plot.picture(draw, title=f"{title}: {places}", height=2.7)


def plt_square(x, y, color, alpha, line):
    from matplotlib.patches import Rectangle

    return Rectangle(
        (x, y), 0.86, 0.7, facecolor=(color if alpha else "none"), alpha=alpha or 0.8,
        edgecolor=plot.INK, linestyle=line,
    )  # fmt: skip


plot.side_by_side(
    windows_panel("defaults"),
    windows_panel("stride 2", stride=2),
    windows_panel("padding 1", padding=1),
    windows_panel("dilation 2", dilation=2),
    columns=4,
    caption="Gray: a row of seven pixels (dotted: padding with zeros). Blue, line by line: the "
    "positions of a window of three weights. Each gives one number of the feature map; their number "
    "is in the titles.",
)

# %% [markdown]
r"""
How much of the image does *one* number deep in a network depend on? That region is its **receptive
field**. Let $j$ be the distance, in pixels of the image, between neighbors in a layer's input: the
product of the strides of all layers before it. A layer with kernel size $k$ then adds $(k-1)\,j$
pixels to the receptive field $r$:

$$
r \leftarrow r + (k - 1)\,j, \qquad j \leftarrow j\,s .
$$

**Predict.** One layer of 5 × 5, or two layers of 3 × 3: which has the larger receptive field? Which
has more weights, for 20 channels in and out?
"""


# %%
def receptive_field(stack):
    """Pixels that one number depends on, after layers of (kernel, stride)."""
    field, apart = 1, 1
    for kernel, stride in stack:
        field, apart = field + (kernel - 1) * apart, apart * stride
    return field


def measured_field(stack):
    """The same, measured: for how many pixels is the gradient of the middle number not zero?"""
    inputs = x = keras.Input((41, 41, 1))
    for kernel, stride in stack:
        x = layers.Conv2D(1, kernel, strides=stride, kernel_initializer="ones")(x)
    model = keras.Model(inputs, x)
    image = tf.ones((1, 41, 41, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        map_ = model(image)[0, :, :, 0]
        middle = map_[map_.shape[0] // 2, map_.shape[1] // 2]
    return int(np.any(tape.gradient(middle, image).numpy() != 0, axis=(0, 1, 3)).sum())


stacks = {
    "one 5 × 5": [(5, 1)],
    "two 3 × 3": [(3, 1)] * 2,
    "three 3 × 3": [(3, 1)] * 3,
    "5 × 5, pool 2 × 2": [(5, 1), (2, 2)],
    "5 × 5, pool, twice": [(5, 1), (2, 2)] * 2,
}
for name, stack in stacks.items():
    print(f"{name:18} computed {receptive_field(stack):3}, measured {measured_field(stack):3}")
c = 20
print(f"weights for {c} channels: one 5 × 5 {25 * c * c:,}, two 3 × 3 {2 * 9 * c * c:,}")

# %% [markdown]
r"""
Two layers of 3 × 3 have exactly the receptive field of one layer of 5 × 5. They need 18 weights for
every 25, and have a nonlinearity between them, which the single layer lacks. In 2014 the VGG
network used 3 × 3 kernels only, and small kernels have been the usual choice since.

## 5. Pooling

Where exactly the eye is does not matter much, as long as it is near the nose. **Pooling** divides a
feature map into squares and keeps one number of each: the largest (**max**), the **average**, or
the root of the sum of squares (**L2**). The map becomes smaller, the receptive fields of later
layers grow, and small shifts change the output only a little.
"""


# %%
def squares(maps, size=2):
    """Divide (height, width) into adjacent squares: (rows, columns, size * size)."""
    rows, columns = maps.shape[0] // size, maps.shape[1] // size
    cut = maps[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return cut.transpose(0, 2, 1, 3).reshape(rows, columns, size * size)


POOLS = {  # name: (pooled value of a square, its derivative for each of the pixels)
    "max": (lambda s: s.max(-1), lambda s: (s == s.max(-1, keepdims=True)).astype(float)),
    "average": (lambda s: s.mean(-1), lambda s: np.full(s.shape, 1 / s.shape[-1])),
    "L2": (
        lambda s: np.sqrt((s**2).sum(-1)),
        lambda s: s / np.maximum(np.sqrt((s**2).sum(-1, keepdims=True)), 1e-12),
    ),
}


def pool(maps, kind):
    return POOLS[kind][0](squares(maps))


def pool_backward(grad, maps, kind):
    """Gradient with respect to the maps, given the gradient with respect to the pooled maps."""
    spread = grad[..., None] * POOLS[kind][1](squares(maps))  # (rows, columns, 4)
    rows, columns = grad.shape
    return spread.reshape(rows, columns, 2, 2).transpose(0, 2, 1, 3).reshape(2 * rows, 2 * columns)


# %% [markdown]
r"""
**Predict.** Let the gradient of the loss with respect to every pooled number be 1. What gradient
does each pixel get, under max, average and L2 pooling?
"""

# %%
rng = np.random.default_rng(SEED)
little = rng.permutation(16).reshape(4, 4) / 2.0
arrived = np.ones((2, 2))
plot.side_by_side(
    plot.heatmap(little, numbers=".1f", title="a feature map"),
    *[
        plot.heatmap(pool_backward(arrived, little, kind), numbers=".2f", title=f"gradient, {kind}")
        for kind in POOLS
    ],
    caption="A feature map of 4 × 4, and the gradient for its pixels if the gradient for each pooled "
    "number is 1.",
)

# %% [markdown]
r"""
Max pooling passes the gradient to the largest pixel only, average pooling divides it equally, and
L2 pooling in proportion to each pixel's value. Is that right? Check it with finite differences.
"""

# %%
h, worst = 1e-5, {}
weights = rng.normal(size=(2, 2))
for kind in POOLS:  # as in week 2: never trust a gradient that was not checked
    slopes = np.zeros((4, 4))
    for at in np.ndindex(4, 4):
        bump = np.zeros((4, 4))
        bump[at] = h
        rise = pool(little + bump, kind) - pool(little - bump, kind)
        slopes[at] = np.sum(weights * rise) / (2 * h)
    worst[kind] = np.abs(slopes - pool_backward(weights, little, kind)).max()
print("largest differences:", {kind: f"{value:.0e}" for kind, value in worst.items()})

# %%
digit = data.drawings()["a seven"]
edges = np.maximum(correlate(digit, np.array(explorer.presets["upright edge"])), 0)
plot.side_by_side(
    plot.images(digit, title="a seven"),
    plot.images(edges, title="right edges, 26 × 26"),
    *[plot.images(pool(edges, kind), title=f"{kind}, 13 × 13") for kind in ("max", "average")],
    caption="Pooling keeps what was detected, and its position to within a square.",
)

# %% [markdown]
r"""
## 6. A ConvNet, end to end

Here is the network of this week, after chapter 6 of Nielsen's book: 20 kernels of 5 × 5,
max-pooling over 2 × 2, a hundred dense units, ten classes. **Predict** the number of parameters of
each layer before you run the cell, and which layer has the most.
"""


# %%
def build_convnet(n_classes=10, dropout=0.0):
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(20, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dropout(dropout),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )


for layer in build_convnet().layers:
    print(f"{type(layer).__name__:13} {layer.output.shape[1:]!s:14} {layer.count_params():8,}")
print(f"total {build_convnet().count_params():,}")

# %%
VOLUMES = [  # name, height = width, channels, and how the next one is computed
    ("image", 28, 1, "20 kernels\n5 × 5 × 1"),
    ("feature maps", 24, 20, "max-pooling\n2 × 2"),
    ("pooled", 12, 20, "flatten,\ndense"),
]


def draw_volumes(axes):
    """Draw each volume as a box, then the units of the dense layers."""
    arrow = {"arrowstyle": "-|>", "color": plot.INK, "linewidth": 1.2}
    left = 0.0
    for name, size, channels, step in VOLUMES:
        a, d = size / 14, 0.12 * (channels - 1) ** 0.7  # width and depth of the box, as drawn
        front = [[0, 0], [a, 0], [a, a], [0, a]]
        top = [[0, a], [a, a], [a + d, a + d], [d, a + d]]
        side = [[a, 0], [a + d, d], [a + d, a + d], [a, a]]
        for face, alpha in ((front, 0.85), (top, 0.35), (side, 0.55)):
            x, y = np.add(face, (left, -a / 2)).T
            axes.fill(x, y, color=plot.BLUE, alpha=alpha, linewidth=0)
        text = f"{name}\n{size} × {size} × {channels}"
        axes.text(left + a / 2, -1.3, text, ha="center", va="top", size=9)
        left += a + d + 1.4
        axes.annotate("", (left - 0.15, 0), (left - 1.25, 0), arrowprops=arrow)
        axes.text(left - 0.7, -0.15, step, ha="center", va="top", size=8)
    for name, n_units, height in (("hidden", 100, 2.0), ("classes", 10, 0.8)):
        x, y = left + np.array([0, 0, 0.2, 0.2]), height * np.array([-0.5, 0.5, 0.5, -0.5])
        axes.fill(x, y, color=plot.ORANGE, alpha=0.85, linewidth=0)
        axes.text(left + 0.1, -1.3, f"{name}\n{n_units}", ha="center", va="top", size=9)
        left += 1.3
    axes.set(xlim=(-0.3, left - 0.4), ylim=(-1.9, 2.2), aspect="equal")
    axes.set_axis_off()


plot.picture(
    draw_volumes,
    title="The volumes of the network",
    caption="Blue: volumes of height × width × channels. Orange: dense layers.",
    width=8.0,
    height=3.2,
)

# %% [markdown]
r"""
Nearly all parameters are in the *dense* layer on top; the convolutional layer has 520. Remember
that when somebody quotes the size of a network.

The data are handwritten digits: MNIST (LeCun, Cortes, Burges), 28 × 28 pixels. The quick profile
uses 3,000 for training and 1,000 for testing. Pixels are divided by 255, and the images get an axis
for their single channel.

All numbers in the text of this lesson are for MNIST. Without an internet connection and without a
copy on this machine, `data.mnist()` returns 1,797 scans of 8 × 8 pixels instead, enlarged to
28 × 28. They are blurred and easier: your numbers will be higher and the differences between
networks smaller.
"""

# %%
split = data.mnist()
n_train, n_test = (len(split.X_train), len(split.X_test)) if PROFILE == "full" else (3000, 1000)
X, y = split.X_train[:n_train, ..., None] / np.float32(255), split.y_train[:n_train]
X_new, y_new = split.X_test[:n_test, ..., None] / np.float32(255), split.y_test[:n_test]
print(split.name, X.shape, X_new.shape)


def fit(model, X, y, epochs=5, rate=0.002):
    """Train a model and return it, with the losses of its epochs in `model.losses_seen`."""
    optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
    history = model.fit(X, y, batch_size=32, epochs=epochs, verbose=0)
    model.losses_seen = history.history["loss"]
    return model


def answers(model, X):
    """Probabilities, a thousand images at a time."""
    return np.concatenate([model(X[i : i + 1000]).numpy() for i in range(0, len(X), 1000)])


def accuracy(model, X, y):
    return np.mean(answers(model, X).argmax(axis=1) == y)


keras.utils.set_random_seed(SEED)
convnet = fit(build_convnet(), X, y)
print(f"accuracy on new digits: {accuracy(convnet, X_new, y_new):.1%}")

# %% [markdown]
r"""
**Predict.** The 20 kernels were initialized with random numbers. What do they look like now?
"""

# %%
kernels = convnet.layers[0].get_weights()[0][:, :, 0, :].transpose(2, 0, 1)  # (20, 5, 5)
plot.images(
    kernels,
    columns=10,
    diverging=True,
    title="The 20 learned kernels",
    caption="Blue: positive weights, for ink. Orange: negative weights, for paper.",
)

# %% [markdown]
r"""
Some have become edge detectors, blue on one side and orange on the other, at different angles. No
one designed them. Others still look much like the noise they started from: the network saw few
digits, for five epochs.
"""

# %%
to_maps = keras.Sequential([keras.Input((28, 28, 1)), *convnet.layers[:1]])
maps = to_maps(X_new[:1]).numpy()[0].transpose(2, 0, 1)  # (20, 24, 24)
plot.images(
    np.concatenate([X_new[0, 2:26, 2:26, 0][None] * maps.max(), maps[:19]]),
    ["the digit", *[f"map {i}" for i in range(1, 20)]],
    columns=10,
    title="The feature maps of one digit",
    caption="A feature map is dark where its kernel responds: to one side of a stroke, to the underside "
    "of a bar, or simply to ink. An empty map means no response anywhere.",
)

# %% [markdown]
r"""
## 7. Shifted images and augmentation

How much better is the ConvNet than a dense network? We compare it with one that has as many hidden
units and no convolution.

**Predict.** By how many percentage points do their accuracies on new digits differ? And on new
digits of which *all pixels were shuffled*, in the same way in training and test?
"""


# %%
def build_mlp():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


mixed = np.random.default_rng(SEED).permutation(28 * 28)


def shuffled(images):
    return images.reshape(len(images), -1)[:, mixed].reshape(images.shape)


keras.utils.set_random_seed(SEED)
mlp = fit(build_mlp(), X, y)
shuffled_nets = [fit(build(), shuffled(X), y) for build in (build_mlp, build_convnet)]
plot.bars(
    {
        "dense": [
            100 * accuracy(mlp, X_new, y_new),
            100 * accuracy(shuffled_nets[0], shuffled(X_new), y_new),
        ],
        "ConvNet": [
            100 * accuracy(convnet, X_new, y_new),
            100 * accuracy(shuffled_nets[1], shuffled(X_new), y_new),
        ],
    },
    groups=["original", "pixels shuffled"],
    numbers=".1f",
    ylabel="accuracy in percent",
    ylim=(80, 103),
    title="Original and shuffled pixels",
    caption="Accuracy on new digits. The axis begins at 80 %.",
)

# %% [markdown]
r"""
The dense network loses nothing by the shuffling. The ConvNet loses the neighborhoods that it relies
on, and falls behind. And even on the original digits it was only a few points ahead.

That is a warning. The digits of MNIST are centered and have the same size. A dense network can
memorize which pixel means what, so the accuracy on such images says little about *seeing*. Now move
the new digits sideways, by one pixel, two, three, …

**Predict** the three curves: the dense network, the ConvNet, and a ConvNet that was trained on
digits shifted by up to three pixels.
"""


# %%
def shifted(images, down, right):
    """Images shifted by whole pixels, filled up with zeros."""
    height, width = images.shape[1:3]
    r, c = 8 - down, 8 - right
    framed = np.pad(images, ((0, 0), (8, 8), (8, 8), (0, 0)))
    return framed[:, r : r + height, c : c + width]


def augmented(images, rng, most=3):
    """Each image, shifted by its own random number of pixels."""
    moves = rng.integers(-most, most + 1, (len(images), 2))
    return np.concatenate(
        [shifted(image[None], *move) for image, move in zip(images, moves, strict=True)]
    )


keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
prepared = np.concatenate([augmented(X, rng) for _ in range(6)])  # six epochs, each shifted anew
trained_on_moves = fit(build_convnet(), prepared, np.tile(y, 6), epochs=1)

moves = np.arange(7)
nets = {"dense": mlp, "ConvNet": convnet, "ConvNet, augmented": trained_on_moves}
plot.curves(
    {
        name: [100 * accuracy(net, shifted(X_new, 0, int(move)), y_new) for move in moves]
        for name, net in nets.items()
    },
    x=moves,
    xlabel="shift to the right, in pixels",
    ylabel="accuracy in percent",
    title="Accuracy on shifted digits",
    caption="The same new digits, shifted to the right. The augmented network was trained with shifts "
    "of up to three pixels, the other two with none.",
)

# %% [markdown]
r"""
Weight sharing and pooling keep the ConvNet above the dense network, but its accuracy falls all the
same. The network that was trained on shifted digits tolerates the shifts it has seen, and not much
more.

So "ConvNets don't care where things are" is half true. The *convolution* moves along with the
image: shift the input by two pixels, and every feature map shifts by two pixels. It is
**equivariant** to shifts. Pooling makes the output **invariant** to shifts within a square. But the
dense layer on top has a separate weight for every position, and must *learn* that position does not
matter. Making new training examples from old ones, by changes that preserve the class, is called
**data augmentation**. For digits: shifts, small rotations, changes of size and of stroke thickness.
Not mirror images.

One kind of augmentation goes a long way. Simard, Steinkraus and Platt (2003) deformed the digits
with smooth random displacements (*elastic distortions*); Cireșan et al. (2010) reached an error
rate of 0.35 % on MNIST that way with a plain dense network, trained on a GPU.
"""

# %%
conv = keras.Sequential([keras.Input((28, 28, 1)), *convnet.layers[:2]])  # convolution and pooling
still, moved_by_2 = conv(X_new[:100]).numpy(), conv(shifted(X_new[:100], 0, 2)).numpy()
inner = np.s_[:, :, 2:-2]  # without the margins, where new pixels come in
difference = np.abs(moved_by_2[:, :, 3:-1] - still[inner]).max()
print(f"pooled maps after a shift by 2, shifted back by 1: largest difference {difference:.0e}")

# %% [markdown]
r"""
## 8. LeNet-5

Weight sharing in networks for vision is old: Fukushima's *Neocognitron* (1980) had it, trained
without gradients. LeCun and his colleagues at Bell Labs trained shared weights by backpropagation
in 1989, on handwritten zip codes. **LeNet-5** (1998) read checks for banks, in the late 1990s more
than one in ten of those written in the United States. It has two rounds of convolution and pooling,
then dense layers:
"""

# %%
lenet5 = keras.Sequential(
    [
        keras.Input((32, 32, 1)),
        layers.Conv2D(6, 5, activation="tanh", name="C1"),
        layers.AveragePooling2D(2, name="S2"),
        layers.Conv2D(16, 5, activation="tanh", name="C3"),
        layers.AveragePooling2D(2, name="S4"),
        layers.Conv2D(120, 5, activation="tanh", name="C5"),
        layers.Flatten(name="flat"),
        layers.Dense(84, activation="tanh", name="F6"),
        layers.Dense(10, activation="softmax", name="out"),
    ]
)
for layer in lenet5.layers:
    print(f"{layer.name:5} {layer.output.shape[1:]!s:14} {layer.count_params():7,}")
convolutions = sum(layer.count_params() for layer in lenet5.layers if layer.name[0] == "C")
print(f"total {lenet5.count_params():,}, of which {convolutions:,} in convolutions")

# %% [markdown]
r"""
(The original has about 60,000 parameters: its C3 did not connect every map with every other, its
pooling layers had two trainable parameters for each map, and its last layer measured distances.)
Compare it with our network above: it is deeper, and has a fifth of the parameters, since the
feature maps have become small before the dense layers begin. The kernels of C5 are as large as its
input maps: a convolution over the whole input is a dense layer.

## 9. Dropout and batch normalization

Week 2 introduced **dropout**. In ConvNets it usually goes before the dense layers, where most of
the weights are.

**Batch normalization** (Ioffe and Szegedy 2015) is new: for each feature map, subtract the mean of
the minibatch and divide by its **standard deviation**, then scale and shift the result by two
learned numbers, $\gamma$ and $\beta$:

$$
\hat z = \gamma\, \frac{z - \mu_\text{batch}}{\sqrt{\sigma^2_\text{batch} + \epsilon}} + \beta .
$$

In training, each feature map then has mean $\beta$ and standard deviation $\gamma$ over the
minibatch, whatever the layers below do. That it makes training faster is well established. Why it
does is disputed: Ioffe and Szegedy named the changing distribution of each layer's inputs
("internal covariate shift"); Santurkar et al. (2018) found that this change is not reduced, and that
the loss becomes smoother.

At *inference*, when the network is used, there may be one image and no batch: then the layer uses
running averages of $\mu$ and $\sigma^2$, collected during training. **Predict:** during training,
does the network's output for one image depend on the other images in its batch?
"""

# %%
batch = np.random.default_rng(SEED).normal(3.0, 2.0, size=(8, 4, 4, 2)).astype("float32")
norm = layers.BatchNormalization(epsilon=1e-3)
by_keras = norm(batch, training=True).numpy()
mean, variance = batch.mean(axis=(0, 1, 2)), batch.var(axis=(0, 1, 2))  # one per feature map
by_hand = (batch - mean) / np.sqrt(variance + 1e-3)
print(f"largest difference, by hand and by Keras: {np.abs(by_keras - by_hand).max():.0e}")

alone = norm(batch[:1], training=True).numpy()
print(
    f"training: first image in a batch of 8 and alone differ by {np.abs(alone - by_keras[:1]).max():.2f}"
)
in_use = norm(batch[:1], training=False).numpy()
again = norm(batch, training=False).numpy()[:1]
print(
    f"inference: first image in a batch of 8 and alone differ by {np.abs(in_use - again).max():.2f}"
)


# %%
def build_twice(kind):
    """Two convolutions, then dense; plain, with dropout, or with batch normalization."""
    stack = [keras.Input((28, 28, 1))]
    for maps in (8, 16):
        stack += [layers.Conv2D(maps, 3, use_bias=kind != "batch norm")]
        stack += [layers.BatchNormalization(momentum=0.9)] if kind == "batch norm" else []
        stack += [layers.Activation("relu"), layers.MaxPooling2D(2)]
    stack += [layers.Flatten(), layers.Dense(64, activation="relu")]
    stack += [layers.Dropout(0.5)] if kind == "dropout" else []
    return keras.Sequential([*stack, layers.Dense(10, activation="softmax")])


few = slice(0, 500)
losses = {}
for kind in ("plain", "dropout", "batch norm"):
    seen, new, losses[kind] = [], [], []
    for seed in (SEED, SEED + 1, SEED + 2):
        keras.utils.set_random_seed(seed)
        net = fit(build_twice(kind), X[few], y[few], epochs=9)
        losses[kind].append(net.losses_seen)
        seen.append(accuracy(net, X[few], y[few]))
        new.append(accuracy(net, X_new, y_new))
    print(f"{kind:10}  accuracy on the 500 training digits {np.mean(seen):.1%}, "
          f"on new ones {np.mean(new):.1%} ± {np.std(new):.1%}")  # fmt: skip

plot.curves(
    {kind: np.mean(runs, axis=0) for kind, runs in losses.items()},
    spread={kind: np.std(runs, axis=0) for kind, runs in losses.items()},
    x=np.arange(1, 10),
    logy=True,
    xlabel="epoch",
    ylabel="training loss",
    title="Dropout and batch normalization, 500 digits",
    caption="Mean and standard deviation of three runs. With batch normalization the training loss falls "
    "fastest. With dropout it stays highest: half of the units are dropped while it is measured.",
)

# %% [markdown]
r"""
What counts is the last column, on new digits. There the three are much closer together than in
training. Batch normalization is about three points ahead of the plain network; with dropout the
difference is no larger than the standard deviations.

(`momentum=0.9` above sets how fast the running averages forget. With Keras' default of 0.99 they need
several hundred steps to converge, and we make 144: the network would be good in training and bad at
inference. Try it; this is a common accident with batch normalization.)

## 10. Depth: initialization and skip connections

If two layers are good, are twenty better? **Predict** the training loss of a plain network of twenty
convolutional layers of 3 × 3, compared with one of eight. (The *training* loss: overfitting is not the
question.) By default Keras initializes weights by Glorot's rule. **Predict** what week 2's **He
initialization**, made for ReLU, changes.

And then the idea of He, Zhang, Ren and Sun (2015). Let each pair of layers compute a **residual**
$F(\mathbf{x})$ that is *added* to its input:

$$
\mathbf{x} \leftarrow \mathbf{x} + F(\mathbf{x}) .
$$

This is a **skip connection**, or residual connection. If the pair has nothing to contribute, $F = 0$,
and the network is as good as one without the pair. And the gradient has a path around every pair: the
Jacobian is $I + F'$, where a plain network has a product of many factors $F'$ only.
"""


# %%
def conv3(x, init, activation="relu"):
    """A convolution of 3 × 3 with 12 feature maps."""
    layer = layers.Conv2D(12, 3, padding="same", activation=activation, kernel_initializer=init)
    return layer(x)


def build_deep(depth, skip, init):
    """Convolutions on 7 × 7 pixels, the first alone, then in pairs, with or without skips."""
    inputs = keras.Input((28, 28, 1))
    x = conv3(layers.AveragePooling2D(4)(inputs), init)
    for _ in range((depth - 2) // 2):
        f = conv3(x, init)
        if skip:  # the second layer of a pair begins with zeros, so that F = 0
            x = layers.Activation("relu")(layers.Add()([x, conv3(f, "zeros", None)]))
        else:
            x = conv3(f, init)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))


def last_activations(model, images):
    """Activations of the last convolutional layer or pair."""
    return keras.Model(model.input, model.layers[-3].output)(images).numpy()


kinds = {
    "8 plain, Glorot": (8, False, "glorot_uniform"),
    "20 plain, Glorot": (20, False, "glorot_uniform"),
    "20 plain, He": (20, False, "he_normal"),
    "20 with skips, He": (20, True, "he_normal"),
}
losses, n_runs = {}, 3 if PROFILE == "full" else 1
for name, kind in kinds.items():
    new, signal, losses[name] = [], [], []
    for seed in range(SEED, SEED + n_runs):
        keras.utils.set_random_seed(seed)
        net = build_deep(*kind)
        signal.append(last_activations(net, X[:200]).std())
        losses[name].append(fit(net, X[:1400], y[:1400], epochs=6, rate=0.001).losses_seen)
        new.append(accuracy(net, X_new, y_new))
    print(f"{name:18} standard deviation of the last activations before training {np.mean(signal):.0e}, "
          f"accuracy on new digits {np.mean(new):.1%} ± {np.std(new):.1%}")  # fmt: skip

plot.curves(
    {name: np.mean(runs, axis=0) for name, runs in losses.items()},
    spread={name: np.std(runs, axis=0) for name, runs in losses.items()},
    x=np.arange(1, 7),
    xlabel="epoch",
    ylabel="training loss",
    title="Training loss of deep networks",
    caption="The loss on the training examples. (In the full profile: mean and standard deviation of "
    "three runs.)",
)

# %% [markdown]
r"""
With Glorot's initialization the activations shrink at every layer. Little of the signal reaches the
end of the twenty layers, nor does a gradient of useful size come back, and the network trains worse
than the one with eight layers. This is not overfitting, since it is the loss on the training examples.
And it is not depth as such: with He initialization, which keeps the scale of the activations, the same
twenty layers end with the training loss of the eight. The network with skip connections starts as a shallow network, and the scale
of its activations does not depend on its depth. Whether signals and gradients keep their scale through
a deep network is called **signal propagation**. (Three runs of each, accuracy on new digits: eight
layers 85 ± 1 %, twenty with Glorot's initialization 35 ± 19 %, twenty with He's 82 ± 1 %, twenty with
skip connections 86 ± 1 %.)

He et al. observed something else. Their plain networks had He initialization *and* batch
normalization, and still one with 56 layers had a higher training loss than one with 20. They called
this **degradation**, and considered vanishing gradients an unlikely cause. Skip connections removed it,
and made networks with more than a hundred layers useful. Our little networks are not deep enough, and
not trained for long enough, to show that.

## 11. ImageNet

In 2009 Fei-Fei Li's group published ImageNet, which grew to 15 million photographs in 22,000 classes,
labeled by people all over the world through a crowdsourcing website. From 2010 to 2017 there was a
yearly competition with 1.2 million of them, in 1,000 classes. Each image has one label, but often shows
several things. So a program may give five guesses, and it is an error if the true class is not among
the five: the **top-5 error rate**. **Predict** in which year it decreased most.
"""

# %%
ERRORS = [  # year, name, top-5 error rate in percent, layers with weights
    (2010, "NEC–UIUC", 28.2, "shallow"),
    (2011, "XRCE", 25.8, "shallow"),
    (2012, "ISI", 26.2, "shallow"),
    (2012, "AlexNet", 16.4, "8 layers"),
    (2013, "Clarifai", 11.7, "deep"),
    (2014, "VGG", 7.3, "19 layers"),
    (2014, "GoogLeNet", 6.7, "22 layers"),
    (2014, "a human", 5.1, ""),
    (2015, "ResNet", 3.6, "152 layers"),
]
bars = {f"{name}\n{year}\n{depth}": error for year, name, error, depth in ERRORS}
plot.bars(
    bars,
    mark=[name for name in bars if "human" in name],
    ylabel="top-5 error rate in percent",
    title="The ImageNet competition",
    caption="The best entries of each year that used the training images of the competition only, the "
    "second best of 2012 (ISI), and a human (Russakovsky et al. 2015, He et al. 2015). With additional "
    "training images AlexNet reached 15.3 and Clarifai 11.2.",
)

# %% [markdown]
r"""
In 2012 a deep ConvNet entered this competition for the first time, and its error rate was more than
a third below that of the second best entry. Three years and 144 layers later the error rate was
below the human's. (That human level is one annotator on 1,500 images, after much practice; a second
annotator, with less practice, made 12 % errors.)

Little of what made it possible in 2012 was new: ConvNets from 1989, ReLU and dropout from the years
just before, a million labeled images, and two graphics cards made for computer games. Alex
Krizhevsky's network was split over both. Zeiler and Fergus tuned it after *looking* at its filters
(**ZFNet**, 2013, the origin of Clarifai's entry); **VGG** used 3 × 3 kernels throughout;
**GoogLeNet** put kernels of several sizes side by side and dropped the large dense layers, so that
it had twelve times fewer parameters than AlexNet's 60 million; **ResNet** used the skip connections
of section 10 with 152 layers. The price rose as well: AlexNet was trained for about six days on its
two graphics cards, ResNet for two to three weeks on eight.

The competition ended in 2017 with an error rate of 2.3 %. The same layers, with other outputs, find
objects in an image (**detection**) and assign a class to each pixel (**segmentation**). Two later steps
are worth knowing. The **Vision Transformer** (Dosovitskiy et al. 2020) cuts the image into patches of
16 × 16 pixels and reads them as a sequence, with the attention of week 6 instead of convolutions: fewer
assumptions about images, and better results if there are hundreds of millions of them to learn from.
**ConvNeXt** (Liu et al. 2022) trained a ConvNet by the same modern recipe, with kernels of 7 × 7, and
reached the same accuracy.

## 12. Transfer learning

Few people have a million labeled images. But *features* may be common to many tasks. So take a
network that was trained on a large data set, remove its last layer, **freeze** the other layers, and
train a new last layer on the few examples that you have. That is **transfer learning**; to go on
training the frozen layers as well, with a small learning rate, is **fine-tuning**. (In week 4 dense
layers trained on five digits were of no use for the other five. Do convolutions do better?)

Here is a small version. First the network learns the digits 0 to 4, shifted by up to three pixels.
Then it gets ten examples each of the digits 5 to 9, all of them centered. We compare three networks:
the frozen layers; the same layers with random weights, frozen; and a network trained from scratch.
**Predict** which is best on new centered digits, and which on new shifted digits.
"""


# %%
def build_base():
    stack = [keras.Input((28, 28, 1)), layers.AveragePooling2D(2)]
    for maps in (16, 32, 64):
        stack += [layers.Conv2D(maps, 3, padding="same", activation="relu")]
        stack += [layers.MaxPooling2D(2, padding="same")]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(5, activation="softmax")])


def on_top_of(base):
    """All layers of the base except the last, frozen, and a new last layer."""
    features = keras.Sequential([keras.Input((28, 28, 1)), *base.layers[:-1]])
    features.trainable = False
    return keras.Sequential([features, layers.Dense(5, activation="softmax")])


def train_base(seed):
    """A network trained on the digits 0 to 4, shifted anew twelve times."""
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    low = np.flatnonzero(y < 5)
    shown = np.concatenate([augmented(X[low], rng) for _ in range(12)])
    return fit(build_base(), shown, np.tile(y[low], 12), epochs=1, rate=0.003)


X_high, y_high = X_new[y_new >= 5], y_new[y_new >= 5] - 5
moved_high = augmented(X_high, np.random.default_rng(SEED + 1))
percent = {"transfer": [], "random, frozen": [], "from scratch": []}
for seed in (SEED, SEED + 1, SEED + 2):
    base = train_base(seed)
    ten_each = np.concatenate(
        [np.flatnonzero(y == digit)[10 * (seed - SEED) :][:10] for digit in range(5, 10)]
    )
    rivals = {
        "transfer": fit(on_top_of(base), X[ten_each], y[ten_each] - 5, 60, 0.01),
        "random, frozen": fit(on_top_of(build_base()), X[ten_each], y[ten_each] - 5, 60, 0.01),
        "from scratch": fit(build_base(), X[ten_each], y[ten_each] - 5, 40, 0.003),
    }
    for name, net in rivals.items():
        percent[name].append([100 * accuracy(net, each, y_high) for each in (X_high, moved_high)])
plot.bars(
    {name: np.mean(runs, axis=0) for name, runs in percent.items()},
    spread={name: np.std(runs, axis=0) for name, runs in percent.items()},
    groups=["centered", "shifted"],
    numbers=".0f",
    ylabel="accuracy in percent",
    ylim=(0, 105),
    title="Ten examples of each new digit",
    caption="Accuracy on new digits from 5 to 9, mean and standard deviation of three runs: frozen layers "
    "that learned 0 to 4, frozen random layers, and a network trained from scratch.",
)

# %% [markdown]
r"""
Transfer wins, and most clearly on the shifted digits: fifty centered images can't teach what a shift
is, and the other network had learned it.

Three lessons. What transfers is what the first task *required* the network to learn. Look at the random
layers: random kernels with pooling are useful features already, so always compare with them before you
praise what was learned. And this comparison was chosen out of five that we tried: with a shallower base,
or with ten labeled examples that are shifted as well, transfer gained little. Whether it helps has to be
measured, on your own task.

## 13. What excites a unit?

Week 2 changed weights along the gradient. Now keep the weights and change the *image*: start with faint
noise, compute the gradient of one unit's activation with respect to each pixel, and take a step *up*
(gradient ascent).

**Predict.** What does the image look like that most excites the output for "3"? And the image for a
feature map of the base's second or third layer?
"""


# %%
def dream(model, chosen, steps=60, rate=0.03):
    """Images, the i-th of which excites output chosen[i] of a model; they start as faint noise."""
    noise = np.random.default_rng(SEED).random((len(chosen), 28, 28, 1))
    images = tf.Variable((0.4 + 0.1 * noise).astype("float32"))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            values = model(images)
            if len(values.shape) == 4:  # for a feature map, its mean over all positions
                values = tf.reduce_mean(values, axis=(1, 2))
            excited = tf.gather(values, chosen, axis=1, batch_dims=1)
        slopes = tape.gradient(excited, images)
        size = tf.reduce_mean(tf.abs(slopes), axis=(1, 2, 3), keepdims=True) + 1e-8
        images.assign(tf.clip_by_value(0.99 * images + rate * slopes / size, 0.0, 1.0))
    return images.numpy()[..., 0]


def first_layers(model, n):
    return keras.Sequential([keras.Input((28, 28, 1)), *model.layers[:n]])


def most_active(model, n=4):
    """The maps most active on faint noise: where a map is zero, its gradient is zero, too."""
    noise = 0.4 + 0.1 * np.random.default_rng(SEED).random((8, 28, 28, 1))
    return np.argsort(-model(noise.astype("float32")).numpy().mean(axis=(0, 1, 2)))[:n]


def logits_of(model):
    """The model without the softmax at its end."""
    last = layers.Dense(10)
    top = keras.Sequential([first_layers(model, len(model.layers) - 1), last])
    last.set_weights(model.layers[-1].get_weights())
    return top


classes = [0, 1, 3, 4, 6, 8]
parts = [first_layers(base, n) for n in (2, 4, 6)]
plot.side_by_side(
    plot.images(
        np.concatenate([dream(part, most_active(part)) for part in parts]),
        ["layer 1"] * 4 + ["layer 2"] * 4 + ["layer 3"] * 4,
        columns=4,
        title="feature maps of the base",
    ),
    plot.images(
        dream(logits_of(trained_on_moves), classes, rate=0.05),
        classes,
        columns=3,
        title="classes of the ConvNet",
    ),
    caption="Left: inputs that excite four feature maps of each layer of section 12's base. Right: "
    "inputs that excite the output units of section 7's augmented ConvNet.",
)

# %% [markdown]
r"""
On the left: the most active maps of the first layer respond to ink anywhere; those of the second to
dots or stripes, those of the third to larger and more complex patterns. On the right: the input that
excites a class most has some features of the digit, but nobody would write it like that.

These images should give you pause. The network reads digits well, and the inputs that it responds to
most are not digits. It was never asked what a three *is*, only to tell threes from the other nine
classes.

## 14. Adversarial examples: one step to fool a network

If gradients can turn noise into an image that excites a unit, they can also change an existing
image. Szegedy and others found in 2013 (published 2014) that a change too small to see can turn
nearly every correct answer into a wrong one: an **adversarial example**. Goodfellow, Shlens and
Szegedy (2014) showed how little it takes: *one* step of the same small size $\epsilon$ for every
pixel, each in the direction that increases the loss. This is the **fast gradient sign method**
(FGSM):

$$
x' = x + \epsilon\, \operatorname{sign}\!\left(\frac{\partial L}{\partial x}\right) .
$$

**Predict.** How large must $\epsilon$ be, between 0 and 1, to halve the accuracy? What does *random*
noise of the same size do?
"""


# %%
def loss_slope(model, images, labels):
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = keras.losses.sparse_categorical_crossentropy(labels, model(images))
    return tape.gradient(loss, images).numpy()


signs = np.sign(loss_slope(convnet, X_new, y_new))
coins = np.random.default_rng(SEED).choice([-1.0, 1.0], X_new.shape).astype("float32")
sizes = np.array([0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3])
plot.curves(
    {
        name: [
            100 * accuracy(convnet, np.clip(X_new + np.float32(size) * step, 0, 1), y_new)
            for size in sizes
        ]
        for name, step in (("gradient signs", signs), ("random signs", coins))
    },
    x=sizes,
    xlabel="change of every pixel, $\\epsilon$",
    ylabel="accuracy in percent",
    title="Adversarial and random changes",
    caption="Every pixel changes by the same amount: in the direction of the gradient's sign, or up or "
    "down at random.",
)

# %% [markdown]
r"""
Random changes of a tenth do almost nothing. The same amount in the direction of the gradient's sign
reduces the accuracy by more than a third. Here are some digits that were classified correctly before:
"""

# %%
fooled = np.clip(X_new + np.float32(0.1) * signs, 0, 1)
before, after = answers(convnet, X_new), answers(convnet, fooled)
hit = np.flatnonzero((before.argmax(1) == y_new) & (after.argmax(1) != y_new))
hit = hit[np.argsort(-after[hit].max(axis=1))][:5]
plot.images(
    np.concatenate([X_new[hit, ..., 0], fooled[hit, ..., 0]]),
    [f"{y_new[i]} ({before[i].max():.0%})" for i in hit]
    + [f"{after[i].argmax()} ({after[i].max():.0%})" for i in hit],
    columns=5,
    title="Adversarial examples",
    caption="Above: digits that the network classifies correctly, with its probability. Below: the same "
    "digits, every pixel changed by a tenth at most, and the network's wrong answers.",
)

# %% [markdown]
r"""
Why? A pre-activation adds up hundreds of pixels. Hundreds of tiny changes, each in the direction
that raises the sum, add up to a large change. The network is nearly linear in its input, and linear
functions of many variables are easy to push in this way. Training on adversarial examples (a kind of
augmentation) helps. The problem is not solved.

## Summary

* A convolutional layer is a dense layer with two assumptions built in: *look locally*, and *use the
  same weights everywhere*. Its number of weights depends on the kernels and not on the image.
* What deep learning calls convolution is cross-correlation. Output sizes follow from kernel size,
  stride, padding and dilation; each layer adds $(k - 1)$ times the strides before it to the
  receptive field.
* The convolution is equivariant to shifts, pooling makes small shifts harmless, and the rest must be
  learned: augment.
* The accuracy on tidy data does not show what a network has understood. Shift, shuffle, transfer,
  and look at its errors.
* Depth pays when signals and gradients pass through all layers: He initialization, batch
  normalization and skip connections see to that.
* Features transfer, as far as the first task needed them. Compare with random features.
* What a network responds to and what you see are not the same: one gradient step fools it.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A convolution of 3 × 3 turns 16 channels into 32 feature maps. How many parameters has it on images of 28 × 28,
and how many on 280 × 280?</summary>

Each of the 32 kernels has 3 · 3 · 16 weights and a bias: 32 · 145 = 4,640, on images of any size.
</details>

<details><summary>2. 32 × 32 pixels, kernel 5, padding 2, stride 2. How large is the feature map?</summary>

(32 + 4 − 4 − 1) / 2 is 15.5; rounded down, plus 1, that is 16: the feature map is 16 × 16.
</details>

<details><summary>3. Three times a convolution of 3 × 3 and pooling over 2 × 2. What is the receptive field of a number at the end, in
each direction?</summary>

Each convolution adds 2 times, each pooling once the distance between neighbors, and that distance doubles with each pooling:
3, 4; 8, 10; 18, 22. So 22 pixels.
</details>

<details><summary>4. Somebody shuffles the pixels of all images, in training and at inference, always in the same way. Which network can
be corrected without training it again?</summary>

The dense one: reorder the rows of its first weight matrix in the same way, and its outputs are as before. A ConvNet has no
weights for single positions that one could reorder.
</details>

<details><summary>5. With batch normalization, the same network gives different outputs for the same image in training and at inference.
Is that an error?</summary>

No: in training, mean and variance are those of the minibatch, so the output depends on its other images; at inference they are
running averages. If the outputs at inference are far worse, the averages have not converged yet.
</details>

<details><summary>6. In section 10 the second convolution of each pair with a skip connection is initialized with zeros. What does the
network of twenty layers compute before its first training step?</summary>

The output of the first convolution passes all pairs unchanged, into the dense layer: the network starts as a shallow one, and
each pair contributes as far as that reduces the loss.
</details>

## Words of the week

| word | meaning |
|---|---|
| adversarial example | an input changed slightly, on purpose, so that the network's answer is wrong |
| batch normalization | normalizing each feature map to mean 0 and variance 1 over the minibatch, then scaling and shifting it |
| channel | one of several numbers at each position: a color, or a feature map of the layer before |
| convolution, cross-correlation | sliding a kernel over an image, rotated by 180° or as it is |
| data augmentation | making new training examples from old ones by changes that preserve the class |
| dilation | the distance between the pixels of one window |
| equivariant, invariant | changes in the same way as the input; does not change with it |
| feature map | the output of one kernel over the whole image |
| FGSM | fast gradient sign method: one step of equal size for all pixels that increases the loss |
| freezing, fine-tuning | leaving another network's weights as they are; training them further |
| kernel, filter | the weights of one window |
| padding | zeros around an image, so that windows fit at its edge |
| pooling | keeping one number of each square of a feature map |
| receptive field | the region of the image that a number depends on |
| skip connection, residual connection | a path around some layers, whose input is added to their output |
| stride | how far the window moves at each step |
| top-5 error rate | the fraction of examples whose class is not among the five best guesses |
| transfer learning | using what was learned on one task for another |
| weight sharing | the same weights at every position |

## Try changing

1. Section 3: make a kernel that responds to the *tail* of the mouse and nowhere else. How much
   smaller can you make its second largest response?
2. Section 3: blur twice, with "blur" on its own feature map (`widgets.filter_explorer({"blurred":
   explorer.feature_map})`). Which single 5 × 5 kernel does the same?
3. Section 6: kernels of 3, 7 or 11; 5 or 80 of them; pooling over 3 or 4; more layers; SGD instead
   of Adam. Change one thing at a time, and write down what you expect before you run it.
4. Section 7: replace Flatten and the dense layer by `GlobalMaxPooling2D`. What does the shift do
   now? What was lost?
5. Section 9: batches of 2 with batch normalization. Why is it worse?
6. Section 10: put batch normalization after each convolution. How deep can the plain network be
   now?
7. Section 12: train the base on centered digits. Does transfer still win? And with 3, or 100
   labels?
8. Section 14: use the signs computed for `convnet` on `trained_on_moves` and on `mlp`. Does what
   fools one network fool the others?

## Further reading

* Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document
  recognition*, Proc. IEEE 86 (1998): LeNet-5, and much else.
* A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural
  networks* (2012).
* M. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks* (2013).
* K. Simonyan, A. Zisserman, *Very deep convolutional networks* (2014); C. Szegedy et al., *Going
  deeper with convolutions* (2014); K. He et al., *Deep residual learning* (2015).
* O. Russakovsky et al., *ImageNet large scale visual recognition challenge*, IJCV 115 (2015): most
  of the error rates of section 11, and how the human was tested.
* S. Ioffe, C. Szegedy, *Batch normalization* (2015); S. Santurkar et al., *How does batch
  normalization help optimization?* (2018).
* P. Simard, D. Steinkraus, J. Platt, *Best practices for convolutional neural networks applied to
  visual document analysis* (2003); D. Cireșan et al., *Deep, big, simple neural nets for handwritten
  digit recognition* (2010).
* C. Szegedy et al., *Intriguing properties of neural networks* (2014); I. Goodfellow et al.,
  *Explaining and harnessing adversarial examples* (2014).
* A. Dosovitskiy et al., *An image is worth 16x16 words* (2020); Z. Liu et al., *A ConvNet for the
  2020s* (2022).
* D. Hubel, T. Wiesel, *Receptive fields of single neurones in the cat's striate cortex* (1959);
  K. Fukushima, *Neocognitron* (1980).
* M. Nielsen, *Neural Networks and Deep Learning*, chapter 6: our ConvNet of section 6, slowly.
* V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning* (2016): section 4, in
  animations.

Next week the inputs have no fixed size: they are sequences.
"""
