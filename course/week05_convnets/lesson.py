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
# Week 5: ConvNets

### Why do pictures want another kind of layer?

Take a photograph of a cat and shuffle its pixels, the same way for every photograph that you have.
You can't find the cat any more. The networks of weeks 2 and 3 would not notice: to a dense layer
a picture is a list of numbers, and it learns from a shuffled list as well as from an orderly one.
So it has never known that two pixels are *neighbours*. This week's layer knows. That is nearly all
that it knows, and it changed what computers can see.

**Afterwards you can**

* say what a convolutional layer computes, how many weights it has and why so few, and how it
  differs from a dense layer;
* work out sizes and receptive fields with stride, padding and dilation;
* pool in three ways, forwards and backwards;
* build, train and look into a ConvNet: its filters, its maps, what they want to see;
* measure what a shift does to a network, and what augmentation, depth with skip connections, and
  another network's layers do for it;
* tell the story of ImageNet, and fool a network with one step.

**You need** week 2 (layers, gradients, dropout) and week 3 (Keras, the tape). Section 12 takes up
where week 4 left transfer.

**Time:** two hours if you make the predictions and play. The notebook itself runs in about a
minute and a half.

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
## 1. Four ways to wire a picture to a picture

A layer shall turn a picture of 28 × 28 pixels into another one, of about the same size: say, one
that is bright where there is an edge.

**Predict.** How many weights and biases does it take if (a) every output pixel looks at every
input pixel; (b) every output pixel looks only at the 5 × 5 input pixels around its place; (c) the
same, but the picture has three colours; (d) the same as (c), but all output pixels *share* one set
of weights?
"""

# %%
n, k, colors = 28, 5, 3
m = n - k + 1  # in so many places does a window of 5 fit on a row of 28
print(f"(a) dense                   {n**2 * (n**2 + 1):8,}")
print(f"(b) local windows           {m**2 * (k**2 + 1):8,}")
print(f"(c) local, three colours    {m**2 * (colors * k**2 + 1):8,}")
print(f"(d) shared, three colours   {colors * k**2 + 1:8,}")

# %% [markdown]
r"""
From six hundred thousand to seventy-six. Two ideas did it, and each says something about pictures.

* **Local receptive fields:** what belongs together lies together. To know whether there is an edge
  *here*, look around here. In the eyes of cats, Hubel and Wiesel found in 1959 cells that do just
  that.
* **Weight sharing:** an edge is an edge wherever it is. What is worth finding at the top left is
  worth finding at the bottom right, by the same means.

A window with its weights is called a **kernel** or **filter**, what it makes of the picture a
**feature map**. A layer has several kernels and makes as many maps. A hundred of them, each 10 ×
10, look over a picture of a million pixels with a hundred times a hundred weights, ten thousand:
the number depends on the windows, not on the picture.

## 2. Slide, multiply, add

$$
z_{rc} = b + \sum_{j} \sum_{k} w_{jk}\; x_{\,r + j,\; c + k}
$$

Lay the kernel on the picture with its corner at row $r$, column $c$; multiply what lies on each
other; add up. **Predict** the top left number of the map below. (A pencil will do: how many ones
of the picture lie under ones of the kernel?)
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
    plot.heatmap(picture, numbers="d", title="picture"),
    plot.heatmap(cross, numbers="d", title="kernel"),
    plot.heatmap(correlate(picture, cross), numbers="d", title="feature map"),
    caption="Nine windows of 3 × 3 fit on a picture of 5 × 5, so the map is 3 × 3.",
)

# %% [markdown]
r"""
Four ones of the kernel meet ones of the picture at the top left: its number is 4.

**Convolution or correlation?** In mathematics a *convolution* turns the kernel by 180° before it
slides, and what we just did is called a *correlation*. A network learns its kernels, so it does
not care which way round they lie, and everybody who builds networks says convolution and computes
correlation. It matters once: when you bring a kernel from a book.

**Predict.** The picture is a single bright dot. What does the map look like under correlation, and
what under convolution?
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
    caption="What two ways of sliding, and Keras, make of a single bright dot.",
)

# %% [markdown]
r"""
A dot shows the kernel: turned by 180° under correlation, as it is under convolution. Keras' Conv2D
correlates.

## 3. Play with a filter

Before anybody learned filters, people made them: every program that edits photographs has blur,
sharpen, emboss. Here they are, on pictures small enough to see the pixels. Change the weights.
Point at the map to see which window made a pixel, and by which products.

