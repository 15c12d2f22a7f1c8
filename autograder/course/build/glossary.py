"""Write the glossary of the course from the word lists of its lessons."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.build.text import CourseText, TextCell
from autograder.course.build.week import course_folder_names
from autograder.course.paths import LESSON, CoursePaths
from autograder.errors import BuildError

HEADING = "## Words of the week"
IN_BOOKS = "| word | in books |\n|---|---|\n"
LINK = "The [glossary](../glossary.md) has the words of all weeks, and what books call them.\n\n"

_WORD_LIST = re.compile(
    rf"^{HEADING}\n\n\| word \| meaning \|\n\|[-|]+\|\n(?P<rows>(?:\|.*\n?)+)\n*", re.MULTILINE
)


@dataclass(frozen=True)
class Word:
    """A row of a lesson's word list. `names` are its words: "logits" or "step, epoch"."""

    names: str
    meaning: str
    folder: str

    @property
    def keys(self) -> frozenset[str]:
        """The single words, and all of them together, in lower case."""
        return frozenset(name.strip().lower() for name in (self.names, *self.names.split(",")))


def glossary(root: Path) -> dict[str, bytes]:
    """Return the built glossaries by path; nothing if the course has no `glossary.md`.

    The page `course/glossary.md` contains a table of words and their names in books. In the built
    pages the words of all lessons take the place of this table.

    Raises
    ------
    BuildError
        If the page has no such table, or a row of it names a word that is in no word list.
    """
    paths = CoursePaths(root)
    if not paths.glossary.exists():
        return {}
    before, header, rest = paths.glossary.read_text(encoding="utf-8").partition(IN_BOOKS)
    if not header:
        message = f"The page needs a table that starts with {IN_BOOKS.splitlines()[0]!r}."
        raise BuildError(message, paths.glossary, 1)
    rows, _, after = rest.partition("\n\n")
    words = [word for name in course_folder_names(root) for word in read_words(root, name)]
    in_books = dict(_cells(row) for row in rows.splitlines())
    _check_words(in_books, words, paths.glossary, line=before.count("\n") + 3)
    page = f"{before}{glossary_table(words, in_books)}"
    page = f"{page}\n{after}" if after else page
    built = (folder / paths.glossary.name for folder in (paths.source, paths.release))
    return {path.relative_to(root).as_posix(): page.encode() for path in built}


def read_words(root: Path, assignment: str) -> tuple[Word, ...]:
    """Return the word list of a lesson; nothing if it has none."""
    path = CoursePaths(root).lesson_text(assignment)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = _WORD_LIST.search(text)
    rows = found["rows"].splitlines() if found else ()
    return tuple(Word(*_cells(row), assignment) for row in rows)


def glossary_table(words: Iterable[Word], in_books: Mapping[str, str]) -> str:
    """Return a Markdown table of all words in alphabetical order, with links to their weeks."""
    folders: dict[tuple[str, str], list[str]] = {}
    for word in words:
        folders.setdefault((word.names, word.meaning), []).append(word.folder)
    rows = []
    for names, meaning in sorted(folders, key=_alphabetical):
        keys = Word(names, meaning, "").keys
        other = "; ".join(text for name, text in in_books.items() if name.lower() in keys)
        weeks = ", ".join(_link(folder) for folder in folders[names, meaning])
        rows.append(f"| {names} | {meaning} | {other} | {weeks} |\n")
    return "".join(["| word | meaning | in books | week |\n|---|---|---|---|\n", *rows])


def with_link_to_glossary(lesson: CourseText) -> CourseText:
    """Return a lesson with a link to the glossary below its word list."""
    return replace(lesson, cells=tuple(_with_link(cell) for cell in lesson.cells))


def _with_link(cell: TextCell) -> TextCell:
    found = _WORD_LIST.search(cell.source) if cell.is_markdown else None
    if found is None:
        return cell
    before, after = cell.source[: found.end()].rstrip("\n"), cell.source[found.end() :]
    return replace(cell, source=f"{before}\n\n{LINK}{after}".rstrip("\n"))


def _cells(row: str) -> tuple[str, str]:
    """Return the two cells of a row of a table; a "|" in the second belongs to it."""
    first, _, second = row.strip().strip("|").partition("|")
    return first.strip(), second.strip()


def _check_words(in_books: Iterable[str], words: Iterable[Word], path: Path, line: int) -> None:
    keys = frozenset[str]().union(*(word.keys for word in words))
    for number, name in enumerate(in_books, start=line):
        if name.lower() not in keys:
            message = f"{name!r} is in no word list of a lesson. Add it to one, or delete this row."
            raise BuildError(message, path, number)


def _alphabetical(row: tuple[str, str]) -> tuple[str, tuple[str, str]]:
    letters = row[0].replace("ε", "epsilon").lower()
    return re.sub("[^a-z0-9]", "", letters), row


def _link(folder: str) -> str:
    """Return a link to a lesson: its number, or its folder where there is none."""
    digits = folder.partition("_")[0].removeprefix("week")
    return f"[{int(digits) if digits.isdigit() else folder}]({folder}/{LESSON}.ipynb)"
