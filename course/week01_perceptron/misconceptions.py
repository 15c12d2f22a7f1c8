# Known answers of week 1: wrong ones, each with a hint for its author, and right ones of another
# style. They call the notebook's other functions by name.
import math

import numpy as np

from autograder.course.known_answers import misconception, variant


# --- step -------------------------------------------------------------------------------------


@misconception("step", hint="At exactly z = 0 the step is 1: the threshold itself is included.")
def strict_threshold(z):
    return np.where(z > 0, 1, 0)


@misconception("step", hint="Below the threshold the step is 0, not -1: its values are 0 and 1.")
def minus_one_below(z):
    return np.where(z >= 0, 1, -1)


@misconception(
    "step",
    hint="`if` needs a single True or False, but z can hold many numbers. Choose for each of them: "
    "np.where does that, and so does a loop.",
)
def one_number_only(z):
    return 1 if z >= 0 else 0


@misconception(
    "step",
    hint="np.sign has three values, -1, 0 and 1. A step has two, and at zero it is 1.",
)
def three_answers(z):
    return np.sign(z)


@misconception("step", hint="Return one value for every number in z, not one for all of them.")
def one_answer_for_all(z):
    return 1 if np.all(z >= 0) else 0


@misconception("step", hint="Above the threshold a step is always 1, however large z is.")
def rectifier(z):
    return np.maximum(z, 0)


@misconception(
    "step",
    hint="You return True and False. The unit's output must be a number, 1 or 0, because other units "
    "calculate with it.",
)
def truth_values(z):
    return z >= 0


@variant("step")
def number_by_number(z):
    fired = np.zeros(np.shape(z), dtype=np.float32)
    for index in np.ndindex(fired.shape):
        fired[index] = 1 if np.asarray(z)[index] >= 0 else 0
    return fired


@variant("step")
def by_heaviside(z):
    return np.heaviside(np.asarray(z, dtype=np.float32), 1)


# --- perceptron_predict -----------------------------------------------------------------------


@misconception("perceptron_predict", hint="The perceptron's classes are -1 and +1, not 0 and 1.")
def classes_zero_and_one(w, b, X):
    return step(X @ w + b)


@misconception(
    "perceptron_predict",
    hint="The bias is missing: without it every decision boundary goes through the origin.",
)
def forgets_the_bias(w, b, X):
    return np.where(X @ w >= 0, 1, -1)


@misconception(
    "perceptron_predict",
    hint="np.sign has a third value, 0, for points exactly on the boundary. There are two classes.",
)
def undecided_on_the_line(w, b, X):
    return np.sign(X @ w + b)


@misconception(
    "perceptron_predict", hint="A point exactly on the boundary belongs to the class +1."
)
def line_belongs_to_minus_one(w, b, X):
    return np.where(X @ w + b > 0, 1, -1)


@misconception(
    "perceptron_predict", hint="You return the pre-activation. Turn it into a class: -1 or +1."
)
def the_sum_itself(w, b, X):
    return X @ w + b


@variant("perceptron_predict")
def row_by_row(w, b, X):
    return [1 if sum(w[j] * row[j] for j in range(len(w))) + b >= 0 else -1 for row in X]


@variant("perceptron_predict")
def single_precision(w, b, X):
    z = X.astype(np.float32) @ w.astype(np.float32) + np.float32(b)
    return np.where(z < 0, np.float32(-1), np.float32(1))


# --- perceptron_update ------------------------------------------------------------------------


@misconception(
    "perceptron_update",
    hint="The perceptron changes only after a mistake: when it is right, nothing changes.",
)
def learns_from_right_answers_too(w, b, x, y):
    return w + y * x, b + y, y * (w @ x + b) <= 0


@misconception(
    "perceptron_update",
    hint="The bias must be updated as well. Think of it as the weight of an input that is always 1.",
)
def bias_stands_still(w, b, x, y):
    if y * (w @ x + b) > 0:
        return w, b, False
    return w + y * x, b, True


