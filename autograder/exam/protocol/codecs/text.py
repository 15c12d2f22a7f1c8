"""Transfer str and bytes."""

from typing import Any

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.codec import Codec, Codecs, Decoder, Encoder
from autograder.exam.protocol.framing import NotTransferable, refuse


class StrCodec(Codec):
    """A str is a string of JSON. It has no lone surrogates, which no encoding of text can hold."""

    tag = None
    types = (str,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return checked_text(str.__str__(value))

    def decode(self, body: Any, decoder: Decoder) -> str:
        return received_text(body)

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return True

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.text(value)


class BytesCodec(Codec):
    """Bytes are a buffer. A bytearray is received as bytes."""

    tag = "bytes"
    types = (bytes, bytearray)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: encoder.add_buffer(memoryview(bytes(value)))}

    def decode(self, body: Any, decoder: Decoder) -> bytes:
        return bytes(decoder.buffer(body))

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return issubclass(type(value), bytes)

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.description(value[: summaries.SAMPLES * 4])


def checked_text(text: str) -> str:
    """Return a text that is to be sent.

    Raises
    ------
    NotTransferable
        If it has lone surrogates.
    """
    if not _is_encodable(text):
        message = "A str with lone surrogates cannot be transferred: encode it as bytes."
        raise NotTransferable(message)
    return text


def received_text(text: str) -> str:
    """Return a text that was received; refuse one with lone surrogates."""
    if not _is_encodable(text):
        refuse("a str with lone surrogates")
    return text


def _is_encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)
