"""Common wrong answers of week 6, each with the hint that its author sees."""

import keras
import numpy as np

from autograder.course.known_answers import misconception, variant


# --- rnn_step --------------------------------------------------------------------------------


@misconception("rnn_step", hint="The pre-activation is right, but the activation is missing: tanh.")
def not_bent(x, h, Wx, Wh, b):
    return x @ Wx + h @ Wh + b


@misconception(
    "rnn_step",
    hint="Your layer uses the input only. Add the previous state times Wh.",
)
def without_memory(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + b)


@misconception("rnn_step", hint="The biases are missing in the pre-activation.")
def without_bias(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh)


@misconception(
    "rnn_step",
    hint="Apply tanh once, to the sum. You add up the tanh of each term, so h can leave (-1, 1).",
)
def bends_the_parts(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx) + np.tanh(h @ Wh) + np.tanh(b)


@misconception(
    "rnn_step",
    hint="The weights are (n_inputs, n_outputs) already: do not transpose Wh.",
)
def transposes_wh(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh.T + b)


@misconception(
    "rnn_step",
    hint="The activation of the state is tanh. The logistic function is for gates.",
)
def bent_by_the_logistic(x, h, Wx, Wh, b):
    return 1 / (1 + np.exp(-(x @ Wx + h @ Wh + b)))


@variant("rnn_step")
def side_by_side(x, h, Wx, Wh, b):
    return np.tanh(np.concatenate([x, h], axis=1) @ np.concatenate([Wx, Wh]) + b)


@variant("rnn_step")
def example_by_example(x, h, Wx, Wh, b):
    rows = [np.tanh(np.dot(x[n], Wx) + np.dot(h[n], Wh) + b) for n in range(len(x))]
    return np.array(rows, dtype=np.float32)


# --- rnn_forward -----------------------------------------------------------------------------


@misconception(
    "rnn_forward",
    hint="Each of your steps starts from h0: pass the new state on to the next step.",
)
def forgets_the_state(X, h0, Wx, Wh, b):
    return np.stack([rnn_step(X[:, t], h0, Wx, Wh, b) for t in range(X.shape[1])], axis=1)


@misconception("rnn_forward", hint="Before the first step the state is h0. You start with zeros.")
def begins_at_zero(X, h0, Wx, Wh, b):
    states, h = [], np.zeros(h0.shape)
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)


@misconception(
    "rnn_forward",
    hint="Time is the second axis, in H as in X. Yours has time first.",
)
def time_first(X, h0, Wx, Wh, b):
    states, h = [], h0
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states)


@misconception(
    "rnn_forward",
    hint="Return the states of all steps, not only the last one: the loss may depend on each of them.",
)
def last_state_only(X, h0, Wx, Wh, b):
    h = h0
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
    return h


@misconception(
    "rnn_forward",
    hint="Do not return h0: H[:, 0] is the state after the first input.",
)
def returns_h0_too(X, h0, Wx, Wh, b):
    states = [h0]
    for t in range(X.shape[1] - 1):
        states.append(rnn_step(X[:, t], states[-1], Wx, Wh, b))
    return np.stack(states, axis=1)


@variant("rnn_forward")
def fills_an_array(X, h0, Wx, Wh, b):
    n_examples, n_steps, _ = X.shape
    H = np.empty((n_examples, n_steps, len(b)))
    inputs = X @ Wx + b  # of all steps at once
    h = h0
    for t in range(n_steps):
        h = H[:, t] = np.tanh(inputs[:, t] + h @ Wh)
    return H


# --- bptt ------------------------------------------------------------------------------------


def _through_time(X, h0, Wx, Wh, b, grad_H, *, back=True, add=True, slope=True, state="before"):
    """Backpropagation through time with one error, chosen by the keywords."""
    H = rnn_forward(X, h0, Wx, Wh, b)
    grad_Wx, grad_Wh, grad_b = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    later = np.zeros(h0.shape)
    for t in reversed(range(X.shape[1])):
        before = H[:, t] if state == "after" else H[:, t - 1] if t > 0 else h0
        if t == 0 and state == "zero":
            before = np.zeros(h0.shape)
        delta = (grad_H[:, t] + later * back) * (1 - H[:, t] ** 2 if slope else 1)
        grad_Wx = grad_Wx * add + X[:, t].T @ delta
        grad_Wh = grad_Wh * add + before.T @ delta
        grad_b = grad_b * add + delta.sum(axis=0)
        later = delta @ Wh.T
    return grad_Wx, grad_Wh, grad_b, later


