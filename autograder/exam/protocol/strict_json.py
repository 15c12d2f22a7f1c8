"""Parses the tree of a message: JSON of a narrow kind, which a student's process may have sent.

The only numbers in it are small whole ones, and an object has exactly one key: the kind of a value.
"""

import json
from typing import Any, NoReturn

from autograder.exam.protocol.framing import Limits, refuse


def parse_tree(tree: bytes, limits: Limits) -> Any:
    """Return a tree of Nodes, lists, texts, small whole numbers, True, False and None.

    Raises
    ------
    RoomViolation
        If it would take much memory as Python's objects, or is not JSON as it is written here.
    """
    if sum(map(tree.count, (b"[", b"{", b'"', b","))) > 10 * limits.items:
        refuse("a tree of too many parts")
    try:
        return _JSON.decode(tree.decode("ascii"))
    except (ValueError, RecursionError) as error:
        refuse(f"a tree that is not JSON as it is written here ({type(error).__name__})")


class Node(tuple[str, Any]):
    """A JSON object of one key: (kind, body)."""

    __slots__ = ()


def _node(pairs: list[tuple[str, Any]]) -> Node:
    if len(pairs) != 1:
        message = "an object of one key is expected"
        raise ValueError(message)
    return Node(pairs[0])


def _small(digits: str) -> int:
    if len(digits) > 18:
        message = "a structural integer of more than 18 digits"
        raise ValueError(message)
    return int(digits)


def _no_number(text: str) -> NoReturn:
    message = f"the bare number {text[:20]}"
    raise ValueError(message)


_JSON = json.JSONDecoder(
    object_pairs_hook=_node, parse_int=_small, parse_float=_no_number, parse_constant=_no_number
)