**Predict** before each: what does *edge* make of a surface that is grey all over? What do the
weights of such a kernel add up to? What does *upright edge* make of the left side of a stroke, and
what of the right? (Blue is above zero, orange below.)
"""

# %%
explorer = widgets.filter_explorer(kernel="edge", title="One kernel, everywhere")
explorer

# %% [markdown]
r"""
The browser computed that. Does it compute what we do? (Change something above and run this again:
the widget tells Python what you did.)
"""

# %%
p = explorer.padding
ours = correlate(np.pad(explorer.pixels, p), np.array(explorer.kernel), explorer.stride)
if explorer.relu:
    ours = np.maximum(ours, 0)
print(f"a map of {ours.shape}; largest difference {np.abs(ours - explorer.feature_map).max():.0e}")

# %% [markdown]
r"""
**A curve detector.** A kernel is a small picture of what it looks for: the sum of products is large
where the picture agrees with it, and nothing or less where it doesn't. Choose *curve detector* in
the widget: it looks for a stroke that bends like the back of a "c". **Predict** where on the mouse
it fires, and where it stays silent.
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
    plot.images(around(*best), title=f"fires: {found.max():.1f}", low=0, high=1),
    plot.images(around(r, c), title=f"silent: {found[r, c]:.1f}", low=0, high=1),
    plot.images(found, title="the map, after ReLU"),
    caption="The kernel, two places of the mouse and what it says of them, and the map of all places.",
)

# %% [markdown]
r"""
Where the picture bends like the kernel the sum is large; where it bends the other way positive and
negative products cancel, or worse, and ReLU makes zero of it.

Stack such layers, and the next one looks at a map of edges and curves instead of pixels: two curves
and a gap may be an ear, two ears and a tail a mouse. Nobody writes these kernels any more. They
are learned, by the gradients of week 2.

## 4. Stride, padding, dilation, and how far a pixel can see

Three knobs decide where windows lie. **Stride** $s$: how far the window moves each time.
**Padding** $p$: zeros around the picture, so that windows also fit at its edge (Keras: `"valid"` is
none, `"same"` is as much as keeps the size). **Dilation** $d$: the pixels of a window lie $d$
apart, so that few weights reach far. Together, on $n$ pixels:

$$
n_\text{out} = \left\lfloor \frac{n + 2p - d\,(k-1) - 1}{s} \right\rfloor + 1 .
$$

**Predict** the size of the map for a 5 × 5 kernel on 28 × 28: plainly; with stride 2; with padding
2; with dilation 2.
"""


# %%
def size_of_map(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


for knobs in ({}, {"stride": 2}, {"padding": 2}, {"dilation": 2}):
    print(f"{knobs or 'plainly'!s:16} {size_of_map(28, 5, **knobs)}")


# %%
def windows_panel(title, stride=1, padding=0, dilation=1, n=7, k=3):
    """Every place of a window of k weights, line by line, on n pixels with their padding."""
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
    windows_panel("plainly"),
    windows_panel("stride 2", stride=2),
    windows_panel("padding 1", padding=1),
    windows_panel("dilation 2", dilation=2),
    columns=4,
    caption="Grey: a row of seven pixels (dotted: zeros around it). Blue, line by line: the places of a "
    "window of three weights. Each gives one number of the map; above, how many there are.",
)

# %% [markdown]
r"""
How much of the picture does *one* number deep in a network depend on? That is its **receptive
field**. A layer with kernel $k$ on top of layers whose neighbours are $j$ pixels apart (the product
of all strides below) adds $(k-1)\,j$ pixels:

$$
r \leftarrow r + (k - 1)\,j, \qquad j \leftarrow j\,s .
$$

**Predict.** One layer of 5 × 5, or two of 3 × 3 on each other: which sees further? Which has more
weights, for 20 channels in and out?
"""


# %%
def receptive_field(stack):
    """Pixels that one number depends on, after layers of (kernel, stride)."""
    field, apart = 1, 1
    for kernel, stride in stack:
        field, apart = field + (kernel - 1) * apart, apart * stride
    return field


def measured_field(stack):
    """The same, by experiment: which pixels does the middle number of the map have a slope for?"""
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
    "the same twice": [(5, 1), (2, 2)] * 2,
}
for name, stack in stacks.items():
    print(f"{name:18} computed {receptive_field(stack):3}, measured {measured_field(stack):3}")
c = 20
print(f"weights for {c} channels: one 5 × 5 {25 * c * c:,}, two 3 × 3 {2 * 9 * c * c:,}")

# %% [markdown]
r"""
Two layers of 3 × 3 see exactly as far as one of 5 × 5, with 18 weights for every 25, and with a bend
in between that the single layer has not. In 2014 the VGG network was built of nothing but 3 × 3,
and most networks have kept to small kernels since.

## 5. Pooling

Where exactly the eye is does not matter much, if only it is near the nose. **Pooling** cuts a map
into squares and keeps one number of each: the largest (**max**), the **average**, or the root of
the sum of squares (**L2**). The map shrinks, what comes above sees further, and small shifts are
forgiven.
"""