@misconception(
    "bptt",
    hint="The weights are used at every step, so their gradients are summed over the steps. Yours "
    "are those of one step.",
)
def one_step_only(X, h0, Wx, Wh, b, grad_H):
    return _through_time(X, h0, Wx, Wh, b, grad_H, add=False)


@misconception(
    "bptt",
    hint="In your function no gradient flows from a later step to an earlier one: a state also "
    "affects the loss through later states.",
)
def no_way_back_through_time(X, h0, Wx, Wh, b, grad_H):
    return _through_time(X, h0, Wx, Wh, b, grad_H, back=False)


@misconception(
    "bptt",
    hint="Wh was multiplied by the state *before* the step. You use the one after it.",
)
def state_after_for_before(X, h0, Wx, Wh, b, grad_H):
    return _through_time(X, h0, Wx, Wh, b, grad_H, state="after")


@misconception(
    "bptt",
    hint="The first step used h0, which need not be zero: its contribution to grad_Wh is missing.",
)
def first_state_taken_for_zero(X, h0, Wx, Wh, b, grad_H):
    return _through_time(X, h0, Wx, Wh, b, grad_H, state="zero")


@misconception("bptt", hint="The derivative of tanh, 1 - h², is missing at every step.")
def slope_forgotten(X, h0, Wx, Wh, b, grad_H):
    return _through_time(X, h0, Wx, Wh, b, grad_H, slope=False)


@misconception(
    "bptt",
    hint="In the backward pass the gradient is multiplied by Wh transposed, from the units of step t "
    "to those of step t - 1.",
)
def back_through_wh_itself(X, h0, Wx, Wh, b, grad_H):
    H = rnn_forward(X, h0, Wx, Wh, b)
    grad_Wx, grad_Wh, grad_b = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    later = np.zeros(h0.shape)
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t > 0 else h0
        delta = (grad_H[:, t] + later) * (1 - H[:, t] ** 2)
        grad_Wx += X[:, t].T @ delta
        grad_Wh += before.T @ delta
        grad_b += delta.sum(axis=0)
        later = delta @ Wh
    return grad_Wx, grad_Wh, grad_b, later


@misconception(
    "bptt",
    hint="You use the direct gradient of the last state only. grad_H has one for every step.",
)
def only_the_last_of_grad_h(X, h0, Wx, Wh, b, grad_H):
    last = np.zeros(np.shape(grad_H))
    last[:, -1] = grad_H[:, -1]
    return _through_time(X, h0, Wx, Wh, b, last)


@variant("bptt")
def collects_deltas_first(X, h0, Wx, Wh, b, grad_H):
    H = np.concatenate([h0[:, None], rnn_forward(X, h0, Wx, Wh, b)], axis=1)
    deltas, later = [], 0.0
    for t in range(X.shape[1] - 1, -1, -1):
        delta = (grad_H[:, t] + later) * (1 - H[:, t + 1] ** 2)
        deltas.insert(0, delta)
        later = delta @ Wh.T
    D = np.stack(deltas, axis=1)  # (n_examples, n_steps, n_units)
    return (
        np.einsum("ntf,ntu->fu", X, D),
        np.einsum("ntv,ntu->vu", H[:, :-1], D),
        D.sum(axis=(0, 1)),
        later,
    )


# --- clip_by_global_norm ---------------------------------------------------------------------


@misconception(
    "clip_by_global_norm",
    hint="You clip each array by its own norm, which changes the direction of the whole gradient. "
    "Use one norm and one factor for all.",
)
def each_for_itself(gradients, max_norm):
    lengths = [np.linalg.norm(gradient) for gradient in gradients]
    clipped = [
        gradient * min(1.0, max_norm / length) if length > 0 else gradient
        for gradient, length in zip(gradients, lengths, strict=True)
    ]
    return clipped, float(np.sqrt(sum(length**2 for length in lengths)))


