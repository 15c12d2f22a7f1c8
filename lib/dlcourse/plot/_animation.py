"""Builds an animation: a player with a button and a slider, and a picture for static pages."""

import base64
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dlcourse.plot._colormap import images_to_rgba
from dlcourse.plot._images import images
from dlcourse.plot._picture import Picture, side_by_side
from dlcourse.plot._style import DPI

_PAGE = Path(__file__).with_name("_animation.html")
_PIXELATED = "image-rendering: pixelated; outline: 1px solid rgb(120 120 120 / 0.35)"
_STATIC_FRAMES = 4  # frames shown side by side where nothing can be played


@dataclass(frozen=True)
class Animation:
    """An animation that `animation` returns; the last one in a cell is shown.

    JupyterLab and exported pages show a player with a button and a slider. Where scripts do not
    run, the player shows the last frame. Printed pages and feedback show a static picture.

    Attributes
    ----------
    frames
        Each frame as the bytes of a PNG file, all of the same size.
    static_picture
        Some of the frames side by side.
    seconds
        Duration of a frame.
    names
        Text shown beside the slider, one for each frame.
    width
        Width on the page, in CSS pixels.
    is_pixelated
        Whether the pixels of an enlarged image stay sharp squares.
    """

    frames: tuple[bytes, ...]
    static_picture: Picture
    seconds: float
    names: tuple[str, ...]
    width: int
    is_pixelated: bool = False

    def show(self) -> None:
        """Display the animation now: in the middle of a cell."""
        from IPython.display import display

        display(self)

    def html(self) -> str:
        """Return the player with all frames as a self-contained piece of HTML."""
        encoded = [base64.b64encode(frame).decode("ascii") for frame in self.frames]
        # The id must not change between runs, and must differ between two animations of a page.
        digest = hashlib.sha256(b"".join(self.frames)).hexdigest()[:12]
        picture = self.static_picture
        values = {
            "ID": digest,
            "LAST": encoded[-1],
            "FRAMES": ",".join(f'"{frame}"' for frame in encoded),
            "NAMES": ",".join(f'"{_escape(name)}"' for name in self.names),
            "DESCRIPTION": _escape(picture.describe()),
            "MILLISECONDS": str(round(1000 * self.seconds)),
            "WIDTH": str(self.width),
            "STYLE": _PIXELATED if self.is_pixelated else "",
            "TITLE": _escape(picture.title or picture.panels[0].title),
            "CAPTION": _escape(picture.caption),
        }
        page = _PAGE.read_text("utf-8")
        for name, value in values.items():
            page = page.replace(f"%{name}%", value)
        return page

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.static_picture.static_bundle()
        return {"text/html": self.html(), **data}, metadata

    def __repr__(self) -> str:
        return self.static_picture.describe()


def animation(
    frames: Iterable[Picture] | Iterable[NDArray[Any]],
    *,
    seconds: float = 0.2,
    names: Sequence[object] = (),
    width: float = 2.6,
    diverging: bool = False,
    title: str = "",
    caption: str = "",
) -> Animation:
    """Return frames as an animation with a play button and a slider.

    Parameters
    ----------
    frames
        Pictures, all with the same panels and limits (drawing one takes about a tenth of a second
        and 30 kB: use twenty to forty); or images, shape (n, height, width) or
        (n, height, width, 3), of which there can be hundreds.
    seconds
        Duration of a frame.
    names
        Text shown for each frame, such as "epoch 3"; the frame's number if empty.
    width
        Width of images in inches; pictures have their own width.
    diverging
        For images: whether the sign matters (orange below zero, blue above).
    title, caption
        Texts above and below the animation.

    Raises
    ------
    ValueError
        If there are no frames, or if the number of names differs from the number of frames.
    """
    shown = list(frames)
    n = len(shown)
    if not shown:
        message = "animation needs at least one frame."
        raise ValueError(message)
    labels = tuple(map(str, names)) or tuple(f"{i + 1} of {n}" for i in range(n))
    if len(labels) != n:
        message = f"animation expects a name for each of {n} frames; received {len(labels)}."
        raise ValueError(message)
    chosen = np.unique(np.linspace(0, n - 1, _STATIC_FRAMES).round().astype(int))
    pictures = [one for one in shown if isinstance(one, Picture)]
    if pictures:
        drawn = [one._repr_png_() for one in pictures]
        some = [pictures[i] for i in chosen]
        static = side_by_side(*some, columns=2, title=title, caption=caption)
        pixels = drawn[0][1]["width"]
        return Animation(tuple(png for png, _ in drawn), static, seconds, labels, pixels)
    stack = np.asarray(shown)
    below = [labels[i] for i in chosen]
    static = images(stack[chosen], below, diverging=diverging, title=title, caption=caption)
    pixels = round(DPI * width)
    encoded = _png_files(stack, diverging, 2 * pixels)
    return Animation(encoded, static, seconds, labels, pixels, is_pixelated=True)


def _png_files(stack: NDArray[Any], diverging: bool, width: int) -> tuple[bytes, ...]:
    """Return images as PNG files, enlarged by a whole number to about `width` pixels."""
    files = []
    factor = max(1, round(width / stack.shape[2]))
    for image in images_to_rgba(stack, diverging):
        buffer = io.BytesIO()
        enlarged = image.repeat(factor, axis=0).repeat(factor, axis=1)
        Image.fromarray(enlarged).save(buffer, "png")
        files.append(buffer.getvalue())
    return tuple(files)


def _escape(text: str) -> str:
    """Return text without special meaning in HTML, in an attribute or in a JavaScript string."""
    for letter in "&\\<>\"'\n":
        text = text.replace(letter, " " if letter in "\\\n" else f"&#{ord(letter)};")
    return text
