"""Compares what was built with what lies on disk, and writes what is not so."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from autograder.course.build.week import is_scratch

Files = Mapping[str, bytes]
"""What files should hold, by path relative to the root, with slashes."""

FOLDERS = ("source", "release")

_ORIGIN = b'"text": "course/'  # in the metadata of each notebook that was built


def differences(root: Path, files: Files, folders: Iterable[str] = ()) -> dict[str, str]:
    """Return the files that are not as they should be, each with what is wrong.

    In `folders` there should be nothing but `files`.
    """
    found = {}
    for path, content in files.items():
        if not (root / path).is_file():
            found[path] = "missing"
        elif (root / path).read_bytes() != content:
            found[path] = "differs"
    there = (path for folder in folders for path in _inside(root, root / folder))
    return found | {path: "left over" for path in there if path not in files}


def left_over(root: Path, weeks: Collection[str]) -> dict[str, str]:
    """Return what was built of other weeks; notebooks written by hand are none of it."""
    found: dict[str, str] = {}
    for folder in (path for name in FOLDERS for path in sorted((root / name).glob("*"))):
        notebooks = folder.glob("*.ipynb") if folder.name not in weeks else ()
        if any(_ORIGIN in notebook.read_bytes() for notebook in notebooks):
            found |= dict.fromkeys(_inside(root, folder), "left over")
    return found


def write(root: Path, files: Files, changed: Iterable[str]) -> None:
    """Write those of the files that changed; a changed file that should not be is removed."""
    for name in changed:
        path = root / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
            continue
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _inside(root: Path, folder: Path) -> list[str]:
    files = (path.relative_to(root) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.as_posix() for path in files if not is_scratch(path)]