# %%
def squares(maps, size=2):
    """(height, width) as (rows, columns, size * size), squares that touch."""
    rows, columns = maps.shape[0] // size, maps.shape[1] // size
    cut = maps[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return cut.transpose(0, 2, 1, 3).reshape(rows, columns, size * size)


POOLS = {  # name: (what is kept of a square, the slope of that for each of its pixels)
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
    """Gradient for the maps, from the gradient for what was kept of each square."""
    spread = grad[..., None] * POOLS[kind][1](squares(maps))  # (rows, columns, 4)
    rows, columns = grad.shape
    return spread.reshape(rows, columns, 2, 2).transpose(0, 2, 1, 3).reshape(2 * rows, 2 * columns)


# %% [markdown]
r"""
**Predict.** A loss wants every pooled number to grow by the same amount: the gradient that arrives
is 1 for each square. Which pixels get how much of it, under max, average and L2?
"""

# %%
rng = np.random.default_rng(SEED)
little = rng.permutation(16).reshape(4, 4) / 2.0
arrived = np.ones((2, 2))
plot.side_by_side(
    plot.heatmap(little, numbers=".1f", title="a map"),
    *[
        plot.heatmap(pool_backward(arrived, little, kind), numbers=".2f", title=f"gradient, {kind}")
        for kind in POOLS
    ],
    caption="A map of 4 × 4, and the gradient that its pixels get when 1 arrives for each square.",
)

# %% [markdown]
r"""
Max sends the gradient to the largest pixel alone, the average to all alike, L2 to each in proportion
to its part. Is that right? Nudge each pixel, and see.
"""

# %%
h, worst = 1e-5, {}
weights = rng.normal(size=(2, 2))
for kind in POOLS:  # week 2's habit: never trust a gradient that was not checked
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
    caption="Pooling keeps what was found and forgets where, to within a square.",
)

# %% [markdown]
r"""
## 6. A ConvNet, end to end

Here is the network of this week: 20 kernels of 5 × 5, max-pooling over 2 × 2, a hundred units, ten
classes. **Predict** the number of parameters of each layer before you run the cell, and which
layer has the most.
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
print(f"together {build_convnet().count_params():,}")

# %% [markdown]
r"""
Nearly all weights sit in the *dense* layer on top; the part that looks has 520. Remember that when
somebody says how large a network is.

The data: handwritten digits of MNIST (LeCun, Cortes, Burges), 28 × 28, of which the quick profile
takes 3,000 to learn from and 1,000 to be judged by. (Without the internet and without a copy on
this machine, 1,797 smaller scans stand in.) Pixels are divided by 255 and get an axis for their
one channel.
"""

# %%
split = data.mnist()
n_train, n_test = (len(split.X_train), len(split.X_test)) if PROFILE == "full" else (3000, 1000)
X, y = split.X_train[:n_train, ..., None] / np.float32(255), split.y_train[:n_train]
X_new, y_new = split.X_test[:n_test, ..., None] / np.float32(255), split.y_test[:n_test]
print(split.name, X.shape, X_new.shape)


def fit(model, X, y, epochs=5, rate=0.002):
    """Train a model and return it, with the losses of its epochs in `model.losses_seen`."""
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    history = model.fit(X, y, batch_size=32, epochs=epochs, verbose=0)
    model.losses_seen = history.history["loss"]
    return model


def answers(model, X):
    """Probabilities, a thousand pictures at a time."""
    return np.concatenate([model(X[i : i + 1000]).numpy() for i in range(0, len(X), 1000)])


def accuracy(model, X, y):
    return np.mean(answers(model, X).argmax(axis=1) == y)


keras.utils.set_random_seed(SEED)
convnet = fit(build_convnet(), X, y)
print(f"right on digits that it never saw: {accuracy(convnet, X_new, y_new):.1%}")

# %% [markdown]
r"""
**Predict.** The 20 kernels began as noise. What do they look like now?
"""

# %%
kernels = convnet.layers[0].get_weights()[0][:, :, 0, :].transpose(2, 0, 1)  # (20, 5, 5)
plot.images(
    kernels,
    columns=10,
    diverging=True,
    title="The 20 learned kernels",
    caption="Blue: wants ink there. Orange: wants paper there.",
)

# %% [markdown]
r"""
Some have become edges, one side blue and the other orange, at one angle or another. Nobody asked for
edges. Others still look much like the noise that they began as: there were few digits, and five
epochs.
"""

# %%
to_maps = keras.Sequential([keras.Input((28, 28, 1)), *convnet.layers[:1]])
maps = to_maps(X_new[:1]).numpy()[0].transpose(2, 0, 1)  # (20, 24, 24)
plot.images(
    np.concatenate([X_new[0, 2:26, 2:26, 0][None] * maps.max(), maps[:19]]),
    ["the digit", *[f"map {i}" for i in range(1, 20)]],
    columns=10,
    title="One digit, as the first layer sees it",
    caption="Each map has ink where its kernel found what it wants: one side of a stroke, the underside "
    "of a bar, or simply ink. One that stays empty found nothing here.",
)

# %% [markdown]
r"""
## 7. What a shift does

And how much better than a dense network is it? The rival has as many hidden units and no
convolution.

**Predict.** How many per cent do they differ on new digits? And on new digits of which *all pixels
were shuffled*, the same way in training and test?
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
    groups=["as they are", "pixels shuffled"],
    numbers=".1f",
    ylabel="right, in per cent",
    ylim=(80, 103),
    title="In order, and shuffled",
    caption="Right answers on new digits. The axis begins at 80.",
)

