"""Worlds to act in, with Gymnasium's API: learning from reward needs somebody who gives it.

    Catch          a ball falls, a paddle moves: 10 × 10 pixels, and a drift that no picture shows
    CatchVector    many games of Catch side by side, as one environment
    GridWorld      a maze drawn in letters, with its transition probabilities

`import dlcourse.envs` registers `dlcourse/Catch-v0` and `dlcourse/GridWorld-v0` with Gymnasium.
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
