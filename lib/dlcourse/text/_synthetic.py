"""Generate sequences in which symbols depend on earlier ones at a known distance."""

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.int32]
_CLOSERS = {"(": ")", "[": "]"}


def copy_task(n: int, gap: int, *, n_symbols: int = 4, seed: int = 0) -> tuple[Symbols, Symbols]:
    """Return sequences of a symbol, noise and a question, whose answer is the first symbol.

    Parameters
    ----------
    n
        Number of sequences.
    gap
        Number of steps between the symbol and the question.
    n_symbols
        Number of possible first symbols; there are as many symbols of noise.
    seed
        The same seed gives the same sequences.

    Returns
    -------
    sequences : array, shape (n, gap + 2)
        First a symbol, 0 … n_symbols - 1; then noise, n_symbols … 2 n_symbols - 1; at the end the
        question, 2 n_symbols.
    answers : array, shape (n,)
    """
    rng = np.random.default_rng(seed)
    answers = rng.integers(0, n_symbols, n).astype(np.int32)
    noise = rng.integers(n_symbols, 2 * n_symbols, (n, gap))
    question = np.full((n, 1), 2 * n_symbols)
    return np.concatenate([answers[:, None], noise, question], axis=1).astype(np.int32), answers


def brackets(n: int, length: int, *, letters: float = 0.4, deepest: int = 4, seed: int = 0) -> str:
    """Return a text of two kinds of properly nested brackets, with letters between them.

    Parameters
    ----------
    n, length
        Number of lines, and number of characters in each. Every line is balanced.
    letters
        The probability of a letter instead of a bracket.
    deepest
        The largest number of brackets that are open at once.
    seed
        The same seed gives the same text.
    """
    rng = np.random.default_rng(seed)
    return "".join(_bracket_line(length, letters, deepest, rng) + "\n" for _ in range(n))


def _bracket_line(length: int, letters: float, deepest: int, rng: np.random.Generator) -> str:
    line, waiting = "", ""
    while len(line) < length:
        left = length - len(line)
        if left == len(waiting):  # just enough characters to close all open brackets
            line, waiting = line + waiting[-1], waiting[:-1]
        elif rng.random() < letters or left == len(waiting) + 1:
            line += "abcdef"[rng.integers(6)]
        elif waiting and (len(waiting) == deepest or rng.random() < 0.5):
            line, waiting = line + waiting[-1], waiting[:-1]
        else:
            opener = "(["[rng.integers(2)]
            line, waiting = line + opener, waiting + _CLOSERS[opener]
    return line


def quotes(n: int, length: int, *, seed: int = 0) -> str:
    """Return a text with two kinds of quotation marks, in which the same mark opens and closes.

    Most quotations are short; some are up to half a line long. A line may end inside one.

    Parameters
    ----------
    n, length
        Number of lines, and number of characters in each.
    seed
        The same seed gives the same text.
    """
    rng = np.random.default_rng(seed)
    return "".join(_quote_line(length, rng) + "\n" for _ in range(n))


def _quote_line(length: int, rng: np.random.Generator) -> str:
    line = ""
    while len(line) < length:
        outside = "".join(rng.choice(list("abcdef"), rng.integers(1, 6)))
        mark = "\"'"[rng.integers(2)]
        inside = "".join(rng.choice(list("abcdef"), min(rng.geometric(1 / 8), length // 2)))
        line += outside + mark + inside + mark
    return line[:length]
