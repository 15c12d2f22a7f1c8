"""Transfer NumPy arrays and scalars, of numbers, bool and text."""

from typing import Any

import numpy as np

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.codec import (
    HAS_IDENTITY,
    Codec,
    Codecs,
    Decoder,
    Encoder,
    require_list,
)
from autograder.exam.protocol.codecs.text import checked_text, received_text
from autograder.exam.protocol.framing import refuse

DTYPES = {
    name: np.dtype(name)
    for name in (
        *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
        *("bool", "float16", "float32", "float64", "complex64", "complex128"),
    )
}
"""The dtypes that are transferred, by name, in the byte order of this machine.

bfloat16 is not among them: NumPy has no such type, and both processes would have to take it from
the same other package. An array of it is a remote object on the way to the examiner, and refused
on the way to the candidate: cast it to float32, which loses nothing.
"""


class ArrayCodec(Codec):
    """An array is its dtype's name, its shape, a buffer's number, and whether it is a scalar.

    It is received in native byte order. A scalar is one of NumPy's, such as `np.float64(3)`.
    """

    tag = "array"
    types = (np.ndarray, np.generic)
    precedence = 1  # some scalars are also str, float or complex

    def matches(self, value: Any) -> bool:
        kind = type(value)
        return issubclass(kind, self.types) and not issubclass(kind, bytes)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        array: Any = np.asarray(value)  # the base class's view of a subclass
        if array.dtype.name not in DTYPES:
            return HAS_IDENTITY
        encoder.require_space(array.nbytes)  # before a copy is made
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).reshape(array.shape)
        if array.dtype == np.bool_:
            array = array.view(np.uint8) != 0  # a view of bytes may hold others than 0 and 1
        number = encoder.add_buffer(memoryview(array.reshape(-1).view(np.uint8)))
        return {self.tag: [array.dtype.name, list(array.shape), number, _is_scalar(value)]}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        if type(body) is not list or len(body) != 4:
            refuse("an array without dtype, shape and buffer")
        name, shape, number, is_scalar = body
        dtype = DTYPES.get(name) if type(name) is str else None
        if dtype is None:
            refuse(f"an array of the dtype {str(name)[:40]!r}")
        size = _size(shape, decoder)
        data = decoder.buffer(number)
        if size * dtype.itemsize != data.nbytes:
            refuse("an array whose shape and bytes disagree")
        _require_flag(is_scalar, shape)
        raw = np.asarray(data)
        if name == "bool" and raw.size and raw.max() > 1:
            refuse("a bool that is neither 0 nor 1")
        array = raw.view(dtype).reshape(shape)
        return array[()] if is_scalar else array

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return _is_scalar(value) and value.dtype.name in DTYPES

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.numbers(value) or summaries.description(value)


class TextArrayCodec(ArrayCodec):
    """An array of text is its shape, a list of strings, and whether it is a NumPy scalar."""

    tag = "text"
    precedence = 2

    def matches(self, value: Any) -> bool:
        return super().matches(value) and np.asarray(value).dtype.kind == "U"

    def encode(self, value: Any, encoder: Encoder) -> Any:
        array = np.asarray(value)
        encoder.count(array.size)
        words = [checked_text(word) for word in array.ravel().tolist()]
        is_scalar = _is_scalar(value)
        return {self.tag: [[] if is_scalar else list(array.shape), words, is_scalar]}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        if type(body) is not list or len(body) != 3:
            refuse("a text array without shape")
        shape, words, is_scalar = body
        if _size(shape, decoder) != len(require_list(words)):
            refuse("a text array whose shape and words disagree")
        if not all(type(word) is str for word in words):
            refuse("a text array of something else than words")
        _require_flag(is_scalar, shape)
        decoder.count(len(words))
        width = max((len(word) for word in words), default=0)
        if 4 * width * len(words) > decoder.limits.bytes:
            refuse("a text array that would take too much memory")
        array = np.array([received_text(word) for word in words], dtype=str).reshape(shape)
        return array[()] if is_scalar else array

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return _is_scalar(value)

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.text(value) if _is_scalar(value) else summaries.description(value)


def _is_scalar(value: Any) -> bool:
    return issubclass(type(value), np.generic)


def _require_flag(is_scalar: Any, shape: Any) -> None:
    if type(is_scalar) is not bool or (is_scalar and shape):
        refuse("a scalar that has a shape")


def _size(shape: Any, decoder: Decoder) -> int:
    """Return the number of elements of an array of this shape, which is refused if impossible."""
    if type(shape) is not list or len(shape) > decoder.limits.dimensions:
        refuse("an array of too many dimensions")
    count = 1
    for length in shape:
        if type(length) is not int or not 0 <= length <= decoder.limits.bytes:
            refuse("an array with an impossible dimension")
        count *= length or 1  # NumPy refuses large dimensions even beside one of length 0
    if count > decoder.limits.bytes:
        refuse("an array with an impossible dimension")
    return 0 if 0 in shape else count
