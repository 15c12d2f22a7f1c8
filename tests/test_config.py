"""Tests of the settings of a course: types, ranges, closed sets, unknown keys."""

import pickle
import typing
from dataclasses import asdict, fields, replace

import pytest
from pydantic import ValidationError

from autograder.config import Settings, allowed_values, read_settings, with_changes
from autograder.errors import UsageError
from autograder.sandbox.limits import Limits

LIMITS = {field.name: field for field in fields(Limits)}


def write(root, text):
    (root / "autograder.toml").write_text(text, encoding="utf-8")
    return root


def test_a_course_without_a_file_has_the_defaults(tmp_path):
    assert read_settings(tmp_path) == Settings()


def test_the_file_replaces_the_defaults_that_it_names(tmp_path):
    write(tmp_path, 'cell_seconds = 20\ngrading_seed = 7\nprofile = "full"\n')

    settings = read_settings(tmp_path)

    assert settings == Settings(cell_seconds=20.0, grading_seed=7, profile="full")
    assert isinstance(settings.cell_seconds, float)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            'cell_seconds = "sixty"',
            "cell_seconds = 'sixty' is not valid. Expected a number of seconds greater than 0.",
        ),
        (
            "memory_bytes = -3",
            "memory_bytes = -3 is not valid. Expected a whole number of bytes greater than 0.",
        ),
        ('profile = "fast"', 'profile = \'fast\' is not valid. Expected "quick" or "full".'),
        ("cell_seconds = 0", "cell_seconds = 0 is not valid. Expected a number of seconds"),
        ("cell_seconds = true", "cell_seconds = True is not valid."),
        ("cell_seconds = inf", "cell_seconds = inf is not valid."),
        ("exam_seconds = nan", "exam_seconds = nan is not valid."),
        ("output_bytes = 1.5", "output_bytes = 1.5 is not valid. Expected a whole number"),
        ("scratch_bytes = false", "scratch_bytes = False is not valid."),
        ("processes = 2", "processes = 2 is not valid. Expected a whole number of at least 16."),
        ("grading_seed = -1", "grading_seed = -1 is not valid. Expected a whole number from 0"),
        ("allow_unsandboxed = 1", "allow_unsandboxed = 1 is not valid. Expected true or false."),
    ],
)
def test_a_value_that_is_not_allowed_is_one_sentence(tmp_path, line, sentence):
    write(tmp_path, line)

    with pytest.raises(UsageError) as caught:
        read_settings(tmp_path)

    assert str(caught.value).startswith(f"{tmp_path / 'autograder.toml'}: {sentence}")


def test_a_misspelled_key_gets_a_suggestion(tmp_path):
    write(tmp_path, "cell_second = 60")

    with pytest.raises(
        UsageError, match=r"toml: 'cell_second' is not a setting\. Did you mean 'cell_seconds'\?$"
    ):
        read_settings(tmp_path)


def test_an_unknown_key_gets_a_list_of_all_settings(tmp_path):
    write(tmp_path, "color = 3")

    with pytest.raises(UsageError, match=r"Expected one of cell_seconds, .*, profile\.$"):
        read_settings(tmp_path)


@pytest.mark.parametrize("data", [b"cell_seconds =", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_one_sentence(tmp_path, data):
    (tmp_path / "autograder.toml").write_bytes(data)

    with pytest.raises(UsageError, match=r"autograder\.toml is not valid TOML"):
        read_settings(tmp_path)


def test_changes_are_checked_and_name_where_they_come_from():
    assert with_changes(Settings(), {"processes": 99}, where="here").processes == 99

    with pytest.raises(UsageError, match=r"^here: processes = 'many' is not valid\."):
        with_changes(Settings(), {"processes": "many"}, where="here")


def test_settings_made_in_code_are_checked_too():
    with pytest.raises(ValidationError):
        Settings(cell_seconds=-1)
    with pytest.raises(ValidationError):
        replace(Settings(), profile="fast")


def test_settings_can_be_pickled_hashed_and_digested():
    settings = Settings(cell_seconds=10)

    copy = pickle.loads(pickle.dumps(settings))

    assert copy == settings
    assert hash(copy) == hash(settings)
    assert Settings(**asdict(settings)) == settings


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_says_which_values_it_may_have(name):
    assert allowed_values(name) not in ("", "None")


def test_every_limit_of_the_settings_is_in_the_table_of_limits():
    not_limits = {"allow_unsandboxed", "grading_seed", "profile"}
    limits = {field.name for field in fields(Settings)} - not_limits

    assert limits <= set(LIMITS)


@pytest.mark.parametrize(
    "name", sorted({field.name for field in fields(Settings)} & set(LIMITS) - {"processes"})
)
def test_a_limit_of_the_settings_has_the_default_and_type_of_the_table(name):
    (kind, *_) = typing.get_args(typing.get_type_hints(Settings, include_extras=True)[name])

    assert getattr(Settings(), name) == getattr(Limits(), name)
    assert kind is typing.get_type_hints(Limits)[name]
