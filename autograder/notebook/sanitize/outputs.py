"""Rebuild the untrusted outputs of a cell from plain text and re-encoded PNG images only."""

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

from autograder.notebook.sanitize.images import reencoded_png
from autograder.notebook.sanitize.text import plain_text

MAX_OUTPUTS = 100  # of one cell, after consecutive prints are joined
MAX_IMAGES = 20  # of one cell: encoding a large one takes a second or two
_MIN_REMAINING = 200  # characters; with fewer left, no further output is copied
_OUTPUT_TYPES = ("stream", "error", "display_data", "execute_result")
_KINDS = (  # named in the note that replaces an output that is dropped
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

    Whatever is neither text nor a PNG image (HTML, JavaScript, SVG, widgets) is dropped, and so is
    all metadata. The function is idempotent.

    Parameters
    ----------
    outputs
        The outputs of a cell; malformed ones are dropped.
    limit
        The largest total number of characters of text and base64 in the result.
    """
    clean: list[NotebookNode] = []
    n_images = 0
    for output in _joined_streams(outputs):
        if limit < _MIN_REMAINING or len(clean) == MAX_OUTPUTS:
            clean.append(_note("[further outputs of this cell are left out]"))
            break
        if _has_image(output):
            n_images += 1
            if n_images > MAX_IMAGES:
                output = {**output, "data": {**output["data"], "image/png": ""}}
        rebuilt = _rebuilt(output, limit)
        clean.append(rebuilt)
        limit -= _size(rebuilt)
    return clean


def _has_image(output: dict[str, Any]) -> bool:
    return isinstance(output.get("data"), dict) and "image/png" in output["data"]


def _joined_streams(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the outputs of known types, with consecutive prints to a stream joined."""
    joined: list[dict[str, Any]] = []
    texts: list[str] = []  # of the last output; joined later, so that many prints take linear time
    for output in outputs:
        if not isinstance(output, dict) or output.get("output_type") not in _OUTPUT_TYPES:
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


def _rebuilt(output: dict[str, Any], limit: int) -> NotebookNode:
    """Return a new output with the safe parts of one."""
    kind = output.get("output_type")
    if kind == "stream":
        return _stream(output["name"], plain_text("".join(output["texts"]), limit))
    if kind == "error":
        return _error(output, limit)
    if kind == "display_data":
        return NotebookNode(output_type=kind, data=_data(output, limit), metadata=NotebookNode())
    count = output.get("execution_count")
    return NotebookNode(
        output_type=kind,
        data=_data(output, limit),
        metadata=NotebookNode(),
        execution_count=count if type(count) is int else None,
    )


def _data(output: dict[str, Any], limit: int) -> NotebookNode:
    """Return a MIME bundle of plain text and an image, or of a note about what was dropped."""
    bundle = output.get("data")
    bundle = bundle if isinstance(bundle, dict) else {}
    data = NotebookNode()
    image = (
        reencoded_png(_string(bundle.get("image/png")), limit) if "image/png" in bundle else None
    )
    text = plain_text(_string(bundle.get("text/plain")), limit - len(image or ""))
    if image is not None:
        data["image/png"] = image
    if text or image is None:
        kinds = [kind for kind in _KINDS if kind in bundle] or ["another kind"]
        data["text/plain"] = text or f"[an output that is not shown here: {', '.join(kinds)}]"
    return data


def _error(output: dict[str, Any], limit: int) -> NotebookNode:
    """Return an error output of plain text; of a long traceback, the end is kept too."""
    lines = output.get("traceback")
    traceback = "\n".join(_string(line) for line in lines) if isinstance(lines, list) else ""
    return NotebookNode(
        output_type="error",
        ename=plain_text(_string(output.get("ename")), min(limit, 200)),
        evalue=plain_text(_string(output.get("evalue")), min(limit, 5_000)),
        traceback=plain_text(traceback, limit).split("\n"),
    )


def _note(text: str) -> NotebookNode:
    # Not a stream: sanitizing again would join it with the prints before it.
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
