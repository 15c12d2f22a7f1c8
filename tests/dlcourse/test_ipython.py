"""What a notebook shows beside its checks, in a real kernel."""

import pytest
from dlcourse import check
from dlcourse._ipython import bound_names
from nbformat import v4

SETUP = "import numpy as np\nfrom dlcourse import check"


@pytest.fixture(scope="module")
def outputs():
    """What a notebook shows: for each cell, the text of its outputs."""
    from nbclient import NotebookClient

    sources = [
        SETUP,
        "check.equal(1, 1)\ncheck.equal(2, 2)",
        "check.equal(1, 2, name='one', hint='Count again.')",
        "def stub():\n    raise NotImplementedError()",
        "check.equal(stub(), 1)",
        "raise NotImplementedError()",
        "np = 3",
        "np = 4",
        "1 + 1",
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return [
        "\n".join(
            "\n".join(output.traceback) if output.output_type == "error" else output.get("text", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
    ]


def test_a_cell_whose_checks_passed_says_how_many(outputs):
    assert outputs[0] == ""
    assert outputs[1] == "✓ 2 checks passed\n"


def test_a_failed_check_is_a_sentence_and_not_a_traceback(outputs):
    assert outputs[2] == "✗ one: got 1, expected 2.\n  Hint: Count again."


def test_long_sentences_are_broken_between_words():
    long = check.CheckFailed("a message of many words " * 9, name="one")._render_traceback_()

    assert all(len(line) <= 72 for part in long for line in part.split("\n"))
    assert " ".join("\n".join(long).split()) == "✗ one: " + ("a message of many words " * 9).strip()


def test_a_stub_is_not_attempted_yet(outputs):
    assert outputs[4].startswith("Not attempted yet: `stub` still says")
    assert outputs[5].startswith("Not attempted yet: This cell still says")


def test_a_rebound_name_of_the_set_up_is_warned_of_once(outputs):
    assert outputs[6].startswith("`np` comes from the set-up of this notebook")
    assert outputs[7] == ""


def test_the_names_of_a_set_up_cell_are_what_it_imports_and_defines():
    source = "import a.b\nimport c as d\nfrom e import f\ndef g(): pass\nclass H: pass\ni = 1"

    assert bound_names(source) == {"a", "d", "f", "g", "H"}
    assert bound_names("%matplotlib inline") == set()
