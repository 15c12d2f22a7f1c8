"""Known answers of week 2: wrong ones, each with a hint for its author, and right ones."""

import itertools

import numpy as np

from autograder.course.known_answers import misconception, variant


# --- dense_forward ---------------------------------------------------------------------------


@misconception(
    "dense_forward",
    hint="The shape of W is (n_inputs, n_outputs) already: a unit is a column of W. Do not transpose "
    "it.",
)
def weights_transposed(X, W, b):
    return X @ W.T + b


@misconception("dense_forward", hint="The biases are missing from the pre-activations.")
def no_bias(X, W, b):
    return X @ W


@misconception(
    "dense_forward",
    hint="A bias belongs to a unit, that is, to a column of Z; you add it to a row, an example.",
)
def a_bias_for_each_example(X, W, b):
    return X @ W + np.resize(b, len(X))[:, None]


@misconception(
    "dense_forward",
    hint="Return the pre-activations: the activation function is a separate part and comes later.",
)
def bends_at_once(X, W, b):
    return np.maximum(X @ W + b, 0)


@variant("dense_forward")
def one_example_after_another(X, W, b):
    Z = np.empty((len(X), len(b)))
    for n, x in enumerate(X):
        Z[n] = x @ W + b
    return Z


@variant("dense_forward")
def in_single_precision(X, W, b):
    return X.astype(np.float32) @ W.astype(np.float32) + b.astype(np.float32)


# --- gradient_check --------------------------------------------------------------------------


@misconception(
    "gradient_check",
    replaces="numerical_gradient",
    hint="You stepped to one side only. Step to both sides: the error then shrinks with h squared "
    "instead of h.",
)
def one_sided(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x)) / h
    return gradient


@misconception(
    "gradient_check",
    replaces="numerical_gradient",
    hint="The distance from x - h to x + h is not h. By what must you divide the difference?",
)
def divides_by_half_the_distance(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / h
    return gradient


@misconception(
    "gradient_check",
    replaces="numerical_gradient",
    hint="Before you change the next coordinate, set the last one back to its old value.",
)
def leaves_coordinates_moved(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        gradient[index] = (above - f(x)) / (2 * h)
    return gradient


@misconception(
    "gradient_check",
    replaces="numerical_gradient",
    hint="x may be a matrix, or have more axes: loop over every entry, not over every row.",
)
def only_for_vectors(f, x, h=1e-5):
    steps = h * np.eye(len(x))
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps])


@misconception(
    "gradient_check",
    replaces="gradient_check",
    hint="A difference of 0.001 is large for a gradient of length 0.001 and tiny for one of length "
    "1000: the error has to be relative.",
)
def absolute_error(f, x, gradient, h=1e-5):
    return float(np.linalg.norm(gradient - numerical_gradient(f, x, h)))


@misconception(
    "gradient_check",
    replaces="gradient_check",
    hint="You compare the lengths of the two gradients. Two gradients of equal length can point in "
    "opposite directions: take the difference first, then its norm.",
)
def compares_lengths(f, x, gradient, h=1e-5):
    ours, theirs = np.linalg.norm(gradient), np.linalg.norm(numerical_gradient(f, x, h))
    return float(abs(ours - theirs) / (ours + theirs)) if ours + theirs > 0 else 0.0


