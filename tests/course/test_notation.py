"""Facts about `course/notation.md`: its tables agree with the lessons and the assignments."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import pytest

from autograder.course.build.week import course_folder_names
from autograder.course.paths import CoursePaths
from tests.support.paths import ROOT

PAGE = ROOT / "course" / "notation.md"
SEVERAL = "## Letters with several meanings"
GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
    "sigma tau upsilon phi varphi chi psi omega"
)

_MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+(?:\n[^$\n]+)?)\$", re.DOTALL)
_WORDS = re.compile(r"\\(?:text|mathrm|operatorname|begin|end)\{[^}]*\}")
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]|[^\s{}$\\]")


@dataclass(frozen=True)
class Row:
    """A row of a table of symbols. `symbol` are the tokens of its formula; empty without one."""

    symbol: tuple[str, ...]
    names: tuple[str, ...]
    weeks: tuple[int, ...]
    line: int


def tokens(formula: str) -> tuple[str, ...]:
    """Return the tokens of a formula in LaTeX, without braces, spaces and words."""
    return tuple(_TOKEN.findall(_WORDS.sub(" ", formula)))


def formulas(text: str) -> list[tuple[str, ...]]:
    return [tokens(display or inline) for display, inline in _MATH.findall(text)]


def week_numbers(cell: str) -> tuple[int, ...]:
    """Return the weeks of a cell such as "1-3, 6"."""
    numbers: list[int] = []
    for part in cell.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return tuple(numbers)


def read_rows() -> list[Row]:
    """Return the rows of all tables with a column of symbols and a column of weeks."""
    rows, is_symbols = [], False
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("|"):
            is_symbols = False
        elif line.startswith("| symbol |"):
            is_symbols = True
        elif is_symbols and not line.startswith("|---"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            names = tuple(re.findall(r"`([^`]+)`", cells[1]))
            rows.append(Row(tokens(cells[0]), names, week_numbers(cells[-1]), number))
    return rows


@cache
def week_text(week: int) -> str:
    """Return the lessons and the assignment of a week."""
    folder = CoursePaths(ROOT).text_folder(course_folder_names(ROOT)[week - 1])
    paths = (path for path in sorted(folder.glob("*.py")) if path.name != "misconceptions.py")
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def week_formulas(week: int) -> list[tuple[str, ...]]:
    return formulas(week_text(week))


def has_name(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def has_symbol(week: int, symbol: tuple[str, ...]) -> bool:
    size = len(symbol)
    return size > 0 and any(
        formula[start : start + size] == symbol
        for formula in week_formulas(week)
        for start in range(len(formula) - size + 1)
    )


def letters(symbol: tuple[str, ...]) -> set[str]:
    """Return the Greek letters and the capitals of a formula."""
    greek = {f"\\{name}" for name in GREEK.split()}
    return {token for token in symbol if token in greek or re.fullmatch("[A-Z]", token)}


ROWS = read_rows()
WEEKS = range(1, len(course_folder_names(ROOT)) + 1)

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"line {row.line}")


def test_formulas_are_found_in_prose():
    assert formulas("as $x_t W$,\n$$\n\\mathbf{x} = \\text{two}\n$$\nand $5") == [
        ("x", "_", "t", "W"),
        ("\\mathbf", "x", "="),
    ]


@each_row
def test_each_week_of_a_row_uses_its_symbol_or_its_name(row):
    unused = [
        week
        for week in row.weeks
        if not has_symbol(week, row.symbol)
        and not any(has_name(week_text(week), name) for name in row.names)
    ]

    assert unused == [], f"notation.md, line {row.line}: these weeks do not use it"


@each_row
def test_each_name_of_a_row_is_used_in_one_of_its_weeks(row):
    texts = "\n".join(week_text(week) for week in row.weeks)

    assert [name for name in row.names if not has_name(texts, name)] == []


def test_a_symbol_has_one_meaning_in_a_week():
    count = Counter((row.symbol, week) for row in ROWS if row.symbol for week in row.weeks)

    assert [pair for pair, times in count.items() if times > 1] == []


@pytest.mark.parametrize("week", WEEKS)
def test_each_greek_letter_and_each_capital_of_a_week_has_a_row(week):
    used = set().union(*(letters(formula) for formula in week_formulas(week)))
    explained = set().union(*(letters(row.symbol) for row in ROWS if week in row.weeks))

    assert sorted(used - explained) == [], f"notation.md does not explain these in week {week}"


def test_the_letters_with_several_meanings_are_those_with_several_rows():
    section = PAGE.read_text(encoding="utf-8").partition(f"\n{SEVERAL}\n")[2]
    listed = re.findall(r"^\| \$([^$]+)\$ \|", section, re.MULTILINE)
    several = Counter(row.symbol for row in ROWS if row.symbol)

    assert {tokens(letter) for letter in listed} == {
        symbol for symbol, times in several.items() if times > 1
    }
