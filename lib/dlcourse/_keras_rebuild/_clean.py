"""Check a Keras configuration against the table and remove its training state.

The input may have been written by anybody. The output contains only known classes, with plain
values in known fields, and no training state: initializers are zeros, no layer is stateful, and
the batch size is open. No Keras object is built here.
"""

import inspect
from functools import cache
from typing import Any

from dlcourse._keras_rebuild import _table
from dlcourse._keras_rebuild._plain import (
    CannotRebuild,
    Tree,
    any_batch,
    as_list,
    as_name,
    as_object,
    as_policy,
    as_value,
    describe,
)

_EVERY_LAYER = frozenset({"name", "trainable", "dtype", "activity_regularizer", "autocast"})
_SHAPES = frozenset({"batch_shape", "input_shape", "batch_input_shape", "build_input_shape"})


def model_at_rest(tree: Any, depth: int = 0) -> Tree:
    """Return the checked configuration of a model, without its training state.

    Raises
    ------
    CannotRebuild
        If it contains a class, a field or a value that is not in the table.
    """
    kind, config = as_object(tree)
    if depth > _table.DEEPEST:
        message = f"the model nests models more than {_table.DEEPEST} deep."
        raise CannotRebuild(message)
    if kind == "Sequential":
        return _sequential(config, depth)
    if kind in ("Functional", "Model"):
        return _functional(config, depth)
    message = (
        f"the model is of the class {describe(kind)}, which is not Keras' own: build it with "
        "keras.Sequential or keras.Model(inputs, outputs)."
    )
    raise CannotRebuild(message)


def _every_model(config: Tree) -> Tree:
    return {"name": as_name(config.get("name")), "trainable": bool(config.get("trainable", True))}


def _sequential(config: Tree, depth: int) -> Tree:
    clean = _every_model(config)
    clean["layers"] = [_layer(layer, depth + 1) for layer in _layers(config)]
    if config.get("build_input_shape") is not None:
        clean["build_input_shape"] = any_batch(as_value(config["build_input_shape"], 0))
    return _made("keras", "Sequential", clean)


def _functional(config: Tree, depth: int) -> Tree:
    clean = _every_model(config)
    clean["layers"] = []
    for layer in _layers(config):
        made = _layer(layer, depth + 1)
        made["name"] = as_name(layer.get("name"))
        made["inbound_nodes"] = [_node(node) for node in as_list(layer.get("inbound_nodes", []))]
        clean["layers"].append(made)
    for ends in ("input_layers", "output_layers"):
        clean[ends] = as_value(config.get(ends, []), 0)
    return _made("keras.src.models.functional", "Functional", clean)


def _layer(tree: Any, depth: int) -> Tree:
    kind, config = as_object(tree)
    module = tree.get("module")
    if kind in ("Sequential", "Functional", "Model"):
        return model_at_rest(tree, depth)
    if module in _table.OPERATIONS and kind in _table.OPERATIONS[module]:
        fields = {field: as_value(value, 0) for field, value in config.items()}
        return _made(module, kind, fields)
    if kind == "Lambda":
        message = "the model contains a Lambda layer, which is code: use one of Keras' own layers."
        raise CannotRebuild(message)
    if kind not in _table.LAYERS:
        message = f"the model contains {describe(kind)}, which is not one of Keras' own layers."
        raise CannotRebuild(message)
    return _made("keras.layers", kind, _fields(kind, config, depth))


def _fields(kind: str, config: Tree, depth: int) -> Tree:
    allowed, clean = _parameters(kind), {}
    for field, value in config.items():
        if field not in allowed:
            if value is None or value is False or value == {}:
                continue  # a field of another version, not used
            message = f"the layer {kind} has the unknown field {describe(field)}."
            raise CannotRebuild(message)
        clean[field] = _field(field, value, depth)
    return clean


def _field(field: str, value: Any, depth: int) -> Any:
    if field.endswith("initializer"):
        return "zeros"
    if field in ("stateful", "unroll"):
        return False  # these change how it is computed, not the result
    if field == "dtype":
        return as_policy(value)
    if field == "name":
        return as_name(value)
    if field == "seed":
        return value if type(value) is int and abs(value) < 2**63 else None
    if value is None:
        return None
    if field.endswith("activation"):
        return _activation(value, depth)
    if field.endswith("regularizer"):
        return _numbers_of("keras.regularizers", _table.REGULARIZERS, value)
    if field.endswith("constraint"):
        return _numbers_of("keras.constraints", _table.CONSTRAINTS, value)
    if field in ("layer", "backward_layer", "cell"):
        return (
            [_layer(one, depth + 1) for one in value]
            if isinstance(value, list)
            else _layer(value, depth + 1)
        )
    if field == "cells":
        return [_layer(one, depth + 1) for one in as_list(value)]
    return any_batch(as_value(value, 0)) if field in _SHAPES else as_value(value, 0)


def _activation(value: Any, depth: int) -> Any:
    """Return the name of a known activation, or a known layer that serves as one."""
    name = value
    if isinstance(value, dict):
        if value.get("class_name") in _table.LAYERS:
            return _layer(value, depth + 1)
        is_named = value.get("class_name") == "function"
        name = value.get("config") if is_named else value.get("class_name")
    if isinstance(name, dict):
        name = name.get("function_name", name.get("name"))
    if not isinstance(name, str) or name not in _table.ACTIVATIONS:
        kind = repr(name)[:60] if isinstance(name, str) else "of your own"
        message = f"an activation {kind} cannot be copied: use one of Keras', such as 'relu'."
        raise CannotRebuild(message)
    return _table.ACTIVATIONS[name]


def _numbers_of(module: str, known: frozenset[str], value: Any) -> Any:
    kind, config = as_object(value)
    if kind not in known:
        message = f"{describe(kind)} is not one of Keras' own regularizers or constraints."
        raise CannotRebuild(message)
    return _made(module, kind, {field: as_value(part, 0) for field, part in config.items()})


def _node(node: Any) -> Tree:
    if not isinstance(node, dict):
        message = "the model's layers are joined in a way that is not supported."
        raise CannotRebuild(message)
    return {
        "args": as_value(node.get("args", []), 0),
        "kwargs": as_value(node.get("kwargs", {}), 0),
    }


def _layers(config: Tree) -> list[Any]:
    layers = as_list(config.get("layers", []))
    if len(layers) > _table.MOST_LAYERS:
        message = (
            f"the model has {len(layers):,} layers; at most {_table.MOST_LAYERS:,} are allowed."
        )
        raise CannotRebuild(message)
    return layers


@cache
def _parameters(kind: str) -> frozenset[str]:
    import keras

    found = set(_EVERY_LAYER)
    for base in getattr(keras.layers, kind).__mro__:
        if base is not object and "__init__" in vars(base):
            found |= set(inspect.signature(base.__init__).parameters)
    return frozenset(found - {"self", "args", "kwargs"})


def _made(module: str, kind: str, config: Tree) -> Tree:
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}
