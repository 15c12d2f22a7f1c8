"""Find files that a student may have meant as the notebook that is missing.

Browsers, file managers and Colab rename what is downloaded and uploaded again: `week01 (1).ipynb`,
`Copy of week01.ipynb`, `week01.ipynb.txt`, `week01.ipynb.zip`. Students put it in another folder.
Such a file is never graded on a guess. It is named, so that a person can rename it.
"""

import difflib
import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

MAX_LISTED = 10  # files that one sentence names
MAX_VISITED = 1_000  # files and folders that are looked at
_SIMILARITY = 0.75  # of two names, from 0 to 1
_IGNORED = ("timestamp.txt", "Thumbs.db", "__MACOSX", "__pycache__")
_NOT_A_NAME = re.compile(r"[\W_]+")
_ENDINGS = re.compile(r"(?:\.(?:ipynb|txt|json|zip|gz|tar|7z|rar|html?|pdf|py|download|part))+$")
_ARCHIVES = (".zip", ".gz", ".tar", ".7z", ".rar", ".tgz")


def files_below(folder: Path, ignored: Collection[str] = ()) -> list[str]:
    """Return the files below a folder, as paths relative to it; links are not followed.

    Files of these names are ignored where they are expected, which is in the folder itself.
    """
    found: list[str] = []
    visited = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_shown(name))
        expected = ignored if Path(parent) == folder else ()
        for name in sorted(files):
            if _is_shown(name) and name not in expected:
                found.append(str(Path(parent, name).relative_to(folder)))
        visited += len(files) + len(folders)
        if visited > MAX_VISITED:
            break
    return found


def is_similar(name: str, wanted: str) -> bool:
    """Return whether a file or folder could be `wanted`, renamed by a program or a student."""
    one, other = _comparable(name), _comparable(wanted)
    if not one or not other:
        return False
    # The parts of the name, with anything or nothing between them; week1 is not week10.
    parts = r"\s?".join(map(re.escape, other.split()))
    begin, end = (
        (r"(?<!\d)" if other[0].isdigit() else ""),
        (r"(?!\d)" if other[-1].isdigit() else ""),
    )
    if re.search(begin + parts + end, one):
        return True
    matcher = difflib.SequenceMatcher(None, one[:200], other[:200], autojunk=False)
    return _numbers(one) == _numbers(other) and matcher.ratio() >= _SIMILARITY


def may_contain(path: Path, assignment: str, notebooks: Sequence[str]) -> bool:
    """Return whether a file or folder of a student could be the work for an assignment."""
    if is_similar(path.name, assignment):
        return True
    if path.is_dir():
        return False
    if path.name.lower().endswith(_ARCHIVES) and ".ipynb" not in path.name.lower():
        return _comparable(path.name) in map(_comparable, notebooks)
    return any(is_similar(path.name, notebook) for notebook in notebooks)


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"[0-9]{1,9}", text)]


def what_lies_there(names: Sequence[str], wanted: str) -> str:
    """Return sentences about the files where a notebook is missing, and which one may be meant."""
    if not names:
        return ""
    listed = ", ".join(map(ascii, names[:MAX_LISTED]))
    more = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return f" Found instead: {listed}{more}.{_suggestion(names, wanted)}"


def _suggestion(names: Sequence[str], wanted: str) -> str:
    meant = list(_meant(names, wanted))
    if not meant:
        return ""
    question = " or ".join(map(ascii, meant[:3]))
    act = "unpack" if meant[0].lower().endswith(_ARCHIVES) else "rename"
    there = " and put it there" if "/" in meant[0] else ""
    return f" Did you mean {question}? Then {act} it to {wanted}{there}, and grade again."


def _meant(names: Sequence[str], wanted: str) -> Iterator[str]:
    """Yield the files that may be meant; a single notebook is, whatever its name."""
    similar = [name for name in names if is_similar(Path(name).name, wanted)]
    notebooks = [name for name in names if ".ipynb" in name.lower()]
    archives = [name for name in names if name.lower().endswith(_ARCHIVES)]
    for choice in (similar, notebooks, archives):
        if choice:
            yield from sorted(choice, key=lambda name: ".ipynb" not in name.lower())
            return


def _comparable(name: str) -> str:
    """Return the words and numbers of a name in small letters, without its endings."""
    text = _ENDINGS.sub("", name.replace("%20", " ").strip().casefold())
    return _NOT_A_NAME.sub(" ", text).strip()


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and name not in _IGNORED