@misconception(
    "clip_by_global_norm",
    hint="You limit each single number to max_norm, which changes the direction. Scale all by one factor.",
)
def cuts_every_number(gradients, max_norm):
    norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
    return [np.clip(gradient, -max_norm, max_norm) for gradient in gradients], norm


@misconception(
    "clip_by_global_norm",
    hint="Your function makes short gradients longer. Clipping only makes long ones shorter.",
)
def always_of_length_max_norm(gradients, max_norm):
    norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
    return [gradient * max_norm / max(norm, 1e-12) for gradient in gradients], norm


@misconception(
    "clip_by_global_norm",
    hint="Norms can't be added: sum the squares, and take one square root at the end.",
)
def adds_the_lengths(gradients, max_norm):
    norm = float(sum(np.linalg.norm(gradient) for gradient in gradients))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * gradient for gradient in gradients], norm


@misconception(
    "clip_by_global_norm",
    hint="The square root is missing: a sum of squares is the square of the norm.",
)
def without_the_root(gradients, max_norm):
    norm = float(sum(np.sum(gradient**2) for gradient in gradients))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * gradient for gradient in gradients], norm


@misconception(
    "clip_by_global_norm",
    hint="Return the norm *before* clipping: it shows when gradients explode.",
)
def length_after_clipping(gradients, max_norm):
    norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * gradient for gradient in gradients], min(norm, max_norm)


@misconception(
    "clip_by_global_norm",
    hint="The result is right, but you changed the caller's arrays: *= works in place.",
)
def shrinks_in_place(gradients, max_norm):
    norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return gradients, norm


@variant("clip_by_global_norm")
def all_in_one_row(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(gradient) for gradient in gradients]))
    if norm <= max_norm:
        return gradients, norm
    return tuple(np.asarray(gradient) / norm * max_norm for gradient in gradients), norm


# --- lstm_step -------------------------------------------------------------------------------


@misconception(
    "lstm_step",
    hint="The blocks are in the order i, f, g, o. You take the forget gate first, as some books do.",
)
def forget_gate_first(x, h, c, Wx, Wh, b):
    f, i, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    c_new = gate(f) * c + gate(i) * np.tanh(g)
    return gate(o) * np.tanh(c_new), c_new


@misconception(
    "lstm_step",
    hint="The third block is the candidate and the fourth the output gate: i, f, g, o.",
)
def output_gate_third(x, h, c, Wx, Wh, b):
    i, f, o, g = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    c_new = gate(f) * c + gate(i) * np.tanh(g)
    return gate(o) * np.tanh(c_new), c_new


@misconception(
    "lstm_step", hint="The new state is the output gate times tanh of the cell: tanh is missing."
)
def cell_shown_unbent(x, h, c, Wx, Wh, b):
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    c_new = gate(f) * c + gate(i) * np.tanh(g)
    return gate(o) * c_new, c_new


@misconception(
    "lstm_step",
    hint="Your new state uses the cell before this step: use the new cell.",
)
def shows_the_old_cell(x, h, c, Wx, Wh, b):
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    return gate(o) * np.tanh(c), gate(f) * c + gate(i) * np.tanh(g)


@misconception(
    "lstm_step",
    hint="You use 1 - f as the input gate, as in a GRU. The LSTM's input gate has its own weights.",
)
def input_gate_from_forget_gate(x, h, c, Wx, Wh, b):
    _, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    c_new = gate(f) * c + (1 - gate(f)) * np.tanh(g)
    return gate(o) * np.tanh(c_new), c_new


@misconception(
    "lstm_step",
    hint="The activation of the candidate is tanh, between -1 and 1: cells must be able to decrease.",
)
def candidate_like_a_gate(x, h, c, Wx, Wh, b):
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    c_new = gate(f) * c + gate(i) * gate(g)
    return gate(o) * np.tanh(c_new), c_new


@misconception(
    "lstm_step",
    replaces="lstm_bias",
    hint="Your ones are in the block of the input gates; the forget gates are the second block.",
)
def bias_for_the_input_gates(n_units, forget=1.0):
    b = np.zeros(4 * n_units)
    b[:n_units] = forget
    return b


@misconception(
    "lstm_step",
    replaces="lstm_bias",
    hint="You set the bias for all gates. Only the forget gates should start open.",
)
def bias_for_all_gates(n_units, forget=1.0):
    return np.full(4 * n_units, forget)