# %% [markdown]
r"""
The dense network does not mind the shuffling. The ConvNet loses what it was built upon, its
neighbours: some points on MNIST, where it falls behind, about one on the smaller stand-in. And even
on orderly digits it was only a few points ahead.

That is a warning. Digits are tidy: all in the middle, all of a size. A dense network can learn by
heart which pixel means what, so the accuracy on such pictures says little about *seeing*. Now move
the new digits sideways, by one pixel, two, three, …

**Predict** the curves: of the dense network, of the ConvNet, and of a ConvNet that was shown digits
moved by up to three pixels.
"""


# %%
def shifted(images, down, right):
    """Images moved by whole pixels; zeros come in at the other side."""
    height, width = images.shape[1:3]
    r, c = 8 - down, 8 - right
    framed = np.pad(images, ((0, 0), (8, 8), (8, 8), (0, 0)))
    return framed[:, r : r + height, c : c + width]


def augmented(images, rng, most=3):
    """Each image moved by its own random shift."""
    moves = rng.integers(-most, most + 1, (len(images), 2))
    return np.concatenate(
        [shifted(image[None], *move) for image, move in zip(images, moves, strict=True)]
    )


keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
prepared = np.concatenate([augmented(X, rng) for _ in range(6)])  # six epochs, each another one
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
    ylabel="right, in per cent",
    title="Who survives a shift?",
    caption="The same new digits, moved to the right. The augmented network saw shifts of up to three "
    "pixels in training, the other two saw none.",
)

# %% [markdown]
r"""
Sharing and pooling keep the ConvNet above the dense network, clearly on MNIST and barely on the
stand-in, whose strokes are blurred and broad. But it falls all the same. The one that was shown
shifted digits stands up to the shifts that it was shown, and not far beyond.

So "ConvNets don't care where things are" is half true. The *convolution* moves along with the
picture: shift the input by two pixels, and every map shifts by two (it is **equivariant**). Pooling
forgives what stays within a square. But the dense layer on top has a weight for every place, and
must be *shown* that place does not matter. Making new examples out of old ones, in ways that do not
change what they are, is called **augmentation**. For digits: shifts, small turns, sizes, thickness.
Not mirrors.
"""

# %%
conv = keras.Sequential([keras.Input((28, 28, 1)), *convnet.layers[:2]])  # convolution and pooling
still, moved_by_2 = conv(X_new[:100]).numpy(), conv(shifted(X_new[:100], 0, 2)).numpy()
inner = np.s_[:, :, 2:-2]  # not the border, where something comes in
difference = np.abs(moved_by_2[:, :, 3:-1] - still[inner]).max()
print(f"pooled maps of a picture moved by 2, moved back by 1: largest difference {difference:.0e}")

# %% [markdown]
r"""
## 8. LeNet-5

Weight sharing in networks that see is older than it seems: Fukushima's *Neocognitron* (1980) had it,
trained without gradients. LeCun and his colleagues at Bell Labs trained shared weights by
backpropagation in 1989, on postal codes. **LeNet-5** (1998) read cheques for banks: for some years
more than one in ten written in the United States. Two rounds of convolution and pooling, then
dense layers:
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
print(f"together {lenet5.count_params():,}, of which {convolutions:,} in convolutions")

# %% [markdown]
r"""
(The original has about 60,000: its C3 did not connect all maps with all, its pooling had two
weights a map, and its last layer measured distances.) Compare with our network above: deeper, and
with a fifth of the weights, since the maps have shrunk before the dense layers begin. C5's windows
are as large as its maps: a convolution over everything is a dense layer.

## 9. Dropout and batch normalisation

Week 2 had **dropout**. In ConvNets it goes before the dense layers, where most weights are.

**Batch normalisation** (Ioffe and Szegedy 2015) is new: for each map, subtract the mean of the
minibatch and divide by its standard deviation, then let two learned numbers, $\gamma$ and $\beta$,
stretch and move the result:

$$
\hat z = \gamma\, \frac{z - \mu_\text{batch}}{\sqrt{\sigma^2_\text{batch} + \epsilon}} + \beta .
$$

