"""Find the codec of a value, a tag or a JSON literal."""

from collections.abc import Iterable, Sequence
from typing import Any

from autograder.exam.protocol.codecs.codec import Codec


class Registry:
    """Codecs, of which the first that matches a value encodes it.

    They are asked in the order of their precedence.
    """

    def __init__(self, codecs: Iterable[Codec]) -> None:
        self.codecs = tuple(sorted(codecs, key=lambda codec: -codec.precedence))
        tagged = [codec for codec in self.codecs if codec.tag is not None]
        self.by_tag = {codec.tag: codec for codec in tagged}
        self.literals = {
            kind: codec for codec in self.codecs if codec.tag is None for kind in codec.types
        }
        # By the id of a type, since looking up a type would run its metaclass's `__hash__`.
        self._by_exact_type = {
            id(kind): codec
            for codec in reversed(self.codecs)
            if type(codec).matches is Codec.matches
            for kind in codec.types
        }
        if len(self.by_tag) != len(tagged):
            message = "Two codecs have the same tag."
            raise ValueError(message)

    def find(self, value: Any) -> Codec:
        """Return the codec that encodes a value."""
        exact = self._by_exact_type.get(id(type(value)))
        if exact is not None:
            return exact
        for codec in self.codecs:
            if codec.matches(value):
                return codec
        message = f"No codec encodes a {type(value).__name__}."
        raise LookupError(message)

    def is_key(self, value: Any) -> bool:
        """Return whether the value may be a key of a dict or an element of a set."""
        return self.find(value).is_key(value, self)

    def items(self, value: Any) -> Sequence[Any]:
        """Return the elements of a value, those that may be remote objects."""
        return self.find(value).items(value)

    def summarize(self, value: Any) -> Any:
        """Return a JSON value that stands for the value in a transcript."""
        return self.find(value).summarize(value, self)
