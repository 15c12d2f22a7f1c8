"""Three gates of an LSTM's cell to open and shut, and what the cell keeps over time."""

from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import with_still


class LSTMGates(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `lstm_gates` makes one. The cell is computed in the browser."""

    _esm = script(__file__)

    forget = traitlets.Float(0.9).tag(sync=True)
    enter = traitlets.Float(1.0).tag(sync=True)  # the input gate
    output = traitlets.Float(1.0).tag(sync=True)
    pulses = traitlets.List().tag(sync=True)  # [step, candidate] each; 0 at all other steps
    n_steps = traitlets.Int(60).tag(sync=True)

    def cells(self) -> NDArray[np.float64]:
        """Return the cell after each step, shape (n_steps,)."""
        candidate = dict(self.pulses)
        c, found = 0.0, []
        for t in range(self.n_steps):
            c = self.forget * c + self.enter * candidate.get(t, 0.0)
            found.append(c)
        return np.array(found)

    def still(self) -> plot.Picture:
        """Return the present state as a picture."""
        cells = self.cells()
        return plot.curves(
            {"cell $c$": cells, "shown $h$": self.output * np.tanh(cells)},
            ylim=(-1.1, 1.1),
            xlabel="step",
            title=f"forget gate {self.forget:.2f}, input gate {self.enter:.2f}, "
            f"output gate {self.output:.2f}",
            caption="A 1 comes in at step 5 and a −1 at step 35. In JupyterLab three dials move "
            "the gates.",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def lstm_gates(*, forget: float = 0.9, enter: float = 1.0, output: float = 1.0) -> LSTMGates:
    """Return dials for the three gates of one LSTM cell, and its course over sixty steps.

    A candidate of 1 comes at step 5, one of -1 at step 35, nothing at all others.

    Parameters
    ----------
    forget, enter, output
        Where the gates stand at the start, each between 0 (shut) and 1 (open); `enter` is the
        input gate.

    Raises
    ------
    ValueError
        If a gate is not between 0 and 1.
    """
    for name, gate in (("forget", forget), ("enter", enter), ("output", output)):
        if not 0 <= gate <= 1:
            message = f"A gate is between 0 (shut) and 1 (open); received {name}={gate}."
            raise ValueError(message)
    return LSTMGates(forget=forget, enter=enter, output=output, pulses=[[5, 1.0], [35, -1.0]])
