"""Define what a codec is: everything the protocol needs to know about one plain type."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Protocol

from autograder.exam.protocol.framing import MessageLimits, refuse

HAS_IDENTITY: Final = object()
"""What `Codec.encode` returns for a value that can only be sent by reference after all."""


class Codecs(Protocol):
    """What a codec of containers may use of the registry, for their elements."""

    def is_key(self, value: Any) -> bool:
        """Return whether the value may be a key of a dict or an element of a set."""

    def summarize(self, value: Any) -> Any:
        """Return a JSON value that stands for the value in a transcript."""


class Encoder(Protocol):
    """What a codec may use of the encoder of one message."""

    limits: MessageLimits

    def node(self, value: Any) -> Any:
        """Return the JSON node of a value."""

    def nodes(self, values: Any) -> list[Any]:
        """Return the JSON nodes of some values."""

    def add_buffer(self, data: memoryview) -> int:
        """Append a buffer to the message and return its number."""

    def require_space(self, size: int) -> None:
        """Raise NotTransferable if the message cannot take a buffer of this many bytes more."""

    def count(self, items: int) -> None:
        """Count items of the message; raise NotTransferable if there are too many."""

    def is_key(self, value: Any) -> bool:
        """Return whether the value may be a key of a dict or an element of a set."""

    def name_of(self, cls: type) -> str | None:
        """Return the name of a namedtuple class of a set-up cell, None for any other class."""

    def refer(self, value: Any) -> tuple[str, Any]:
        """Return the reference (word, plain payload) of a value that has an identity."""


class Decoder(Protocol):
    """What a codec may use of the decoder of one message. All of it refuses what is not allowed."""

    limits: MessageLimits

    def value(self, node: Any) -> Any:
        """Return the value of a JSON node."""

    def values(self, body: Any, count: int | None = None) -> list[Any]:
        """Return the values of a list of JSON nodes, of exactly `count` if that is given."""

    def key(self, value: Any) -> Any:
        """Return the value, which must be allowed as a key of a dict or an element of a set."""

    def buffer(self, number: Any) -> memoryview:
        """Return a buffer of the message; each may be used once."""

    def count(self, items: int) -> None:
        """Count items of the message."""

    def namedtuple_class(self, name: str) -> type | None:
        """Return the namedtuple class of a set-up cell that has this name."""

    def resolve(self, word: str, payload: Any) -> Any:
        """Return the object of a reference."""


class Codec(ABC):
    """How values of one plain type are sent, received, used as keys, and summarized.

    `decode` reads what a student's process may have written. It checks the exact type of every
    part with `type(x) is`, checks every announced size before it takes memory, and refuses
    everything that `encode` would not have written.

    Attributes
    ----------
    tag
        The key of the JSON object that stands for such a value; None where the value itself is
        JSON (None, True, False, a string).
    types
        The types that it encodes. Exact instances always belong to the codec, unless it overrides
        `matches`. An instance of a subclass is sent as its base: as a value, without its methods.
    precedence
        Codecs of higher precedence are asked first. A type that is a special case of another needs
        a higher one than that: `np.float64` is a float as well.
    """

    tag: ClassVar[str | None]
    types: ClassVar[tuple[type[Any], ...]]
    precedence: ClassVar[int] = 0

    def matches(self, value: Any) -> bool:
        """Return whether this codec encodes the value, judged only by its real type."""
        return issubclass(type(value), self.types)

    @abstractmethod
    def encode(self, value: Any, encoder: Encoder) -> Any:
        """Return the JSON node of a value, or HAS_IDENTITY.

        Raises
        ------
        NotTransferable
            If the value is too large.
        """

    @abstractmethod
    def decode(self, body: Any, decoder: Decoder) -> Any:
        """Return the value of the body of a JSON node.

        Raises
        ------
        ProtocolViolation
            If the body is anything that `encode` does not write.
        """

    def is_key(self, value: Any, codecs: Codecs) -> bool:
        """Return whether the value may be a key of a dict or an element of a set."""
        return False

    def items(self, value: Any) -> Sequence[Any]:
        """Return the elements of the value, those that may be remote objects."""
        return ()

    @abstractmethod
    def summarize(self, value: Any, codecs: Codecs) -> Any:
        """Return a JSON value that stands for the value in a transcript.

        It has all of a small value, and samples of a large one.
        """


def require_list(body: Any) -> list[Any]:
    """Return a JSON list; refuse anything else."""
    if type(body) is not list:
        refuse("something else than a list")
    return body


def require_pair(body: Any) -> tuple[Any, Any]:
    """Return the two elements of a JSON list of two; refuse anything else."""
    if type(body) is not list or len(body) != 2:
        refuse("something else than a pair")
    return body[0], body[1]
