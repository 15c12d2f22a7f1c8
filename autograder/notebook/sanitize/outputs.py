"""Rebuild the outputs of a stranger's cell as plain text and re-encoded PNG, and nothing else."""

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

from autograder.notebook.sanitize.images import reencoded_png
from autograder.notebook.sanitize.text import plain_text

MAX_OUTPUTS = 100  # of one cell, after neighbouring prints are joined
MAX_PICTURES = 20  # of one cell: to encode a large one anew takes a second or two
_ROOM_FOR_A_NOTE = 200  # characters; with less left, nothing more is begun
_KINDS = (  # named in the note that stands for an output of which nothing is left
    "text/html",
    "image/svg+xml",
    "image/jpeg",
    "image/png",
    "text/markdown",
    "text/latex",
    "application/javascript",
    "application/json",
)


def sanitize_outputs(outputs: list[NotebookNode], limit: int) -> list[NotebookNode]:
    """Return outputs that are safe to open in a notebook, in formgrader and on a page.

    What is neither text nor a PNG picture (HTML, JavaScript, SVG, widgets) is dropped, and so is
    all metadata. Cleaning twice gives the same as cleaning once.

    Parameters
    ----------
    outputs
        As they lie in a notebook; whatever is malformed is dropped.
    limit
        The characters of text and base64 that the cell may keep.
    """
    clean: list[NotebookNode] = []
    pictures = 0
    for output in _joined_streams(outputs):
        if limit < _ROOM_FOR_A_NOTE or len(clean) == MAX_OUTPUTS:
            clean.append(_note("[further outputs of this cell are left out]"))
            break
        if _has_picture(output):
            pictures += 1
            if pictures > MAX_PICTURES:
                output = {**output, "data": {**output["data"], "image/png": ""}}
        rebuilt = _rebuilt(output, limit)
        if rebuilt is not None:
            clean.append(rebuilt)
            limit -= _size(rebuilt)
    return clean


def _has_picture(output: dict[str, Any]) -> bool:
    return isinstance(output.get("data"), dict) and "image/png" in output["data"]


def _joined_streams(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the outputs that are dictionaries, consecutive prints to one stream made one."""
    joined: list[dict[str, Any]] = []
    texts: list[str] = []  # of the last output, joined once at its end: 100,000 prints are linear
    for output in outputs:
        if not isinstance(output, dict):
            continue
        if output.get("output_type") != "stream":
            joined.append(output)
            continue
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = _string(output.get("text"))
        if joined and joined[-1].get("texts") is texts and joined[-1]["name"] == name:
            texts.append(text)
        else:
            texts = [text]
            joined.append({"output_type": "stream", "name": name, "texts": texts})
    return joined


def _rebuilt(output: dict[str, Any], limit: int) -> NotebookNode | None:
    """Return one output made anew, or None where its type is not a notebook's."""
    kind = output.get("output_type")
    if kind == "stream":
        return _stream(output["name"], plain_text("".join(output["texts"]), limit))
    if kind == "error":
        return _error(output, limit)
    if kind == "display_data":
        return NotebookNode(output_type=kind, data=_data(output, limit), metadata=NotebookNode())
    if kind == "execute_result":
        count = output.get("execution_count")
        return NotebookNode(
            output_type=kind,
            data=_data(output, limit),
            metadata=NotebookNode(),
            execution_count=count if type(count) is int else None,
        )
    return None


def _data(output: dict[str, Any], limit: int) -> NotebookNode:
    """Return the mime bundle with plain text and a picture, or a note of what it was."""
    bundle = output.get("data")
    bundle = bundle if isinstance(bundle, dict) else {}
    data = NotebookNode()
    picture = (
        reencoded_png(_string(bundle.get("image/png")), limit) if "image/png" in bundle else None
    )
    text = plain_text(_string(bundle.get("text/plain")), limit - len(picture or ""))
    if picture is not None:
        data["image/png"] = picture
    if text or picture is None:
        kinds = [kind for kind in _KINDS if kind in bundle] or ["another kind"]
        data["text/plain"] = text or f"[an output that is not shown here: {', '.join(kinds)}]"
    return data


def _error(output: dict[str, Any], limit: int) -> NotebookNode:
    """Return an error output of plain text; the end of a long traceback is what counts."""
    lines = output.get("traceback")
    traceback = "\n".join(_string(line) for line in lines) if isinstance(lines, list) else ""
    return NotebookNode(
        output_type="error",
        ename=plain_text(_string(output.get("ename")), min(limit, 200)),
        evalue=plain_text(_string(output.get("evalue")), min(limit, 5_000)),
        traceback=plain_text(traceback, limit).split("\n"),
    )


def _note(text: str) -> NotebookNode:
    # Not a stream: cleaning again would join it with the prints before it.
    data = NotebookNode({"text/plain": text})
    return NotebookNode(output_type="display_data", data=data, metadata=NotebookNode())


def _stream(name: str, text: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name=name, text=text)


def _string(value: Any) -> str:
    """Return a notebook's multi-line string (a string, or a list of them) as one string."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _size(output: NotebookNode) -> int:
    if output.output_type == "stream":
        return len(output.text)
    if output.output_type == "error":
        return len(output.evalue) + sum(map(len, output.traceback))
    return sum(map(len, output.data.values()))
