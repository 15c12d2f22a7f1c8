"""Decode a stranger's PNG and write its pixels anew, so that no byte of the original is left."""

import base64
import binascii
import io
import warnings

from PIL import Image

MAX_SIDE = 8_192  # pixels
MAX_PIXELS = 16_000_000  # a figure of 10 × 8 inches at 400 dpi; 64 MB while it is open
_MODES = {"1": "L", "L": "L", "LA": "RGBA", "P": "RGBA", "PA": "RGBA", "RGB": "RGB", "RGBA": "RGBA"}


def reencoded_png(encoded: str, limit: int) -> str | None:
    """Return the picture in base64, its pixels encoded by us; None where there is no such picture.

    Parameters
    ----------
    encoded
        A PNG file in base64, from a notebook's output.
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
    again = base64.b64encode(buffer.getvalue()).decode("ascii")
    return again if len(again) <= limit else None


def _decoded(data: bytes) -> Image.Image | None:
    """Return the pixels alone (no text, profile, EXIF or further frames), or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                width, height = image.size  # from the header: no pixel is decoded yet
                if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
                    return None
                if image.mode not in _MODES:
                    return None
                image.load()
                mode = _MODES[image.mode]
                converted = image if image.mode == mode else image.convert(mode)
                return Image.frombytes(mode, converted.size, converted.tobytes())
    # Pillow documents OSError, but a broken file also brings SyntaxError, ValueError, EOFError,
    # struct.error, zlib.error and warnings: whatever a decoder says, there is no picture.
    except Exception:
        return None
