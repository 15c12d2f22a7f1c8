"""Compare the files of a build with those on disk, and write those that differ."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from autograder.course.build.week import is_ignored_file
from autograder.course.paths import COURSE, CoursePaths

Files = Mapping[str, bytes]
"""The content of files, by path relative to the root, with slashes."""

_ORIGIN = f'"text": "{COURSE}/'.encode()  # in the metadata of each notebook that was built


def differences(root: Path, files: Files, folders: Iterable[str] = ()) -> dict[str, str]:
    """Return the files that are missing, differ or should not exist, each with the reason.

    The folders should contain no other files than `files`.
    """
    found = {}
    for path, content in files.items():
        if not (root / path).is_file():
            found[path] = "missing"
        elif (root / path).read_bytes() != content:
            found[path] = "differs"
    existing = (path for folder in folders for path in _inside(root, root / folder))
    return found | {path: "left over" for path in existing if path not in files}


def left_over(root: Path, assignments: Collection[str]) -> dict[str, str]:
    """Return the files that were built for other assignments; those written by hand are ignored."""
    paths = CoursePaths(root)
    found: dict[str, str] = {}
    for folder in (*sorted(paths.source.glob("*")), *sorted(paths.release.glob("*"))):
        notebooks = folder.glob("*.ipynb") if folder.name not in assignments else ()
        if any(_ORIGIN in notebook.read_bytes() for notebook in notebooks):
            found |= dict.fromkeys(_inside(root, folder), "left over")
    return found


def write(root: Path, files: Files, changed: Iterable[str]) -> None:
    """Write the files that changed, and remove changed files that are not in `files`."""
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
    return [path.as_posix() for path in files if not is_ignored_file(path)]
