"""A widget that shows how the gates of an LSTM cell change its state over time."""

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from dlcourse import plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin


class LSTMGates(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `lstm_gates` returns. The browser computes the cell state."""

    _esm = script(__file__)

    forget_gate = traitlets.Float(0.9).tag(sync=True)
    input_gate = traitlets.Float(1.0).tag(sync=True)
    output_gate = traitlets.Float(1.0).tag(sync=True)
    pulses = traitlets.List().tag(sync=True)  # [step, candidate]; 0 at other steps
    n_steps = traitlets.Int(60).tag(sync=True)

    def cell_states(self) -> NDArray[np.float64]:
        """Return the cell state after each step, shape (n_steps,)."""
        candidates = dict(self.pulses)
        c, states = 0.0, []
        for t in range(self.n_steps):
            c = self.forget_gate * c + self.input_gate * candidates.get(t, 0.0)
            states.append(c)
        return np.array(states)

    def static_picture(self) -> plot.Picture:
        """Draw cell state and output for the current gates."""
        cells = self.cell_states()
        return plot.curves(
            {"cell $c$": cells, "output $h$": self.output_gate * np.tanh(cells)},
            ylim=(-1.1, 1.1),
            xlabel="step",
            title=f"forget gate {self.forget_gate:.2f}, input gate {self.input_gate:.2f}, "
            f"output gate {self.output_gate:.2f}",
            caption="The candidate is 1 at step 5 and −1 at step 35. In JupyterLab, three sliders "
            "set the gates.",
        )


def lstm_gates(
    *, forget_gate: float = 0.9, input_gate: float = 1.0, output_gate: float = 1.0
) -> LSTMGates:
    """Return sliders for the gates of one LSTM cell, and its state over sixty steps.

    The candidate is 1 at step 5, -1 at step 35, and 0 at all other steps.

    Parameters
    ----------
    forget_gate, input_gate, output_gate
        Initial values of the gates, between 0 (closed) and 1 (open).

    Raises
    ------
    ValueError
        If a gate is not between 0 and 1.
    """
    gates = {"forget_gate": forget_gate, "input_gate": input_gate, "output_gate": output_gate}
    for name, gate in gates.items():
        if not 0 <= gate <= 1:
            message = f"A gate is between 0 (closed) and 1 (open); received {name}={gate}."
            raise ValueError(message)
    return LSTMGates(pulses=[[5, 1.0], [35, -1.0]], **gates)
