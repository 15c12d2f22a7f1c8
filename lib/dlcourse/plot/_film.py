"""Plays frames one after another, and leaves some of them where nothing plays."""

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

from dlcourse.plot._grids import images
from dlcourse.plot._picture import Picture, side_by_side
from dlcourse.plot._pixels import coloured
from dlcourse.plot._style import DPI

_PLAYER = Path(__file__).with_name("_player.html")
_PIXELS = "image-rendering: pixelated; outline: 1px solid rgb(120 120 120 / 0.35)"
_STILLS = 4  # frames of a film that a page without life shows


@dataclass(frozen=True)
class Film:
    """What `animation` returns: the last one in a cell is shown.

    In JupyterLab and on pages made from notebooks it has a button and a slider; where scripts do
    not run there is the last frame; a picture (print, feedback) shows some frames side by side.

    Attributes
    ----------
    frames
        Each as the bytes of a PNG file, all of one size.
    still
        What a picture shows.
    seconds
        How long a frame stays.
    names
        What to say of each frame, beside the player's controls.
    width
        In the page's pixels.
    is_pixels
        Whether the squares of a small image should stay squares.
    """

    frames: tuple[bytes, ...]
    still: Picture
    seconds: float
    names: tuple[str, ...]
    width: int
    is_pixels: bool = False

    def show(self) -> None:
        """Show the film now: for the middle of a cell."""
        from IPython.display import display

        display(self)

    def html(self) -> str:
        """Return the player with all frames: a piece of a page, which loads nothing."""
        encoded = [base64.b64encode(frame).decode("ascii") for frame in self.frames]
        # An element's name must be the same tomorrow, and different for another film.
        mark = hashlib.sha256(b"".join(self.frames)).hexdigest()[:12]
        filled = {
            "MARK": mark,
            "LAST": encoded[-1],
            "FRAMES": ",".join(f'"{frame}"' for frame in encoded),
            "NAMES": ",".join(f'"{_escaped(name)}"' for name in self.names),
            "WORDS": _escaped(self.still.described()),
            "MILLISECONDS": str(round(1000 * self.seconds)),
            "WIDTH": str(self.width),
            "LOOK": _PIXELS if self.is_pixels else "",
            "TITLE": _escaped(self.still.title or self.still.panels[0].title),
            "CAPTION": _escaped(self.still.caption),
        }
        page = _PLAYER.read_text("utf-8")
        for name, value in filled.items():
            page = page.replace(f"%{name}%", value)
        return page

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        png, size = self.still._repr_png_()
        data = {
            "text/html": self.html(),
            "image/png": base64.b64encode(png).decode("ascii"),
            "text/plain": self.still.described(),
        }
        return data, {"image/png": size}

    def __repr__(self) -> str:
        return self.still.described()


def animation(
    frames: Iterable[Picture] | Iterable[NDArray[Any]],
    *,
    seconds: float = 0.2,
    names: Sequence[object] = (),
    width: float = 2.6,
    diverging: bool = False,
    title: str = "",
    caption: str = "",
) -> Film:
    """Return frames as a film with a button to play and a slider to look closer.

    Parameters
    ----------
    frames
        Pictures, all with the same panels and limits (a picture takes a tenth of a second and
        30 kB: twenty to forty tell the story); or images, shape (n, height, width) or with
        colours (n, height, width, 3), of which hundreds cost little.
    seconds
        How long a frame stays.
    names
        What to say of each frame ("epoch 3"); its number when not given.
    width
        Of images, in inches; Pictures have theirs.
    diverging
        Of images: whether the sign matters.
    title, caption
        Above and below: what to see.
    """
    shown = list(frames)
    if not shown:
        message = "animation needs at least one frame."
        raise ValueError(message)
    said = tuple(map(str, names)) or tuple(f"{i + 1} of {len(shown)}" for i in range(len(shown)))
    if len(said) != len(shown):
        message = f"animation expects a name for each of {len(shown)} frames; received {len(said)}."
        raise ValueError(message)
    chosen = np.unique(np.linspace(0, len(shown) - 1, _STILLS).round().astype(int))
    pictures = [one for one in shown if isinstance(one, Picture)]
    if pictures:
        drawn = [one._repr_png_() for one in pictures]
        some = [pictures[i] for i in chosen]
        still = side_by_side(*some, columns=2, title=title, caption=caption)
        return Film(tuple(png for png, _ in drawn), still, seconds, said, drawn[0][1]["width"])
    stack = np.asarray(shown)
    below = [said[i] for i in chosen]
    still = images(stack[chosen], below, diverging=diverging, title=title, caption=caption)
    across = round(DPI * width)
    return Film(_pixels(stack, diverging, 2 * across), still, seconds, said, across, True)


def _pixels(stack: NDArray[Any], diverging: bool, width: int) -> tuple[bytes, ...]:
    """Return images as PNG files of about so many pixels across, each pixel a square."""
    found = []
    larger = max(1, round(width / stack.shape[2]))
    for image in coloured(stack, diverging):
        buffer = io.BytesIO()
        big = image.repeat(larger, axis=0).repeat(larger, axis=1)
        Image.fromarray(big).save(buffer, "png")
        found.append(buffer.getvalue())
    return tuple(found)


def _escaped(text: str) -> str:
    """Return text that means nothing else in HTML, in an attribute or in a script's string."""
    for letter in "&\\<>\"'\n":
        text = text.replace(letter, " " if letter in "\\\n" else f"&#{ord(letter)};")
    return text
