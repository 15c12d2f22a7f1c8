"""A submitted file may contain anything; reading it returns cells or raises a clear error."""

import json
import os
from contextlib import suppress

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.submission import reading, scan
from autograder.submission.reading import parse_cells, read_bytes, read_submitted


def notebook_bytes(source, encoding="utf-8"):
    return json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode(encoding)


IN_METADATA = b'{"cells": [{"metadata": {"nbgrader": %b}}]}'


def sources(data):
    return [cell.source for cell in parse_cells(data)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \n", "empty", id="blank"),
        pytest.param(b"print(1)", "not JSON", id="Python"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\xff", "not JSON", id="picture"),
        pytest.param(b"[]", "not a notebook", id="list"),
        pytest.param(b"3", "not a notebook", id="number"),
        pytest.param(b"{}", "no list of cells", id="object"),
        pytest.param(b'{"cells": 3}', "no list of cells", id="cells are a number"),
        pytest.param(b'{"worksheets": [3]}', "no list of cells", id="sheets are numbers"),
        pytest.param(b"[" * 100_000, "not a notebook", id="deep lists"),
        pytest.param(b'{"a":' * 100_000, "ends too early", id="deep objects"),
        pytest.param(IN_METADATA % (b"[" * 100_000 + b"]" * 100_000), "too deeply", id="deep"),
        pytest.param(
            IN_METADATA % (b"[" + b"[]," * 1_000_001 + b"1]"), "too many lists", id="lists"
        ),
        pytest.param(b'{"cells": [' + b"3," * 600_000 + b"3]}", "more than 100,000", id="cells"),
        pytest.param(b'{"cells": [{"source": "x', "ends too early", id="half of a string"),
        pytest.param(b'{"cells": [{"outputs": [{"text": "x', "ends too early", id="half an output"),
        pytest.param(b'{"cells": []', "ends too early", id="half of an object"),
        pytest.param(b'{"cells": []}{"cells": []}', "more after the end", id="two notebooks"),
        pytest.param(b'{"cells" []}', "a colon", id="no colon"),
        pytest.param(b'{"cells": [] "a": 1}', "a comma", id="no comma"),
        pytest.param(b'{"cells": [{"source": nul}]}', "not JSON", id="no value"),
        pytest.param(b'{"cells": [{"source": }]}', "a value", id="nothing for a value"),
        pytest.param(b"{cells: []}", "a string", id="a key without quotation marks"),
    ],
)
def test_what_is_not_a_notebook_is_an_error(data, sentence):
    with pytest.raises(SubmissionError, match=sentence):
        parse_cells(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_any_unicode_encoding_is_read(encoding):
    text = '{"cells": [{"cell_type": "markdown", "source": "é, 日本"}]}'

    assert sources(text.encode(encoding)) == ["é, 日本"]


def test_latin_1_is_read():
    data = '{"cells": [{"cell_type": "markdown", "source": "é"}]}'.encode("latin-1")

    assert sources(data) == ["é"]


@pytest.mark.parametrize(
    ("source", "text", "has_problem"),
    [
        pytest.param("x = 1", "x = 1", False, id="a string"),
        pytest.param(["x = 1\n", "y = 2"], "x = 1\ny = 2", False, id="lines"),
        pytest.param([], "", False, id="no lines"),
        pytest.param("a\r\nb\rc", "a\nb\nc", False, id="other line ends"),
        pytest.param(None, "", True, id="null"),
        pytest.param(3, "", True, id="a number"),
        pytest.param({"a": 1}, "", True, id="an object"),
        pytest.param(["x", 3], "", True, id="lines and numbers"),
        pytest.param("a\ud800b", "a\ufffdb", True, id="a lone surrogate"),
        pytest.param("a\0b", "a\ufffdb", True, id="a null byte"),
        pytest.param("x" * 500_001, "", True, id="half a million characters"),
    ],
)
def test_text_of_a_cell(source, text, has_problem):
    (cell,) = parse_cells(notebook_bytes(source))

    assert cell.source == text
    assert bool(cell.problem) == has_problem
    cell.source.encode("utf-8")


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param(b'[{"data": {"image/png": "' + b"A" * 30_000_000 + b'"}}]', id="a picture"),
        pytest.param(b'[{"text": [' + b'"line\\n", ' * 2_000_000 + b'""]}]', id="lines"),
        pytest.param(b"[" + b"[1.5, NaN], " * 2_000_000 + b"[]]", id="numbers"),
        pytest.param(b'["\xff\xfe \\"]}, {[", "\\\\"]', id="brackets in text, and no UTF-8"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep"),
        pytest.param(b"[nonsense]", id="no JSON"),
    ],
)
def test_outputs_never_count_against_a_submission(outputs):
    cells = b'[{"source": "a = 1", "outputs": %b, "cell_type": "code"}, {"source": "\xc3\xa9"}]'
    data = b'{"metadata": {"widgets": %b}, "cells": %b}' % (outputs, cells % outputs)

    assert sources(data) == ["a = 1", "é"]


