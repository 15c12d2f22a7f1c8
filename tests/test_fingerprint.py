"""Test that digests change with everything that determines a verdict, and with nothing else."""

import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import dlcourse
import pytest

import autograder
from autograder import fingerprint
from autograder.config import Settings
from autograder.course.assignment import read_notebook, read_notebooks
from autograder.exam.attempt import ExamConfig
from autograder.fingerprint import code_digest, differences, digest_of, versions
from autograder.verification import calibrate
from autograder.verification.calibrate import answer_key_for

MISCONCEPTIONS = """\
from autograder.course.known_answers import misconception

@misconception("double", hint="Twice, not three times.")
def triples(x):
    return 3 * x
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Copies of both packages."""
    folder = tmp_path_factory.mktemp("packages")
    copies = []
    for package in (autograder, dlcourse):
        source = Path(package.__file__).parent
        copy = folder / source.name
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        copies.append(copy)
    return copies


def test_the_code_of_both_packages_is_a_version(packages):
    assert versions()["code"] == code_digest(packages)


def test_a_change_in_any_source_file_changes_the_digest_of_the_code(packages):
    files = sorted(path for package in packages for path in package.rglob("*.py"))
    assert len(files) > 200
    unchanged = code_digest(packages)
    for path in files[::5]:
        text = path.read_bytes()
        path.write_bytes(text + b"\n")
        assert code_digest(packages) != unchanged, path
        path.write_bytes(text)
    assert code_digest(packages) == unchanged


def test_a_renamed_file_changes_the_digest_of_the_code(packages):
    unchanged = code_digest(packages)
    path = packages[0] / "errors.py"

    path.rename(path.with_name("faults.py"))

    assert code_digest(packages) != unchanged
    path.with_name("faults.py").rename(path)


def test_the_order_of_keys_does_not_change_a_digest():
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1}) != digest_of({"a": 1})


def test_differences_between_versions_are_named():
    found = differences({"numpy": "2.1", "jax": "1"}, {"numpy": "2.2", "keras": "3"})

    assert found == "numpy is 2.1, not 2.2, keras is none, not 3, jax is 1, not none"


@pytest.fixture
def notebook(tiny_course):
    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)
    return notebook


def test_a_digest_does_not_change_what_it_is_of(notebook):
    config = ExamConfig(notebook, Settings())
    before = deepcopy(notebook.source)

    digest = config.digest_with(notebook.source)

    assert notebook.source == before
    assert config.digest_with(notebook.source) == digest


def test_the_digest_of_an_exam_changes_with_notebook_settings_and_versions(notebook, monkeypatch):
    exam_notebook = deepcopy(notebook.source)
    digests = [ExamConfig(notebook, Settings()).digest_with(exam_notebook)]
    digests.append(ExamConfig(notebook, Settings(cell_seconds=5)).digest_with(exam_notebook))
    exam_notebook.cells[3].source += "  # another"
    digests.append(ExamConfig(notebook, Settings()).digest_with(exam_notebook))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    digests.append(ExamConfig(notebook, Settings()).digest_with(exam_notebook))

    assert len(set(digests)) == 4


@pytest.fixture
def keys_made(monkeypatch):
    """The settings of each answer key that was made; making one runs no answers here."""
    made = []

    def make_answer_key(notebook, settings, on_progress):
        made.append(settings)
        return calibrate.AnswerKey()

    monkeypatch.setattr(calibrate, "make_answer_key", make_answer_key)
    return made


def test_an_answer_key_is_made_once(tiny_course, notebook, keys_made):
    for _ in range(2):
        answer_key_for(tiny_course.root, notebook, Settings())

    assert len(keys_made) == 1


@pytest.mark.parametrize(
    "changed",
    [{"grading_seed": 1}, {"profile": "full"}, {"cell_seconds": 5.0}],
    ids=lambda changed: next(iter(changed)),
)
def test_settings_that_determine_an_answer_key_make_a_new_one(
    tiny_course, notebook, keys_made, changed
):
    answer_key_for(tiny_course.root, notebook, Settings())
    answer_key_for(tiny_course.root, notebook, replace(Settings(), **changed))

    assert len(keys_made) == 2


def test_other_settings_make_no_new_answer_key(tiny_course, notebook, keys_made):
    answer_key_for(tiny_course.root, notebook, Settings())
    answer_key_for(tiny_course.root, notebook, Settings(output_bytes=7))

    assert len(keys_made) == 1


def test_other_code_makes_a_new_answer_key(tiny_course, notebook, keys_made, monkeypatch):
    answer_key_for(tiny_course.root, notebook, Settings())
    installed = fingerprint._installed()
    monkeypatch.setattr(fingerprint, "_installed", lambda: {**installed, "code": "changed"})
    answer_key_for(tiny_course.root, notebook, Settings())

    assert len(keys_made) == 2


def test_another_text_of_the_course_makes_a_new_answer_key(tiny_course, keys_made):
    path = tiny_course.root / "course" / tiny_course.week / "misconceptions.py"
    path.parent.mkdir(parents=True)
    for hint in ("Twice, not three times.", "Two times."):
        path.write_text(MISCONCEPTIONS.replace("Twice, not three times.", hint), encoding="utf-8")
        notebook = read_notebook(tiny_course.root, tiny_course.week, tiny_course.notebook)
        answer_key_for(tiny_course.root, notebook, Settings())
    tiny_course.source.cells[4].source += "\nassert double(0) == 0"
    tiny_course.publish()
    notebook = read_notebook(tiny_course.root, tiny_course.week, tiny_course.notebook)
    answer_key_for(tiny_course.root, notebook, Settings())

    assert len(keys_made) == 3
