# What crosses by value: relations of plain types, generators, errors, tables (weeks 1 to 6).

# %% setup=true
import collections
import enum

import numpy as np

from dlcourse import check

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## Near relations of plain data
"""


# %% exercise="count" outcomes=[1]
def count(words):
    """How often each word occurs; 0 for a word that does not."""
    ### BEGIN SOLUTION
    return collections.Counter(words)


def window(items, n):
    """The last n items."""
    last = collections.deque(maxlen=n)
    last.extend(items)
    return last


class Color(enum.IntEnum):
    """A number with a name."""

    RED = 1
    BLUE = 2


def parse(name):
    """The color of a name."""
    return Color[name]


def read_integers(raw):
    """The integers in a file's bytes, the most significant byte first."""
    return np.frombuffer(raw, ">i4")
    ### END SOLUTION


# %% test="count" points=20
counted = count(["a", "b", "a"])
check.equal(counted["a"], 2, name="how often a occurs")
check.equal(counted["z"], 0, name="how often z occurs")
check.equal(counted.most_common(1), [("a", 2)], name="the most common word")
last = window(range(5), 2)
check.equal(list(last), [3, 4], name="the last two")
check.equal(last.maxlen, 2, name="the length of the window")
check.equal(parse("BLUE"), 2, name="the number of blue")
check.equal(read_integers(np.arange(4).astype(">i4").tobytes()), [0, 1, 2, 3], name="integers")

# %% [markdown]
"""
## A generator
"""


# %% exercise="make_batches" outcomes=[1]
def make_batches(ids, n):
    """Batches of n ids, each with the ids that follow them."""
    ### BEGIN SOLUTION
    for i in range(0, len(ids) - n, n):
        yield ids[i : i + n], ids[i + 1 : i + n + 1]
    ### END SOLUTION


# %% test="make_batches" points=20
batches = check.items(make_batches(np.arange(10), 3), 3, name="batches of ten ids")
for i, batch in enumerate(batches):
    x, y = check.items(batch, 2, name="a batch")
    check.equal(x, [3 * i, 3 * i + 1, 3 * i + 2], name="ids of a batch")
    check.equal(y, x + 1, name="ids that follow")

# %% [markdown]
"""
## An error that is due
"""


# %% exercise="Vocabulary" outcomes=[1]
class Vocabulary:
    """Numbers for the characters of a text."""

    ### BEGIN SOLUTION
    def __init__(self, text):
        self.characters = sorted(set(text))
        self.index = {c: i for i, c in enumerate(self.characters)}

    def encode(self, text):
        for c in text:
            if c not in self.index:
                message = f"unknown character {c!r}"
                raise KeyError(message)
        return np.array([self.index[c] for c in text], np.int32)

    def decode(self, ids):
        return "".join(self.characters[i] for i in ids)

    ### END SOLUTION


# %% test="Vocabulary" points=20
vocabulary = Vocabulary("hello world")
check.equal(vocabulary.decode(vocabulary.encode("hold")), "hold", name="there and back")
check.raises(KeyError, vocabulary.encode, "z", mentions="z", name="an unknown character")

# %% [markdown]
"""
## The score is the test's own function
"""


# %% exercise="experiment" outcomes=[1]
def experiment(score, hidden, activations, rates):
    """A row for each combination of the settings, with its accuracy."""
    ### BEGIN SOLUTION
    return [
        {"hidden": h, "activation": a, "rate": r, "accuracy": score(h, a, r)}
        for h in hidden
        for a in activations
        for r in rates
    ]
    ### END SOLUTION


# %% test="experiment" points=20
calls = []


def score(hidden, activation, rate):
    calls.append((hidden, activation, rate))
    return hidden * rate + len(activation)


activations = ["tanh", "relu", "elu"]
wanted = sorted((h, a, r) for h in (3, 5) for a in activations for r in (0.1, 0.5))
table = check.items(experiment(score, [3, 5], activations, [0.1, 0.5]), 12, name="rows")
settings = sorted((row["hidden"], row["activation"], row["rate"]) for row in table)
check.equal(settings, wanted, name="settings of the rows")
for row in table:
    due = row["hidden"] * row["rate"] + len(row["activation"])
    check.close(row["accuracy"], due, name="accuracy of a row")
check.equal(sorted(calls), wanted, name="settings that were scored")

# %% [markdown]
"""
## Words and their neighbours
"""


# %% exercise="analogy" outcomes=[1]
def most_similar(v, E, words, n, exclude=()):
    """The n words nearest to v by cosine, each with its cosine."""
    ### BEGIN SOLUTION
    cosines = E @ v / np.linalg.norm(E, axis=1) / np.linalg.norm(v)
    nearest = [i for i in np.argsort(-cosines) if words[i] not in exclude]
    return [(words[i], float(cosines[i])) for i in nearest[:n]]


def analogy(a, b, c, E, words):
    """The word that is to c as b is to a."""
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    index = {word: i for i, word in enumerate(words)}
    wanted = U[index[b]] - U[index[a]] + U[index[c]]
    return most_similar(wanted, E, words, 1, exclude={a, b, c})[0][0]
    ### END SOLUTION


# %% test="analogy" points=20
rng = np.random.default_rng(SEED)
countries, shift = rng.normal(size=(6, 12)), 2 * rng.normal(size=12)
E = np.concatenate([countries, countries + shift])
U = E / np.linalg.norm(E, axis=1, keepdims=True)
E = U * rng.uniform(0.1, 10, (12, 1))
words = [f"c{i}" for i in range(6)] + [f"C{i}" for i in range(6)]

cosines = U @ U[3]
nearest = [i for i in np.argsort(-cosines) if i != 3][:3]
found = check.items(most_similar(E[3], E, words, 3, exclude={"c3"}), 3, name="similar words")
check.equal([word for word, _ in found], [words[i] for i in nearest], name="similar words")
check.close([cosine for _, cosine in found], cosines[nearest], name="their cosines")
for a, c in ((0, 1), (2, 5), (4, 3)):
    cosines = U @ (U[6 + a] - U[a] + U[c])
    cosines[[a, 6 + a, c]] = -9
    due = words[int(cosines.argmax())]
    check.equal(analogy(words[a], words[6 + a], words[c], E, words), due, name="an analogy")
