"""Transfer lists, tuples, namedtuples of set-up cells, deques, ranges and slices."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.codec import (
    Codec,
    Codecs,
    Decoder,
    Encoder,
    require_list,
    require_pair,
)
from autograder.exam.protocol.framing import NotTransferable, refuse

_NUMERIC = (list, tuple, int, float, np.number, np.ndarray)


class ListCodec(Codec):
    """A list is a list of nodes."""

    tag = "list"
    types = (list,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: encoder.nodes(list.__iter__(value))}

    def decode(self, body: Any, decoder: Decoder) -> list[Any]:
        return decoder.values(body)

    def items(self, value: Any) -> Sequence[Any]:
        return list(value)

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return _summarize(value, codecs)


class TupleCodec(Codec):
    """A tuple is a list of nodes."""

    tag = "tuple"
    types = (tuple,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: encoder.nodes(tuple.__iter__(value))}

    def decode(self, body: Any, decoder: Decoder) -> tuple[Any, ...]:
        return tuple(decoder.values(body))

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return all(map(codecs.is_key, tuple.__iter__(value)))

    def items(self, value: Any) -> Sequence[Any]:
        return list(value)

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return _summarize(value, codecs)


class NamedTupleCodec(TupleCodec):
    """A namedtuple whose class a set-up cell defines has the name of that class.

    Both processes run the set-up cells, so the receiver has its own class with that name. An
    instance of any other subclass of tuple is sent as a tuple.
    """

    tag = "named"
    precedence = 1

    def matches(self, value: Any) -> bool:
        return type(value) is not tuple and issubclass(type(value), tuple)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        name = encoder.name_of(type(value))
        nodes = encoder.nodes(tuple.__iter__(value))
        return {TupleCodec.tag: nodes} if name is None else {self.tag: [name, nodes]}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        name, nodes = require_pair(body)
        cls = decoder.namedtuple_class(name) if type(name) is str else None
        values = decoder.values(nodes)
        fields = getattr(cls, "_fields", None)
        if cls is None or not issubclass(cls, tuple) or len(fields or ()) != len(values):
            refuse("a namedtuple that no set-up cell defines")
        return tuple.__new__(cls, values)


class DequeCodec(Codec):
    """A deque is its elements and its maximal length, which may be None."""

    tag = "deque"
    types = (deque,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: [encoder.nodes(deque.__iter__(value)), value.maxlen]}

    def decode(self, body: Any, decoder: Decoder) -> deque[Any]:
        nodes, maxlen = require_pair(body)
        if not (maxlen is None or (type(maxlen) is int and maxlen >= len(require_list(nodes)))):
            refuse("a deque longer than it may be")
        return deque(decoder.values(nodes), maxlen)

    def items(self, value: Any) -> Sequence[Any]:
        return list(value)

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return _summarize_items(value, codecs)


class RangeCodec(Codec):
    """A range is three integers, and has no more numbers than a message may have items."""

    tag = "range"
    types = (range,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        if _length(value) > encoder.limits.items:
            message = f"A range of {_length(value):,} numbers cannot be transferred: too long."
            raise NotTransferable(message)
        return {self.tag: encoder.nodes((value.start, value.stop, value.step))}

    def decode(self, body: Any, decoder: Decoder) -> range:
        start, stop, step = decoder.values(body, count=3)
        if not all(type(part) is int for part in (start, stop, step)) or step == 0:
            refuse("a range that is not three integers")
        if _length(result := range(start, stop, step)) > decoder.limits.items:
            refuse("a range of too many numbers")
        return result

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return True

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.description(value)


class SliceCodec(Codec):
    """A slice is its start, stop and step, which may be any values."""

    tag = "slice"
    types = (slice,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        return {self.tag: encoder.nodes((value.start, value.stop, value.step))}

    def decode(self, body: Any, decoder: Decoder) -> slice:
        return slice(*decoder.values(body, count=3))

    def items(self, value: Any) -> Sequence[Any]:
        return [value.start, value.stop, value.step]

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.description(value)


def _length(x: range) -> int:
    """Return the length of a range; `len` raises for a very long one."""
    return max(0, (x.stop - x.start + x.step - (1 if x.step > 0 else -1)) // x.step)


def _summarize(value: Any, codecs: Codecs) -> Any:
    """Return the summary of a list or tuple, which is that of an array if it has only numbers."""
    if len(value) > 0 and all(isinstance(item, _NUMERIC) for item in value):
        return summaries.numbers(value) or _summarize_items(value, codecs)
    return _summarize_items(value, codecs)


def _summarize_items(value: Any, codecs: Codecs) -> Any:
    first = [codecs.summarize(item) for item in list(value)[: summaries.SAMPLES]]
    return {"items": first, "length": len(value)}