@variant("gradient_check", replaces="numerical_gradient")
def moves_and_puts_back(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.empty_like(x)
    for index, here in np.ndenumerate(x.copy()):
        x[index] = here + h
        above = f(x)
        x[index] = here - h
        below = f(x)
        x[index] = here
        gradient[index] = (above - below) / (2 * h)
    return gradient


# --- dense_backward --------------------------------------------------------------------------


@misconception(
    "dense_backward",
    hint="Your grad_W is transposed: it needs the shape of W, (n_inputs, n_outputs).",
)
def weight_gradient_transposed(grad_Z, X, W):
    return grad_Z @ W.T, grad_Z.T @ X, grad_Z.sum(axis=0)


@misconception(
    "dense_backward",
    hint="All examples use the same bias, so its gradient is a sum over the examples. Which axis of "
    "grad_Z counts the examples?",
)
def bias_gradient_not_summed(grad_Z, X, W):
    return grad_Z @ W.T, X.T @ grad_Z, grad_Z


@misconception(
    "dense_backward",
    hint="grad_Z already contains the division by the batch size, from the mean in the loss. You "
    "divide a second time.",
)
def divides_by_the_batch_again(grad_Z, X, W):
    n = len(X)
    return grad_Z @ W.T, X.T @ grad_Z / n, grad_Z.sum(axis=0) / n


@misconception(
    "dense_backward",
    hint="The three gradients are right, but their order is not: the first must be grad_X.",
)
def in_another_order(grad_Z, X, W):
    return X.T @ grad_Z, grad_Z.sum(axis=0), grad_Z @ W.T


@misconception(
    "dense_backward",
    hint="You summed grad_b over the wrong axis: it needs one number per unit, not per example.",
)
def sums_over_the_units(grad_Z, X, W):
    return grad_Z @ W.T, X.T @ grad_Z, grad_Z.sum(axis=1)


@misconception(
    "dense_backward",
    hint="grad_X depends on the weights of each input: W is missing from it.",
)
def input_gradient_without_weights(grad_Z, X, W):
    return np.repeat(grad_Z.sum(axis=1)[:, None], len(W), axis=1), X.T @ grad_Z, grad_Z.sum(axis=0)


@variant("dense_backward")
def example_by_example(grad_Z, X, W):
    grad_X, grad_W, grad_b = np.zeros(X.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n in range(len(X)):
        grad_X[n] = W @ grad_Z[n]
        grad_W += np.outer(X[n], grad_Z[n])
        grad_b += grad_Z[n]
    return [grad_X, grad_W, grad_b]


@variant("dense_backward")
def backward_in_single_precision(grad_Z, X, W):
    grad_Z, X, W = (array.astype(np.float32) for array in (grad_Z, X, W))
    return grad_Z @ W.T, X.T @ grad_Z, grad_Z.sum(axis=0)


# --- relu_backward ---------------------------------------------------------------------------


@misconception(
    "relu_backward",
    hint="Your mask uses the sign of the gradient. Whether the gradient passes depends on the sign of "
    "Z.",
)
def mask_from_the_gradient(grad_A, Z):
    return grad_A * (grad_A > 0)


@misconception(
    "relu_backward",
    hint="That is the derivative of the ReLU only. The chain rule has a second factor: grad_A.",
)
def slope_only(grad_A, Z):
    return (Z > 0).astype(float)


@misconception(
    "relu_backward",
    hint="You multiplied by the value of the ReLU. The chain rule needs its derivative, 0 or 1.",
)
def value_for_slope(grad_A, Z):
    return grad_A * np.maximum(Z, 0)


@misconception(
    "relu_backward",
    hint="The numbers are right, but you wrote them into the caller's grad_A: create a new array.",
)
def overwrites_the_gradient(grad_A, Z):
    grad_A[Z <= 0] = 0
    return grad_A


@misconception(
    "relu_backward",
    hint="Look at a pre-activation of exactly zero: the docstring says that the result is 0 there.",
)
def lets_zero_pass(grad_A, Z):
    return grad_A * (Z >= 0)


@variant("relu_backward")
def with_where(grad_A, Z):
    return np.where(Z > 0, grad_A, 0.0)


@variant("relu_backward")
def relu_entry_by_entry(grad_A, Z):
    grad_Z = np.zeros(Z.shape)
    for n in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            if Z[n, j] > 0:
                grad_Z[n, j] = grad_A[n, j]
    return grad_Z


# --- tanh_backward ---------------------------------------------------------------------------


@misconception(
    "tanh_backward",
    hint="1 - (…)² is the right form, but you must square the output of tanh; Z is its input.",
)
def takes_input_for_output(grad_A, Z):
    return grad_A * (1 - Z**2)


@misconception("tanh_backward", hint="The derivative is 1 - tanh²: the square is missing.")
def forgets_the_square(grad_A, Z):
    return grad_A * (1 - np.tanh(Z))


@misconception(
    "tanh_backward",
    hint="That is the derivative of tanh only. The chain rule has a second factor: grad_A.",
)
def drops_what_arrived(grad_A, Z):
    return 1 - np.tanh(Z) ** 2


@misconception(
    "tanh_backward",
    hint="a (1 - a) is the derivative of the sigmoid. At the origin the derivative of tanh is 1, four "
    "times as large as the sigmoid's.",
)
def slope_of_the_logistic(grad_A, Z):
    A = np.tanh(Z)
    return grad_A * A * (1 - A)


@variant("tanh_backward")
def with_exponentials(grad_A, Z):
    power = np.exp(-2 * np.abs(Z))
    return grad_A * 4 * power / (1 + power) ** 2


@variant("tanh_backward")
def tanh_entry_by_entry(grad_A, Z):
    grad_Z = np.zeros(Z.shape)
    for n in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            grad_Z[n, j] = grad_A[n, j] * (1 - np.tanh(Z[n, j]) ** 2)
    return grad_Z


# --- softmax ---------------------------------------------------------------------------------


@misconception(
    "softmax",
    hint="Your columns sum to 1. An example is a row: normalize over the axis of the classes.",
)
def over_the_batch(logits):
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


@misconception(
    "softmax",
    hint="exp(1000) overflows. Adding a number to the whole row changes no probability: shift each "
    "row before exp.",
)
def overflows(logits):
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)


@misconception(
    "softmax",
    hint="You shifted all rows by the largest logit of the whole batch. In a row far below it all "
    "exponentials become 0: shift each row by its own largest logit.",
)
def one_shift_for_all_rows(logits):
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits.max())
        return powers / powers.sum(axis=1, keepdims=True)


