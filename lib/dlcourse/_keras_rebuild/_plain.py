"""Check the plain values of a Keras configuration: numbers, text, lists, marks for tensors."""

import math
from typing import Any

from dlcourse._keras_rebuild import _table

Tree = dict[str, Any]


class CannotRebuild(ValueError):
    """A model that does not consist of Keras' own layers; the message is for the student."""


def as_value(value: Any, depth: int) -> Any:
    """Return plain data of bounded size, with Keras' marks for tensors and slices."""
    if depth > _table.DEEPEST:
        message = f"a field nests lists more than {_table.DEEPEST} deep."
        raise CannotRebuild(message)
    if value is None or type(value) in (bool, str):
        return value if not isinstance(value, str) else as_name(value)
    if type(value) is int and abs(value) <= _table.LARGEST_NUMBER:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, (list, tuple)) and len(value) <= _table.LONGEST_LIST:
        return [as_value(part, depth + 1) for part in value]
    if isinstance(value, dict):
        return _mark(value, depth)
    message = f"a field of the model contains {describe(value)}, which is too large or not plain."
    raise CannotRebuild(message)


def _mark(value: Tree, depth: int) -> Tree:
    if "class_name" not in value:
        return {as_name(key): as_value(part, depth + 1) for key, part in value.items()}
    kind, config = value["class_name"], value.get("config")
    if kind == "__keras_tensor__" and isinstance(config, dict):
        shape = any_batch(as_value(config.get("shape"), depth + 1))
        history = as_value(config.get("keras_history"), depth + 1)
        clean = {"shape": shape, "dtype": as_policy(config.get("dtype")), "keras_history": history}
        return {"class_name": kind, "config": clean}
    if kind in ("__slice__", "__ellipsis__", "__tuple__", "slice", "__tensor__", "__numpy__"):
        rest = {key: part for key, part in value.items() if key != "class_name"}
        return {
            "class_name": kind,
            **{key: as_value(part, depth + 1) for key, part in rest.items()},
        }
    message = f"a field of the model contains a {describe(kind)}."
    raise CannotRebuild(message)


def as_policy(value: Any) -> Any:
    """Return the name of a known dtype, or None."""
    name = value
    if isinstance(value, dict):
        _, config = as_object(value)
        name = config.get("name")
    if name is not None and (not isinstance(name, str) or name not in _table.POLICIES):
        message = f"the dtype {describe(name)} is not supported for rebuilding a model."
        raise CannotRebuild(message)
    return name


def as_object(tree: Any) -> tuple[str, Tree]:
    """Return the class name and the configuration in what Keras wrote for an object."""
    if not isinstance(tree, dict) or not isinstance(tree.get("class_name"), str):
        message = "the model's configuration is not one that Keras writes."
        raise CannotRebuild(message)
    config = tree.get("config", {})
    if not isinstance(config, dict) or not all(isinstance(field, str) for field in config):
        message = (
            f"the configuration of {describe(tree['class_name'])} is not one that Keras writes."
        )
        raise CannotRebuild(message)
    return tree["class_name"], config


def as_list(value: Any) -> list[Any]:
    """Return the value if it is a list, else raise `CannotRebuild`."""
    if not isinstance(value, list):
        message = "the model's configuration is not one that Keras writes."
        raise CannotRebuild(message)
    return value


def as_name(value: Any) -> Any:
    """Return the value if it is None or text of bounded length, else raise `CannotRebuild`."""
    if value is not None and (not isinstance(value, str) or len(value) > _table.LONGEST_NAME):
        message = "a name in the model is not text, or is too long."
        raise CannotRebuild(message)
    return value


def any_batch(shape: Any) -> Any:
    """Return a shape, or a list or dictionary of shapes, with an open batch size."""
    if isinstance(shape, dict):
        return {key: any_batch(part) for key, part in shape.items()}
    if isinstance(shape, list) and shape and isinstance(shape[0], (list, dict)):
        return [any_batch(part) for part in shape]
    return [None, *shape[1:]] if isinstance(shape, list) and shape else shape


def describe(value: Any) -> str:
    """Return a short description of a value for a message."""
    return repr(value)[:60] if isinstance(value, (str, int, float)) else type(value).__name__
