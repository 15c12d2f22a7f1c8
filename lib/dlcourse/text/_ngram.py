"""Model a text by counts of n-grams, as a baseline for neural networks."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Symbols = NDArray[np.int64]


def ngram_bits(learn: ArrayLike, judge: ArrayLike, order: int) -> float:
    """Return the bits per character of an n-gram model on a new text.

    An n-gram model of order 1 counts characters, order 2 counts pairs of characters, order 3
    triples. It is smoothed with the models of lower order, the more the more different characters
    followed a context (I. Witten and T. Bell, 1991).

    Parameters
    ----------
    learn
        The text to count in, as integers from 0 on, shape (n,).
    judge
        The text to evaluate on, in the same form.
    order
        The length of the n-grams, at least 1.

    Raises
    ------
    ValueError
        If `order` is not at least 1, or `judge` is not longer than that.
    """
    known, asked = (np.asarray(ids).astype(np.int64).ravel() for ids in (learn, judge))
    if order < 1 or len(asked) <= order:
        message = (
            f"ngram_bits expects an order of at least 1 and a longer text to evaluate on; "
            f"received order {order} and {len(asked)} characters."
        )
        raise ValueError(message)
    n_symbols = int(max(known.max(), asked.max())) + 1
    p = np.full(len(asked) - order + 1, 1 / n_symbols)
    for length in range(order):  # of the context
        p = _mixed(p, known, asked[order - 1 - length :], length, n_symbols)
    return float(-np.log2(p).mean())


def _mixed(
    p: NDArray[np.float64], known: Symbols, asked: Symbols, length: int, n_symbols: int
) -> NDArray[np.float64]:
    """Return probabilities by contexts of one length, mixed with `p`, those by shorter ones."""
    counted, times = np.unique(_coded(known, length + 1, n_symbols), return_counts=True)
    contexts, first, distinct = np.unique(
        counted // n_symbols, return_index=True, return_counts=True
    )
    totals = np.add.reduceat(times, first)
    whole = _coded(asked, length + 1, n_symbols)
    here = _looked_up(whole, counted, times)
    total = _looked_up(whole // n_symbols, contexts, totals)
    novel = _looked_up(whole // n_symbols, contexts, distinct)
    return np.where(total > 0, (here + novel * p) / np.maximum(total + novel, 1), p)


def _coded(ids: Symbols, length: int, n_symbols: int) -> Symbols:
    """Return one number for each n-gram of the given length."""
    n = len(ids) - length + 1
    codes = np.zeros(n, dtype=np.int64)
    for k in range(length):
        codes = codes * n_symbols + ids[k : k + n]
    return codes


def _looked_up(codes: Symbols, table: Symbols, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the value of each code, 0 if the table does not contain it."""
    at = np.minimum(np.searchsorted(table, codes), len(table) - 1)
    return np.where(table[at] == codes, values[at], 0)