def test_too_much_source_is_refused(monkeypatch):
    monkeypatch.setattr(scan, "MAX_USED", 1_000)

    with pytest.raises(SubmissionError, match="text, outputs not counted"):
        parse_cells(notebook_bytes("x" * 1_000))
    assert len(parse_cells(notebook_bytes("x" * 900))) == 1


@pytest.mark.parametrize(
    ("limit", "data"),
    [
        ("MAX_BRACKETS", b'{"cells": [{"outputs": %b}]}' % (b"[" * 2_000 + b"]" * 2_000)),
        ("MAX_MEMBERS", b'{"cells": [{%b}]}' % b",".join([b'"a": 1'] * 2_000)),
    ],
)
def test_what_would_take_long_to_skip_is_refused(monkeypatch, limit, data):
    assert len(parse_cells(data)) == 1
    monkeypatch.setattr(scan, limit, 1_000)

    with pytest.raises(SubmissionError, match="too many lists"):
        parse_cells(data)


def test_of_two_members_with_the_same_key_the_last_counts():
    data = (
        b'{"cells": 3, "cells": [{"source": "first"}], "cells": [{"source": "a", "source": "b"}]}'
    )

    assert sources(data) == ["b"]


def test_a_key_with_an_escape_is_the_same_key():
    assert sources(b'{"\\u0063ells": [{"s\\u006furce": "x"}]}') == ["x"]


outputs = st.recursive(
    st.none() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(output=outputs, ascii_only=st.booleans(), indented=st.booleans())
def test_any_output_is_skipped(output, ascii_only, indented):
    cells = [{"outputs": output, "source": "x = 1", "other": output}, output, {"source": ["y"]}]
    notebook = {"metadata": output, "cells": cells, "nbformat": 4}
    text = json.dumps(notebook, ensure_ascii=ascii_only, indent=2 if indented else None)

    found = sources(text.encode("utf-8", "surrogatepass"))

    assert found == (["x = 1", "y"] if not isinstance(output, dict) else ["x = 1", "", "y"])


def test_nan_and_huge_numbers_are_read():
    nbgrader = '{"grade_id": "a", "points": NaN, "x": 1' + "0" * 10_000 + "}"
    cell = '{"cell_type": "code", "source": "x", "metadata": {"nbgrader": ' + nbgrader + "}}"
    data = '{"cells": [' + cell + "]}"

    (cell,) = parse_cells(data.encode())

    assert cell.grade_id == "a"


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"cell_type": 3, "source": "", "metadata": None},
        {"cell_type": "code", "metadata": {"nbgrader": 3, "tags": 4}, "id": []},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["a"]}, "tags": [3, "x"]}},
        {"cell_type": "markdown", "attachments": 3},
    ],
)
def test_cells_with_odd_fields_are_cells(cell):
    assert len(parse_cells(json.dumps({"cells": [cell, 3, None]}).encode())) == 1


def test_formats_3_and_4_have_the_same_text():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    old = nbformat.v4.downgrade(nbformat.from_dict(json.loads(json.dumps(notebook))))

    assert sources(nbformat.v3.writes_json(old).encode()) == ["x = 1"]
    assert sources(json.dumps(notebook).encode()) == ["x = 1"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "tags", "id"]),
            inner,
        )
    ),
    max_leaves=30,
)


@given(json_values)
def test_any_json_is_read_or_refused(value):
    try:
        cells = parse_cells(json.dumps({"cells": [value]}).encode())
    except SubmissionError:
        return
    assert all(isinstance(cell.source, str) for cell in cells)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with suppress(SubmissionError):
        parse_cells(data)


def test_a_regular_file_is_read(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(b"content")

    assert read_bytes(tmp_path / "a.ipynb") == b"content"


def test_links_pipes_directories_and_missing_files_are_refused(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    for name in ("link", "dangling", "folder", "pipe", "missing"):
        with pytest.raises(SubmissionError, match=name):
            read_bytes(tmp_path / name)


@pytest.mark.parametrize("linked", ["eve", "eve/week"])
def test_a_notebook_in_a_linked_folder_is_refused(tmp_path, linked):
    (tmp_path / "alice" / "week").mkdir(parents=True)
    (tmp_path / "alice" / "week" / "a.ipynb").write_bytes(b"hers")
    link = tmp_path / linked
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / linked.replace("eve", "alice"))

    assert read_submitted(tmp_path / "alice" / "week" / "a.ipynb") == b"hers"
    with pytest.raises(SubmissionError, match=f"{link.name} of a.ipynb is a symbolic link"):
        read_submitted(tmp_path / "eve" / "week" / "a.ipynb")


def test_a_huge_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000_000)
    (tmp_path / "huge").write_bytes(b" " * 1_000_001)

    with pytest.raises(SubmissionError, match="larger than 1,000,000 bytes"):
        read_bytes(tmp_path / "huge")
