"""What decides about verdicts beside paper and settings: the code, and the libraries it meets."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import dlcourse

_LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "matplotlib", "gymnasium", "keras", "tensorflow"),
    *("jax", "torch", "ipykernel", "ipython", "nbformat"),
)


def versions() -> Mapping[str, str]:
    """Return what this installation is made of, by name."""
    return {**_installed(), "Keras' backend": os.environ.get("KERAS_BACKEND", "tensorflow")}


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """Return in words where versions are not the expected ones; nothing where all are."""
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
    sides = ((name, found.get(name, "none"), expected.get(name, "none")) for name in names)
    return ", ".join(f"{name} is {one}, not {other}" for name, one, other in sides)


def digest_of(value: object) -> str:
    """Return the SHA-256 digest of plain JSON values; the order of dictionary keys is ignored."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@cache
def _installed() -> Mapping[str, str]:
    libraries = {name: _version(name) for name in _LIBRARIES}
    python = platform.python_version()
    return {"python": python, **libraries, "code": _code()}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def _code() -> str:
    """Return a digest of the text of both packages."""
    digest = hashlib.sha256()
    for package in (Path(__file__).parent, Path(dlcourse.__file__).parent):
        for path in sorted(package.rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
