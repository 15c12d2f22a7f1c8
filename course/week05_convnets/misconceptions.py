"""Common wrong answers of week 5, each with the hint that its author sees."""

import keras
import numpy as np

from autograder.course.known_answers import misconception, variant


# --- count_parameters ------------------------------------------------------------------------


@misconception(
    "count_parameters",
    hint="Every set of weights has a bias, and you count none: 76, not 75.",
)
def no_biases(wiring, inputs, outputs, kernel_size=None):
    places, maps = outputs[0] * outputs[1], outputs[2]
    if wiring == "dense":
        return places * maps * inputs[0] * inputs[1] * inputs[2]
    window = kernel_size**2 * inputs[2]
    return places * maps * window if wiring == "local" else maps * window


@misconception(
    "count_parameters",
    hint="A window extends through all channels: with three channels it has three times as many "
    "weights.",
)
def windows_of_one_channel(wiring, inputs, outputs, kernel_size=None):
    places, maps = outputs[0] * outputs[1], outputs[2]
    if wiring == "dense":
        return places * maps * (inputs[0] * inputs[1] * inputs[2] + 1)
    window = kernel_size**2 + 1
    return places * maps * window if wiring == "local" else maps * window


@misconception(
    "count_parameters",
    hint="There is one local window for each number of the output: count the positions of the "
    "output, not those of the input.",
)
def windows_at_every_pixel(wiring, inputs, outputs, kernel_size=None):
    maps = outputs[2]
    if wiring == "dense":
        return outputs[0] * outputs[1] * maps * (inputs[0] * inputs[1] * inputs[2] + 1)
    window = kernel_size**2 * inputs[2] + 1
    return inputs[0] * inputs[1] * maps * window if wiring == "local" else maps * window


@misconception(
    "count_parameters",
    hint="You share the weights in the whole layer. Each feature map has its own kernel.",
)
def one_kernel_for_all_maps(wiring, inputs, outputs, kernel_size=None):
    places, maps = outputs[0] * outputs[1], outputs[2]
    if wiring == "dense":
        return places * maps * (inputs[0] * inputs[1] * inputs[2] + 1)
    window = kernel_size**2 * inputs[2] + 1
    return places * maps * window if wiring == "local" else window


@variant("count_parameters")
def a_table_of_ways(wiring, inputs, outputs, kernel_size=None):
    looks_at = np.prod(inputs) if wiring == "dense" else inputs[2] * kernel_size**2
    sets = outputs[2] if wiring == "shared" else np.prod(outputs)
    return int(sets * (looks_at + 1))


# --- output_shape ----------------------------------------------------------------------------


@misconception(
    "output_shape",
    hint="A window of 2 fits on a row of 3 at two positions, not at one: add 1.",
)
def one_place_too_few(image_shape, kernel_shape, stride=1, padding=0, dilation=1):
    return tuple(
        (n + 2 * padding - dilation * (k - 1) - 1) // stride
        for n, k in zip(image_shape, kernel_shape, strict=True)
    )


@misconception(
    "output_shape",
    hint="Zeros are added at both ends, so the row grows by twice the padding.",
)
def pads_one_side(image_shape, kernel_shape, stride=1, padding=0, dilation=1):
    return tuple(
        (n + padding - dilation * (k - 1) - 1) // stride + 1
        for n, k in zip(image_shape, kernel_shape, strict=True)
    )


