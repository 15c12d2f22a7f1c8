"""Tests of the names that `import autograder` offers."""

import inspect
import subprocess
import sys

import pytest

import autograder

FUNCTIONS = ("build", "class_report", "grade_class", "verify", "write_feedback", "write_report")


def test_all_lists_the_public_names():
    assert sorted(autograder.__all__) == sorted((*FUNCTIONS, "__version__"))
    assert dir(autograder) == sorted(autograder.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_name_is_a_documented_function(name):
    function = getattr(autograder, name)

    assert inspect.isfunction(function)
    assert inspect.getdoc(function)
    assert name in inspect.getdoc(autograder)


def test_the_version_is_that_of_the_distribution():
    assert autograder.__version__[0].isdigit()


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        _ = autograder.no_such_name


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, autograder;"
        "print([name for name in sys.modules if name.partition('.')[0] in"
        " {'numpy', 'nbformat', 'nbgrader', 'distributed', 'keras', 'papermill', 'pydantic'}])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