So every layer gets inputs of a steady scale, whatever those below it do. When the network is *used*,
there may be one picture and no batch: then it takes running averages of $\mu$ and $\sigma^2$,
collected in training. **Predict:** does a picture's answer, in training, depend on which other
pictures are in its batch?
"""

# %%
batch = np.random.default_rng(SEED).normal(3.0, 2.0, size=(8, 4, 4, 2)).astype("float32")
norm = layers.BatchNormalization(epsilon=1e-3)
by_keras = norm(batch, training=True).numpy()
mean, variance = batch.mean(axis=(0, 1, 2)), batch.var(axis=(0, 1, 2))  # one for each map
by_hand = (batch - mean) / np.sqrt(variance + 1e-3)
print(f"largest difference, by hand and by Keras: {np.abs(by_keras - by_hand).max():.0e}")

alone = norm(batch[:1], training=True).numpy()
print(f"the first picture, in the batch of 8 and alone: {np.abs(alone - by_keras[:1]).max():.2f}")
in_use = norm(batch[:1], training=False).numpy()
again = norm(batch, training=False).numpy()[:1]
print(f"the same in use:                                {np.abs(in_use - again).max():.2f}")


# %%
def build_twice(kind):
    """Two convolutions, then dense; plain, with dropout, or with batch normalisation."""
    stack = [keras.Input((28, 28, 1))]
    for maps in (8, 16):
        stack += [layers.Conv2D(maps, 3, use_bias=kind != "batch norm")]
        stack += [layers.BatchNormalization(momentum=0.9)] if kind == "batch norm" else []
        stack += [layers.Activation("relu"), layers.MaxPooling2D(2)]
    stack += [layers.Flatten(), layers.Dense(64, activation="relu")]
    stack += [layers.Dropout(0.5)] if kind == "dropout" else []
    return keras.Sequential([*stack, layers.Dense(10, activation="softmax")])


few = slice(0, 500)
learned = {}
for kind in ("plain", "dropout", "batch norm"):
    keras.utils.set_random_seed(SEED)
    learned[kind] = fit(build_twice(kind), X[few], y[few], epochs=9)
    new, seen = accuracy(learned[kind], X_new, y_new), accuracy(learned[kind], X[few], y[few])
    print(f"{kind:10}  right on the 500 that it learned {seen:.1%}, on new ones {new:.1%}")

plot.curves(
    {kind: net.losses_seen for kind, net in learned.items()},
    x=np.arange(1, 10),
    logy=True,
    xlabel="epoch",
    ylabel="training loss",
    title="Three treatments, 500 digits",
    caption="Batch normalisation makes the training loss fall fastest. With dropout it stays highest: "
    "half of the units are missing while it is measured, so that no unit can be relied upon.",
)

# %% [markdown]
r"""
What counts is the last column above, on new digits. There the three are much closer together, and
with another seed their order may change: try some.

(`momentum=0.9` above says how fast the running averages forget. With Keras' own 0.99 they need
several hundred steps to arrive, and we make 144: the network would be fine in training and lost in
use. Try it; it is a common accident with this layer.)

## 10. Deeper

If two layers are good, are twenty better? **Predict** the training loss of a plain network of
twenty convolutional layers of 3 × 3, against one with eight. (The *training* loss: overfitting is
not the question.)

And then the idea of He, Zhang, Ren and Sun (2015). Let each pair of layers only *add* to what
passes by:

$$
\mathbf{x} \leftarrow \mathbf{x} + F(\mathbf{x}) .
$$

A **skip connection**. If a pair has nothing to say, it says zero, and the network is as good as one
without it. And the gradient, on its way back, has a road around every pair: $\partial(x + F)/\partial
x = 1 + F'$, where week 2's product of many small slopes had only $F'$.
"""


# %%
def build_deep(depth, skip):
    """Convolutions of 3 × 3 with 12 maps on 7 × 7, in pairs, with or without a road around."""
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(12, 3, padding="same", activation="relu")(layers.AveragePooling2D(4)(inputs))
    for _ in range((depth - 2) // 2):
        f = layers.Conv2D(12, 3, padding="same", activation="relu")(x)
        if skip:
            f = layers.Conv2D(12, 3, padding="same", kernel_initializer="zeros")(f)
            x = layers.Activation("relu")(layers.Add()([x, f]))
        else:
            x = layers.Conv2D(12, 3, padding="same", activation="relu")(f)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))


deep = {}
for name, depth, skip in (
    ("plain, 8", 8, False),
    ("plain, 20", 20, False),
    ("skips, 20", 20, True),
):
    keras.utils.set_random_seed(SEED)
    deep[name] = fit(build_deep(depth, skip), X[:1400], y[:1400], epochs=6, rate=0.001)
    print(f"{name:10} right on new digits: {accuracy(deep[name], X_new, y_new):.1%}")

plot.curves(
    {f"{name} layers": net.losses_seen for name, net in deep.items()},
    x=np.arange(1, 7),
    xlabel="epoch",
    ylabel="training loss",
    title="Eight layers, twenty, and twenty with a road",
    caption="The loss on the very examples that each network is trained on.",
)

# %% [markdown]
r"""
Twenty plain layers learn later than eight and end with a higher loss, on the very examples that they
are trained on: that is not overfitting, it is not getting there. With a road around every pair,
twenty learn fastest of all. (On *new* digits the twenty plain layers are far behind on MNIST, and level with
the eight on the easier stand-in: there only the loss shows the trouble.)

