"""Remove terminal codes, control characters and surrogates from untrusted text."""

import re

# Each alternative stops at the next escape, so that a text full of them takes linear time.
_TERMINAL_CODES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colors, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_BREAKS = re.compile("\r\n|[\u2028\u2029\x0b\x0c\x85]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Surrogates cannot be encoded as UTF-8; bidirectional controls make text look like other text.
_MISLEADING = re.compile("[\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def plain_text(text: str, limit: int | None = None) -> str:
    """Return a text as a terminal would show it, with printable characters only.

    A carriage return overwrites the line, as progress bars do; a backspace removes a character.
    Characters that cannot be encoded or that reorder text become U+FFFD.

    Parameters
    ----------
    limit
        The largest number of characters to keep, from the beginning and the end of the text.
    """
    if limit is not None:  # before codes are removed, to bound the time for very long texts
        text = shorten(text, 20 * limit)
    text = _LINE_BREAKS.sub("\n", _TERMINAL_CODES.sub("", text))
    if "\r" in text or "\b" in text:
        text = "\n".join(_overwritten(line) for line in text.split("\n"))
    text = _MISLEADING.sub("\ufffd", _CONTROLS.sub("", text))
    return text if limit is None else shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`: its beginning, a note, and its end."""
    if len(text) <= limit:
        return text
    note = f"\n[... {len(text) - limit:,} characters and more are left out here ...]\n"
    kept = max(limit - len(note), 0)
    tail = kept // 4
    return text[: kept - tail] + note[:limit] + text[len(text) - tail :]


def _overwritten(line: str) -> str:
    """Return what a terminal shows of a line with carriage returns and backspaces."""
    line = next((part for part in reversed(line.split("\r")) if part), "")
    if "\b" not in line:
        return line
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)