@misconception(
    "softmax",
    hint="All your probabilities together sum to 1. Each row must: give np.sum an axis.",
)
def over_everything(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


@misconception(
    "softmax",
    hint="The probabilities are right, but the caller's logits have changed: -= works in place.",
)
def shifts_in_place(logits):
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


@misconception(
    "softmax",
    hint="Dividing by the sum does not make negative logits positive: the exponential is missing.",
)
def divides_the_logits(logits):
    with np.errstate(all="ignore"):
        return logits / logits.sum(axis=1, keepdims=True)


@variant("softmax")
def row_by_row(logits):
    rows = []
    for row in np.asarray(logits).tolist():
        powers = [np.exp(z - max(row)) for z in row]
        rows.append([power / sum(powers) for power in powers])
    return np.array(rows)


@variant("softmax")
def through_logarithms(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


# --- cross_entropy ---------------------------------------------------------------------------


@misconception("cross_entropy", hint="The loss is a mean over the examples; yours is a sum.")
def summed_surprise(P, y):
    return -np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)).sum()


@misconception(
    "cross_entropy",
    hint="The logarithm of a probability is negative, a loss is not: check the sign.",
)
def without_the_minus(P, y):
    return np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)).mean()


@misconception(
    "cross_entropy",
    hint="A right class with probability exactly 0 makes your loss infinite: count probabilities "
    "below 1e-12 as 1e-12.",
)
def infinite_at_zero(P, y):
    with np.errstate(all="ignore"):
        return -np.log(P[np.arange(len(y)), y]).mean()


@misconception(
    "cross_entropy",
    hint="The mean is over the examples; you divided by the number of all entries.",
)
def mean_over_all_entries(P, y):
    one_hot = np.eye(P.shape[1])[y]
    return -(one_hot * np.log(np.maximum(P, 1e-12))).mean()


@misconception(
    "cross_entropy",
    hint="P[:, y] takes all the columns in y for every row. You need one entry per row.",
)
def columns_for_entries(P, y):
    return -np.log(np.maximum(P[:, y], 1e-12)).mean()


@variant("cross_entropy")
def with_one_hot(P, y):
    one_hot = np.eye(np.shape(P)[1])[np.asarray(y)]
    return -np.sum(one_hot * np.log(np.clip(P, 1e-12, None))) / len(y)