@variant("lstm_step")
def with_slices_and_expit(x, h, c, Wx, Wh, b):
    n = c.shape[1]
    z = (x @ Wx + h @ Wh + b).clip(-500, 500)
    opened = 1 / (1 + np.exp(-z))
    i, f, o = opened[:, :n], opened[:, n : 2 * n], opened[:, 3 * n :]
    c = f * c + i * np.tanh(z[:, 2 * n : 3 * n])
    return [o * np.tanh(c), c]


@variant("lstm_step", replaces="lstm_bias")
def bias_in_blocks(n_units, forget=1.0):
    return np.repeat([0, forget, 0, 0], n_units)


# --- CharVocabulary --------------------------------------------------------------------------


@misconception(
    "CharVocabulary",
    hint="An unknown character raises an error in your encode. It should become 0.",
)
class UnknownIsAnError:
    def __init__(self, text):
        self._characters = sorted(set(text))
        self.size = len(self._characters) + 1

    def encode(self, text):
        return np.array([self._characters.index(c) + 1 for c in text], dtype=int)

    def decode(self, ids):
        return "".join("?" if k == 0 else self._characters[k - 1] for k in ids)


@misconception(
    "CharVocabulary",
    hint="You drop unknown characters, so the text becomes shorter. Each should become 0.",
)
class DropsTheUnknown:
    def __init__(self, text):
        self._characters = sorted(set(text))
        self.size = len(self._characters) + 1

    def encode(self, text):
        known = [c for c in text if c in self._characters]
        return np.array([self._characters.index(c) + 1 for c in known], dtype=int)

    def decode(self, ids):
        return "".join("?" if k == 0 else self._characters[k - 1] for k in ids)


@misconception(
    "CharVocabulary",
    hint="Your numbers begin at 0, but 0 is reserved for unknown characters: begin at 1.",
)
class BeginsAtZero:
    def __init__(self, text):
        self._characters = sorted(set(text))
        self.size = len(self._characters)

    def encode(self, text):
        where = {c: k for k, c in enumerate(self._characters)}
        return np.array([where.get(c, 0) for c in text], dtype=int)

    def decode(self, ids):
        return "".join(self._characters[k] for k in ids)


@misconception(
    "CharVocabulary",
    hint="Your characters are in the order of their first appearance. Sort them, so that any text "
    "with the same characters gives the same numbers.",
)
class InOrderOfAppearance:
    def __init__(self, text):
        self._characters = list(dict.fromkeys(text))
        self.size = len(self._characters) + 1

    def encode(self, text):
        where = {c: k for k, c in enumerate(self._characters, start=1)}
        return np.array([where.get(c, 0) for c in text], dtype=int)

    def decode(self, ids):
        return "".join("?" if k == 0 else self._characters[k - 1] for k in ids)


@misconception(
    "CharVocabulary",
    hint="Your size is one too small: 0 is a number as well, and an embedding needs a row for it.",
)
class SizeWithoutUnknown:
    def __init__(self, text):
        self._characters = sorted(set(text))
        self.size = len(self._characters)

    def encode(self, text):
        where = {c: k for k, c in enumerate(self._characters, start=1)}
        return np.array([where.get(c, 0) for c in text], dtype=int)

    def decode(self, ids):
        return "".join("?" if k == 0 else self._characters[k - 1] for k in ids)


@misconception(
    "CharVocabulary",
    hint="Your encode adds new characters. Characters that were not in the first text stay unknown.",
)
class LearnsOnTheWay:
    def __init__(self, text):
        self._characters = sorted(set(text))
        self.size = len(self._characters) + 1

    def encode(self, text):
        for c in text:
            if c not in self._characters:
                self._characters.append(c)
        return np.array([self._characters.index(c) + 1 for c in text], dtype=int)

    def decode(self, ids):
        return "".join("?" if k == 0 else self._characters[k - 1] for k in ids)


@variant("CharVocabulary")
class AllInOneString:
    def __init__(self, text):
        self.letters = "?" + "".join(sorted(set(text)))

    @property
    def size(self):
        return len(self.letters)

    def encode(self, text):
        # The question mark in front is no character of the text: look behind it.
        return np.array([self.letters.find(c, 1) for c in text], dtype=np.int64).clip(0)

    def decode(self, ids):
        return "".join(map(self.letters.__getitem__, map(int, ids)))


