"""Transfer what has an identity: by reference, never by value.

The sender names the object, the receiver resolves the name. What the words mean is known to the
examiner (`exam.examiner.exports`) and the candidate (`exam.candidate.server`).
"""

from typing import Any

from autograder.exam.protocol.codecs.codec import Codec, Codecs, Decoder, Encoder, require_pair
from autograder.exam.protocol.framing import refuse


class ReferenceCodec(Codec):
    """A reference is a word and a plain payload. It matches every value, so it is asked last."""

    tag = "ref"
    types = (object,)
    precedence = -1  # every value is an object

    def encode(self, value: Any, encoder: Encoder) -> Any:
        word, payload = encoder.refer(value)
        return {self.tag: [word, encoder.node(payload)]}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        word, payload = require_pair(body)
        if type(word) is not str:
            refuse("a reference without a word")
        return decoder.resolve(word, decoder.value(payload))

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        """Return "remote" without reading the value: a remote object would send a request."""
        return "remote"
