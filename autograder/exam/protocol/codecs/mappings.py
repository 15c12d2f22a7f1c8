"""Transfer dicts and Counters."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.codec import (
    HAS_IDENTITY,
    Codec,
    Codecs,
    Decoder,
    Encoder,
    require_list,
)
from autograder.exam.protocol.framing import refuse

_KEY_LENGTH = 80  # characters of a key in a summary


class DictCodec(Codec):
    """A dict is a list of pairs of nodes, with unique keys.

    A dict with a key that has an identity is sent by reference.
    """

    tag = "dict"
    types: ClassVar[tuple[type[Any], ...]] = (dict,)

    def encode(self, value: Any, encoder: Encoder) -> Any:
        pairs = dict.items(value)
        if not all(encoder.is_key(key) for key, _ in pairs):
            return HAS_IDENTITY
        return {self.tag: [encoder.nodes(pair) for pair in pairs]}

    def decode(self, body: Any, decoder: Decoder) -> dict[Any, Any]:
        pairs = [decoder.values(pair, count=2) for pair in require_list(body)]
        result = {decoder.key(key): value for key, value in pairs}
        if len(result) != len(pairs):
            refuse("a dict that has a key twice")
        return result

    def items(self, value: Any) -> Sequence[Any]:
        return list(value.values())

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        pairs = [
            [summaries.shortened_repr(key, _KEY_LENGTH), codecs.summarize(item)]
            for key, item in value.items()
        ]
        return {"map": sorted(pairs, key=lambda pair: pair[0])[: summaries.SAMPLES]}


class CounterCodec(DictCodec):
    """A Counter is transferred as a dict is, under its own tag."""

    tag = "counter"
    types = (Counter,)
    precedence = 1

    def decode(self, body: Any, decoder: Decoder) -> Counter[Any]:
        return Counter(super().decode(body, decoder))