@variant("cross_entropy")
def surprise_by_surprise(P, y):
    total = 0.0
    for row, label in zip(P, y, strict=True):
        total -= np.log(max(row[label], 1e-12))
    return np.float32(total / len(y))


# --- softmax_cross_entropy_backward ----------------------------------------------------------


@misconception(
    "softmax_cross_entropy_backward",
    hint="p - y is the gradient for one example. The loss is a mean over the batch: divide by its "
    "size.",
)
def sum_for_mean(P, y):
    grad_logits = P.copy()
    grad_logits[np.arange(len(y)), y] -= 1
    return grad_logits


@misconception(
    "softmax_cross_entropy_backward",
    hint="The sign is wrong: a step against the gradient must increase the logit of the right class.",
)
def uphill(P, y):
    return (np.eye(P.shape[1])[y] - P) / len(y)


@misconception(
    "softmax_cross_entropy_backward",
    hint="The result is right, but you subtracted inside the caller's P: work on a copy.",
)
def subtracts_in_place(P, y):
    P[np.arange(len(y)), y] -= 1
    return P / len(y)


@misconception(
    "softmax_cross_entropy_backward",
    hint="The extra p (1 - p) belongs to a squared error. With cross-entropy it cancels.",
)
def slope_left_over(P, y):
    return P * (1 - P) * (P - np.eye(P.shape[1])[y]) / len(y)


@misconception(
    "softmax_cross_entropy_backward",
    hint="You divided by the number of entries; the mean is over the examples only.",
)
def divides_by_all_entries(P, y):
    return (P - np.eye(P.shape[1])[y]) / P.size


@misconception(
    "softmax_cross_entropy_backward",
    hint="-1/p at the right class is the gradient with respect to the probabilities. The derivative "
    "of softmax is missing.",
)
def stops_at_the_probabilities(P, y):
    return -np.eye(P.shape[1])[y] / np.maximum(P, 1e-12) / len(y)


@variant("softmax_cross_entropy_backward")
def with_targets(P, y):
    return (P - np.eye(P.shape[1])[y]) / len(y)


@variant("softmax_cross_entropy_backward")
def entry_by_entry(P, y):
    n, k = np.shape(P)
    return np.array([[(P[i, j] - (j == y[i])) / n for j in range(k)] for i in range(n)])


# --- initialize ------------------------------------------------------------------------------


@misconception(
    "initialize",
    hint="n_in is the number of inputs of the layer; you used the number of its units.",
)
def counts_the_wrong_side(sizes, activation, rng):
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        variance = 2 / n_outputs if activation == "relu" else 2 / (n_inputs + n_outputs)
        parameters += [
            rng.normal(scale=np.sqrt(variance), size=(n_inputs, n_outputs)),
            np.zeros(n_outputs),
        ]
    return parameters


@misconception(
    "initialize",
    hint="The recipe gives a variance. NumPy's `scale` is a standard deviation.",
)
def variance_for_spread(sizes, activation, rng):
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        variance = 2 / n_inputs if activation == "relu" else 2 / (n_inputs + n_outputs)
        parameters += [rng.normal(scale=variance, size=(n_inputs, n_outputs)), np.zeros(n_outputs)]
    return parameters


@misconception(
    "initialize",
    hint="With equal weights all units of a layer compute the same and stay equal: draw random "
    "weights.",
)
def all_zeros(sizes, activation, rng):
    return [
        array
        for n_inputs, n_outputs in itertools.pairwise(sizes)
        for array in (np.zeros((n_inputs, n_outputs)), np.zeros(n_outputs))
    ]


@misconception(
    "initialize",
    hint="You use He's recipe for every activation function: tanh needs Xavier's.",
)
def he_for_everything(sizes, activation, rng):
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        W = rng.normal(size=(n_inputs, n_outputs)) * np.sqrt(2 / n_inputs)
        parameters += [W, np.zeros(n_outputs)]
    return parameters


