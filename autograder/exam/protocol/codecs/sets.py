"""Transfer sets and frozensets."""

from collections.abc import Iterable
from typing import Any, ClassVar

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.codec import HAS_IDENTITY, Codec, Codecs, Decoder, Encoder
from autograder.exam.protocol.framing import refuse


class SetCodec(Codec):
    """A set is a list of nodes without duplicates.

    A set with an element that has an identity is sent by reference.
    """

    tag = "set"
    types: ClassVar[tuple[type[Any], ...]] = (set,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        elements = list(self._elements(value))
        if not all(map(encoder.is_key, elements)):
            return HAS_IDENTITY
        return {self.tag: encoder.nodes(elements)}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        elements = [decoder.key(element) for element in decoder.values(body)]
        result = set(elements)
        if len(result) != len(elements):
            refuse("a set that has an element twice")
        return result

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        elements = sorted(value, key=lambda element: summaries.shortened_repr(element, None))
        return {"items": [codecs.summarize(e) for e in elements[: summaries.SAMPLES]]}

    def _elements(self, value: Any) -> Iterable[Any]:
        return set.__iter__(value)


class FrozenSetCodec(SetCodec):
    """A frozenset is transferred as a set is, and may itself be a key."""

    tag = "frozenset"
    types = (frozenset,)

    def decode(self, body: Any, decoder: Decoder) -> frozenset[Any]:
        return frozenset(super().decode(body, decoder))

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        return all(map(codecs.is_key, frozenset.__iter__(value)))

    def _elements(self, value: Any) -> Iterable[Any]:
        return frozenset.__iter__(value)
