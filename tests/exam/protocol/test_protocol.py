"""Test that a message is decoded to exactly the allowed types, or refused.

`WIRE_EXAMPLES=100000 pytest tests/exam/protocol/test_protocol.py` runs more examples of each
property.
"""

import enum
import json
import math
import os
import re
import socket
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from autograder.exam.diagnosis.transcript import summary
from autograder.exam.examiner.remote_object import RemoteObject
from autograder.exam.protocol import codecs as codecs_package
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.codecs import CODECS
from autograder.exam.protocol.codecs.arrays import DTYPES
from autograder.exam.protocol.codecs.codec import Codec
from autograder.exam.protocol.codecs.registry import Registry
from autograder.exam.protocol.decoding import decode
from autograder.exam.protocol.encoding import encode
from autograder.exam.protocol.framing import (
    LIMITS,
    Message,
    MessageLimits,
    NotTransferable,
    ProtocolViolation,
    read_message,
    refuse,
)

EXAMPLES = int(os.environ.get("WIRE_EXAMPLES", "200"))
many_examples = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Point = namedtuple("Point", ["x", "y"])
NAMES = {"Point": Point}


class Reference:
    """Stand for an object of the other process, in the tests of this file."""

    def __init__(self, word: str, payload: Any) -> None:
        self.word, self.payload = word, payload


def refer(x: Any) -> tuple[str, Any]:
    if type(x) is Reference:
        return x.word, x.payload
    message = f"a {type(x).__name__}"
    raise NotTransferable(message)


def name_of(cls: type) -> str | None:
    return "Point" if cls is Point else None


def transferred(x: Any) -> Any:
    """Return what the other process receives, decoded from the bytes on the socket."""
    sent = memoryview(b"".join(map(bytes, encode(x, refer, name_of).parts())))
    place = 0

    def receive(size: int) -> memoryview:
        nonlocal place
        place += size
        return sent[place - size : place]

    return decode(read_message(receive), Reference, NAMES.get)


ALLOWED = (
    *(type(None), bool, int, float, complex, str, bytes, type(...)),
    *(list, tuple, dict, set, frozenset, deque, Counter, range, slice, Point, Reference),
)
CONTAINERS = (list, tuple, set, frozenset, deque, Point)


def is_allowed(x: Any) -> bool:
    """Return whether a value and its elements are of exactly the types that are transferred."""
    if isinstance(x, np.ndarray | np.generic):
        is_plain = type(x) is np.ndarray or type(x).__module__ == "numpy"
        return is_plain and (x.dtype in DTYPES.values() or x.dtype.kind == "U")
    if type(x) not in ALLOWED:
        return False
    if type(x) in (dict, Counter):
        return all(is_allowed(k) and is_allowed(v) for k, v in x.items())
    if type(x) is slice:
        return all(map(is_allowed, (x.start, x.stop, x.step)))
    if type(x) is Reference:
        return type(x.word) is str and is_allowed(x.payload)
    return type(x) not in CONTAINERS or all(map(is_allowed, x))


