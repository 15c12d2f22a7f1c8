"""Outputs are rebuilt from plain text and images."""

import base64
import io
import json

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from autograder.notebook.sanitize import sanitize_outputs
from autograder.notebook.sanitize.outputs import MAX_IMAGES, MAX_OUTPUTS


def picture():
    buffer = io.BytesIO()
    Image.new("RGBA", (3, 3), "blue").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def clean(*outputs, limit=100_000):
    return sanitize_outputs(list(outputs), limit)


def display(**data):
    mime = {key.replace("__", "/"): value for key, value in data.items()}
    return new_output("display_data", mime, metadata={"isolated": True})


def test_html_javascript_svg_and_widgets_are_dropped():
    output = new_output(
        "display_data",
        {
            "text/html": "<script>alert(1)</script>",
            "image/svg+xml": "<svg onload='alert(1)'/>",
            "application/javascript": "alert(1)",
            "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
            "text/plain": "a table",
            "image/png": picture(),
        },
        metadata={"needs_background": "javascript:alert(1)"},
    )

    (result,) = clean(output)

    assert sorted(result.data) == ["image/png", "text/plain"]
    assert result.metadata == {}
    assert "alert" not in json.dumps(result)


def test_the_number_of_images_of_a_cell_is_limited():
    drawn = [display(image__png=picture(), text__plain=f"{n}") for n in range(MAX_IMAGES + 2)]

    kept = clean(*drawn)

    assert ["image/png" in output.data for output in kept] == MAX_IMAGES * [True] + 2 * [False]
    assert kept[-1].data == {"text/plain": f"{MAX_IMAGES + 1}"}
    assert all("image/png" in output.data and output.data["image/png"] for output in drawn)


def test_an_output_that_is_dropped_is_named():
    (result,) = clean(display(text__html="<b>bold</b>"))

    assert result.data == {"text/plain": "[an output that is not shown here: text/html]"}


def test_a_mime_type_invented_by_a_student_is_not_repeated():
    (result,) = clean(display(**{"<script>alert(1)</script>": "x"}))

    assert result.data == {"text/plain": "[an output that is not shown here: another kind]"}


def test_markup_in_a_print_stays_text():
    (result,) = clean(new_output("stream", text="<img src=x onerror=alert(1)>\n"))

    assert result.text == "<img src=x onerror=alert(1)>\n"


def test_consecutive_prints_to_one_stream_are_joined():
    one = new_output("stream", name="stdout")
    prints = [{**one, "text": f"{n} "} for n in range(100_000)]
    warning = new_output("stream", name="stderr", text="careful")

    joined = clean(*prints, warning, limit=2_000_000)

    assert [output.name for output in joined] == ["stdout", "stderr"]
    assert joined[0].text.startswith("0 1 2 ")
    assert joined[0].text.endswith("99999 ")


def test_an_error_keeps_its_text_without_terminal_codes():
    error = new_output(
        "error", ename="ValueError", evalue="bad\x1b[0m", traceback=["\x1b[31mline 1", "line 2"]
    )

    (result,) = clean(error)

    assert result == {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "bad",
        "traceback": ["line 1", "line 2"],
    }


def test_no_cell_keeps_more_than_its_limit():
    many = [display(text__plain=str(n) * 500) for n in range(50)]

    kept = clean(*many, limit=5_000)

    assert len(json.dumps(kept)) < 7_000
    assert kept[-1].data["text/plain"] == "[further outputs of this cell are left out]"


def test_the_number_of_outputs_of_a_cell_is_limited():
    kept = clean(*[display(text__plain="x")] * 100_000)

    assert len(kept) == MAX_OUTPUTS + 1


def test_an_output_of_an_unknown_type_does_not_separate_prints():
    one, two = ({"output_type": "stream", "text": text} for text in ("one ", "two"))

    (result,) = sanitize_outputs([one, {"output_type": "unknown"}, two], 1_000)

    assert result.text == "one two"


def test_an_image_that_cannot_be_decoded_is_named():
    (result,) = clean(display(image__png="bm90IGEgcGljdHVyZQ=="))

    assert result.data == {"text/plain": "[an output that is not shown here: image/png]"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=None)),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["text/plain", "image/png", "x"]), children, max_size=3)
    ),
    max_leaves=6,
)
OUTPUTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "output_type": st.sampled_from(["stream", "error", "display_data", "execute_result"])
            | JSON,
            "name": st.sampled_from(["stdout", "stderr"]) | JSON,
            **dict.fromkeys(
                ["text", "data", "metadata", "execution_count", "ename", "evalue", "traceback"],
                JSON,
            ),
        },
    )
    | JSON,
    max_size=4,
)


@given(OUTPUTS, st.integers(0, 600))
@settings(deadline=None)
def test_the_result_is_a_valid_notebook_and_sanitizing_is_idempotent(outputs, limit):
    kept = sanitize_outputs(outputs, limit)

    cell = new_code_cell(outputs=kept)
    nbformat.validate(new_notebook(cells=[cell]))
    json.dumps(kept, ensure_ascii=False).encode("utf-8")
    assert sanitize_outputs(kept, limit) == kept
