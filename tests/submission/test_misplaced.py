"""Files with another name or in another place are named, with the one that may be meant."""

import pytest

from autograder.course.assignment import read_notebooks
from autograder.errors import UsageError
from autograder.submission.collect import find_submissions, missing_sentence
from autograder.submission.misplaced import is_similar


def class_work(course):
    return find_submissions(course.root, course.week, read_notebooks(course.root, course.week))


def sentence_about(course):
    (student_work,) = class_work(course)
    (missing,) = student_work.missing
    return missing_sentence(student_work, missing)


NAMES = [
    *("tiny (1).ipynb", "tiny(2).ipynb", "Copy of tiny.ipynb", "Copy of Copy of tiny.ipynb"),
    *("Kopie von tiny.ipynb", "Copia de tiny (1).ipynb", "tiny-Copy1.ipynb", "tiny - Copy.ipynb"),
    *("tiny copy 2.ipynb", "tiny.ipynb.txt", "tiny.ipynb.json", "tiny.txt", "tiny.ipynb.zip"),
    *("tiny.zip", "tiny.IPYNB", "Tiny.ipynb", "TINY.IPYNB", "tiny_ada.ipynb", "ada tiny.ipynb"),
    *("tiny.ipynb.ipynb", "tiny.ipynb.download", "tiny.html", "tiny.py", "tin.ipynb", "tiny"),
    *("nested/tiny.ipynb", "tiny/tiny.ipynb", "a/b/Copy of tiny.ipynb", "ada%20tiny.ipynb"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_a_program_made_is_suggested(tiny_course, name):
    path = tiny_course.submit("ada")
    (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
    path.rename(path.parent / name)

    sentence = sentence_about(tiny_course)

    assert sentence.startswith("tiny.ipynb was not submitted. Found instead: ")
    assert f"Did you mean {name!r}?" in sentence


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("week01_tiny (1)/tiny.ipynb", "../week01_tiny (1)/tiny.ipynb"),
        ("Week01_Tiny/tiny.ipynb", "../Week01_Tiny/tiny.ipynb"),
        ("week1-tiny/tiny.ipynb", "../week1-tiny/tiny.ipynb"),
        ("week01_tiny.zip", "../week01_tiny.zip"),
        ("tiny.ipynb", "../tiny.ipynb"),
        ("tiny (1).ipynb", "../tiny (1).ipynb"),
    ],
)
def test_work_outside_the_folder_of_the_assignment_is_named(tiny_course, place, shown):
    path = tiny_course.submit("ada")
    target = path.parent.parent / place
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    path.parent.rmdir()

    assert f"Did you mean {shown!r}?" in sentence_about(tiny_course)


@pytest.mark.parametrize("place", ["week02_tiny/x.ipynb", "week011_tiny/x.ipynb", "notes.txt"])
def test_who_submitted_only_other_work_is_not_in_the_class(tiny_course, place):
    path = tiny_course.root / "submitted" / "ada" / place
    path.parent.mkdir(parents=True)
    path.write_text("{}")

    with pytest.raises(UsageError, match="There are no submissions"):
        class_work(tiny_course)


def test_files_that_are_nobodys_are_named_if_there_is_nothing_else(tiny_course):
    (tiny_course.root / "submitted").mkdir()
    (tiny_course.root / "submitted" / "ada.zip").write_bytes(b"")

    with pytest.raises(UsageError, match=r"Found in .*submitted: 'ada\.zip'"):
        class_work(tiny_course)


def test_what_no_one_means_is_listed_without_a_guess(tiny_course):
    path = tiny_course.submit("ada")
    path.unlink()
    for name in ("data.csv", ".hidden.ipynb", "__MACOSX/tiny.ipynb", "timestamp.txt"):
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text("")

    assert sentence_about(tiny_course) == (
        "tiny.ipynb was not submitted. Found instead: 'data.csv'."
    )


def test_links_out_of_a_submission_are_not_followed(tiny_course):
    path = tiny_course.submit("ada")
    path.unlink()
    (path.parent / "all").symlink_to(tiny_course.root)
    (tiny_course.root / "submitted" / "eve").symlink_to(tiny_course.root / "submitted" / "bob")
    tiny_course.submit("bob").rename(tiny_course.submission_path("bob").with_name("mine.ipynb"))

    ada, bob, eve = class_work(tiny_course)

    assert ada.instead == eve.instead == ()
    assert bob.instead == ("mine.ipynb",)


def test_a_file_with_the_name_of_the_assignment_is_named(tiny_course):
    path = tiny_course.submit("ada")
    text = path.read_text()
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text(text)

    assert "Found instead: '../week01_tiny'." in sentence_about(tiny_course)


def test_a_hundred_thousand_files_are_not_all_looked_at(tiny_course):
    path = tiny_course.submit("ada")
    path.unlink()
    for number in range(1_500):
        (path.parent / f"{number}" / "deep").mkdir(parents=True)
        (path.parent / f"{number}" / "deep" / "x.csv").touch()

    assert len(sentence_about(tiny_course)) < 1_000


def test_week_1_is_not_week_10():
    assert is_similar("week1 (1)", "week1")
    assert is_similar("Week 1", "week1")
    assert not is_similar("week10", "week1")
    assert not is_similar("week2", "week1")
    assert not is_similar("", "week1")