## 11. ImageNet: depth pays

In 2009 Fei-Fei Li's group published ImageNet, which grew to 15 million photographs in 22,000
classes, labelled by people all over the world. From 2010 to 2017 a competition took 1.2 million of
them, in 1,000 classes, and counted as a mistake every picture of which the right class was not among a program's
*five* best guesses. **Predict** in which year the error fell most.
"""

# %%
ERRORS = [  # year, who, top-5 error in per cent, layers with weights
    (2010, "NEC–UIUC", 28.2, None),
    (2011, "XRCE", 25.8, None),
    (2012, "AlexNet", 15.3, 8),
    (2013, "ZFNet", 11.2, 8),
    (2014, "VGG", 6.8, 19),
    (2014, "GoogLeNet", 6.66, 22),
    (2014, "a human", 5.1, None),
    (2015, "ResNet", 3.6, 152),
]
bars = {
    f"{who}\n{year}\n{f'{depth} layers' if depth else 'shallow' if year < 2012 else ''}": error
    for year, who, error, depth in ERRORS
}
plot.bars(
    bars,
    mark=[name for name in bars if "human" in name],
    ylabel="top-5 error, in per cent",
    title="The ImageNet competition",
    caption="The best programs of each year, and a person who had practised (Russakovsky et al. 2015).",
)

# %% [markdown]
r"""
In 2012 the first deep ConvNet cut the error by two fifths. Three years and 144 layers later it was
below that of a person.

What made it possible in 2012 was little that was new: ConvNets from 1989, ReLU and dropout from the
years just before, a million labelled photographs, and two graphics cards that had been made for
games. Alex Krizhevsky's network was split over both. **ZFNet** tuned it after *looking* at its
filters; **VGG** used 3 × 3 throughout; **GoogLeNet** put kernels of several sizes side by side and
threw out the large dense layers (5 million weights, where AlexNet had 60); **ResNet** was section
10, 152 layers deep.

## 12. What it learned is of use elsewhere

Few people have a million labelled pictures. But *features* may be common to many tasks. So take a
network that was trained on much, cut off its last layer, **freeze** the rest, and train a new last
layer on the little that you have. **Transfer learning.** (In week 4 dense layers that knew five
digits were of no use for the other five. Do convolutions do better?)

In small: learn the digits 0 to 4 well, moved about by up to three pixels. Then the digits 5 to 9,
from ten examples each, all in the middle. There are three rivals: the frozen layers; the same
layers with random weights, frozen; and a network trained from scratch. **Predict** who wins on new
digits in the middle, and who on new digits that have moved.
"""


# %%
def build_base():
    stack = [keras.Input((28, 28, 1)), layers.AveragePooling2D(2)]
    for maps in (16, 32, 64):
        stack += [layers.Conv2D(maps, 3, padding="same", activation="relu")]
        stack += [layers.MaxPooling2D(2, padding="same")]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(5, activation="softmax")])


def on_top_of(base):
    """The base's layers but the last, frozen, and a new last layer."""
    features = keras.Sequential([keras.Input((28, 28, 1)), *base.layers[:-1]])
    features.trainable = False
    return keras.Sequential([features, layers.Dense(5, activation="softmax")])


rng = np.random.default_rng(SEED)
keras.utils.set_random_seed(SEED)
low = np.flatnonzero(y < 5)
shown = np.concatenate([augmented(X[low], rng) for _ in range(12)])
base = fit(build_base(), shown, np.tile(y[low], 12), epochs=1, rate=0.003)

ten_each = np.concatenate([np.flatnonzero(y == digit)[:10] for digit in range(5, 10)])
X_high, y_high = X_new[y_new >= 5], y_new[y_new >= 5] - 5
rivals = {
    "learned": fit(on_top_of(base), X[ten_each], y[ten_each] - 5, 60, 0.01),
    "random": fit(on_top_of(build_base()), X[ten_each], y[ten_each] - 5, 60, 0.01),
    "scratch": fit(build_base(), X[ten_each], y[ten_each] - 5, 40, 0.003),
}
wild = augmented(X_high, np.random.default_rng(SEED + 1))
plot.bars(
    {
        name: [100 * accuracy(net, X_high, y_high), 100 * accuracy(net, wild, y_high)]
        for name, net in rivals.items()
    },
    groups=["in the middle", "moved"],
    numbers=".0f",
    ylabel="right, in per cent",
    ylim=(0, 105),
    title="Ten examples each",
    caption="Frozen layers that learned 0 to 4, frozen random layers, a network from scratch: right "
    "answers on new digits from 5 to 9.",
)

