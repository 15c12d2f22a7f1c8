"""Tests of the LSTM gates."""

import pytest
from dlcourse import widgets


def test_the_forget_gate_determines_how_long_the_cell_keeps_its_state():
    states = widgets.lstm_gates(forget_gate=0.9, input_gate=0.5).cell_states()

    assert states[5] == pytest.approx(0.5)
    assert states[25] == pytest.approx(0.5 * 0.9**20)
    assert states[35] == pytest.approx(0.5 * 0.9**30 - 0.5)


def test_the_browser_computes_the_remaining_state(shown):
    page = shown(widgets.lstm_gates(forget_gate=0.99))

    page.get_by_role("slider", name="forget gate").press("End")

    assert "1.00 remains in the cell at step 25" in page.get_by_role("status").inner_text()


def test_gates_outside_0_to_1_are_refused():
    with pytest.raises(ValueError, match=r"A gate is between 0 .* received forget_gate=1\.2"):
        widgets.lstm_gates(forget_gate=1.2)