@misconception(
    "perceptron_update",
    hint="An example exactly on the boundary counts as a mistake, whatever its label. Otherwise a "
    "unit with zero weights never starts to learn.",
)
def forgives_the_line(w, b, x, y):
    if y * (w @ x + b) >= 0:
        return w, b, False
    return w + y * x, b + y, True


@misconception(
    "perceptron_update",
    hint="Label minus prediction is the rule for labels 0 and 1. Here they are -1 and +1, and the "
    "label itself is the direction of the update.",
)
def label_minus_prediction(w, b, x, y):
    error = y - (1 if w @ x + b >= 0 else 0)
    return w + error * x, b + error, error != 0


@misconception(
    "perceptron_update",
    hint="The update has the wrong sign: after it the example should be further on its correct side.",
)
def pushes_away(w, b, x, y):
    if y * (w @ x + b) > 0:
        return w, b, False
    return w - y * x, b - y, True


@misconception(
    "perceptron_update",
    hint="`w += ...` changes the caller's array. Create a new one.",
)
def in_place(w, b, x, y):
    if y * (w @ x + b) > 0:
        return w, b, False
    w += y * x
    return w, b + y, True


@misconception(
    "perceptron_update",
    hint="The pre-activation w . x + b is a number like 3.7, hardly ever exactly -1 or +1. An answer "
    "is right when the pre-activation and the label have the same sign.",
)
def compares_the_sum_with_the_label(w, b, x, y):
    if w @ x + b != y:
        return w + y * x, b + y, True
    return w, b, False


@misconception(
    "perceptron_update",
    hint="Rosenblatt's rule has no learning rate: add the example itself, not a fraction of it.",
)
def in_small_steps(w, b, x, y):
    if y * (w @ x + b) <= 0:
        return w + 0.1 * y * x, b + 0.1 * y, True
    return w, b, False


@variant("perceptron_update")
def with_loops(w, b, x, y):
    total = b
    for weight, value in zip(w, x, strict=True):
        total += weight * value
    if y * total > 0:
        return list(w), b, 0
    return [weight + y * value for weight, value in zip(w, x, strict=True)], b + y, 1


@variant("perceptron_update")
def without_branches(w, b, x, y):
    mistake = y * (np.dot(w, x) + b) <= 0
    return (w + mistake * y * x).astype(np.float32), np.float32(b + mistake * y), mistake


# --- perceptron_fit ---------------------------------------------------------------------------


@misconception(
    "perceptron_fit",
    hint="After an epoch without a mistake nothing changes any more: stop there.",
)
def never_stops(X, y, epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y, strict=True):
            if y_i * (w @ x_i + b) <= 0:
                w, b, count = w + y_i * x_i, b + y_i, count + 1
        mistakes.append(count)
    return w, b, mistakes


@misconception(
    "perceptron_fit",
    hint="The epoch without a mistake was run as well, so append its 0 before you stop.",
)
def clean_epoch_left_out(X, y, epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y, strict=True):
            if y_i * (w @ x_i + b) <= 0:
                w, b, count = w + y_i * x_i, b + y_i, count + 1
        if count == 0:
            break
        mistakes.append(count)
    return w, b, mistakes


@misconception(
    "perceptron_fit",
    hint="The count of mistakes must start at zero in every epoch. Where do you set it to zero?",
)
def counts_on_and_on(X, y, epochs):
    w, b, mistakes, count = np.zeros(X.shape[1]), 0.0, [], 0
    for _ in range(epochs):
        before = count
        for x_i, y_i in zip(X, y, strict=True):
            if y_i * (w @ x_i + b) <= 0:
                w, b, count = w + y_i * x_i, b + y_i, count + 1
        mistakes.append(count)
        if count == before:
            break
    return w, b, mistakes


