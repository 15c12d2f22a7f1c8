"""Test that ARCHITECTURE.md names only what exists, and that the links of all pages work."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").is_file())
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("course/*.md"), *ROOT.glob("lib/*.md")]

FOLDERS = (ROOT, ROOT / "autograder")
"""What the paths of the page are relative to."""


def sections() -> dict[str, str]:
    """Return the text of each section, by its heading."""
    _, *parts = re.split(r"^## (.+)\n", TEXT, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def paths_in(text: str) -> set[str]:
    """Return the code spans and the words of a picture that are paths of the repository.

    A path with a placeholder, such as `submitted/<student>/`, is one of a course.
    """
    spans = re.findall(r"`([\w./-]+)`", text)
    drawn = re.findall(r"\bexam/[\w./]+", text)
    return {name for name in (*spans, *drawn) if "/" in name or name.endswith(".py")}


def exists(path: str) -> bool:
    return any((folder / path).exists() for folder in FOLDERS)


def test_every_path_exists():
    text = "".join(text for title, text in sections().items() if title != "State on disk")
    paths = paths_in(text)

    assert len(paths) > 60
    assert sorted(path for path in paths if not exists(path)) == []


def test_the_packages_are_in_the_order_of_the_import_contract():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    rows = re.findall(r"^\| (`.+?`) \|", sections()["Packages and layers"], re.MULTILINE)

    assert [set(re.findall(r"\w+", row)) for row in rows] == [
        set(re.findall(r"\w+", layer)) for layer in contract["layers"]
    ]


def test_every_rule_that_a_test_names_is_on_the_page():
    numbers = re.findall(r"^(\d+)\. \*\*", sections()["The rules of an exam"], re.MULTILINE)
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = {number for text in tests for number in re.findall(r"def test_rule_(\d+)_", text)}

    assert numbers == [str(number) for number in range(1, 15)]
    assert len(named) > 8
    assert named <= set(numbers)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    broken = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if link.startswith("https://"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_the_glossary_is_in_alphabetical_order():
    terms = re.findall(r"^\*\*(.+?)\.\*\*", sections()["Glossary"], re.MULTILINE)

    assert len(terms) > 40
    assert terms == sorted(terms, key=str.lower)
