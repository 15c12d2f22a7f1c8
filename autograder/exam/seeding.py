"""Seeds the global random generators of the process that it is called in."""

import random
import sys

import numpy as np


def seed_generators(seed: int) -> None:
    """Seed Python's, NumPy's and, where they are imported already, the frameworks' generators."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed % 2**32)
