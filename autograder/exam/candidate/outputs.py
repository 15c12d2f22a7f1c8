"""Collect the outputs of one cell as nbformat stores them, up to a number of bytes."""

from nbformat import NotebookNode, v4

from autograder.exam.candidate.frames import Frame, pairs

_MAX_OUTPUTS = 1_000  # of one cell
_LEAST_SIZE = 16  # what a frame counts at least, however short its texts are
_LEAST_TEXTS = {
    "stream": 2,
    "error": 2,
    "display_data": 1,
    "execute_result": 1,
    "update_display_data": 1,
    "clear_output": 1,
}
"""The number of texts that a frame of each kind has at least."""


class OutputCollector:
    """The outputs of one cell, in order; consecutive texts of a stream are joined."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.cells: list[NotebookNode] = []
        self._display: dict[str, list[int]] = {}
        self._clear_next = False

    @property
    def is_full(self) -> bool:
        """Whether the cell has exceeded its limit of outputs."""
        return self.size > self.limit or len(self.cells) > _MAX_OUTPUTS

    def add(self, frame: Frame) -> bool:
        """Add the output of one frame; return whether the frame is one."""
        if len(frame.texts) < _LEAST_TEXTS.get(frame.kind, _MAX_OUTPUTS):
            return False
        self.size += max(frame.size, _LEAST_SIZE)
        if frame.kind == "clear_output":
            self._clear_next = frame.texts[0] == "wait"
            if not self._clear_next:
                self._clear()
        elif frame.kind == "update_display_data":
            self._update(*frame.texts)
        else:
            if self._clear_next:
                self._clear()
            if not self.is_full:
                self._append(frame.kind, frame.texts)
        return True

    def _append(self, kind: str, texts: tuple[str, ...]) -> None:
        if kind == "stream":
            self._append_text(*texts[:2])
        elif kind == "error":
            name, message, *trace = texts
            self.cells.append(v4.new_output("error", ename=name, evalue=message, traceback=trace))
        else:
            display_id, *bundle = texts
            if display_id:
                self._display.setdefault(display_id, []).append(len(self.cells))
            count = {"execution_count": None} if kind == "execute_result" else {}
            self.cells.append(v4.new_output(kind, data=pairs(bundle), metadata={}, **count))

    def _append_text(self, name: str, text: str) -> None:
        name = "stderr" if name == "stderr" else "stdout"
        last = self.cells[-1] if self.cells else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self.cells.append(v4.new_output("stream", name=name, text=text))

    def _update(self, display_id: str, *bundle: str) -> None:
        if self.is_full:
            return
        for index in self._display.get(display_id, []):
            self.cells[index].data = NotebookNode(pairs(bundle))

    def _clear(self) -> None:
        self.cells.clear()
        self._display.clear()
        self._clear_next = False
