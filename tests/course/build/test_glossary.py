"""Facts about the glossary: what a build makes of the word lists of the lessons."""

import re

import pytest

from autograder.course.build import build, stale
from autograder.course.build.glossary import HEADING, IN_BOOKS, LINK, glossary, read_words
from autograder.course.build.week import course_folder_names
from autograder.errors import BuildError
from tests.support.paths import ROOT
from tests.support.tiny_course import WEEK, read_notebook, write_course

LINES = (
    "| word | meaning |",
    "|---|---|",
    "| unit, neuron | adds up its inputs |",
    "| ε-greedy | mostly the best |",
    "| epoch | one pass, $|x|$ steps |",
)
LIST = "\n".join((HEADING, "", *LINES))
PARAMETERS = "# %% parameters=true\nSEED = 0\nPROFILE = 'quick'\n\n"
LESSON = f'{PARAMETERS}# %% [markdown]\nr"""\n# Words\n\n{LIST}\n\n## Try changing\n\nMore.\n"""\n'
PAGE = f"# Glossary\n\nAll words.\n\n{IN_BOOKS}| neuron | node |\n\nThe end.\n"


def write(root, page=PAGE, lesson=LESSON):
    write_course(root)
    (root / "course" / "glossary.md").write_text(page, encoding="utf-8")
    (root / "course" / WEEK / "lesson.py").write_text(lesson, encoding="utf-8")
    return root


def test_the_built_page_has_the_words_of_all_lessons_with_their_names_in_books(tmp_path):
    build(write(tmp_path))

    page = (tmp_path / "release" / "glossary.md").read_text(encoding="utf-8")
    assert page == (
        "# Glossary\n\nAll words.\n\n"
        "| word | meaning | in books | week |\n|---|---|---|---|\n"
        f"| epoch | one pass, $|x|$ steps |  | [1]({WEEK}/lesson.ipynb) |\n"
        f"| ε-greedy | mostly the best |  | [1]({WEEK}/lesson.ipynb) |\n"
        f"| unit, neuron | adds up its inputs | node | [1]({WEEK}/lesson.ipynb) |\n"
        "\nThe end.\n"
    )
    assert (tmp_path / "source" / "glossary.md").read_text(encoding="utf-8") == page
    assert stale(tmp_path) == ()


def test_a_word_of_two_weeks_with_one_meaning_is_one_row(tmp_path):
    write(tmp_path)
    second = tmp_path / "course" / "week02_more"
    second.mkdir()
    (second / "lesson.py").write_text(LESSON.replace("one pass", "a pass"), encoding="utf-8")

    page = glossary(tmp_path)["release/glossary.md"].decode()

    weeks = f"[1]({WEEK}/lesson.ipynb), [2](week02_more/lesson.ipynb)"
    assert f"| unit, neuron | adds up its inputs | node | {weeks} |" in page
    assert page.count("| epoch |") == 2


def test_a_lesson_links_to_the_glossary_below_its_word_list(tmp_path):
    build(write(tmp_path))

    for folder in ("source", "release"):
        _, cell = read_notebook(tmp_path / folder / WEEK / "lesson.ipynb").cells
        assert cell.source == f"# Words\n\n{LIST}\n\n{LINK}## Try changing\n\nMore."


def test_a_word_list_at_the_end_of_a_cell_is_linked_too(tmp_path):
    build(write(tmp_path, lesson=f'{PARAMETERS}# %% [markdown]\n"""\n{LIST}\n"""\n'))

    _, cell = read_notebook(tmp_path / "release" / WEEK / "lesson.ipynb").cells
    assert cell.source == f"{LIST}\n\n{LINK}".rstrip("\n")


def test_a_course_without_the_page_has_no_glossary_and_no_links(tmp_path):
    write(tmp_path)
    (tmp_path / "course" / "glossary.md").unlink()

    build(tmp_path)

    assert not (tmp_path / "release" / "glossary.md").exists()
    _, cell = read_notebook(tmp_path / "release" / WEEK / "lesson.ipynb").cells
    assert "glossary" not in cell.source


def test_a_row_about_a_word_of_no_list_is_an_error_with_its_line(tmp_path):
    page = PAGE.replace("| neuron | node |", "| neuron | node |\n| nerve | node |")

    with pytest.raises(BuildError, match="'nerve' is in no word list") as caught:
        build(write(tmp_path, page=page))

    assert caught.value.line == page.split("\n").index("| nerve | node |") + 1
    assert not (tmp_path / "release").exists()


def test_a_page_without_the_table_is_an_error(tmp_path):
    with pytest.raises(BuildError, match="needs a table"):
        build(write(tmp_path, page="# Glossary\n"))


@pytest.mark.parametrize("name", course_folder_names(ROOT))
def test_each_lesson_has_a_word_list(name):
    words = read_words(ROOT, name)

    assert len(words) >= 12
    assert all(word.names and word.meaning for word in words)


def test_the_glossary_of_the_course_names_each_week():
    page = glossary(ROOT)["release/glossary.md"].decode()

    for name in course_folder_names(ROOT):
        assert len(re.findall(rf"\({name}/lesson\.ipynb\)", page)) >= 12
