"""Define how the candidate's kernel reports outputs to the grader: flat frames on one socket.

A frame is a kind, the id of the request that it is about, and texts:

    stream                                              name, text
    error                                               name, message, lines of the traceback
    display_data, execute_result, update_display_data   display id, then MIME type, text, ...
    clear_output                                        "wait" or ""
    idle                                                nothing: the request has ended

Student code can write anything to the socket. So a frame has a limit of bytes, contains nothing
but texts, and takes no more memory than its bytes. The candidate also states how many characters
the content has as JSON, because the limit of outputs is counted in them.
"""

import struct
from dataclasses import dataclass

FRAME_BYTES = 16 << 20
"""The most bytes that a frame may have."""

IDLE = "idle"

MAX_TEXTS = 5_000
"""The most texts that a frame may have."""

HEAD = struct.Struct("!II")  # bytes of the rest; characters of the content as JSON
LENGTH = struct.Struct("!I")
_MOST = (1 << 32) - 1


@dataclass(frozen=True)
class Frame:
    """One frame.

    size   characters of the content as JSON, at least the bytes of the texts
    """

    kind: str
    request: str
    texts: tuple[str, ...] = ()
    size: int = 0


def pack(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    parts = [_encode(text) for text in (frame.kind, frame.request, *frame.texts)]
    rest = b"".join(LENGTH.pack(len(part)) + part for part in parts)
    return HEAD.pack(len(rest), min(frame.size, _MOST)) + rest


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
