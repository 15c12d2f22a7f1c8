"""Test that two installations are told apart exactly if something that decides grades differs."""

import subprocess
import sys
from importlib import metadata

from hypothesis import given
from hypothesis import strategies as st

from autograder.fingerprint import differences, digest_of, versions

some_versions = st.dictionaries(
    st.sampled_from(["python", "numpy", "keras", "code", "jax"]),
    st.sampled_from(["1.0", "2.0", "3.11"]),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(some_versions)
def test_equal_versions_have_no_differences(one):
    assert differences(one, dict(one)) == ""


@given(some_versions, some_versions)
def test_each_difference_is_named_with_both_versions(found, expected):
    text = differences(found, expected)

    for name in {*found, *expected}:
        sentence = f"{name} is {found.get(name, 'none')}, not {expected.get(name, 'none')}"
        assert (sentence in text) == (found.get(name) != expected.get(name))


def test_the_versions_are_those_of_this_installation():
    mine = versions()

    assert mine["python"] == ".".join(map(str, sys.version_info[:3]))
    assert mine["numpy"] == metadata.version("numpy")
    assert "none" not in (mine["keras"], mine["tensorflow"], mine["ipykernel"])


def test_the_backend_of_keras_decides_as_well(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    default = versions()
    monkeypatch.setenv("KERAS_BACKEND", "jax")

    assert differences(versions(), default) == "Keras' backend is jax, not tensorflow"


def test_a_changed_line_of_code_is_another_code(tmp_path):
    def code_of(text):
        package = tmp_path / "autograder"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text("")
        (package / "verdicts.py").write_text(text)
        program = (
            "import sys, pathlib; from autograder import fingerprint\n"
            "fingerprint.__file__ = sys.argv[1] + '/fingerprint.py'\n"
            "print(fingerprint.versions()['code'])"
        )
        command = [sys.executable, "-c", program, str(package)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    first = code_of("POINTS = 1\n")

    assert code_of("POINTS = 2\n") != first
    assert code_of("POINTS = 1\n") == first


@given(st.dictionaries(st.text(), json_values, min_size=2))
def test_the_order_of_keys_does_not_change_a_digest(values):
    assert digest_of(dict(reversed(values.items()))) == digest_of(values)


@given(st.dictionaries(st.text(), json_values, min_size=1), st.data())
def test_a_changed_value_changes_the_digest(values, data):
    key = data.draw(st.sampled_from(sorted(values)))
    changed = {**values, key: [values[key]]}

    assert digest_of(changed) != digest_of(values)
