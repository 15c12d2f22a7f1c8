"""Decode an untrusted PNG image and encode its pixels again, so that nothing else is copied."""

import base64
import binascii
import io
import struct

from PIL import Image

MAX_SIDE = 8_192  # pixels
MAX_PIXELS = 4_000_000  # 10 × 8 inches at 220 dpi; decoding takes 16 MB and 2 s
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MODES = {"1": "L", "L": "L", "LA": "RGBA", "P": "RGBA", "PA": "RGBA", "RGB": "RGB", "RGBA": "RGBA"}


def reencoded_png(encoded: str, limit: int) -> str | None:
    """Return an image with its pixels encoded again, in base64; None if it cannot be decoded.

    Parameters
    ----------
    encoded
        A PNG file in base64, from an output of a notebook.
    limit
        The longest base64 text that is decoded or returned.
    """
    if len(encoded) > limit:
        return None
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    pixels = _decoded(data)
    if pixels is None:
        return None
    buffer = io.BytesIO()
    pixels.save(buffer, "PNG")
    result = base64.b64encode(buffer.getvalue()).decode("ascii")
    return result if len(result) <= limit else None


def _decoded(data: bytes) -> Image.Image | None:
    """Return the pixels alone (no text, profile, EXIF or further frames), or None."""
    if not _is_small_png(data):
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if not _is_small(*image.size) or image.mode not in _MODES:
                return None
            image.load()
            mode = _MODES[image.mode]
            converted = image if image.mode == mode else image.convert(mode)
            return Image.frombytes(mode, converted.size, converted.tobytes())
    # Pillow documents OSError, but a broken file also raises SyntaxError, ValueError, EOFError,
    # struct.error and zlib.error. Whatever the error, the image cannot be decoded.
    except Exception:
        return None


def _is_small_png(data: bytes) -> bool:
    """Return whether a file has the header of a PNG image that is not too large.

    This is checked before Pillow opens the file, because Pillow issues a warning for large images.
    Warnings cannot be caught here: their filters are shared by the threads of the process, in
    which several exams run.
    """
    if len(data) < 24 or data[:8] != _SIGNATURE or data[12:16] != b"IHDR":
        return False
    return _is_small(*struct.unpack(">II", data[16:24]))


def _is_small(width: int, height: int) -> bool:
    return max(width, height) <= MAX_SIDE and width * height <= MAX_PIXELS
