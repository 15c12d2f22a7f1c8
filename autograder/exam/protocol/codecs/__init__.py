"""List the plain types that are transferred: one file for each family, with both halves.

To add a type, write its codec (see `codec.Codec`) in a file of this package and add it to CODECS.
"""

from autograder.exam.protocol.codecs.arrays import ArrayCodec, TextArrayCodec
from autograder.exam.protocol.codecs.mappings import CounterCodec, DictCodec
from autograder.exam.protocol.codecs.references import ReferenceCodec
from autograder.exam.protocol.codecs.registry import Registry
from autograder.exam.protocol.codecs.scalars import (
    BoolCodec,
    ComplexCodec,
    EllipsisCodec,
    FloatCodec,
    IntCodec,
    NoneCodec,
)
from autograder.exam.protocol.codecs.sequences import (
    DequeCodec,
    ListCodec,
    NamedTupleCodec,
    RangeCodec,
    SliceCodec,
    TupleCodec,
)
from autograder.exam.protocol.codecs.sets import FrozenSetCodec, SetCodec
from autograder.exam.protocol.codecs.tensors import TensorCodec
from autograder.exam.protocol.codecs.text import BytesCodec, StrCodec

CODECS = Registry(
    (
        NoneCodec(),
        BoolCodec(),
        TextArrayCodec(),  # NumPy's scalars before str, float and complex, which some are as well
        ArrayCodec(),
        StrCodec(),
        IntCodec(),
        FloatCodec(),
        ComplexCodec(),
        BytesCodec(),
        EllipsisCodec(),
        NamedTupleCodec(),
        TupleCodec(),
        ListCodec(),
        CounterCodec(),
        DictCodec(),
        SetCodec(),
        FrozenSetCodec(),
        DequeCodec(),
        RangeCodec(),
        SliceCodec(),
        TensorCodec(),
        ReferenceCodec(),
    )
)