def same(a: Any, b: Any) -> bool:
    """Return whether two values are equal and of equal types; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        if a.shape != b.shape or (a.dtype.kind != "U" and a.dtype != b.dtype):
            return False
        return a.tobytes() == b.tobytes() if a.dtype.kind != "U" else bool(np.all(a == b))
    if isinstance(a, float):
        if math.isnan(a):
            return math.isnan(b)
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, dict):
        return len(a) == len(b) and all(
            same(k, q) and same(v, w) for (k, v), (q, w) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, set | frozenset):
        return as_text(a) == as_text(b)
    if isinstance(a, slice):
        return all(same(*p) for p in ((a.start, b.start), (a.stop, b.stop), (a.step, b.step)))
    if isinstance(a, deque) and a.maxlen != b.maxlen:
        return False
    if isinstance(a, list | tuple | deque):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def as_text(x: Any) -> str:
    """Return a text of the elements of a set in a fixed order, with their types."""
    if isinstance(x, set | frozenset | tuple):
        members = map(as_text, x)
        return f"{type(x)}({' '.join(members if type(x) is tuple else sorted(members))})"
    return f"{type(x)} {x!r}"


# --- values --------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = (
    st.integers()
    | st.integers(min_value=-(16**200), max_value=16**200)
    | st.floats()
    | st.complex_numbers()
)
dtypes = st.sampled_from([DTYPES[name] for name in sorted(DTYPES)])
array_shapes = arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
arrays = dtypes.flatmap(lambda dtype: arrays_of.arrays(dtype, array_shapes))
np_scalars = dtypes.flatmap(lambda d: arrays_of.arrays(d, 1).map(lambda a: a[0]))
text_arrays = st.lists(texts.map(lambda t: t.rstrip("\0")), max_size=4).map(
    lambda words: np.array(words, dtype=str)
)
scalars = st.none() | st.booleans() | numbers | texts | st.binary(max_size=12) | st.just(...)
small = st.integers(-20, 20)
ranges = st.builds(range, small, small, small.filter(bool))
keys = st.recursive(
    st.none() | st.booleans() | numbers.filter(lambda x: x == x) | texts | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=4,
)
leaves = scalars | arrays | np_scalars | text_arrays | ranges


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=4)
    return (
        lists
        | lists.map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.sets(keys, max_size=4)
        | st.frozensets(keys, max_size=4)
        | lists.map(deque)
        | lists.map(lambda items: deque(items, 9))
        | st.dictionaries(keys, small, max_size=4).map(Counter)
        | st.builds(slice, inner, inner, inner)
        | st.builds(Point, inner, inner)
        | st.builds(Reference, texts, keys)
    )


values = st.recursive(leaves, containers, max_leaves=12)


def without_references(x: Any) -> bool:
    return "Reference" not in repr(x)


@many_examples
@given(values.filter(without_references))
def test_a_value_is_transferred_unchanged(value):
    assert same(transferred(value), value)


@many_examples
@given(values)
def test_a_received_value_is_of_the_allowed_types(value):
    assert is_allowed(transferred(value))


# --- invalid messages -----------------------------------------------------------------------------

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*DTYPES, "bfloat16", "object", "ff", "0x1p3", "-", "tensorflow", "Point"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*CODECS.by_tag, "pickle"]),
            inner,
            min_size=1,
            max_size=1,
        )
        | st.builds(
            lambda dtype, shape, index, flag: {"array": [dtype, shape, index, flag]},
            st.sampled_from([*DTYPES, "bfloat16"]),
            st.lists(st.integers(-2, 9) | st.integers(2**20, 2**62), max_size=5),
            st.integers(-1, 2),
            st.booleans() | st.integers(0, 1),
        )
        | st.builds(lambda pairs: {"dict": pairs}, st.lists(st.tuples(inner, inner), max_size=3))
    ),
    max_leaves=10,
)
buffers = st.lists(st.binary(max_size=24), max_size=3)


def decode_or_refuse(message: Message) -> None:
    """Decode a message; fail unless it gives allowed types or raises ProtocolViolation."""
    try:
        value = decode(message, Reference, NAMES.get)
    except ProtocolViolation:
        return
    assert is_allowed(value)


def is_free_of_tensors(message: Message) -> bool:
    return b"tensor" not in message.tree  # TensorFlow takes long to import


@many_examples
@given(junk, buffers)
def test_a_tree_of_junk_is_decoded_to_allowed_types_or_refused(tree, data):
    message = Message(json.dumps(tree).encode(), [memoryview(b) for b in data])

    if is_free_of_tensors(message):
        decode_or_refuse(message)


@many_examples
@given(st.binary(max_size=64) | st.text(max_size=64).map(lambda t: t.encode("utf-8", "replace")))
def test_random_bytes_are_decoded_to_allowed_types_or_refused(tree):
    decode_or_refuse(Message(tree, []))


changes = st.lists(
    st.tuples(st.floats(0, 0.999), st.sampled_from(["replace", "insert", "delete"]), st.binary()),
    min_size=1,
    max_size=4,
)


def changed(data: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    for where, how, what in edits:
        place = int(where * len(data))
        end = place + (0 if how == "insert" else max(1, len(what)))
        data = data[:place] + (b"" if how == "delete" else what[:3]) + data[end:]
    return data


@many_examples
@given(values, changes)
def test_a_changed_message_is_decoded_to_allowed_types_or_refused(value, edits):
    message = encode(value, refer, name_of)
    altered = Message(changed(message.tree, edits), message.buffers)

    if is_free_of_tensors(altered):
        decode_or_refuse(altered)


@many_examples
@given(values, changes)
def test_changed_bytes_on_the_socket_are_a_message_or_refused(value, edits):
    sent = changed(b"".join(map(bytes, encode(value, refer, name_of).parts())), edits)
    place = 0

    def receive(size: int) -> memoryview:
        nonlocal place
        if place + size > len(sent):
            message = "the connection was closed"
            raise ProtocolViolation(message)
        place += size
        return memoryview(sent)[place - size : place]

    try:
        message = read_message(receive)
    except ProtocolViolation:
        return
    if is_free_of_tensors(message):
        decode_or_refuse(message)


# --- particular values ---------------------------------------------------------------------------


class Color(enum.IntEnum):
    RED = 3


class EqualsAll(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Loud(str):
    __slots__ = ()

    def __str__(self):
        return "LOUD"


AS_BASE = {
    "an IntEnum": (Color.RED, 3),
    "a float that equals everything": (EqualsAll(2.5), 2.5),
    "a str with its own __str__": (Loud("soft"), "soft"),
    "bytes of NumPy": (np.bytes_(b"ab"), b"ab"),
    "a bytearray": (bytearray(b"ab"), b"ab"),
    "a matrix": (np.array([[1, 2]]).view(np.matrix), np.array([[1, 2]])),
    "a masked array": (np.ma.array([1, 2], mask=[0, 1]), np.array([1, 2])),
    "a defaultdict": (defaultdict(list, a=[1]), {"a": [1]}),
    "an ordered dict": (OrderedDict(a=1), {"a": 1}),
    "a namedtuple of an answer cell": (namedtuple("Other", "x")(1), (1,)),
    "big-endian numbers": (np.array([1, 2], ">i4"), np.array([1, 2], np.int32)),
    "a big-endian scalar": (np.array([1.5], ">f8")[0], np.float64(1.5)),
    "every second number": (np.arange(6)[::2], np.array([0, 2, 4])),
    "a transposed array": (np.arange(6).reshape(2, 3).T, np.array([[0, 3], [1, 4], [2, 5]])),
    "a read-only view": (np.broadcast_to(np.float32(2), (2, 2)), np.full((2, 2), 2, np.float32)),
    "bools that are other bytes": (np.array([0, 2], np.uint8).view(bool), np.array([False, True])),
    "an array without dimensions": (np.array(3.0), np.array(3.0)),
    "a scalar of NumPy": (np.float64(3.0), np.float64(3.0)),
    "a text of NumPy": (np.str_("ab"), np.str_("ab")),
    "64 dimensions": (np.ones((1,) * 64), np.ones((1,) * 64)),
    "no elements, in three dimensions": (np.ones((3, 0, 2)), np.ones((3, 0, 2))),
}


@pytest.mark.parametrize(("sent", "expected"), AS_BASE.values(), ids=AS_BASE)
def test_an_instance_of_a_subclass_is_received_as_its_base(sent, expected):
    assert same(transferred(sent), expected)


def test_a_received_array_can_be_written_to():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Channel(ours).send(encode(np.arange(3.0), refer))
        received = decode(Channel(theirs).receive(), Reference)

    received[:] = 7

    assert received.tolist() == [7, 7, 7]


def list_in_itself() -> list[Any]:
    x: list[Any] = []
    x.append(x)
    return x


NOT_TRANSFERABLE = {
    "lone surrogates": ("\ud800", "lone surrogates"),
    "lone surrogates in an array": (np.array(["a", "\udfff"]), "lone surrogates"),
    "a list in itself": (list_in_itself(), "nested more than"),
    "an integer of a million digits": (1 << 4_000_000, "too large"),
    "an endless range": (range(10**20), "too long"),
    "too many bytes": (np.broadcast_to(np.uint8(1), (LIMITS.bytes + 1,)), "send less"),
    "objects": (np.array([object()]), "a ndarray"),
    "a structured array": (np.zeros(2, [("a", "f8")]), "a ndarray"),
    "a date": (np.datetime64("2026-01-01"), "a datetime64"),
    "long doubles": (np.ones(2, np.longdouble), "a ndarray"),
    "an object": (object(), "a object"),
    "a dict with objects for keys": ({object(): 1}, "a dict"),
    "a set of objects": ({object()}, "a set"),
}


@pytest.mark.parametrize(("sent", "text"), NOT_TRANSFERABLE.values(), ids=NOT_TRANSFERABLE)
def test_encoding_says_why_a_value_is_refused(sent, text):
    with pytest.raises(NotTransferable, match=text):
        encode(sent, refer)


TOO_MANY = {
    "items": ([None] * 99, "More than 99 items"),
    "words": (np.array(["a"] * 99), "More than 99 items"),
    "arrays": ([np.int8(1)] * 10, "More than 9 arrays"),
}


@pytest.mark.parametrize(("sent", "text"), TOO_MANY.values(), ids=TOO_MANY)
def test_encoding_says_what_is_too_much_for_one_message(sent, text):
    with pytest.raises(NotTransferable, match=text):
        encode(sent, refer, limits=MessageLimits(items=99, buffers=9))


def test_bfloat16_is_refused_and_its_float32_is_not():
    ml_dtypes = pytest.importorskip("ml_dtypes")

    with pytest.raises(NotTransferable):
        encode(np.ones(2, ml_dtypes.bfloat16), refer)
    assert same(
        transferred(np.ones(2, ml_dtypes.bfloat16).astype(np.float32)), np.ones(2, np.float32)
    )


def test_a_refused_message_takes_no_memory_of_the_announced_size():
    brackets = b"[" * 30_000_000
    announced = '{"array":["uint8",[1073741824],0,false]}'
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolViolation):
            decode(Message(announced.encode(), [memoryview(b"x")]), Reference)
        with pytest.raises(ProtocolViolation):
            decode(Message(brackets, []), Reference)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000


def test_limits_can_be_set_lower():
    message = encode([1, 2, 3], refer)

    with pytest.raises(ProtocolViolation, match="more than 3 items"):
        decode(message, Reference, limits=MessageLimits(items=3))


@pytest.mark.slow
def test_a_tensor_is_received_as_a_tensor_and_a_variable_is_refused():
    tf = pytest.importorskip("tensorflow")
    sent = tf.constant([[1.0, 2.0]])

    received = transferred(sent)

    assert type(received) is type(sent)
    assert same(received.numpy(), sent.numpy())
    with pytest.raises(NotTransferable):
        encode(tf.Variable([1.0]), refer)
    with pytest.raises(NotTransferable):
        encode(tf.cast(sent, tf.bfloat16), refer)


# --- codecs --------------------------------------------------------------------------------------


class FractionCodec(Codec):
    """A fraction is its numerator and its denominator."""

    tag = "fraction"
    types = (Fraction,)

    def encode(self, value, encoder):
        return {self.tag: encoder.nodes((value.numerator, value.denominator))}

    def decode(self, body, decoder):
        numerator, denominator = decoder.values(body, count=2)
        if type(numerator) is not int or type(denominator) is not int or denominator < 1:
            refuse("a fraction that is not two integers")
        return Fraction(numerator, denominator)

    def is_key(self, value, codecs):  # noqa: ARG002
        return True

    def summarize(self, value, codecs):
        return codecs.summarize(float(value))


def test_a_new_type_needs_nothing_but_its_codec():
    codecs = Registry((*CODECS.codecs, FractionCodec()))
    sent = [Fraction(1, 3), {Fraction(2): Fraction(-5, 7)}]

    received = decode(encode(sent, refer, codecs=codecs), Reference, codecs=codecs)

    assert received == sent
    assert type(received[0]) is Fraction
    assert codecs.summarize(received) == codecs.summarize([1 / 3, {Fraction(2): -5 / 7}])
    with pytest.raises(NotTransferable):
        encode(sent, refer)


def test_every_codec_of_the_package_is_found_and_the_one_of_references_is_asked_last():
    folder = Path(codecs_package.__file__).parent
    written = re.findall(
        r"^class ([A-Z]\w*Codec)\(", "".join(map(Path.read_text, folder.glob("*.py"))), re.MULTILINE
    )
    found = [type(codec).__name__ for codec in CODECS.codecs]

    assert sorted(found) == sorted(written)
    assert found[-1] == "ReferenceCodec"


def test_two_codecs_cannot_have_the_same_tag():
    with pytest.raises(ValueError, match="same tag"):
        Registry((*CODECS.codecs, FractionCodec(), FractionCodec()))


class ClaimsToBeAnArray:
    @property
    def __class__(self):
        return np.ndarray


class TypeWithoutHash(type):
    __hash__ = None
    __eq__ = object.__eq__


class Unhashable(metaclass=TypeWithoutHash):
    pass


@pytest.mark.parametrize("cls", [ClaimsToBeAnArray, Unhashable])
def test_only_the_real_type_of_a_value_decides_how_it_is_sent(cls):
    message = encode([cls()], lambda x: ("remote", type(x).__name__))

    assert decode(message, lambda _, payload: payload) == [cls.__name__]


# --- summaries -----------------------------------------------------------------------------------


@many_examples
@given(values.filter(without_references))
def test_every_value_has_a_summary_in_json(value):
    found = summary(transferred(value))

    assert json.loads(json.dumps(found, allow_nan=False)) == found


ENORMOUS = 16 ** (LIMITS.digits - 1)


@pytest.mark.parametrize(
    "value",
    [ENORMOUS, [ENORMOUS], {ENORMOUS: 1}, {ENORMOUS, 2}, slice(ENORMOUS), (ENORMOUS, "a")],
    ids=["alone", "in a list", "as a key", "in a set", "in a slice", "in a tuple"],
)
def test_an_integer_that_python_does_not_write_in_decimal_has_a_summary(value):
    assert "too many digits" in json.dumps(summary(transferred(value)))


class NeverAsked:
    def ask(self, operation, *arguments):
        raise AssertionError(operation, arguments)

    def give_up(self, what):
        raise AssertionError(what)


def test_the_summary_of_a_remote_object_does_not_ask_it():
    remote = RemoteObject(NeverAsked(), 0, "object", "Stack")

    assert summary([remote, {"a": remote}]) == {
        "items": ["remote", {"map": [["'a'", "remote"]]}],
        "length": 2,
    }
