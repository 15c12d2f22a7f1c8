import numpy as np

from autograder.course.known_answers import misconception, variant, whole_cell

whole_cell(
    "count",
    name="forgets",
    hint="A word can occur more than once, and a window has an end.",
    source="""
    def count(words):
        return {word: 1 for word in words}

    def window(items, n):
        return collections.deque(items)

    def parse(name):
        return 1

    def read_integers(raw):
        return np.frombuffer(raw, "<i4")
    """,
)


@misconception("count", replaces="read_integers", hint="The most significant byte comes first.")
def little_endian(raw):
    return np.frombuffer(raw, "<i4")


@variant("make_batches")
def as_a_list(ids, n):
    starts = range(0, len(ids) - n, n)
    return [(ids[i : i + n], ids[i + 1 : i + n + 1]) for i in starts]


@misconception("make_batches", hint="The targets are one step ahead of the inputs.")
def not_shifted(ids, n):
    for i in range(0, len(ids) - n, n):
        yield ids[i : i + n], ids[i : i + n]


@misconception("make_batches", hint="A text has an end.")
def endless(ids, n):
    while True:
        yield ids[:n], ids[1 : n + 1]


@misconception("make_batches", hint="No batch came.")
def none_at_all(ids, n):
    return []


@misconception("Vocabulary", hint="A character that is not in the vocabulary has no number.")
class ZeroForUnknown:
    def __init__(self, text):
        self.characters = sorted(set(text))

    def encode(self, text):
        known = self.characters
        return np.array([known.index(c) if c in known else 0 for c in text], np.int32)

    def decode(self, ids):
        return "".join(self.characters[i] for i in ids)


class Oops(Exception):
    pass


@misconception("Vocabulary", hint="A missing key is a KeyError.")
class OwnError:
    def __init__(self, text):
        self.characters = sorted(set(text))

    def encode(self, text):
        if set(text) - set(self.characters):
            raise Oops("z")
        return np.array([self.characters.index(c) for c in text], np.int32)

    def decode(self, ids):
        return "".join(self.characters[i] for i in ids)


@misconception("experiment", hint="Every setting meets every other: zip pairs them off.")
def pairs_them_off(score, hidden, activations, rates):
    return [
        {"hidden": h, "activation": a, "rate": r, "accuracy": score(h, a, r)}
        for h, a, r in zip(hidden, activations, rates, strict=False)
    ]


def _rows(score, hidden, activations, rates):
    return [
        {"hidden": h, "activation": a, "rate": r, "accuracy": score(h, a, r)}
        for h in hidden
        for a in activations
        for r in rates
    ]


@misconception("experiment", hint="All rows are wanted, not the best one.")
def best_only(score, hidden, activations, rates):
    return [max(_rows(score, hidden, activations, rates), key=lambda row: row["accuracy"])]


@misconception("experiment", hint="Each row has a score of its own.")
def last_score_everywhere(score, hidden, activations, rates):
    rows = _rows(score, hidden, activations, rates)
    return [{**row, "accuracy": rows[-1]["accuracy"]} for row in rows]


@misconception("analogy", replaces="most_similar", hint="The words of the question are no answer.")
def returns_the_query(v, E, words, n, exclude=()):
    cosines = E @ v / np.linalg.norm(E, axis=1) / np.linalg.norm(v)
    return [(words[i], float(cosines[i])) for i in np.argsort(-cosines)[:n]]


@misconception("analogy", replaces="most_similar", hint="A long word is not a near one.")
def by_dot_product(v, E, words, n, exclude=()):
    products = E @ v
    nearest = [i for i in np.argsort(-products) if words[i] not in exclude]
    return [(words[i], float(products[i])) for i in nearest[:n]]