@misconception(
    "perceptron_fit",
    hint="Use for each example the weights after the example before, not those from the start of the "
    "epoch.",
)
def whole_epoch_at_once(X, y, epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = y * (X @ w + b) <= 0
        w, b = w + (y * wrong) @ X, b + (y * wrong).sum()
        mistakes.append(int(wrong.sum()))
        if not wrong.any():
            break
    return w, b, mistakes


@misconception(
    "perceptron_fit",
    hint="Every epoch continues with the weights of the one before: only the first starts at zero.",
)
def forgets_between_epochs(X, y, epochs):
    mistakes = []
    for _ in range(epochs):
        w, b, count = np.zeros(X.shape[1]), 0.0, 0
        for x_i, y_i in zip(X, y, strict=True):
            if y_i * (w @ x_i + b) <= 0:
                w, b, count = w + y_i * x_i, b + y_i, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


@misconception("perceptron_fit", hint="The bias never changes: update it after every mistake, too.")
def bias_left_behind(X, y, epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y, strict=True):
            if y_i * (w @ x_i + b) <= 0:
                w, count = w + y_i * x_i, count + 1
        mistakes.append(count)
        if count == 0:
            break
    return w, b, mistakes


@misconception(
    "perceptron_fit",
    hint="Examples may have any number of features, and every feature needs a weight: use X.shape.",
)
def two_features_only(X, y, epochs):
    w, b, mistakes = np.zeros(2), 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for x, label in zip(X, y, strict=True):
            w, b, mistake = perceptron_update(w, b, x, label)
            mistakes[-1] += int(mistake)
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


@variant("perceptron_fit")
def bias_as_a_weight(X, y, epochs):
    inputs = np.hstack([X, np.ones((len(X), 1))]).astype(np.float32)
    v, mistakes = np.zeros(inputs.shape[1], dtype=np.float32), []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
        mistakes.append(0)
        for i in range(len(inputs)):
            if y[i] * inputs[i].dot(v) <= 0:
                v += y[i] * inputs[i]
                mistakes[-1] += 1
    return v[:-1], v[-1], np.array(mistakes)


# --- sigmoid ----------------------------------------------------------------------------------


@misconception(
    "sigmoid",
    hint="The values are right, but np.exp(1000) overflowed and NumPy warned. Use only exponents "
    "that are at most 0 (and note that np.where computes both branches).",
)
def overflows(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@misconception(
    "sigmoid",
    hint="For large z this divides infinity by infinity, which is nan. Find another form of the same "
    "fraction for large z.",
)
def infinite_fraction(z):
    power = np.exp(z)
    return power / (1 + power)


@misconception("sigmoid", hint="The sigmoid increases with z. Check the sign in the exponent.")
def upside_down(z):
    z = -np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


@misconception(
    "sigmoid",
    hint="For an integer array np.empty_like and np.zeros_like create an integer array, which cannot "
    "hold probabilities. Pass dtype=float.",
)
def whole_numbers_stay_whole(z):
    z = np.asarray(z)
    p = np.zeros_like(z)
    p[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
    p[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
    return p


@misconception(
    "sigmoid", hint="A clipped straight line is close to the sigmoid, but not equal to it."
)
def cut_off_line(z):
    return np.clip(0.5 + 0.25 * np.asarray(z, dtype=float), 0, 1)


@variant("sigmoid")
def one_by_one(z):
    def of_one(number):
        if number >= 0:
            return 1 / (1 + math.exp(-number))
        power = math.exp(number)
        return power / (1 + power)

    z = np.asarray(z)
    return np.array([of_one(number) for number in z.ravel()]).reshape(z.shape)


@variant("sigmoid")
def clipped_exponent(z):
    return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 500)))


@variant("sigmoid")
def by_tanh(z):
    return (np.tanh(np.asarray(z, dtype=np.float32) / 2) + 1) / 2


# --- log_loss ---------------------------------------------------------------------------------


@misconception(
    "log_loss",
    hint="log(0) is minus infinity, and 0 times infinity is nan. Clip the probabilities before you "
    "take the logarithm.",
)
def logarithm_of_zero(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@misconception("log_loss", hint="It is the mean over the examples, not their sum.")
def summed_surprise(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


@misconception("log_loss", hint="Logarithms of probabilities are negative; a loss is not.")
def minus_forgotten(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@misconception(
    "log_loss",
    hint="Examples with label 0 contribute to the loss, too: their surprisal is -log(1 - p).",
)
def zeros_cost_nothing(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p))


@misconception("log_loss", hint="Use the natural logarithm, np.log.")
def bits(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))


@misconception("log_loss", hint="Clip only probabilities that are nearer than 1e-12 to 0 or 1.")
def clipped_too_early(p, y):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@variant("log_loss")
def surprise_at_the_truth(p, y):
    total = 0.0
    for probability, label in zip(p, y, strict=True):
        of_the_truth = probability if label == 1 else 1 - probability
        total -= math.log(max(of_the_truth, 1e-12))
    return total / len(y)


@variant("log_loss")
def two_groups(p, y):
    q = np.where(np.asarray(y) > 0.5, p, 1 - p)
    return float(-np.log(np.maximum(q, 1e-12)).mean(dtype=np.float64))


# --- log_loss_gradient ------------------------------------------------------------------------


@misconception(
    "log_loss_gradient",
    hint="The loss is a mean over the batch. Is your gradient one too?",
)
def summed_over_the_batch(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error, error.sum()


@misconception(
    "log_loss_gradient",
    hint="The sign is wrong. Where the predicted probability of class 1 is too large, the loss grows "
    "with the bias, so its derivative is positive there.",
)
def uphill_and_downhill_mixed(w, b, X, y):
    error = y - sigmoid(X @ w + b)
    return X.T @ error / len(y), error.mean()


@misconception(
    "log_loss_gradient",
    hint="The factor p (1 - p) belongs to the squared error. In the log-loss it cancels.",
)
def squared_error_gradient(w, b, X, y):
    p = sigmoid(X @ w + b)
    error = (p - y) * p * (1 - p)
    return X.T @ error / len(y), error.mean()


@misconception(
    "log_loss_gradient",
    hint="The gradient does not contain the learning rate. Multiply by it when you take a step.",
)
def learning_rate_inside(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return 0.1 * X.T @ error / len(y), 0.1 * error.mean()


@misconception(
    "log_loss_gradient",
    hint="There is one bias for all examples, so its gradient is one number: the mean over them.",
)
def one_bias_for_each_example(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return X.T @ error / len(y), error


@misconception(
    "log_loss_gradient",
    hint="This is right only for zero weights. The prediction depends on w and b: p is not 0.5.",
)
def always_half_sure(w, b, X, y):
    error = 0.5 - y
    return X.T @ error / len(y), error.mean()


@misconception(
    "log_loss_gradient",
    hint="Each weight has its own derivative: take the mean over the examples, not over features.",
)
def one_number_for_all_weights(w, b, X, y):
    error = sigmoid(X @ w + b) - y
    return (X * error[:, None]).mean(), error.mean()


@misconception(
    "log_loss_gradient",
    hint="The probabilities depend on the bias too: p = sigmoid(X @ w + b).",
)
def bias_left_out(w, b, X, y):
    error = sigmoid(X @ w) - y
    return X.T @ error / len(y), error.mean()


@variant("log_loss_gradient")
def example_by_example(w, b, X, y):
    grad_w, grad_b = [0.0] * len(w), 0.0
    for row, label in zip(X, y, strict=True):
        error = sigmoid(sum(row[j] * w[j] for j in range(len(w))) + b) - label
        grad_b += error / len(y)
        for j in range(len(w)):
            grad_w[j] += error * row[j] / len(y)
    return np.array(grad_w), grad_b


@variant("log_loss_gradient")
def bias_column(w, b, X, y):
    inputs = np.column_stack([X, np.ones(len(X))])
    gradient = np.mean((sigmoid(inputs @ np.append(w, b)) - y)[:, None] * inputs, axis=0)
    return gradient[:-1], gradient[-1]


# --- logistic_fit -----------------------------------------------------------------------------


@misconception(
    "logistic_fit",
    hint="The gradient points uphill, so your losses grow. Subtract it.",
)
def climbs(X, y, learning_rate, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w + b), y))
        grad_w, grad_b = log_loss_gradient(w, b, X, y)
        w, b = w + learning_rate * grad_w, b + learning_rate * grad_b
    return w, b, losses


@misconception(
    "logistic_fit",
    hint="Compute both gradients at the same point. Yours for the bias was computed after the weights "
    "had changed.",
)
def bias_sees_the_new_weights(X, y, learning_rate, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w + b), y))
        w = w - learning_rate * log_loss_gradient(w, b, X, y)[0]
        b = b - learning_rate * log_loss_gradient(w, b, X, y)[1]
    return w, b, losses


@misconception(
    "logistic_fit",
    hint="Record the loss before each step: the first is the loss of zero weights.",
)
def loss_after_the_step(X, y, learning_rate, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        grad_w, grad_b = log_loss_gradient(w, b, X, y)
        w, b = w - learning_rate * grad_w, b - learning_rate * grad_b
        losses.append(log_loss(sigmoid(X @ w + b), y))
    return w, b, losses


@misconception(
    "logistic_fit",
    hint="The gradient changes with the weights: compute it again before every step.",
)
def first_gradient_for_ever(X, y, learning_rate, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    grad_w, grad_b = log_loss_gradient(w, b, X, y)
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w + b), y))
        w, b = w - learning_rate * grad_w, b - learning_rate * grad_b
    return w, b, losses


