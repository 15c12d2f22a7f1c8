"""Collects the outputs of one cell as nbformat keeps them, up to a number of bytes."""

import json
from typing import Any

from nbformat import NotebookNode, v4

_KINDS = ("stream", "display_data", "execute_result", "error")
_ENOUGH = 1_000  # outputs of one cell


class OutputCollector:
    """The outputs of one cell, in order; consecutive text of a stream is joined."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.cells: list[NotebookNode] = []
        self._display: dict[str, list[int]] = {}
        self._clear_next = False

    @property
    def is_full(self) -> bool:
        """Whether the cell has printed or drawn more than it may."""
        return self.size > self.limit or len(self.cells) > _ENOUGH

    def take(self, kind: str, content: Any) -> None:
        """Add what one message says; a message that is not well formed says nothing."""
        if not isinstance(content, dict):
            return
        try:
            self.size += len(json.dumps(content, default=str))
        except RecursionError:
            return  # no output is nested that deep
        if kind == "clear_output":
            self._clear_next = bool(content.get("wait"))
            if not self._clear_next:
                self._clear()
        elif kind == "update_display_data":
            self._update(content)
        elif kind in _KINDS:
            if self._clear_next:
                self._clear()
            self._append(kind, content)

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        if self.is_full:
            return
        last = self.cells[-1] if self.cells else None
        if kind == "stream":
            name = "stderr" if content.get("name") == "stderr" else "stdout"
            text = _text(content.get("text"))
            if last is not None and last.output_type == "stream" and last.name == name:
                last.text += text
            else:
                self.cells.append(v4.new_output("stream", name=name, text=text))
        elif kind == "error":
            trace = content.get("traceback")
            self.cells.append(
                v4.new_output(
                    "error",
                    ename=_text(content.get("ename")),
                    evalue=_text(content.get("evalue")),
                    traceback=[_text(line) for line in trace] if isinstance(trace, list) else [],
                )
            )
        else:
            self._append_data(kind, content)

    def _append_data(self, kind: str, content: dict[str, Any]) -> None:
        if not isinstance(content.get("data"), dict):
            return
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        if isinstance(name, str):
            self._display.setdefault(name, []).append(len(self.cells))
        count = {"execution_count": None} if kind == "execute_result" else {}
        data = _texts(content["data"])
        self.cells.append(v4.new_output(kind, data=data, metadata={}, **count))

    def _update(self, content: dict[str, Any]) -> None:
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        if not isinstance(name, str) or not isinstance(content.get("data"), dict) or self.is_full:
            return
        for index in self._display.get(name, []):
            self.cells[index].data = NotebookNode(_texts(content["data"]))

    def _clear(self) -> None:
        self.cells.clear()
        self._display.clear()
        self._clear_next = False


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(bundle: dict[str, Any]) -> dict[str, str]:
    """Return a mime bundle in which everything is text; what is not, is empty."""
    return {kind: _text(value) for kind, value in bundle.items()}
