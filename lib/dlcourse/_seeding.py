"""Seed the global random generators of this process."""

import operator
import random
import sys

import numpy as np


def seed_generators(number: int) -> None:
    """Seed the global generators of Python, NumPy and the deep-learning libraries in use.

    TensorFlow, Keras and PyTorch are seeded only if they are imported already: importing them here
    would take seconds, and a library that is not imported has drawn nothing.

    Parameters
    ----------
    number
        Any integer; NumPy and Keras use its last 32 bits.

    Examples
    --------
    >>> seed_generators(3)
    >>> first = np.random.random()
    >>> seed_generators(3)
    >>> np.random.random() == first
    True
    """
    number = operator.index(number)  # Keras refuses NumPy's integers
    if "keras" in sys.modules:
        # Seeds Python, NumPy and Keras' backend too, with 32 bits: hence before the others.
        sys.modules["keras"].utils.set_random_seed(number % 2**32)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)
    np.random.seed(number % 2**32)
    random.seed(number)