@misconception(
    "logistic_fit", hint="Update the bias, too: it takes steps against its own gradient."
)
def bias_takes_no_step(X, y, learning_rate, steps):
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w), y))
        w = w - learning_rate * log_loss_gradient(w, 0.0, X, y)[0]
    return w, 0.0, losses


@misconception(
    "logistic_fit",
    hint="The gradient is already a mean over the examples: do not divide by their number again.",
)
def divides_twice(X, y, learning_rate, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w + b), y))
        grad_w, grad_b = log_loss_gradient(w, b, X, y)
        w, b = w - learning_rate * grad_w / len(y), b - learning_rate * grad_b / len(y)
    return w, b, losses


@misconception(
    "logistic_fit",
    hint="Start from zero weights, as the docstring says, not from random ones.",
)
def random_start(X, y, learning_rate, steps):
    w, b, losses = 0.01 * np.random.default_rng().normal(size=X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w + b), y))
        grad_w, grad_b = log_loss_gradient(w, b, X, y)
        w, b = w - learning_rate * grad_w, b - learning_rate * grad_b
    return w, b, losses


@variant("logistic_fit")
def all_in_one_vector(X, y, learning_rate, steps):
    inputs = np.column_stack([X, np.ones(len(X))]).astype(np.float32)
    v, losses = np.zeros(inputs.shape[1], dtype=np.float32), np.zeros(steps)
    for k in range(steps):
        p = 1 / (1 + np.exp(-(inputs @ v)))
        losses[k] = -np.log(np.where(y == 1, p, 1 - p)).mean()
        v = v - np.float32(learning_rate) * (inputs.T @ (p - y).astype(np.float32)) / len(y)
    return v[:-1], v[-1], losses


