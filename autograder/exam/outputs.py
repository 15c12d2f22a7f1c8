"""Make the outputs of test cells, which nbgrader reads as points."""

from nbformat import NotebookNode, v4

from autograder.models import Verdict, VerdictState


def outputs_of(verdict: Verdict) -> list[NotebookNode]:
    """Return the outputs of a test cell: none for full marks, a number for partial credit."""
    if verdict.passed:
        return []
    if verdict.state is VerdictState.PASSED:
        number = {"text/plain": f"{verdict.points:.12g}"}
        return [v4.new_output("execute_result", data=number, metadata={}, execution_count=None)]
    hint = f"\nHint: {verdict.hint}" if verdict.hint and verdict.hint not in verdict.reason else ""
    return [error_output(verdict.state.value, verdict.reason + hint)]


def error_output(name: str, text: str) -> NotebookNode:
    """Return an error as the output of a cell."""
    return v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