# --- make_batches ----------------------------------------------------------------------------


@misconception(
    "make_batches",
    hint="Your targets are the inputs themselves. The target is the *next* character.",
)
def targets_not_shifted(ids, n_steps, batch_size, rng):
    n_windows = (len(ids) - 1) // n_steps
    inputs = np.asarray(ids[: n_windows * n_steps]).reshape(n_windows, n_steps)
    order = rng.permutation(n_windows)
    pieces = [order[k : k + batch_size] for k in range(0, n_windows, batch_size)]
    return [(inputs[piece], inputs[piece]) for piece in pieces]


@misconception(
    "make_batches",
    hint="You cut pieces of n_steps + 1 and shift within each: the last character of each piece is "
    "never an input. Windows lie edge to edge, n_steps apart.",
)
def loses_a_character_at_each_border(ids, n_steps, batch_size, rng):
    n_windows = len(ids) // (n_steps + 1)
    pieces_of_text = np.asarray(ids[: n_windows * (n_steps + 1)]).reshape(n_windows, n_steps + 1)
    order = rng.permutation(n_windows)
    pieces = [order[k : k + batch_size] for k in range(0, n_windows, batch_size)]
    return [(pieces_of_text[piece][:, :-1], pieces_of_text[piece][:, 1:]) for piece in pieces]


@misconception(
    "make_batches",
    hint="np.roll within a window makes its first character the last target. The right one is the "
    "first character of the next window.",
)
def rolled_within_the_window(ids, n_steps, batch_size, rng):
    n_windows = (len(ids) - 1) // n_steps
    inputs = np.asarray(ids[: n_windows * n_steps]).reshape(n_windows, n_steps)
    targets = np.roll(inputs, -1, axis=1)
    order = rng.permutation(n_windows)
    pieces = [order[k : k + batch_size] for k in range(0, n_windows, batch_size)]
    return [(inputs[piece], targets[piece]) for piece in pieces]


@misconception(
    "make_batches",
    hint="You drop the last minibatch if the windows do not fill it: it may be smaller.",
)
def drops_the_last_minibatch(ids, n_steps, batch_size, rng):
    n_windows = (len(ids) - 1) // n_steps
    used = n_windows * n_steps
    inputs = np.asarray(ids[:used]).reshape(n_windows, n_steps)
    targets = np.asarray(ids[1 : used + 1]).reshape(n_windows, n_steps)
    order = rng.permutation(n_windows)
    full = n_windows - n_windows % batch_size
    pieces = [order[k : k + batch_size] for k in range(0, full, batch_size)]
    return [(inputs[piece], targets[piece]) for piece in pieces]


@misconception(
    "make_batches",
    hint="You shuffled inputs and targets separately: draw one order and use it for both.",
)
def shuffled_apart(ids, n_steps, batch_size, rng):
    n_windows = (len(ids) - 1) // n_steps
    used = n_windows * n_steps
    inputs = rng.permutation(np.asarray(ids[:used]).reshape(n_windows, n_steps))
    targets = rng.permutation(np.asarray(ids[1 : used + 1]).reshape(n_windows, n_steps))
    places = range(0, n_windows, batch_size)
    return [(inputs[k : k + batch_size], targets[k : k + batch_size]) for k in places]


@misconception(
    "make_batches",
    hint="Your windows are in the order of the text in every epoch. Shuffle them with rng.",
)
def never_shuffled(ids, n_steps, batch_size, rng):
    n_windows = (len(ids) - 1) // n_steps
    used = n_windows * n_steps
    inputs = np.asarray(ids[:used]).reshape(n_windows, n_steps)
    targets = np.asarray(ids[1 : used + 1]).reshape(n_windows, n_steps)
    places = range(0, n_windows, batch_size)
    return [(inputs[k : k + batch_size], targets[k : k + batch_size]) for k in places]


@variant("make_batches")
def one_window_after_another(ids, n_steps, batch_size, rng):
    starts = list(range(0, len(ids) - n_steps, n_steps))
    rng.shuffle(starts)

    def batches():
        for k in range(0, len(starts), batch_size):
            chosen = starts[k : k + batch_size]
            yield (
                np.array([ids[s : s + n_steps] for s in chosen]),
                np.array([ids[s + 1 : s + 1 + n_steps] for s in chosen]),
            )

    return batches()


