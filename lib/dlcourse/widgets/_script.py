"""Puts the script that all widgets share before a widget's own."""

from pathlib import Path

_COMMON = Path(__file__).with_name("_common.js")


def script(file: str) -> str:
    """Return the JavaScript of the widget in `file`: `_common.js`, then the `.js` beside it.

    A front end takes one module without imports, so they are joined here.
    """
    return _COMMON.read_text("utf-8") + "\n" + Path(file).with_suffix(".js").read_text("utf-8")