@misconception(
    "initialize",
    hint="You create a new generator for every layer, so all layers get the same numbers: keep "
    "drawing from the one that is passed in.",
)
def starts_anew_for_each_layer(sizes, activation, rng):
    seed = int(rng.integers(1 << 30))
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        variance = 2 / n_inputs if activation == "relu" else 2 / (n_inputs + n_outputs)
        draw = np.random.default_rng(seed).normal(size=(n_inputs, n_outputs))
        parameters += [draw * np.sqrt(variance), np.zeros(n_outputs)]
    return parameters


@misconception(
    "initialize",
    hint="The weights are right; the biases should start at zero.",
)
def random_biases(sizes, activation, rng):
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        deviation = np.sqrt(2 / n_inputs if activation == "relu" else 2 / (n_inputs + n_outputs))
        parameters += [
            rng.normal(scale=deviation, size=(n_inputs, n_outputs)),
            rng.normal(scale=deviation, size=n_outputs),
        ]
    return parameters


@misconception(
    "initialize",
    hint="Your weights come from NumPy's global generator: equal rng must give equal networks.",
)
def global_generator(sizes, activation, rng):
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        variance = 2 / n_inputs if activation == "relu" else 2 / (n_inputs + n_outputs)
        W = np.random.randn(n_inputs, n_outputs) * np.sqrt(variance)
        parameters += [W, np.zeros(n_outputs)]
    return parameters


@variant("initialize")
def uniform_weights(sizes, activation, rng):
    parameters = []
    for layer in range(len(sizes) - 1):
        n_inputs, n_outputs = sizes[layer], sizes[layer + 1]
        variance = 2 / n_inputs if activation == "relu" else 2 / (n_inputs + n_outputs)
        limit = np.sqrt(3 * variance)
        W = rng.uniform(-limit, limit, (n_inputs, n_outputs)).astype(np.float32)
        parameters.extend((W, np.zeros(n_outputs, np.float32)))
    return tuple(parameters)


# --- sgd_momentum_step -----------------------------------------------------------------------


@misconception(
    "sgd_momentum_step",
    hint="You multiply the gradient by 1 - momentum, as Adam does. Here it is multiplied by the "
    "learning rate only.",
)
def running_mean(parameters, gradients, velocities, learning_rate, momentum):
    velocities = [
        momentum * v - (1 - momentum) * learning_rate * g
        for v, g in zip(velocities, gradients, strict=True)
    ]
    return [p + v for p, v in zip(parameters, velocities, strict=True)], velocities


@misconception(
    "sgd_momentum_step",
    hint="You moved the parameters by the old velocity. Update the velocity first, then move.",
)
def moves_by_the_old_velocity(parameters, gradients, velocities, learning_rate, momentum):
    moved = [p + v for p, v in zip(parameters, velocities, strict=True)]
    velocities = [
        momentum * v - learning_rate * g for v, g in zip(velocities, gradients, strict=True)
    ]
    return moved, velocities


@misconception(
    "sgd_momentum_step",
    hint="Your step goes uphill: subtract the gradient from the velocity.",
)
def climbs(parameters, gradients, velocities, learning_rate, momentum):
    velocities = [
        momentum * v + learning_rate * g for v, g in zip(velocities, gradients, strict=True)
    ]
    return [p + v for p, v in zip(parameters, velocities, strict=True)], velocities


@misconception(
    "sgd_momentum_step",
    hint="The numbers are right, but the caller's lists or arrays have changed, too: do not assign to "
    "entries of those lists, and do not use += or *= on their arrays.",
)
def steps_in_place(parameters, gradients, velocities, learning_rate, momentum):
    for p, g, v in zip(parameters, gradients, velocities, strict=True):
        v *= momentum
        v -= learning_rate * g
        p += v
    return parameters, velocities


@misconception(
    "sgd_momentum_step",
    hint="The old velocity is missing: without it this is plain gradient descent.",
)
def forgets_the_velocity(parameters, gradients, velocities, learning_rate, momentum):
    velocities = [-learning_rate * g for g in gradients]
    return [p + v for p, v in zip(parameters, velocities, strict=True)], velocities


