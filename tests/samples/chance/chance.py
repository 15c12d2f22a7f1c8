# Draws of the student's from a generator of the test's (weeks 5 to 7).

# %% setup=true
import numpy as np

from dlcourse import check


class Bigram:
    """A language model of three symbols: logits of the next one, given the last."""

    table = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 2.0], [2.0, 0.0, 0.0]])

    def __call__(self, ids):
        return self.table[np.asarray(ids)[-1]]


class Flat:
    """A language model of four symbols, all equally likely."""

    def __call__(self, ids):
        return np.zeros(4)


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## Judged by frequencies
"""


# %% exercise="epsilon_greedy" outcomes=[1]
def epsilon_greedy(q, epsilon, rng):
    """An action at random, or one of the best."""
    ### BEGIN SOLUTION
    if rng.random() < epsilon:
        return int(rng.integers(len(q)))
    return int(rng.choice(np.flatnonzero(q == np.max(q))))
    ### END SOLUTION


# %% test="epsilon_greedy" points=25
rng, q = np.random.default_rng(SEED), np.array([0.0, 1.0, 1.0])
actions = [epsilon_greedy(q, 0.3, rng) for _ in range(600)]
check.between(actions, 0, 2, name="actions")
share = np.bincount(actions, minlength=3) / 600
check.between(share[0], 0.06, 0.14, name="share of the worst action")
check.between(share[1], 0.39, 0.51, name="share of the first of two best")

# %% [markdown]
"""
## New every time; input and labels untouched
"""


# %% exercise="augment" outcomes=[1]
def augment(images, labels, rng, shift=2):
    """The images, each shifted by some pixels of its own, with their labels."""
    ### BEGIN SOLUTION
    shifted = np.zeros_like(images)
    for i, by in enumerate(rng.integers(-shift, shift + 1, (len(images), 2))):
        shifted[i] = np.roll(images[i], by, axis=(0, 1))
    return shifted, labels
    ### END SOLUTION


# %% test="augment" points=25
rng = np.random.default_rng(SEED)
images, labels = np.zeros((40, 9, 9), "uint8"), np.arange(40) % 10
images[:, 4, 4] = 200
before = images.copy()
(shifted, same_labels), (images_after, labels_after, *_) = check.call_and_inspect(
    augment, images, labels, rng
)
(others, _), _ = check.call_and_inspect(augment, images, labels, rng)
check.equal(images_after, before, name="the images that were given")
check.equal(labels_after, labels, name="the labels that were given")
check.equal(same_labels, labels, name="labels")
check.shape(shifted, images.shape, name="shifted images")
check.that(shifted.dtype == np.uint8, "The pixels stay what they are: bytes.")
at = np.argwhere(shifted)[:, 1:]
check.equal(len(at), 40, name="dots in forty images")
check.equal(np.abs(at - 4).max(), 2, name="the longest shift")
check.that(len({tuple(place) for place in at}) > 10, "Each image has a shift of its own.")
check.that(not np.array_equal(shifted, others), "The second call shifts otherwise.")

# %% [markdown]
"""
## With a model that is made there
"""


# %% exercise="sample" outcomes=[1]
def sample(model, prime, n, temperature, rng):
    """The prime and n more symbols, each drawn from what the model expects."""
    ### BEGIN SOLUTION
    ids = list(prime)
    for _ in range(n):
        z = model(ids) / temperature
        p = np.exp(z - z.max())
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return ids
    ### END SOLUTION


# %% test="sample" points=25
model = check.run_remotely(Bigram)()
ids = check.items(sample(model, [0], 800, 0.5, np.random.default_rng(SEED)), 801, name="symbols")
check.equal(ids[0], 0, name="the prime")
check.between(ids, 0, 2, name="symbols")
follows = np.mean(np.array(ids[1:]) == (np.array(ids[:-1]) + 1) % 3)
due = np.exp(4) / (np.exp(4) + 2)
check.between(follows, due - 0.03, due + 0.03, name="how often the likeliest symbol comes")

# %% [markdown]
"""
## The same seed, the same text; another seed, another
"""


# %% exercise="generate" outcomes=[1]
def generate(model, prime, n, rng):
    """The prime and n more symbols; all that is random comes from rng."""
    ### BEGIN SOLUTION
    ids = list(prime)
    for _ in range(n):
        p = np.exp(model(ids))
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return ids
    ### END SOLUTION


# %% test="generate" points=12.5
model = check.run_remotely(Flat)()
first, again, other = (
    check.items(generate(model, [0], 40, np.random.default_rng(seed)), 41, name="symbols")
    for seed in (SEED, SEED, SEED + 1)
)
check.equal(again, first, name="the same seed, the same text")
check.that(first != other, "Another seed gives another text.")

# %% test="generate" points=12.5
model, rng = check.run_remotely(Flat)(), np.random.default_rng(SEED + 5)
first = check.items(generate(model, [0], 40, rng), 41, name="symbols")
second = check.items(generate(model, [0], 40, rng), 41, name="symbols")
again = generate(model, [0], 40, np.random.default_rng(SEED + 5))
check.equal(again, first, name="the same seed, the same text")
check.that(first != second, "A generator goes on where it was.")