# --- bits_per_character ----------------------------------------------------------------------


def _bits(model, ids, n_steps, skip, *, base=2.0, each=True, stable=True, weigh=False, axis=-1):
    """Bits per character with one error, chosen by the keywords."""
    n_windows = (len(ids) - 1) // n_steps
    used = n_windows * n_steps
    inputs = np.asarray(ids[:used]).reshape(n_windows, n_steps)
    targets = np.asarray(ids[1 : used + 1]).reshape(n_windows, n_steps)
    logits = np.asarray(model(inputs), dtype=np.float64)
    if stable:
        logits -= logits.max(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=axis, keepdims=True)
        said = np.take_along_axis(p, targets[:, :, None], axis=-1)[:, :, 0]
        said = said[:, skip:] if each else said.ravel()[skip:]
        if weigh:
            return float(-np.log(said.mean()) / np.log(base))
        return float(-np.log(said).mean() / np.log(base))


@misconception(
    "bits_per_character",
    hint="Your result is in nats, with the natural logarithm. Divide by log 2 to get bits.",
)
def in_nats(model, ids, n_steps=100, skip=10):
    return _bits(model, ids, n_steps, skip, base=np.e)


@misconception(
    "bits_per_character",
    hint="You count all predictions. The first `skip` of each window do not count.",
)
def from_the_first_character(model, ids, n_steps=100, skip=10):
    return _bits(model, ids, n_steps, 0)


@misconception(
    "bits_per_character",
    hint="You leave out the first predictions of the text only. Each window begins anew: leave them "
    "out in each window.",
)
def skips_once(model, ids, n_steps=100, skip=10):
    return _bits(model, ids, n_steps, skip, each=False)


@misconception(
    "bits_per_character",
    hint="Take the logarithm first and then the mean. The mean of the probabilities hides the "
    "predictions that were badly wrong.",
)
def logarithm_of_the_mean(model, ids, n_steps=100, skip=10):
    return _bits(model, ids, n_steps, skip, weigh=True)


@misconception(
    "bits_per_character",
    hint="With a large logit your probabilities become infinity or NaN: subtract the largest of each "
    "row before exp, and take the logarithm of the sum.",
)
def overflows(model, ids, n_steps=100, skip=10):
    return _bits(model, ids, n_steps, skip, stable=False)


@misconception(
    "bits_per_character",
    hint="Your softmax sums over time. At each position the probabilities of all symbols sum to 1.",
)
def normalized_over_time(model, ids, n_steps=100, skip=10):
    return _bits(model, ids, n_steps, skip, axis=1)


@variant("bits_per_character")
def by_keras(model, ids, n_steps=100, skip=10):
    n = (len(ids) - 1) // n_steps * n_steps
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
    logits = model(np.reshape(ids[:n], (-1, n_steps)))
    nats = np.asarray(loss(np.reshape(ids[1 : n + 1], (-1, n_steps)), logits))
    return nats[:, skip:].mean() / np.log(2)


@variant("bits_per_character")
def window_by_window(model, ids, n_steps=100, skip=10):
    bits = []
    for start in range(0, len(ids) - n_steps, n_steps):
        logits = np.asarray(model(np.asarray(ids[start : start + n_steps])[None])[0], float)
        for t in range(skip, n_steps):
            z = logits[t] - logits[t].max()
            bits.append(np.log2(np.exp(z).sum()) - z[ids[start + t + 1]] / np.log(2))
    return float(np.mean(bits))


# --- sample ----------------------------------------------------------------------------------


def _written(next_logits, prime, n, temperature, rng, *, harden=None, stable=True, seen=None):
    """Sample with one error, chosen by the keywords."""
    ids = [int(symbol) for symbol in prime]
    for _ in range(n):
        asked = np.array(ids) if seen is None else np.array(seen(ids))
        logits = np.asarray(next_logits(asked), dtype=np.float64)
        if temperature == 0:
            ids.append(int(np.argmax(logits)))
            continue
        z = logits / temperature if harden is None else harden(logits, temperature)
        powers = np.exp(z - z.max() if stable else z)
        ids.append(int(rng.choice(len(powers), p=powers / powers.sum())))
    return ids