@variant("sgd_momentum_step")
def array_by_array(parameters, gradients, velocities, learning_rate, momentum):
    moved, faster = [], []
    for i in range(len(parameters)):
        v = np.float32(momentum) * velocities[i] - learning_rate * np.asarray(gradients[i])
        faster.append(v)
        moved.append(np.add(parameters[i], v))
    return tuple(moved), tuple(faster)


# --- dropout ---------------------------------------------------------------------------------


@misconception(
    "dropout",
    hint="If half of the units are off, the next layer gets half of its input: scale up the units "
    "that are kept.",
)
def not_rescaled(A, rate, rng, training):
    mask = (rng.random(A.shape) >= rate).astype(float) if training else np.ones(A.shape)
    return A * mask, mask


@misconception(
    "dropout",
    hint="The rate is the probability of being switched off; you keep units with that probability.",
)
def keeps_with_the_rate(A, rate, rng, training):
    if not training or rate == 0:
        return A.copy(), np.ones(A.shape)
    mask = (rng.random(A.shape) < rate) / rate
    return A * mask, mask


@misconception(
    "dropout",
    hint="Your dropout is also active at test time. When not training, all units must stay on.",
)
def always_on(A, rate, rng, training):
    mask = (rng.random(A.shape) >= rate) / (1 - rate)
    return A * mask, mask


@misconception(
    "dropout",
    hint="You use one mask for all examples. Every example needs its own mask: draw for every entry "
    "of A.",
)
def one_mask_for_all_examples(A, rate, rng, training):
    if not training:
        return A.copy(), np.ones(A.shape)
    mask = np.tile((rng.random(A.shape[1]) >= rate) / (1 - rate), (len(A), 1))
    return A * mask, mask


@misconception(
    "dropout",
    hint="You scaled at test time as well. Inverted dropout scales only in training.",
)
def scales_at_test_time(A, rate, rng, training):
    if not training:
        return A * (1 - rate), np.ones(A.shape)
    mask = (rng.random(A.shape) >= rate) / (1 - rate)
    return A * mask, mask


@misconception(
    "dropout",
    hint="You divide by the rate. At rate 0.1 nearly all units are kept, so the factor must be close "
    "to 1: divide by the probability of being kept.",
)
def divides_by_the_rate(A, rate, rng, training):
    mask = (rng.random(A.shape) >= rate) / max(rate, 1e-9) if training else np.ones(A.shape)
    return A * mask, mask


@variant("dropout")
def with_choices(A, rate, rng, training):
    if not training:
        return A, np.ones_like(A)
    mask = rng.choice([0.0, 1 / (1 - rate)], size=A.shape, p=[rate, 1 - rate])
    return np.multiply(A, mask), mask


@variant("dropout")
def with_coins(A, rate, rng, training):
    mask = rng.binomial(1, 1 - rate * bool(training), A.shape) / (1 - rate * bool(training))
    return (A * mask).astype(np.float32), mask.astype(np.float32)


# --- loss_and_gradients ----------------------------------------------------------------------


def _there_and_back(parameters, X, y, *, forward, backward, last=lambda Z: Z, error=None):
    """Run the network with parts that can be exchanged; return its loss and gradients."""
    A, inputs, pre_activations = X, [], []
    for W, b in zip(parameters[::2], parameters[1::2], strict=True):
        inputs.append(A)
        pre_activations.append(dense_forward(A, W, b))
        A = forward(pre_activations[-1])
    logits = last(pre_activations[-1])
    P = softmax(logits)
    gradients, grad_Z = [], (error or softmax_cross_entropy_backward)(P, y)
    for layer in reversed(range(len(pre_activations))):
        grad_A, grad_W, grad_b = dense_backward(grad_Z, inputs[layer], parameters[2 * layer])
        gradients = [grad_W, grad_b, *gradients]
        if layer > 0:
            grad_Z = backward(grad_A, pre_activations[layer - 1])
    return cross_entropy(P, y), gradients


def _relu(Z):
    return np.maximum(Z, 0)


