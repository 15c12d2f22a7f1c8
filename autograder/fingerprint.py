"""Compute the only digests: of the code, the versions, the settings and the course text.

They determine a verdict together with the exam notebook, so results and answer keys are kept
under them.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "matplotlib", "gymnasium", "keras", "tensorflow"),
    *("jax", "torch", "ipykernel", "ipython", "nbformat"),
)


def versions() -> Mapping[str, str]:
    """Return the version of every part of this installation that can change a verdict, by name."""
    return {**_installed(), "Keras' backend": os.environ.get("KERAS_BACKEND", "tensorflow")}


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """Return a phrase that names the versions that differ; an empty string if none does."""
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
    sides = ((name, found.get(name, "none"), expected.get(name, "none")) for name in names)
    return ", ".join(f"{name} is {one}, not {other}" for name, one, other in sides)


def digest_of(value: object) -> str:
    """Return the SHA-256 digest of plain JSON values; the order of dictionary keys is ignored."""
    return text_digest(json.dumps(value, sort_keys=True))


def text_digest(text: str) -> str:
    """Return the SHA-256 digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def code_digest(packages: Iterable[Path]) -> str:
    """Return a digest of every source file of some packages, with its path below the package."""
    return digest_of(
        {
            path.relative_to(package.parent).as_posix(): text_digest(path.read_text("utf-8"))
            for package in packages
            for path in package.rglob("*.py")
        }
    )[:16]


@cache
def _installed() -> Mapping[str, str]:
    libraries = {name: _version(name) for name in _LIBRARIES}
    python = platform.python_version()
    return {"python": python, **libraries, "code": code_digest(_packages())}


def _packages() -> tuple[Path, Path]:
    """Return the folders of this package and of the students' package, which is not imported."""
    found = find_spec("dlcourse")
    assert found is not None
    assert found.origin is not None
    return Path(__file__).parent, Path(found.origin).parent


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"
