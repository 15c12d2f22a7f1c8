"""Frames carry outputs from the candidate to the grader, whatever bytes the candidate sends."""

import asyncio
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.exam.candidate.frames import FRAME_BYTES, Frame, pack
from autograder.exam.candidate.outputs import FrameReader, FrameTooLarge, OutputCollector

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5)


def read_all(data, *, in_pieces_of=1 << 20):
    """Return every frame that a candidate sent before it closed its socket."""

    async def read():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs:
            reader, frames = FrameReader(ours), []
            sending = asyncio.create_task(send(theirs))
            while (frame := await reader.read()) is not None:
                frames.append(frame)
            await sending
            return frames

    async def send(theirs):
        theirs.setblocking(False)
        for first in range(0, len(data), in_pieces_of):
            piece = data[first : first + in_pieces_of]
            await asyncio.get_running_loop().sock_sendall(theirs, piece)
            await asyncio.sleep(0)
        theirs.shutdown(socket.SHUT_WR)

    return asyncio.run(read())


def raw(*parts):
    rest = b"".join(struct.pack("!I", len(part)) + part for part in parts)
    return struct.pack("!II", len(rest), 0) + rest


@given(st.lists(st.tuples(st.text("abc_"), st.text("0123"), TEXTS), max_size=4), st.integers(1, 60))
def test_frames_arrive_as_they_were_sent(sent, in_pieces_of):
    data = b"".join(pack(Frame(kind, about, tuple(texts))) for kind, about, texts in sent)

    found = read_all(data, in_pieces_of=in_pieces_of)

    assert [(f.kind, f.request, list(f.texts)) for f in found] == sent


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        frames = read_all(data)
    except FrameTooLarge:
        return

    assert sum(frame.size for frame in frames) >= 0
    assert all(isinstance(text, str) for frame in frames for text in frame.texts)


@pytest.mark.parametrize("text", ["\udc80", "a\udcffb", "\ud800 is no half of anything"])
def test_text_that_is_not_unicode_arrives_as_something(text):
    (frame,) = read_all(pack(Frame("stream", "1", ("stdout", text))))

    assert len(frame.texts[1]) == len(text)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(struct.pack("!II", FRAME_BYTES + 1, 0), id="too many bytes"),
        pytest.param(raw(*[b""] * 6_000), id="too many texts"),
    ],
)
def test_a_frame_that_is_too_large_is_refused(data):
    with pytest.raises(FrameTooLarge):
        read_all(data)


def test_the_size_of_a_frame_is_what_it_claims_and_no_less_than_its_bytes():
    honest, liar = read_all(
        pack(Frame("stream", "1", ("stdout", "x"), 900)) + raw(b"stream", b"1", b"x" * 500)
    )

    assert honest.size == 900
    assert liar.size >= 500


def test_a_canceled_read_loses_nothing():
    async def read():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs:
            reader, data = FrameReader(ours), pack(Frame("stream", "7", ("stdout", "whole")))
            theirs.sendall(data[:9])
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 0.05)
            theirs.sendall(data[9:])
            return await asyncio.wait_for(reader.read(), 10)

    assert asyncio.run(read()).texts == ("stdout", "whole")


# --- outputs -------------------------------------------------------------------------------------


def collect(*frames, limit=10_000):
    outputs = OutputCollector(limit)
    for kind, *texts in frames:
        outputs.add(Frame(kind, "1", tuple(texts), sum(map(len, texts))))
    return outputs


def test_texts_of_one_stream_are_joined():
    outputs = collect(
        ("stream", "stdout", "a"), ("stream", "stdout", "b"), ("stream", "stderr", "c")
    )

    assert [(output.name, output.text) for output in outputs.cells] == [
        ("stdout", "ab"),
        ("stderr", "c"),
    ]


def test_a_display_is_updated_by_its_id():
    outputs = collect(
        ("display_data", "one", "text/plain", "old"),
        ("display_data", "", "text/plain", "other"),
        ("update_display_data", "one", "text/plain", "new"),
        ("update_display_data", "", "text/plain", "nobody"),
    )

    assert [output.data["text/plain"] for output in outputs.cells] == ["new", "other"]


@pytest.mark.parametrize(
    ("wait", "expected"), [("", ["b"]), ("wait", ["b"])], ids=["now", "at the next output"]
)
def test_outputs_are_cleared(wait, expected):
    outputs = collect(("stream", "stdout", "a"), ("clear_output", wait), ("stream", "stdout", "b"))

    assert [output.text for output in outputs.cells] == expected


def test_outputs_that_wait_to_be_cleared_stay_without_another():
    outputs = collect(("stream", "stdout", "a"), ("clear_output", "wait"))

    assert [output.text for output in outputs.cells] == ["a"]


@pytest.mark.parametrize(
    "frame",
    [("stream", "stdout"), ("error", "E"), ("display_data",), ("clear_output",), ("idle",), ("x",)],
    ids=lambda frame: frame[0],
)
def test_a_frame_that_is_no_output_is_not_collected(frame):
    outputs = OutputCollector(100)

    assert not outputs.add(Frame(frame[0], "1", frame[1:]))
    assert (outputs.cells, outputs.size) == ([], 0)


def test_outputs_are_full_after_so_many_characters():
    outputs = collect(*[("stream", "stdout", "x" * 60)] * 3, limit=100)

    assert outputs.is_full
    assert len(outputs.cells[0].text) <= 100


def test_outputs_are_full_after_so_many_frames_however_short_they_are():
    assert collect(*[("clear_output", "")] * 1_000).is_full
    assert collect(*[("display_data", "")] * 1_001, limit=10**9).is_full