@misconception(
    "loss_and_gradients",
    hint="The gradients are right, but the last layer comes first: return them in the order of the "
    "parameters.",
)
def last_layer_first(parameters, X, y, activation="relu"):
    parts = (_relu, relu_backward) if activation == "relu" else (np.tanh, tanh_backward)
    loss, gradients = _there_and_back(parameters, X, y, forward=parts[0], backward=parts[1])
    pairs = list(zip(gradients[::2], gradients[1::2], strict=True))[::-1]
    return loss, [gradient for pair in pairs for gradient in pair]


@misconception(
    "loss_and_gradients",
    hint="Your backward pass leaves out the activation functions: call relu_backward or "
    "tanh_backward for each of them.",
)
def activations_skipped_backwards(parameters, X, y, activation="relu"):
    forward = _relu if activation == "relu" else np.tanh
    return _there_and_back(parameters, X, y, forward=forward, backward=lambda grad_A, Z: grad_A)


@misconception(
    "loss_and_gradients",
    hint="The last layer's pre-activations are the logits: there is no activation function between "
    "them and the softmax.",
)
def bends_the_logits(parameters, X, y, activation="relu"):
    parts = (_relu, relu_backward) if activation == "relu" else (np.tanh, tanh_backward)
    return _there_and_back(parameters, X, y, forward=parts[0], backward=parts[1], last=parts[0])


@misconception(
    "loss_and_gradients",
    hint="Your network always uses ReLU: use the argument `activation`.",
)
def relu_whatever_is_asked(parameters, X, y, activation="relu"):
    return _there_and_back(parameters, X, y, forward=_relu, backward=relu_backward)


@misconception(
    "loss_and_gradients",
    hint="relu_backward and tanh_backward need Z, the pre-activations; you passed the activations A. "
    "For ReLU both give the same, for tanh they do not.",
)
def hands_back_the_outputs(parameters, X, y, activation="relu"):
    forward, back = (_relu, relu_backward) if activation == "relu" else (np.tanh, tanh_backward)
    return _there_and_back(
        parameters, X, y, forward=forward, backward=lambda grad_A, Z: back(grad_A, forward(Z))
    )


@misconception(
    "loss_and_gradients",
    hint="Your gradients belong to the sum of the losses, not to the mean: they are too large by the "
    "number of examples.",
)
def error_term_of_the_sum(parameters, X, y, activation="relu"):
    parts = (_relu, relu_backward) if activation == "relu" else (np.tanh, tanh_backward)
    return _there_and_back(
        parameters,
        X,
        y,
        forward=parts[0],
        backward=parts[1],
        error=lambda P, y: P - np.eye(P.shape[1])[y],
    )


@variant("loss_and_gradients")
def written_out(parameters, X, y, activation="relu"):
    relu = activation == "relu"
    tape, A = [], X
    while len(tape) < len(parameters) // 2:
        W, b = parameters[2 * len(tape)], parameters[2 * len(tape) + 1]
        Z = A @ W + b
        tape.append((A, Z, W))
        A = Z * (Z > 0) if relu else np.tanh(Z)
    logits = tape[-1][1]
    logits = logits - logits.max(axis=1, keepdims=True)
    log_P = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -np.mean([log_P[n, label] for n, label in enumerate(y)])
    delta = (np.exp(log_P) - np.eye(log_P.shape[1])[y]) / len(y)
    gradients = []
    for A, _, W in reversed(tape):
        gradients[:0] = [A.T @ delta, delta.sum(axis=0)]
        # What entered this layer is what left the activation below, so A knows its slope.
        delta = delta @ W.T * ((A > 0) if relu else 1 - A**2)
    return loss, gradients


# --- train -----------------------------------------------------------------------------------


