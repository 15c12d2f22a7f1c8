"""How much time is left: for one cell, and for the exam."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """The time of one exam.

    cell_seconds   what one cell may take
    deadline       when the exam is over, as `time.monotonic` counts
    """

    cell_seconds: float
    deadline: float

    def exam_left(self) -> float:
        """Return the seconds until the exam is over; negative afterwards."""
        return self.deadline - time.monotonic()

    def cell_left(self) -> float:
        """Return the seconds that a cell which starts now may take."""
        return min(self.cell_seconds, self.exam_left())
