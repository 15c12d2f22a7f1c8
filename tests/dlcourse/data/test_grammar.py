from collections import Counter

import numpy as np
from dlcourse import data


def test_sentences_depend_on_the_seed_and_on_nothing_else():
    state = np.random.get_state()[1].copy()

    again = data.sentences(50, seed=3)

    assert data.sentences(50, seed=3) == again
    assert data.sentences(50, seed=4) != again
    assert np.array_equal(np.random.get_state()[1], state)


def test_as_many_sentences_as_were_asked_for_each_of_several_words():
    made = data.sentences(200)

    assert len(made) == 200
    assert min(len(words) for words in made) >= 4
    assert all(word == word.lower() and word.isalpha() for words in made for word in words)


def test_every_word_of_an_analogy_occurs_often():
    often = Counter(word for words in data.sentences() for word in words)

    for pairs in data.ANALOGIES.values():
        assert min(often[word] for pair in pairs for word in pair) > 30


def test_counts_alone_know_capitals_genders_and_tenses():
    words, counts = _counts(data.sentences(), window=4)
    n = len(words)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    U, s, _ = np.linalg.svd(np.log(np.maximum(counts / expected, 1)))
    E = U[:, :48] * np.sqrt(s[:48])
    E /= np.linalg.norm(E, axis=1, keepdims=True)

    assert n < 200
    for pairs in data.ANALOGIES.values():
        assert np.mean([_solves(E, words, a, b) for a in pairs for b in pairs if a != b]) > 0.8


def _counts(sentences, window):
    words = sorted({word for sentence in sentences for word in sentence})
    index = {word: i for i, word in enumerate(words)}
    counts = np.zeros((len(words), len(words)))
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for other in sentence[max(0, i - window) : i] + sentence[i + 1 : i + 1 + window]:
                counts[index[word], index[other]] += 1
    return words, counts


def _solves(E, words, known, asked):
    a, b, c = (words.index(word) for word in (*known, asked[0]))
    likeness = E @ (E[b] - E[a] + E[c])
    likeness[[a, b, c]] = -np.inf
    return words[int(np.argmax(likeness))] == asked[1]