def _walk(
    parameters,
    X,
    y,
    X_val,
    y_val,
    rng,
    learning_rate,
    momentum,
    batch_size,
    max_epochs,
    patience,
    objective,
    *,
    orders=lambda rng, n: (rng.permutation(n),) * 2,
    keep_last=False,
    drop_rest=False,
    new_count=True,
    new_velocities=False,
    waits=0,
    judge=None,
):
    """Train with one thing wrong; what it is, the keywords say."""
    v = [np.zeros_like(p) for p in parameters]
    best, best_loss, waited, val_losses = parameters, np.inf, 0, []
    for _ in range(max_epochs):
        if new_velocities:
            v = [np.zeros_like(p) for p in parameters]
        order, order_of_y = orders(rng, len(X))
        last = len(X) - len(X) % batch_size if drop_rest else len(X)
        losses = []
        for start in range(0, last, batch_size):
            piece = slice(start, start + batch_size)
            train_loss, gradients = objective(parameters, X[order[piece]], y[order_of_y[piece]])
            losses.append(train_loss)
            parameters, v = sgd_momentum_step(parameters, gradients, v, learning_rate, momentum)
        loss, _ = objective(parameters, X_val, y_val)
        val_losses.append(loss)
        if judge is not None:
            loss = judge(losses)
        if loss < best_loss or (keep_last and judge is not None):
            best, best_loss, waited = parameters, loss, 0 if new_count else waited
        else:
            waited += 1
        if waited == patience + waits:
            break
    return (parameters if keep_last else best), val_losses


@misconception(
    "train",
    hint="You return the parameters of the last epoch, not those of the best. If you did store the "
    "best: was it a copy, or a second name for arrays that changed later?",
)
def keeps_the_last(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), keep_last=True)


@misconception(
    "train",
    hint="Examples and labels were shuffled differently, so examples have wrong labels. Draw one "
    "order and use it for both.",
)
def shuffles_X_without_y(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), orders=lambda rng, n: (rng.permutation(n), np.arange(n)))


@misconception(
    "train",
    hint="Your minibatches are the same in every epoch: draw a new order at the start of each.",
)
def never_shuffles(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), orders=lambda rng, n: (np.arange(n),) * 2)


@misconception(
    "train",
    hint="When the batch size does not divide the number of examples, you leave some out: the last "
    "minibatch may be smaller.",
)
def drops_the_last_minibatch(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), drop_rest=True)


@misconception(
    "train",
    hint="Some examples come twice in an epoch and others not at all: use a permutation, do not draw "
    "with replacement.",
)
def draws_with_replacement(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), orders=lambda rng, n: (rng.integers(0, n, n),) * 2)


@misconception(
    "train",
    hint="A new best must reset the count for patience; you count all epochs without a new best.",
)
def patience_never_recovers(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), new_count=False)


@misconception(
    "train",
    hint="You stop one epoch too late: with patience 2, the second epoch in a row without a new best "
    "is the last.",
)
def waits_one_epoch_too_long(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), waits=1)


@misconception(
    "train",
    hint="The velocities start at zero only once. You reset them at the start of every epoch.",
)
def new_velocities_every_epoch(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), new_velocities=True)


@misconception(
    "train",
    hint="Choose the best epoch by the validation loss; the training loss does not show overfitting.",
)
def judges_by_the_training_loss(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), judge=np.mean)


@misconception(
    "train",
    hint="Your order comes from NumPy's global generator: equal rng must give equal minibatches.",
)
def shuffles_with_the_global_generator(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    return _walk(**locals(), orders=lambda rng, n: (np.random.permutation(n),) * 2)


@variant("train")
def with_its_own_update(
    parameters, X, y, X_val, y_val, rng, learning_rate=0.1, momentum=0.9, batch_size=32,
    max_epochs=120, patience=40, objective=loss_and_gradients,
):  # fmt: skip
    theta = [np.array(p, dtype=float) for p in parameters]
    v = [0.0 for _ in theta]
    best, best_epoch, val_losses = None, 0, []
    for epoch in range(max_epochs):
        indices = np.arange(len(X))
        rng.shuffle(indices)
        for batch in np.array_split(indices, range(batch_size, len(X), batch_size)):
            gradients = objective(theta, X[batch], y[batch])[1]
            for i in range(len(theta)):
                v[i] = momentum * v[i] - learning_rate * np.asarray(gradients[i])
                theta[i] += v[i]
        val_losses.append(objective(theta, X_val, y_val)[0])
        if best is None or val_losses[-1] < val_losses[best_epoch]:
            best, best_epoch = [p.copy() for p in theta], epoch
        elif epoch - best_epoch >= patience:
            return best, val_losses
    return best, val_losses
