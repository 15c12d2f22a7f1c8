"""Reads the JavaScript of widgets."""

from pathlib import Path

_COMMON = Path(__file__).with_name("_common.js")


def script(file: str) -> str:
    """Return the JavaScript of the widget in `file`: `_common.js`, then the `.js` file beside it.

    A front end loads a single module without imports, so the two files are joined.
    """
    return _COMMON.read_text("utf-8") + "\n" + Path(file).with_suffix(".js").read_text("utf-8")