# --- xor_network ------------------------------------------------------------------------------


@misconception(
    "xor_network",
    hint="Your network outputs 1 as soon as any input is on, also when both are. What should the "
    "second hidden unit do to the output then?",
)
def inclusive_or():
    return [[1, 1], [1, 1]], [-0.5, -1.5], [1, 1], -0.5


@misconception(
    "xor_network",
    hint="Every output is the opposite of what it should be: your network computes 'both the same'.",
)
def exactly_the_opposite():
    return [[1, 1], [1, 1]], [-0.5, -1.5], [-1, 1], 0.5


@misconception(
    "xor_network",
    hint="A bias is minus the threshold: a unit that fires from 0.5 on has the bias -0.5.",
)
def thresholds_for_biases():
    return [[1, 1], [1, 1]], [0.5, 1.5], [1, -1], 0.5


@misconception(
    "xor_network",
    hint="The outputs for exact inputs are right, but your decision boundaries pass through the "
    "corners of the square: move them between the corners.",
)
def through_the_corners():
    return [[1, 1], [1, 1]], [-1, -2], [1, -1], -1


@misconception(
    "xor_network",
    hint="Both hidden units compute the same function, so the two together give the output unit no "
    "more than one of them.",
)
def twins():
    return [[1, 1], [1, 1]], [-0.5, -0.5], [1, -1], -0.5


