"""Images are decoded and encoded again."""

import base64
import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, PngImagePlugin

from autograder.notebook.sanitize.images import MAX_SIDE, reencoded_png

LIMIT = 2_000_000


def encoded(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, options.pop("format", "PNG"), **options)
    return base64.b64encode(buffer.getvalue()).decode()


def decoded(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width, height, data=b""):
    """A PNG file whose header claims a size that its data need not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_the_pixels_are_kept(mode):
    image = Image.linear_gradient("L").resize((20, 10)).convert(mode)

    again = decoded(reencoded_png(encoded(image), LIMIT))

    assert again.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_nothing_but_pixels_is_kept():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>", zip=True)
    image = Image.new("RGB", (4, 4), "red")
    original = encoded(
        image, pnginfo=text, dpi=(72, 72), icc_profile=b"profile", exif=b"Exif\0\0MM"
    )
    trailing = base64.b64encode(base64.b64decode(original) + b"PK\x03\x04 a zip file").decode()

    again = reencoded_png(trailing, LIMIT)

    assert decoded(again).info == {}
    for kind in (b"tEXt", b"zTXt", b"iCCP", b"eXIf", b"pHYs", b"PK"):
        assert kind not in base64.b64decode(again)
    assert reencoded_png(again, LIMIT) == again


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("no base64 at all!", id="not base64"),
        pytest.param("é" * 8, id="not ASCII"),
        pytest.param(base64.b64encode(b"<svg onload='x()'/>").decode(), id="svg"),
        pytest.param(base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(), id="signature only"),
        pytest.param(encoded(Image.new("RGB", (40, 40)))[:60], id="cut off"),
        pytest.param(encoded(Image.new("RGB", (4, 4)), format="JPEG"), id="another format"),
        pytest.param(encoded(Image.new("RGB", (4, 4)), format="GIF"), id="gif"),
        pytest.param(png_claiming(MAX_SIDE + 1, 1), id="too wide"),
        pytest.param(png_claiming(8_000, 8_000), id="a bomb: 64 million pixels"),
        pytest.param(png_claiming(2**31 - 1, 2**31 - 1), id="a bomb: huge sides"),
        pytest.param(png_claiming(100, 100, b"\x00" * 10), id="fewer rows than claimed"),
        pytest.param(png_claiming(0, 0), id="no pixels"),
        pytest.param(encoded(Image.new("I;16", (4, 4))), id="a mode that has no plain equivalent"),
    ],
)
def test_anything_else_is_refused(text):
    assert reencoded_png(text, LIMIT) is None


def test_a_compressed_comment_of_a_gigabyte_is_refused():
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 200_000_000))
    data = base64.b64decode(encoded(Image.new("RGB", (4, 4))))

    swollen = base64.b64encode(data[:33] + bomb + data[33:]).decode()

    assert reencoded_png(swollen, LIMIT) is None


def test_the_filters_of_warnings_stay_unchanged():
    # Several exams run in one process: whoever changes the filters changes them for all.
    pictures = [encoded(Image.linear_gradient("L").resize((300, 300)).convert("P"))] * 40
    before = list(warnings.filters)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: reencoded_png(text, LIMIT), pictures))

    assert warnings.filters == before


def test_an_image_over_the_limit_is_refused_before_it_is_decoded():
    assert reencoded_png(encoded(Image.effect_noise((200, 200), 90)), 1_000) is None
