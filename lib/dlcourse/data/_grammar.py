"""Generate sentences from a small grammar with analogies in it.

The sentences show that Paris is to France what Rome is to Italy. As the grammar is known, one can
count how many of its analogies an embedding has learned.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

Pick = Callable[[Sequence[str]], str]  # chooses one of several words

# A country, its capital, and two things that occur with both.
_LANDS = (
    ("france", "paris", "cheese", "seine"),
    ("italy", "rome", "pasta", "tiber"),
    ("japan", "tokyo", "sushi", "sumida"),
    ("germany", "berlin", "bratwurst", "spree"),
    ("spain", "madrid", "paella", "manzanares"),
    ("egypt", "cairo", "koshari", "nile"),
    ("greece", "athens", "moussaka", "ilisos"),
    ("austria", "vienna", "strudel", "danube"),
    ("russia", "moscow", "borscht", "moskva"),
    ("england", "london", "pudding", "thames"),
)
# Two people, and two things that occur with both.
_PEOPLE = (
    ("king", "queen", "crown", "throne"),
    ("man", "woman", "garden", "newspaper"),
    ("uncle", "aunt", "family", "cake"),
    ("actor", "actress", "stage", "film"),
    ("waiter", "waitress", "table", "menu"),
    ("prince", "princess", "castle", "horse"),
    ("brother", "sister", "bicycle", "room"),
    ("boy", "girl", "school", "ball"),
)
# A verb in the present and the past tense, its object, and an adverb.
_VERBS = (
    ("walks", "walked", "road", "slowly"),
    ("sings", "sang", "song", "loudly"),
    ("cooks", "cooked", "soup", "well"),
    ("writes", "wrote", "letter", "neatly"),
    ("swims", "swam", "lake", "far"),
    ("paints", "painted", "picture", "carefully"),
    ("drives", "drove", "car", "fast"),
    ("reads", "read", "book", "quietly"),
)
_NAMES = ("anna", "peter", "maria", "tom")

ANALOGIES: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "capital": tuple((land, capital) for land, capital, *_ in _LANDS),
        "gender": tuple((he, she) for he, she, *_ in _PEOPLE),
        "tense": tuple((now, then) for now, then, *_ in _VERBS),
    }
)
"""Pairs of words in `sentences`, by the relation between the two words."""


def sentences(n: int = 4000, seed: int = 0) -> list[list[str]]:
    """Return random sentences about countries, people and their actions, each a list of words.

    Parameters
    ----------
    n
        Number of sentences; about a third of each kind.
    seed
        The same seed gives the same sentences.

    Returns
    -------
    list of lists of str
        In lower case, without punctuation. `ANALOGIES` has the pairs of words with the same
        relation.

    Examples
    --------
    >>> [" ".join(words) for words in sentences(2)]
    ['peter painted the picture yesterday', 'the border of italy is far from the tiber']
    """
    rng = np.random.default_rng(seed)

    def pick(words: Sequence[str]) -> str:
        return words[int(rng.integers(len(words)))]

    makers = (_about_a_country, _about_a_person, _about_an_action)
    return [makers[rng.integers(3)](rng, pick).split() for _ in range(n)]


def _about_a_country(rng: np.random.Generator, pick: Pick) -> str:
    land, capital, *things = _LANDS[rng.integers(len(_LANDS))]
    thing = pick(things)
    if rng.random() < 0.2:
        return f"{capital} is the capital city of {land}"
    if rng.random() < 0.5:
        return pick(
            (
                f"the mayor of {capital} likes the {thing}",
                f"the streets of {capital} lead to the {thing}",
            )
        )
    return pick(
        (
            f"the president of {land} likes the {thing}",
            f"the border of {land} is far from the {thing}",
        )
    )


def _about_a_person(rng: np.random.Generator, pick: Pick) -> str:
    *pair, one, other = _PEOPLE[rng.integers(len(_PEOPLE))]
    i = rng.integers(2)
    person, they, their, thing = pair[i], ("he", "she")[i], ("his", "her")[i], pick((one, other))
    return pick(
        (
            f"the {person} said that {they} likes {their} {thing}",
            f"{they} is the {person} with the {thing}",
            f"the {person} showed {their} {thing}",
            f"{their} {thing} belongs to the {person}",
        )
    )


def _about_an_action(rng: np.random.Generator, pick: Pick) -> str:
    *verb, one, other = _VERBS[rng.integers(len(_VERBS))]
    i = rng.integers(2)
    when = pick((("today", "now"), ("yesterday", "once"))[i])
    who, thing = pick(_NAMES), pick((f"the {one}", other))
    return pick((f"{who} {verb[i]} {thing} {when}", f"{when} {who} {verb[i]} {thing}"))