@variant("xor_network")
def one_without_the_other():
    return [[1, -1], [-1, 1]], [-0.5, -0.5], [1, 1], -0.5


@variant("xor_network")
def not_both_and_not_neither():
    W = np.array([[-20, 20], [-20, 20]], dtype=np.float32)
    return W, np.array([30, -10], dtype=np.float32), (20.0, 20.0), np.float32(-30)


# --- tell_apart -------------------------------------------------------------------------------


@misconception("tell_apart", hint="The answers should be the digits, not the labels 0 and 1.")
def answers_with_labels(images, digits, new_images):
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    w, b, _ = logistic_fit(X, (digits == digits.max()).astype(int), learning_rate=1.0, steps=300)
    return np.where(sigmoid(new_X @ w + b) >= 0.5, 1, 0)


@misconception(
    "tell_apart",
    hint="Logistic regression needs the labels 0 and 1. With 3 and 5 every p - y is negative, so all "
    "updates go in one direction.",
)
def digits_as_labels(images, digits, new_images):
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    w, b, _ = logistic_fit(X, digits, learning_rate=1.0, steps=300)
    return np.where(sigmoid(new_X @ w + b) >= 0.5, digits.max(), digits.min())


@misconception(
    "tell_apart",
    hint="In training label 1 is the digit that comes first, in your answers it is the larger digit. "
    "Decide once which digit gets which label.",
)
def order_of_appearance(images, digits, new_images):
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    w, b, _ = logistic_fit(X, (digits == digits[0]).astype(int), learning_rate=1.0, steps=300)
    return np.where(sigmoid(new_X @ w + b) >= 0.5, digits.max(), digits.min())


@misconception("tell_apart", hint="It must work for any two digits: read them from `digits`.")
def threes_and_fives_only(images, digits, new_images):
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    w, b, _ = logistic_fit(X, (digits == 5).astype(int), learning_rate=1.0, steps=300)
    return np.where(sigmoid(new_X @ w + b) >= 0.5, 5, 3)


@misconception(
    "tell_apart",
    hint="Some pixels are the same in every picture: their standard deviation is 0, and you divide "
    "by it.",
)
def divides_by_nothing(images, digits, new_images):
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    with np.errstate(all="ignore"):
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        X, new_X = (X - mean) / deviation, (new_X - mean) / deviation
        w, b, _ = logistic_fit(X, (digits == digits.max()).astype(int), 1.0, 10)
        return np.where(sigmoid(new_X @ w + b) >= 0.5, digits.max(), digits.min())


@misconception(
    "tell_apart", hint="Pictures may have another size than 8 × 8: use the shape of `images`."
)
def eight_by_eight_only(images, digits, new_images):
    X, new_X = images.reshape(-1, 64), new_images.reshape(-1, 64)
    w, b, _ = logistic_fit(X, (digits == digits.max()).astype(int), learning_rate=1.0, steps=300)
    return np.where(sigmoid(new_X @ w + b) >= 0.5, digits.max(), digits.min())


@variant("tell_apart")
def by_perceptron(images, digits, new_images):
    one, other = sorted({int(digit) for digit in digits})
    X = np.array([picture.ravel() for picture in images])
    w, b, _ = perceptron_fit(X, np.where(digits == other, 1, -1), epochs=100)
    labels = perceptron_predict(w, b, np.array([picture.ravel() for picture in new_images]))
    return [other if label == 1 else one for label in labels]


@variant("tell_apart")
def centered_and_patient(images, digits, new_images):
    names, y = np.unique(digits, return_inverse=True)
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    mean = X.mean(axis=0)
    w, b, _ = logistic_fit(X - mean, y, learning_rate=0.5, steps=500)
    return names[((new_X - mean) @ w + b > 0).astype(int)]
