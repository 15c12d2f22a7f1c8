"""Environments for reinforcement learning, with Gymnasium's API.

    Catch          a paddle catches a falling ball: 10 × 10 pixels, with a horizontal velocity that
                   a single frame does not show
    CatchVector    a vector environment: many games of Catch at the same time
    GridWorld      a maze given as text, with its transition probabilities

Importing `dlcourse.envs` registers `dlcourse/Catch-v0` and `dlcourse/GridWorld-v0` with Gymnasium.
"""

import gymnasium

from dlcourse.envs._catch import Catch, CatchVector
from dlcourse.envs._gridworld import GridWorld

__all__ = ["Catch", "CatchVector", "GridWorld"]

gymnasium.register(
    id="dlcourse/Catch-v0",
    entry_point="dlcourse.envs:Catch",
    vector_entry_point="dlcourse.envs:CatchVector",
)
gymnasium.register(id="dlcourse/GridWorld-v0", entry_point="dlcourse.envs:GridWorld")