@misconception(
    "sample",
    hint="You multiply by the temperature, which has the opposite effect: divide.",
)
def temperature_multiplied(next_logits, prime, n, temperature, rng):
    return _written(next_logits, prime, n, temperature, rng, harden=lambda z, t: z * t)


@misconception(
    "sample",
    hint="You always take the most probable symbol. That is temperature 0: draw from the distribution.",
)
def always_the_best(next_logits, prime, n, temperature, rng):
    ids = [int(symbol) for symbol in prime]
    for _ in range(n):
        ids.append(int(np.argmax(next_logits(np.array(ids)))))
    return ids


@misconception("sample", hint="The temperature makes no difference in your sampling.")
def temperature_ignored(next_logits, prime, n, temperature, rng):
    return _written(next_logits, prime, n, temperature, rng, harden=lambda z, t: z)


@misconception(
    "sample",
    hint="At temperature 0 you divide by zero. Take the most probable symbol in that case.",
)
def divides_by_zero(next_logits, prime, n, temperature, rng):
    ids = [int(symbol) for symbol in prime]
    for _ in range(n):
        logits = np.asarray(next_logits(np.array(ids)), dtype=np.float64)
        powers = np.exp((logits - logits.max()) / temperature)
        ids.append(int(rng.choice(len(powers), p=powers / powers.sum())))
    return ids


@misconception(
    "sample",
    hint="You pass only the last symbol to the model, so it can't use the earlier ones: pass all "
    "symbols so far.",
)
def shows_the_last_only(next_logits, prime, n, temperature, rng):
    return _written(next_logits, prime, n, temperature, rng, seen=lambda ids: ids[-1:])


@misconception(
    "sample",
    hint="You create your own generator: draw from rng, so that the same seed gives the same text.",
)
def its_own_generator(next_logits, prime, n, temperature, rng):
    return _written(next_logits, prime, n, temperature, np.random.default_rng())


@misconception(
    "sample",
    hint="A logit of 1000 overflows: subtract the largest before exp.",
)
def overflowing_powers(next_logits, prime, n, temperature, rng):
    with np.errstate(all="ignore"):
        return _written(next_logits, prime, n, temperature, rng, stable=False)


@misconception(
    "sample",
    hint="You return only the new symbols. The result includes the beginning as well.",
)
def without_the_beginning(next_logits, prime, n, temperature, rng):
    return _written(next_logits, prime, n, temperature, rng)[len(prime) :]


@variant("sample")
def with_gumbel_noise(next_logits, prime, n, temperature, rng):
    ids = list(map(int, prime))
    while len(ids) < len(prime) + n:
        logits = np.asarray(next_logits(np.asarray(ids)), float)
        ids.append(int(np.argmax(logits + temperature * rng.gumbel(size=len(logits)))))
    return ids


@variant("sample")
def along_the_cumulated(next_logits, prime, n, temperature, rng):
    ids = np.asarray(prime)
    for _ in range(n):
        z = np.asarray(next_logits(ids))
        z = (z - z.max()) / max(temperature, 1e-9)
        edges = np.cumsum(np.exp(z))
        ids = np.append(ids, np.searchsorted(edges, rng.random() * edges[-1], side="right"))
    return ids.tolist()


# --- build_char_model ------------------------------------------------------------------------


def _three_layers(n_symbols, n_units, n_embedding, recurrent, last):
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(n_symbols, n_embedding),
            recurrent,
            last,
        ]
    )


@misconception(
    "build_char_model",
    hint="Your last layer has a softmax. The exercise asks for logits: the loss applies the softmax.",
)
def probabilities_for_logits(n_symbols, n_units=64, n_embedding=16):
    recurrent = keras.layers.GRU(n_units, return_sequences=True)
    last = keras.layers.Dense(n_symbols, activation="softmax")
    return _three_layers(n_symbols, n_units, n_embedding, recurrent, last)


@misconception(
    "build_char_model",
    hint="Only the last state of a window reaches your dense layer: return_sequences=True returns "
    "all of them.",
)
def only_the_last_step(n_symbols, n_units=64, n_embedding=16):
    last = keras.layers.Dense(n_symbols)
    return _three_layers(n_symbols, n_units, n_embedding, keras.layers.GRU(n_units), last)