@misconception(
    "output_shape",
    hint="A window that would extend beyond the end does not count: round down.",
)
def rounds_up(image_shape, kernel_shape, stride=1, padding=0, dilation=1):
    return tuple(
        -(-(n + 2 * padding - dilation * (k - 1) - 1) // stride) + 1
        for n, k in zip(image_shape, kernel_shape, strict=True)
    )


@misconception(
    "output_shape",
    hint="k pixels have k - 1 distances between them: with dilation d they cover d (k - 1) + 1.",
)
def stretches_the_kernel_too_far(image_shape, kernel_shape, stride=1, padding=0, dilation=1):
    return tuple(
        (n + 2 * padding - dilation * k) // stride + 1
        for n, k in zip(image_shape, kernel_shape, strict=True)
    )


@variant("output_shape")
def counts_places(image_shape, kernel_shape, stride=1, padding=0, dilation=1):
    shape = []
    for n, k in zip(image_shape, kernel_shape, strict=True):
        reach, count, start = dilation * (k - 1) + 1, 0, 0
        while start + reach <= n + 2 * padding:
            count, start = count + 1, start + stride
        shape.append(count)
    return shape


# --- correlate2d -----------------------------------------------------------------------------


@misconception(
    "correlate2d",
    hint="That is a convolution in the mathematical sense: you rotated the kernel by 180°. Use it "
    "as it is.",
)
def flips_the_kernel(image, kernel, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
    return np.einsum("rcjk,jk->rc", windows[::stride, ::stride], kernel[::-1, ::-1])


@misconception(
    "correlate2d",
    hint="Your windows start 1 pixel apart, not `stride`, or the stride is used in one direction only.",
)
def stride_for_rows_only(image, kernel, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
    return np.einsum("rcjk,jk->rc", windows[::stride], kernel)


@misconception(
    "correlate2d",
    hint="Add the zeros around the image before the kernel slides; you padded the result.",
)
def pads_the_result(image, kernel, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return np.pad(np.einsum("rcjk,jk->rc", windows, kernel), padding)


@misconception(
    "correlate2d",
    hint="The last window is missing: it starts where it just fits, at height - kernel height.",
)
def stops_one_short(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    found = np.einsum("rcjk,jk->rc", windows, kernel)
    return found[: max(1, len(found) - 1) : stride, : max(1, found.shape[1] - 1) : stride]


@misconception(
    "correlate2d",
    hint="Pad the image with zeros; you repeated the pixels at its edge.",
)
def pads_with_the_edge(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)[::stride, ::stride]
    return np.einsum("rcjk,jk->rc", windows, kernel)


@variant("correlate2d")
def four_loops(image, kernel, stride=1, padding=0):
    height, width = image.shape[0] + 2 * padding, image.shape[1] + 2 * padding
    padded = np.zeros((height, width))
    padded[padding : height - padding, padding : width - padding] = image
    j, k = kernel.shape
    rows, columns = (height - j) // stride + 1, (width - k) // stride + 1
    found = [[0.0] * columns for _ in range(rows)]
    for r in range(rows):
        for c in range(columns):
            for y in range(j):
                for x in range(k):
                    found[r][c] += kernel[y, x] * padded[r * stride + y, c * stride + x]
    return found


@variant("correlate2d")
def shifted_copies(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding).astype("float32")
    rows = padded.shape[0] - kernel.shape[0] + 1
    columns = padded.shape[1] - kernel.shape[1] + 1
    found = np.zeros((rows, columns), "float32")
    for (y, x), weight in np.ndenumerate(kernel):
        found += np.float32(weight) * padded[y : y + rows, x : x + columns]
    return found[::stride, ::stride]


# --- conv_layer ------------------------------------------------------------------------------


@misconception(
    "conv_layer",
    hint="Each number is the sum over its window in all channels; you took the mean over channels.",
)
def mean_over_channels(images, kernels, biases, stride=1, padding=0):
    p = padding
    padded = np.pad(images, ((0, 0), (p, p), (p, p), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], axis=(1, 2))
    sums = np.einsum("nrcijk,jkif->nrcf", windows[:, ::stride, ::stride], kernels)
    return sums / images.shape[-1] + biases


@misconception("conv_layer", hint="Your feature maps do not include the biases.")
def forgets_the_biases(images, kernels, biases, stride=1, padding=0):
    p = padding
    padded = np.pad(images, ((0, 0), (p, p), (p, p), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], axis=(1, 2))
    return np.einsum("nrcijk,jkif->nrcf", windows[:, ::stride, ::stride], kernels)


@misconception(
    "conv_layer",
    hint="The last two axes of the kernels are channel, then feature map. With as many maps as "
    "channels the other order runs without an error, but it is wrong.",
)
def channels_and_maps_swapped(images, kernels, biases, stride=1, padding=0):
    p = padding
    padded = np.pad(images, ((0, 0), (p, p), (p, p), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], axis=(1, 2))
    turned = kernels.reshape(*kernels.shape[:2], kernels.shape[3], kernels.shape[2])
    turned = turned.swapaxes(2, 3)
    return np.einsum("nrcijk,jkif->nrcf", windows[:, ::stride, ::stride], turned) + biases


@misconception(
    "conv_layer",
    hint="Return the pre-activations: the activation is not part of this function.",
)
def adds_a_relu(images, kernels, biases, stride=1, padding=0):
    p = padding
    padded = np.pad(images, ((0, 0), (p, p), (p, p), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], axis=(1, 2))
    sums = np.einsum("nrcijk,jkif->nrcf", windows[:, ::stride, ::stride], kernels) + biases
    return np.maximum(sums, 0)


@variant("conv_layer")
def map_by_map(images, kernels, biases, stride=1, padding=0):
    maps = []
    for image in images:
        own = []
        for f in range(kernels.shape[3]):
            found = sum(
                np.asarray(correlate2d(image[..., i], kernels[:, :, i, f], stride, padding))
                for i in range(images.shape[3])
            )
            own.append(found + biases[f])
        maps.append(np.stack(own, axis=-1))
    return np.stack(maps)


# --- max_pool2d ------------------------------------------------------------------------------


@misconception(
    "max_pool2d",
    hint="Your squares overlap: the next square starts where the last one ends, `size` pixels further.",
)
def squares_overlap(maps, size=2):
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(1, 2))
    return windows.max(axis=(-2, -1))


@misconception(
    "max_pool2d",
    hint="That is average pooling. Keep the largest number of each square.",
)
def takes_the_average(maps, size=2):
    n, height, width, channels = maps.shape
    r, c = height // size, width // size
    cut = maps[:, : r * size, : c * size].reshape(n, r, size, c, size, channels)
    return cut.mean(axis=(2, 4))


@misconception(
    "max_pool2d",
    hint="Your search for the largest number starts at zero; if all numbers of a square are "
    "negative, the result is wrong.",
)
def starts_from_zero(maps, size=2):
    n, height, width, channels = maps.shape
    pooled = np.zeros((n, height // size, width // size, channels))
    for r, c in np.ndindex(height // size, width // size):
        square = maps[:, r * size : r * size + size, c * size : c * size + size]
        pooled[:, r, c] = np.maximum(pooled[:, r, c], square.max(axis=(1, 2)))
    return pooled


@misconception(
    "max_pool2d",
    hint="Pool each feature map separately: the length of the last axis does not change.",
)
def pools_over_the_maps(maps, size=2):
    n, height, width, channels = maps.shape
    r, c = height // size, width // size
    cut = maps[:, : r * size, : c * size].reshape(n, r, size, c, size, channels)
    return np.repeat(cut.max(axis=(2, 4, 5))[..., None], channels, axis=-1)


@misconception(
    "max_pool2d",
    hint="Rows and columns that do not fill a square are dropped; you pooled them, too.",
)
def keeps_what_is_left_over(maps, size=2):
    n, height, width, channels = maps.shape
    rows, columns = -(-height // size), -(-width // size)
    padded = np.full((n, rows * size, columns * size, channels), -np.inf)
    padded[:, :height, :width] = maps
    return padded.reshape(n, rows, size, columns, size, channels).max(axis=(2, 4))


@variant("max_pool2d")
def every_nth_of_shifted_copies(maps, size=2):
    rows, columns = maps.shape[1] // size, maps.shape[2] // size
    copies = [
        maps[:, y : rows * size : size, x : columns * size : size]
        for y in range(size)
        for x in range(size)
    ]
    return np.max(copies, axis=0).astype("float32")


# --- max_pool2d_backward ---------------------------------------------------------------------


@misconception(
    "max_pool2d_backward",
    hint="That is the gradient of average pooling: every pixel gets a part. In max-pooling only the "
    "largest pixel determines the output.",
)
def spreads_evenly(grad_pooled, maps, size=2):
    grad_maps = np.zeros(maps.shape)
    spread = grad_pooled.repeat(size, axis=1).repeat(size, axis=2) / size**2
    grad_maps[:, : spread.shape[1], : spread.shape[2]] = spread
    return grad_maps


@misconception(
    "max_pool2d_backward",
    hint="Where several pixels of a square are tied, you give the whole gradient to each of them: "
    "it is counted more than once.",
)
def every_tie_gets_all(grad_pooled, maps, size=2):
    grad_maps = np.zeros(maps.shape)
    rows, columns = grad_pooled.shape[1:3]
    for r, c in np.ndindex(rows, columns):
        here = np.s_[:, r * size : r * size + size, c * size : c * size + size]
        mask = maps[here] == maps[here].max(axis=(1, 2), keepdims=True)
        grad_maps[here] = mask * grad_pooled[:, r : r + 1, c : c + 1]
    return grad_maps


@misconception(
    "max_pool2d_backward",
    hint="That marks the largest pixel of each square with 1. The chain rule has a second factor: "
    "the gradient with respect to the output.",
)
def marks_only(grad_pooled, maps, size=2):
    grad_maps = np.zeros(maps.shape)
    for n, r, c, f in np.ndindex(grad_pooled.shape):
        square = maps[n, r * size : (r + 1) * size, c * size : (c + 1) * size, f]
        down, right = np.unravel_index(square.argmax(), square.shape)
        grad_maps[n, r * size + down, c * size + right, f] = 1.0
    return grad_maps


@misconception(
    "max_pool2d_backward",
    hint="Your gradient always goes to the first pixel of a square. It belongs to the pixel that was "
    "the largest in the forward pass.",
)
def always_the_corner(grad_pooled, maps, size=2):
    grad_maps = np.zeros(maps.shape)
    rows, columns = grad_pooled.shape[1:3]
    grad_maps[:, : rows * size : size, : columns * size : size] = grad_pooled
    return grad_maps


@variant("max_pool2d_backward")
def shares_among_ties(grad_pooled, maps, size=2):
    grad_maps = np.zeros(maps.shape)
    rows, columns = grad_pooled.shape[1:3]
    for r, c in np.ndindex(rows, columns):
        here = np.s_[:, r * size : r * size + size, c * size : c * size + size]
        mask = maps[here] == maps[here].max(axis=(1, 2), keepdims=True)
        share = grad_pooled[:, r, c] / mask.sum(axis=(1, 2))
        grad_maps[here] = mask * share[:, None, None]
    return grad_maps


# --- build_lenet -----------------------------------------------------------------------------


@misconception(
    "build_lenet",
    hint="Your convolution uses padding: its feature map is as large as the image. Without padding "
    "28 becomes 24.",
)
def pads_to_the_same_size(image_shape=(28, 28, 1), n_classes=10):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(20, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )


@misconception(
    "build_lenet",
    hint="The convolution has no activation: add ReLU.",
)
def convolution_without_relu(image_shape=(28, 28, 1), n_classes=10):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(20, 5),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )


@misconception(
    "build_lenet",
    hint="Your outputs are logits. The exercise asks for probabilities: the last activation is softmax.",
)
def answers_with_logits(image_shape=(28, 28, 1), n_classes=10):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(20, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(n_classes),
        ]
    )


@misconception(
    "build_lenet",
    hint="Your network has no convolutional layer: a dense layer with about as many weights does not "
    "replace it.",
)
def dense_layers_only(image_shape=(28, 28, 1), n_classes=10):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Flatten(),
            layers.Dense(365, activation="relu"),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )


@misconception(
    "build_lenet",
    hint="Your pooling computes averages; the lesson's network uses max-pooling.",
)
def average_pooling(image_shape=(28, 28, 1), n_classes=10):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Conv2D(20, 5, activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )


@variant("build_lenet")
def functional(image_shape=(28, 28, 1), n_classes=10):
    layers = keras.layers
    inputs = keras.Input(image_shape)
    x = layers.Conv2D(20, (5, 5))(inputs)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D((2, 2), strides=2)(x)
    x = layers.Flatten()(x)
    x = layers.ReLU()(layers.Dense(100)(x))
    x = layers.Dropout(0.4)(x)
    return keras.Model(inputs, layers.Softmax()(layers.Dense(n_classes)(x)))


# --- augment ---------------------------------------------------------------------------------


@misconception(
    "augment",
    hint="Pixels shifted over one edge come in at the opposite one: np.roll is circular.",
)
def rolls_around(images, labels, rng, max_shift=2, max_angle=10.0):
    n = len(images)
    turned = rotate(images, rng.uniform(-max_angle, max_angle, n)) if max_angle else images
    shifts = rng.integers(-max_shift, max_shift + 1, (n, 2))
    return np.stack(
        [np.roll(one, tuple(s), (0, 1)) for one, s in zip(turned, shifts, strict=True)]
    ), labels


@misconception(
    "augment",
    hint="You draw one shift and one angle for all images. Draw them for each image.",
)
def one_shift_for_all(images, labels, rng, max_shift=2, max_angle=10.0):
    m, (height, width) = max_shift, images.shape[1:]
    turned = rotate(images, rng.uniform(-max_angle, max_angle)) if max_angle else images
    padded = np.pad(turned, ((0, 0), (m, m), (m, m)))
    r, c = rng.integers(0, 2 * m + 1, 2)
    return padded[:, r : r + height, c : c + width], labels


@misconception(
    "augment",
    hint="The largest shift down or right never occurs: rng.integers excludes its second argument.",
)
def never_the_largest_shift(images, labels, rng, max_shift=2, max_angle=10.0):
    m, n, (height, width) = max_shift, len(images), images.shape[1:]
    turned = rotate(images, rng.uniform(-max_angle, max_angle, n)) if max_angle else images
    padded = np.pad(turned, ((0, 0), (m, m), (m, m)))
    shifts = rng.integers(-m, max(m, 1 - m), (n, 2)) if m else np.zeros((n, 2), int)
    return np.stack(
        [
            one[m - r : m - r + height, m - c : m - c + width]
            for one, (r, c) in zip(padded, shifts, strict=True)
        ]
    ), labels


@misconception(
    "augment",
    hint="Every call gives the same images, because you create your own generator. Use the rng that "
    "is passed in.",
)
def a_generator_of_its_own(images, labels, rng, max_shift=2, max_angle=10.0):
    rng = np.random.default_rng(0)
    m, n, (height, width) = max_shift, len(images), images.shape[1:]
    turned = rotate(images, rng.uniform(-max_angle, max_angle, n)) if max_angle else images
    padded = np.pad(turned, ((0, 0), (m, m), (m, m)))
    starts = rng.integers(0, 2 * m + 1, (n, 2))
    return np.stack(
        [one[r : r + height, c : c + width] for one, (r, c) in zip(padded, starts, strict=True)]
    ), labels


@misconception(
    "augment",
    hint="Your images rotate in one direction only: draw angles from -max_angle to max_angle.",
)
def turns_one_way(images, labels, rng, max_shift=2, max_angle=10.0):
    m, n, (height, width) = max_shift, len(images), images.shape[1:]
    turned = rotate(images, rng.uniform(0, max_angle, n)) if max_angle else images
    padded = np.pad(turned, ((0, 0), (m, m), (m, m)))
    starts = rng.integers(0, 2 * m + 1, (n, 2))
    return np.stack(
        [one[r : r + height, c : c + width] for one, (r, c) in zip(padded, starts, strict=True)]
    ), labels


@misconception(
    "augment",
    hint="You shuffled the images but not the labels: keep the order.",
)
def shuffles_images_alone(images, labels, rng, max_shift=2, max_angle=10.0):
    m, n, (height, width) = max_shift, len(images), images.shape[1:]
    turned = rotate(images, rng.uniform(-max_angle, max_angle, n)) if max_angle else images
    padded = np.pad(turned, ((0, 0), (m, m), (m, m)))
    starts = rng.integers(0, 2 * m + 1, (n, 2))
    moved = np.stack(
        [one[r : r + height, c : c + width] for one, (r, c) in zip(padded, starts, strict=True)]
    )
    order = rng.permutation(n)
    return moved, labels[order]


@variant("augment")
def one_after_another(images, labels, rng, max_shift=2, max_angle=10.0):
    new = np.zeros(images.shape, "float32")
    height, width = images.shape[1:]
    for i, image in enumerate(images):
        turned = rotate(image[None], rng.uniform(-max_angle, max_angle))[0]
        down = int(rng.integers(-max_shift, max_shift, endpoint=True))
        right = int(rng.integers(-max_shift, max_shift, endpoint=True))
        for r in range(height):
            for c in range(width):
                if 0 <= r - down < height and 0 <= c - right < width:
                    new[i, r, c] = turned[r - down, c - right]
    return new, np.array(labels)


# --- train_convnet ---------------------------------------------------------------------------


@misconception(
    "train_convnet",
    hint="Your network was trained on the original images only, and its accuracy on shifted digits is "
    "low: call augment anew in every epoch.",
)
def without_augmentation(images, labels, rng, epochs=30):
    keras.utils.set_random_seed(int(rng.integers(1_000_000)))
    model = build_lenet((*images.shape[1:], 1), 10)
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    model.fit(images[..., None] / 255, labels, batch_size=32, epochs=12, verbose=0)
    return model


@misconception(
    "train_convnet",
    hint="Your network has no convolutional layer: the exercise asks for a ConvNet.",
)
def a_dense_network(images, labels, rng, epochs=30):
    keras.utils.set_random_seed(int(rng.integers(1_000_000)))
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((*images.shape[1:], 1)),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    for _ in range(10):
        new, same = augment(images / 255, labels, rng)
        model.fit(new[..., None], same, batch_size=32, verbose=0)
    return model


@misconception(
    "train_convnet",
    hint="In every epoch you shuffle the images but not the labels.",
)
def shuffles_without_the_labels(images, labels, rng, epochs=30):
    keras.utils.set_random_seed(int(rng.integers(1_000_000)))
    model = build_lenet((*images.shape[1:], 1), 10)
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    for _ in range(5):
        new, same = augment(images / 255, labels, rng)
        model.fit(new[rng.permutation(len(new))][..., None], same, batch_size=32, verbose=0)
    return model


@misconception(
    "train_convnet",
    hint="The network that you return still has its initial weights: train it.",
)
def returns_it_untrained(images, labels, rng, epochs=30):
    return build_lenet((*images.shape[1:], 1), 10)


@variant("train_convnet")
def two_convolutions_and_dropout(images, labels, rng, epochs=30):
    keras.utils.set_random_seed(int(rng.integers(1_000_000)))
    layers = keras.layers
    inputs = keras.Input((*images.shape[1:], 1))
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(x))
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dropout(0.3)(x)))
    rate = keras.optimizers.schedules.CosineDecay(0.003, 15 * -(-len(images) // 32))
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    for _ in range(15):
        new, same = augment(images / 255, labels, rng)
        model.fit(np.asarray(new)[..., None], same, batch_size=32, verbose=0)
    return model


# --- confusion_matrix ------------------------------------------------------------------------


@misconception(
    "confusion_matrix",
    hint="Rows and columns are exchanged: a row is a true class, a column a predicted class.",
)
def rows_and_columns_swapped(labels, predicted, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for label, choice in zip(labels, predicted, strict=True):
        matrix[choice, label] += 1
    return matrix


@misconception(
    "confusion_matrix",
    hint="`matrix[labels, predicted] += 1` counts each pair only once, however often it occurs.",
)
def counts_each_pair_once(labels, predicted, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    matrix[labels, predicted] += 1
    return matrix


@misconception(
    "confusion_matrix",
    hint="The matrix has a row and a column for every class, also for those that do not occur.",
)
def only_classes_that_occur(labels, predicted, n_classes):
    seen = sorted({*labels.tolist(), *predicted.tolist()})
    pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
    return np.array([[pairs.count((i, j)) for j in seen] for i in seen])


@misconception(
    "confusion_matrix",
    hint="Return counts; your rows are divided by their sums.",
)
def parts_instead_of_counts(labels, predicted, n_classes):
    matrix = np.zeros((n_classes, n_classes))
    for label, choice in zip(labels, predicted, strict=True):
        matrix[label, choice] += 1
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


@variant("confusion_matrix")
def adds_at(labels, predicted, n_classes):
    matrix = np.zeros((n_classes, n_classes))
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


# --- worst_mistakes --------------------------------------------------------------------------


@misconception(
    "worst_mistakes",
    hint="Your result contains correct predictions: first find the errors, then sort them.",
)
def right_answers_too(model, images, labels, n):
    p = model.predict(images, verbose=0)
    return np.argsort(-p.max(axis=1))[:n]


@misconception(
    "worst_mistakes",
    hint="Your order is reversed: you begin with the least confident error.",
)
def least_sure_first(model, images, labels, n):
    p = model.predict(images, verbose=0)
    wrong = np.flatnonzero(p.argmax(axis=1) != labels)
    return wrong[np.argsort(p[wrong].max(axis=1))][:n]


@misconception(
    "worst_mistakes",
    hint="You return positions in the list of errors. Return indices into `images`.",
)
def places_among_the_mistakes(model, images, labels, n):
    p = model.predict(images, verbose=0)
    wrong = np.flatnonzero(p.argmax(axis=1) != labels)
    return np.argsort(-p[wrong].max(axis=1))[:n]


@misconception(
    "worst_mistakes",
    hint="You sort by the probability of the true class, lowest first. With more than two classes "
    "that is another order: sort by the probability of the wrong answer.",
)
def by_the_right_class(model, images, labels, n):
    p = model.predict(images, verbose=0)
    wrong = np.flatnonzero(p.argmax(axis=1) != labels)
    return wrong[np.argsort(p[wrong, labels[wrong]])][:n]


@variant("worst_mistakes")
def sorts_a_list(model, images, labels, n):
    p = np.asarray(model(images))
    found = [(float(row.max()), i) for i, row in enumerate(p) if row.argmax() != labels[i]]
    return [i for _, i in sorted(found, reverse=True)[:n]]


# --- transfer --------------------------------------------------------------------------------


@misconception(
    "transfer",
    hint="The layers of the base were trained, too: the features that they learned from shifted "
    "images are overwritten by training on fifty centered ones. Freeze them before compile.",
)
def leaves_the_base_trainable(base, images, labels, n_classes, epochs=40):
    model = keras.Sequential(
        [
            keras.Input(base.input_shape[1:]),
            *base.layers[:-1],
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=10, epochs=5, verbose=0)
    return model


@misconception(
    "transfer",
    hint="You kept the base's last layer, and your new layer uses the probabilities of the old "
    "classes. Remove the last layer and use the output of the one before it.",
)
def on_top_of_the_old_answers(base, images, labels, n_classes, epochs=40):
    base.trainable = False
    model = keras.Sequential(
        [
            keras.Input(base.input_shape[1:]),
            base,
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=10, epochs=5, verbose=0)
    return model


@misconception(
    "transfer",
    hint="Your network has the base's layers but not its weights: clone_model initializes them anew.",
)
def clones_without_weights(base, images, labels, n_classes, epochs=40):
    copy = keras.models.clone_model(base)
    features = keras.Sequential([keras.Input(base.input_shape[1:]), *copy.layers[:-1]])
    features.trainable = False
    model = keras.Sequential(
        [
            keras.Input(base.input_shape[1:]),
            features,
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=10, epochs=5, verbose=0)
    return model


@misconception(
    "transfer",
    hint="The new layer was never trained: its accuracy is that of guessing.",
)
def head_not_trained(base, images, labels, n_classes, epochs=40):
    features = keras.Sequential([keras.Input(base.input_shape[1:]), *base.layers[:-1]])
    features.trainable = False
    model = keras.Sequential(
        [
            keras.Input(base.input_shape[1:]),
            features,
            keras.layers.Dense(n_classes, activation="softmax", kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model


@variant("transfer")
def functional_without_training_mode(base, images, labels, n_classes, epochs=40):
    keras.utils.set_random_seed(2)
    for layer in base.layers:
        layer.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = inputs
    for layer in base.layers[:-1]:
        x = layer(x, training=False) if "norm" in layer.name else layer(x)
    model = keras.Model(inputs, keras.layers.Dense(n_classes, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=16, epochs=epochs, verbose=0)
    return model
