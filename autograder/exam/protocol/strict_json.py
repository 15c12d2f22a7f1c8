"""Parse the JSON tree of a message, which a student's process may have written.

The accepted JSON is narrow: the only numbers are small integers, and an object has exactly one
key, the tag of a codec.
"""

import json
from typing import Any, NoReturn

from autograder.exam.protocol.framing import MessageLimits, refuse


def parse_tree(tree: bytes, limits: MessageLimits) -> Any:
    """Return a tree of Nodes, lists, strings, small integers, True, False and None.

    Raises
    ------
    ProtocolViolation
        If the tree would take much memory as Python objects, or is not JSON of this narrow kind.
    """
    if sum(map(tree.count, (b"[", b"{", b'"', b","))) > 10 * limits.items:
        refuse("a tree of too many parts")
    try:
        return _JSON.decode(tree.decode("ascii"))
    except (ValueError, RecursionError) as error:
        refuse(f"a tree that is not JSON as this protocol writes it ({type(error).__name__})")


class Node(tuple[str, Any]):
    """A JSON object of one key: (tag, body)."""

    __slots__ = ()


def _node(pairs: list[tuple[str, Any]]) -> Node:
    if len(pairs) != 1:
        message = "an object of one key is expected"
        raise ValueError(message)
    return Node(pairs[0])


def _small_integer(digits: str) -> int:
    if len(digits) > 18:
        message = "a structural integer of more than 18 digits"
        raise ValueError(message)
    return int(digits)


def _refuse_number(text: str) -> NoReturn:
    message = f"the bare number {text[:20]}"
    raise ValueError(message)


_JSON = json.JSONDecoder(
    object_pairs_hook=_node,
    parse_int=_small_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)
