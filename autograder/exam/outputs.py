"""Reads and writes what an executed paper says: verdicts, findings, the outputs of test cells."""

from nbformat import NotebookNode, v4

from autograder.models import Finding, Verdict


def verdicts_of(executed: NotebookNode) -> tuple[Verdict, ...]:
    """Return the verdicts that an executed paper holds, in the order of its test cells."""
    held = (cell.metadata.get("exam", {}).get("verdict") for cell in executed.cells)
    return tuple(Verdict.from_json(verdict) for verdict in held if verdict)


def findings_of(executed: NotebookNode) -> tuple[Finding, ...]:
    """Return the findings that were made while the paper was sat."""
    return tuple(Finding(**f) for f in executed.metadata.get("exam", {}).get("findings", ()))


def outputs_of(verdict: Verdict) -> list[NotebookNode]:
    """Return the outputs of a test cell: silence is full marks, a number is partial credit."""
    if verdict.passed:
        return []
    if verdict.state == "passed":
        number = {"text/plain": f"{verdict.points:.12g}"}
        return [v4.new_output("execute_result", data=number, metadata={}, execution_count=None)]
    hint = f"\nHint: {verdict.hint}" if verdict.hint and verdict.hint not in verdict.reason else ""
    return [error_output(verdict.state, verdict.reason + hint)]


def error_output(name: str, text: str) -> NotebookNode:
    """Return an error as the output of a cell."""
    return v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
