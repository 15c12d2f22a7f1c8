"""Name the requests, the replies and the references of the protocol."""

from enum import StrEnum


class Operation(StrEnum):
    """What the examiner may ask the candidate to do, with one object or one name.

    The values are part of the answer key, as "<line> <operation>".
    """

    GET = "get"
    CALL = "call"
    CALL_AND_INSPECT = "call and inspect"
    GET_ATTRIBUTE = "attribute"
    SET_ATTRIBUTE = "set attribute"
    GET_ITEM = "item"
    SET_ITEM = "set item"
    LENGTH = "length"
    ITERATE = "iterate"
    NEXT = "next"
    LOCAL_COPY = "local copy"
    SEED = "seed"
    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    TRUEDIV = "truediv"
    POW = "pow"
    MATMUL = "matmul"
    NEG = "neg"


ARITHMETIC = frozenset(
    {
        Operation.ADD,
        Operation.SUB,
        Operation.MUL,
        Operation.TRUEDIV,
        Operation.POW,
        Operation.MATMUL,
        Operation.NEG,
    }
)
"""The operations whose values are the names of functions in `operator`."""

WITHOUT_EXPECTED_KIND = frozenset(
    {
        Operation.GET,
        Operation.ITERATE,
        Operation.SET_ATTRIBUTE,
        Operation.SET_ITEM,
        Operation.LOCAL_COPY,
        Operation.SEED,
    }
)
"""The operations whose reply is not compared with the kinds that the answer key expects."""


class Reply(StrEnum):
    """What the candidate sends: a result, an exception, or a call of a function of the test."""

    VALUE = "value"
    ERROR = "error"
    CALLBACK = "callback"


class CallbackReply(StrEnum):
    """What the examiner answers to a call of a function of the test."""

    ANSWER = "answer"
    RAISE = "raise"


class Reference(StrEnum):
    """What a reference stands for."""

    REMOTE = "remote"  # an object that is in the candidate process
    NAME = "name"  # a function or class of a library or of a set-up cell
    CALLBACK = "callback"  # a function of the test, which stays in the examiner process
    GENERATOR = "generator"  # a NumPy generator of the test, of which the candidate has a copy
    MODEL = "model"  # a Keras model of the test, also copied
    OPTIMIZER = "optimizer"  # a Keras optimizer of the test, also copied