# %% [markdown]
r"""
With MNIST the borrowed layers win, and most clearly where the digits have moved: fifty still pictures
can't teach how pictures move, and the other network knew. With the stand-in, scans of 8 × 8 blown up
to 28 × 28, a network from scratch is ahead in the middle, and so may be even random layers: those digits are so easy that its own fifty
examples serve it better than another network's features. Where they have moved the borrowed layers
are ahead here as well, but with other seeds sometimes not. Try two.

Three lessons. What transfers is what the first task *forced* the network to learn. Look at the
random layers: random kernels, pooled, are features already, so always compare with them before you
praise what was learned. And this comparison was chosen, out of five that we tried: with a shallower
base, or ten labelled digits that are moved as well, the borrowed layers gained little. Transfer is a
bet. It is settled by a measurement like this one, on your own task.

## 13. What does a unit want to see?

Week 2 moved weights along the gradient. Now keep the weights and move the *picture*: begin with
faint noise, ask which change of each pixel would excite one unit more, and take a step *up*.

**Predict.** What will the picture that most excites the output for "3" look like? And a map of the
base's second or third layer?
"""


# %%
def dream(model, chosen, steps=60, rate=0.03):
    """Pictures, the i-th of which excites output chosen[i] of a model, from faint noise."""
    noise = np.random.default_rng(SEED).random((len(chosen), 28, 28, 1))
    images = tf.Variable((0.4 + 0.1 * noise).astype("float32"))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            values = model(images)
            if len(values.shape) == 4:  # of a map, its mean over all places
                values = tf.reduce_mean(values, axis=(1, 2))
            excited = tf.gather(values, chosen, axis=1, batch_dims=1)
        slopes = tape.gradient(excited, images)
        size = tf.reduce_mean(tf.abs(slopes), axis=(1, 2, 3), keepdims=True) + 1e-8
        images.assign(tf.clip_by_value(0.99 * images + rate * slopes / size, 0.0, 1.0))
    return images.numpy()[..., 0]


def first_layers(model, n):
    return keras.Sequential([keras.Input((28, 28, 1)), *model.layers[:n]])


def loudest(model, n=4):
    """The maps that answer faint noise most: a map that says nothing has no slope to climb."""
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
        np.concatenate([dream(part, loudest(part)) for part in parts]),
        ["layer 1"] * 4 + ["layer 2"] * 4 + ["layer 3"] * 4,
        columns=4,
        title="maps of the base",
    ),
    plot.images(
        dream(logits_of(trained_on_moves), classes, rate=0.05),
        classes,
        columns=3,
        title="classes of the ConvNet",
    ),
    caption="Left: what excites four maps of each layer of section 12's base. Right: what excites the "
    "unit of a class in section 7's augmented ConvNet.",
)

# %% [markdown]
r"""
On the left, the loudest maps of the first layer want ink, anywhere; those of the second want dots or
stripes, those of the third larger and more complex patterns. On the right, what excites a class most
has something of the digit, and nobody would write it so.

These pictures should give you pause. The network reads digits well, and what it likes
best are not digits. It was never asked what a three *is*, only to tell threes from the other nine.

## 14. One step to fool it

If a gradient can make a picture out of noise, it can also change a picture that is there. Szegedy
and others found in 2013 (published 2014) that a change too small to see turns nearly every right
answer into a wrong one. Goodfellow, Shlens and Szegedy (2014) showed how little it takes: *one* step
of the same small size $\epsilon$ for every pixel, each in the direction that makes the loss grow:

$$
x' = x + \epsilon\, \operatorname{sign}\!\left(\frac{\partial L}{\partial x}\right) .
$$

**Predict.** How large must $\epsilon$ be, between 0 and 1, to halve the accuracy? How much does
*random* noise of the same size do?
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
        for name, step in (("one gradient step", signs), ("random signs", coins))
    },
    x=sizes,
    xlabel="change of every pixel, $\\epsilon$",
    ylabel="right, in per cent",
    title="Directed and undirected noise",
    caption="Every pixel moves by the same amount: along the gradient's sign, or up and down by chance.",
)

# %% [markdown]
r"""
Random noise of a tenth does almost nothing. The same amount, directed by the gradient, takes away more
than a third of the right answers on MNIST, and more than half on the stand-in. Here are some of the digits that a tenth has turned:
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
    title="Read rightly above, wrongly below",
    caption="Every pixel has changed by a tenth at most. You read the same digit in both rows; the network "
    "is sure of another.",
)

