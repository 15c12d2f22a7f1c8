"""Transfer eager tensors of TensorFlow, JAX and PyTorch."""

import sys
from typing import Any

import numpy as np

from autograder.exam.protocol.codecs import summaries
from autograder.exam.protocol.codecs.arrays import ArrayCodec
from autograder.exam.protocol.codecs.codec import (
    HAS_IDENTITY,
    Codec,
    Codecs,
    Decoder,
    Encoder,
    require_pair,
)
from autograder.exam.protocol.framing import refuse
from autograder.exam.protocol.strict_json import Node

_PACKAGES = ("tensorflow", "jax", "torch")
_ARRAYS = ArrayCodec()


class TensorCodec(Codec):
    """A tensor is the name of its package and an array.

    No package is imported to find out whether a value is a tensor. A variable and a symbolic
    tensor have an identity, and are sent by reference.
    """

    tag = "tensor"
    types = ()

    def matches(self, value: Any) -> bool:
        package = _package(value)
        return package in _PACKAGES and package in sys.modules

    def encode(self, value: Any, encoder: Encoder) -> Any:
        if hasattr(value, "assign") or not all(
            hasattr(value, name) for name in ("dtype", "shape", "__array__")
        ):
            return HAS_IDENTITY
        package = _package(value)
        try:
            array = np.asarray(value.detach() if package == "torch" else value)
        except (TypeError, ValueError, NotImplementedError, RuntimeError, AttributeError):
            return HAS_IDENTITY  # a symbolic tensor has no value
        node = _ARRAYS.encode(array, encoder)
        return node if node is HAS_IDENTITY else {self.tag: [package, node]}

    def decode(self, body: Any, decoder: Decoder) -> Any:
        package, node = require_pair(body)
        if package not in _PACKAGES or type(node) is not Node or node[0] != ArrayCodec.tag:
            refuse("a tensor of an unknown package")
        return _tensor(package, _ARRAYS.decode(node[1], decoder))

    def summarize(self, value: Any, codecs: Codecs) -> Any:
        return summaries.numbers(value) or summaries.description(value)


def _package(value: Any) -> str:
    package = str(type(value).__module__).partition(".")[0]
    return "jax" if package == "jaxlib" else package


def _tensor(package: str, array: Any) -> Any:
    try:
        if package == "tensorflow":
            import tensorflow

            return tensorflow.constant(array)
        if package == "jax":
            import jax

            return jax.numpy.asarray(array)
        import torch

        return torch.from_numpy(np.asarray(array))
    except Exception as error:  # not installed, or it has no such dtype or shape
        refuse(f"a tensor that {package} cannot make here ({type(error).__name__})")