@misconception(
    "build_char_model",
    hint="A bidirectional layer reads from the end as well: it has seen what it should predict.",
)
def looks_ahead(n_symbols, n_units=64, n_embedding=16):
    recurrent = keras.layers.Bidirectional(keras.layers.GRU(n_units, return_sequences=True))
    last = keras.layers.Dense(n_symbols)
    return _three_layers(n_symbols, n_units, n_embedding, recurrent, last)


@misconception(
    "build_char_model",
    hint="The last layer has one unit for each symbol; yours has another number of units.",
)
def logits_for_the_units(n_symbols, n_units=64, n_embedding=16):
    recurrent = keras.layers.GRU(n_units, return_sequences=True)
    return _three_layers(n_symbols, n_units, n_embedding, recurrent, keras.layers.Dense(n_units))


@misconception(
    "build_char_model",
    hint="The sizes are arguments. You always use 64 units and an embedding of dimension 16.",
)
def sizes_of_its_own(n_symbols, n_units=64, n_embedding=16):
    recurrent = keras.layers.GRU(64, return_sequences=True)
    return _three_layers(n_symbols, n_units, 16, recurrent, keras.layers.Dense(n_symbols))


@variant("build_char_model")
def functional(n_symbols, n_units=64, n_embedding=16):
    ids = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(n_symbols, n_embedding)(ids)
    states = keras.layers.GRU(n_units, return_sequences=True)(vectors)
    return keras.Model(ids, keras.layers.Dense(n_symbols)(states))


# --- train_char_model ------------------------------------------------------------------------


def _fitted(model, pairs_of_epoch, n_epochs, *, rate=0.01, from_logits=True):
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits),
        jit_compile=False,
    )
    for epoch in range(n_epochs):
        for inputs, targets in pairs_of_epoch(epoch):
            model.train_on_batch(inputs, targets)
    return model


@misconception(
    "train_char_model",
    hint="The model that you return still has its initial weights: train it.",
)
def not_trained(ids, n_symbols, seed=0, n_epochs=3, n_steps=25, batch_size=24):
    keras.utils.set_random_seed(seed)
    return build_char_model(n_symbols)


@misconception(
    "train_char_model",
    hint="The loss treats your logits as probabilities: use from_logits=True.",
)
def logits_taken_for_probabilities(ids, n_symbols, seed=0, n_epochs=3, n_steps=25, batch_size=24):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    return _fitted(
        build_char_model(n_symbols, 96, 32),
        lambda epoch: make_batches(ids, n_steps, batch_size, rng),
        n_epochs,
        from_logits=False,
    )


@misconception(
    "train_char_model",
    hint="You train on only one minibatch in each epoch: loop over all of them.",
)
def first_minibatch_only(ids, n_symbols, seed=0, n_epochs=3, n_steps=25, batch_size=24):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    return _fitted(
        build_char_model(n_symbols, 96, 32),
        lambda epoch: make_batches(ids, n_steps, batch_size, rng)[:1],
        n_epochs,
    )


@misconception(
    "train_char_model",
    hint="Your targets are the characters that the model has just read, so it learned to repeat "
    "them: shift the targets by one.",
)
def learns_to_repeat(ids, n_symbols, seed=0, n_epochs=3, n_steps=25, batch_size=24):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    return _fitted(
        build_char_model(n_symbols),
        lambda epoch: [(x, x) for x, _ in make_batches(ids, n_steps, batch_size, rng)[:30]],
        n_epochs,
    )


@variant("train_char_model")
def with_fit(ids, n_symbols, seed=0, n_epochs=3, n_steps=25, batch_size=24):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(n_symbols, 32),
            keras.layers.GRU(112, return_sequences=True),
            keras.layers.Dense(n_symbols),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01, clipnorm=1.0), loss, jit_compile=False)
    n = (len(ids) - 1) // 25 * 25
    inputs, targets = np.reshape(ids[:n], (-1, 25)), np.reshape(ids[1 : n + 1], (-1, 25))
    model.fit(inputs, targets, batch_size=batch_size, epochs=4, verbose=0)
    return model
