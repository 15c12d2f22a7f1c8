"""Transfer None, bool, integers, floats, complex numbers and the ellipsis."""

from typing import Any

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.codec import Codec, Codecs, Decoder, Encoder
from autograder.exam.protocol.framing import NotTransferable, refuse

_HEXADECIMAL = frozenset("0123456789abcdef")
_FLOAT_LENGTH = 40  # characters of a hexadecimal float; 24 are enough


class _ScalarCodec(Codec):
    """A codec of immutable values without elements."""

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return True

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.numbers(value) or summaries.description(value)


class NoneCodec(_ScalarCodec):
    """None is the null of JSON."""

    tag = None
    types = (type(None),)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return None

    def decode(self, body: Any, decoder: Decoder) -> None:
        return None

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return None


class BoolCodec(_ScalarCodec):
    """True and False are those of JSON."""

    tag = None
    types = (bool,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return value

    def decode(self, body: Any, decoder: Decoder) -> bool:
        return bool(body)


class IntCodec(_ScalarCodec):
    """An integer is a text of hexadecimal digits, whose number is limited."""

    tag = "int"
    types = (int,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        bits = int.bit_length(value)
        if bits > 4 * encoder.limits.digits:
            message = f"An integer of {bits:,} bits cannot be transferred: it is too large."
            raise NotTransferable(message)
        return {self.tag: format(int.__int__(value), "x")}

    def decode(self, body: Any, decoder: Decoder) -> int:
        if type(body) is not str or not 0 < len(body) <= decoder.limits.digits + 1:
            refuse("an integer that is not a text, or of too many digits")
        digits = body[1:] if body[0] == "-" else body
        if not digits or not set(digits) <= _HEXADECIMAL:
            refuse("an integer that is not hexadecimal")
        return int(body, 16)


class FloatCodec(_ScalarCodec):
    """A float is a hexadecimal text, so that no digit is lost."""

    tag = "float"
    types = (float,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: float.hex(value)}

    def decode(self, body: Any, decoder: Decoder) -> float:
        return _float(body)


class ComplexCodec(_ScalarCodec):
    """A complex number is two floats."""

    tag = "complex"
    types = (complex,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        plain = complex(value)
        return {self.tag: [float.hex(plain.real), float.hex(plain.imag)]}

    def decode(self, body: Any, decoder: Decoder) -> complex:
        if type(body) is not list or len(body) != 2:
            refuse("a complex number that is not two floats")
        return complex(_float(body[0]), _float(body[1]))


class EllipsisCodec(_ScalarCodec):
    """The ellipsis has no content."""

    tag = "ellipsis"
    types = (type(...),)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: None}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        if body is not None:
            refuse("an ellipsis with a content")
        return ...


def _float(body: Any) -> float:
    if type(body) is not str or len(body) > _FLOAT_LENGTH:
        refuse("a number that is not a hexadecimal float")
    try:
        return float.fromhex(body)
    except (ValueError, OverflowError):
        refuse("a number that is not a hexadecimal float")