# %% [markdown]
r"""
Why? A dense sum over hundreds of pixels adds up hundreds of tiny changes that all point the right
way; the network is nearly linear in its input, and linear sums in high dimensions are easy to push.
Training on such examples helps (and is an augmentation, of a kind). The question is not closed.

## What to take along

* A convolutional layer is a dense layer with two beliefs built in: *look locally*, and *look
  everywhere with the same weights*. Its number of weights depends on the kernel, not on the picture.
* What networks call convolution is correlation. Sizes follow from $k$, stride, padding and dilation;
  receptive fields add up $(k - 1)$ times the strides below.
* The convolution is equivariant to shifts, pooling forgives small ones, and the rest must be
  learned: augment.
* Accuracy on tidy data does not show what a network has understood. Shift, shuffle, transfer, and
  look at its mistakes.
* Depth pays when gradients have a road: skip connections, and batch normalisation on the way.
* Features transfer, as far as the first task needed them.
* What a network finds and what you see are not the same: one directed step fools it.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A convolution of 3 × 3 makes 32 maps out of 16. How many parameters has it on pictures of 28 × 28, and how
many on 280 × 280?</summary>

Each of the 32 kernels has 3 · 3 · 16 weights and a bias: 32 · 145 = 4,640, on pictures of any size.
</details>

<details><summary>2. 32 × 32 pixels, kernel 5, padding 2, stride 2. How large is the map?</summary>

(32 + 4 − 4 − 1) / 2 is 15.5; rounded down, plus 1, that is 16: the map is 16 × 16.
</details>

<details><summary>3. Three times a convolution of 3 × 3 and pooling over 2 × 2. How many pixels, in each direction, does one
number at the end depend on?</summary>

Each convolution adds 2 times, each pooling once what neighbours are apart, and that doubles with each pooling: 3, 4; 8, 10;
18, 22. So 22.
</details>

<details><summary>4. Somebody shuffles the pixels of all pictures, in training and in use, always in the same way. Which network can
be mended without training it anew?</summary>

The dense one: put the rows of its first matrix into the new order, and it answers as before. A ConvNet has no weights for
places that one could put into another order.
</details>

<details><summary>5. The same picture, the same network, with batch normalisation; in training it gives another answer than in
use. A mistake?</summary>

No: in training mean and variance are those of the minibatch, so the answer depends on its other pictures; in use they are
running averages. If the answers in use are far worse, the averages have not arrived yet.
</details>

<details><summary>6. In section 10 the second convolution of each pair with a skip connection starts at zero. What does the network
of twenty layers compute before its first step?</summary>

What comes out of the first convolution goes past all pairs unchanged, into the dense layer: it begins as a shallow network,
and each pair joins in as far as that helps.
</details>

## Words of the week

| word | meaning |
|---|---|
| augmentation | new training examples, made from old ones by changes that leave the class |
| batch normalisation | bringing each map to mean 0 and variance 1 over the minibatch, then rescaling |
| channel | one of several numbers at each place: a colour, or a map of the layer below |
| dilation | the distance between the pixels of one window |
| equivariant, invariant | changes along with a change of the input; does not change with it |
| FGSM | fast gradient sign method: one step of equal size for all pixels that raises the loss |
| feature map | what one kernel makes of a picture |
| fine-tuning, freezing | training another network's weights on; leaving them as they are |
| kernel, filter | the weights of one window |
| padding | zeros around a picture, so that windows fit at its edge |
| pooling | keeping one number of each square of a map |
| receptive field | the part of the picture that a number depends on |
| skip connection | a road around some layers, whose result is added |
| stride | how far a window moves |
| top-5 error | the part of examples whose class is not among the five best guesses |
| transfer learning | using what was learned on one task for another |
| weight sharing | the same weights at every place |

## Try changing

1. Section 3: make a kernel that fires on the *tail* of the mouse and nowhere else. How much smaller
   may its second-best place be?
2. Section 3: blur twice, with "blur" on its own feature map (`widgets.filter_explorer({"blurred":
   explorer.feature_map})`). Which single 5 × 5 kernel does the same?
3. Section 6: kernels of 3, 7 or 11; 5 or 80 of them; pooling over 3 or 4. Change one at a time and
   write down what you expect before you run it.
4. Section 7: replace Flatten and the dense layer by `GlobalMaxPooling2D`. What does the shift do
   now? What was lost?
5. Section 9: batches of 2 with batch normalisation. Why is it worse?
6. Section 10: start all kernels by `"he_normal"` (week 2), or put batch normalisation after each
   convolution. Does the plain network of twenty layers learn now?
7. Section 12: train the base on digits in the middle. Does it still win? And with 3, or 100 labels?
8. Section 14: use the signs computed for `convnet` on `trained_on_moves` and on `mlp`. Does what
   fools one fool the others?

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
* S. Ioffe, C. Szegedy, *Batch normalization* (2015).
* C. Szegedy et al., *Intriguing properties of neural networks* (2014); I. Goodfellow et al.,
  *Explaining and harnessing adversarial examples* (2014).
* D. Hubel, T. Wiesel, *Receptive fields of single neurones in the cat's striate cortex* (1959);
  K. Fukushima, *Neocognitron* (1980).
* M. Nielsen, *Neural Networks and Deep Learning*, chapter 6: our ConvNet of section 6, slowly.
* V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning* (2016): section 4, in
  moving pictures.

Next week the inputs have no fixed size: they come one after another.
"""
