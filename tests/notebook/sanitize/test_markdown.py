"""Markdown is rendered without active content."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import markdown2html_mistune

from autograder.notebook.sanitize import inert_markdown, sanitize_markdown
from autograder.notebook.sanitize.text import MAX_MARKDOWN

ATTACKS = {
    "script": "<script>alert(1)</script>",
    "script in a heading": "# <script>alert(1)</script>",
    "handler": "<img src=x onerror=alert(1)>",
    "handler on an allowed tag": "<details open ontoggle=alert(1)>x</details>",
    "javascript link": "[click](javascript:alert(1))",
    "javascript link with an entity": "[click](java&#115;cript:alert(1))",
    "javascript link with a tab": "[click](<java\tscript:alert(1)>)",
    "javascript link by reference": "[click][a]\n\n[a]: javascript:alert(1)",
    "javascript autolink": "<javascript:alert(1)>",
    "javascript in raw html": "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "vbscript": "[click](vbscript:msgbox)",
    "data link": "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "file link": "[click](file:///etc/passwd)",
    "protocol-relative link": "[click](//evil.example)",
    "remote picture": "![pixel](http://evil.example/pixel.png)",
    "remote picture in raw html": "<img src='http://evil.example/pixel.png'>",
    "svg": "<svg onload=alert(1)><animate onbegin=alert(1)></svg>",
    "math mutation": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "style element": "<style>@import 'http://evil.example/x.css';</style>",
    "style attribute": "<p style=\"background:url('http://evil.example/x')\">x</p>",
    "frame": "<iframe src='http://evil.example'></iframe>",
    "form": "<form action='http://evil.example'><input name=q><button>go</button></form>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "base": "<base href='http://evil.example'>",
    "object": "<object data='x.swf'></object><embed src='x.swf'>",
    "comment trick": "<!--><script>alert(1)</script>-->",
    "code fence info": '```python" onclick="alert(1)\nx\n```',
    "formula": "$</code><script>alert(1)</script>$",
    "display formula": "$$\n</code><img src=x onerror=alert(1)>\n$$",
    "latex environment": "\\begin{align}<script>alert(1)</script>\\end{align}",
    "table": "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "closing the page": "</main></body></html><script>alert(1)</script>",
    "id and class": "<p id='score' class='total'>100</p>",
}
ACTIVE_TAGS = {
    *("script", "style", "img", "svg", "math", "iframe", "form", "input", "button", "meta", "base"),
    *("object", "embed", "link", "video", "audio", "template"),
}
CLASSES = r"math( display)?|left|right|center|[a-z0-9]{1,3}|"
SAFE_ATTRIBUTES = {"href", "title", "rel", "class", "start", "colspan", "rowspan"}


class Inspector(HTMLParser):
    """Collects what a browser could act on."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes = set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes


def inspected(html):
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector


def assert_inert(inspector):
    """No element that loads or runs anything, no link but to a web page or an address."""
    assert not inspector.tags & ACTIVE_TAGS
    for name, value in inspector.attributes:
        assert not name.startswith("on")
        assert name != "href" or not re.match(r"\s*(javascript|vbscript|data|file):", value, re.I)


def assert_safe(html):
    inspector = inspected(html)
    assert_inert(inspector)
    for name, value in inspector.attributes:
        assert name in SAFE_ATTRIBUTES
        assert name != "href" or re.match(r"https?://|mailto:", value)
        assert name != "class" or re.fullmatch(CLASSES, value)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_attack_survives_rendering(attack):
    assert_safe(sanitize_markdown(attack))
    assert_safe(sanitize_markdown(f"before {attack} after"))


@given(st.lists(st.sampled_from([*ATTACKS.values(), "`", "$", "\n", "\n\n", "[", "](", "<", ">"])))
@settings(deadline=None)
def test_no_mixture_of_attacks_survives(parts):
    assert_safe(sanitize_markdown("".join(parts)))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_inert_markdown_is_safe_in_the_renderer_of_nbconvert(attack):
    assert_inert(inspected(markdown2html_mistune(inert_markdown(attack))))


def test_ordinary_prose_keeps_its_form():
    html = sanitize_markdown("## Why\n\nBecause **four** inequalities [clash](https://a.example).")

    assert html == (
        "<h2>Why</h2>\n<p>Because <strong>four</strong> inequalities "
        '<a href="https://a.example" rel="noopener noreferrer nofollow">clash</a>.</p>\n'
    )


def test_headings_move_below_those_of_the_page():
    assert sanitize_markdown("# A\n\n###### F", heading_shift=2) == "<h3>A</h3>\n<h6>F</h6>\n"


def test_formulas_keep_their_tex():
    html = sanitize_markdown("If $a<b$ then\n\n$$\n\\frac{1}{2}\n$$\n")

    assert '<code class="math">a&lt;b</code>' in html
    assert '<code class="math display">\\frac{1}{2}</code>' in html


def test_prices_are_not_formulas():
    assert "math" not in sanitize_markdown("from $5 to $10, or $ 20 $")


def test_a_table_s_alignment_is_a_class():
    html = sanitize_markdown("| a |\n|--:|\n| 1 |")

    assert '<th class="right">a</th>' in html
    assert "style" not in html


def test_an_image_becomes_its_description():
    assert "[picture: two clouds]" in sanitize_markdown("![two clouds](clouds.png)")


def test_a_text_that_is_too_long_is_not_rendered():
    html = sanitize_markdown("<b>" * MAX_MARKDOWN)

    assert html.startswith("<pre>&lt;b&gt;")


@pytest.mark.parametrize(
    "unit", ["[", "*", "<", "`", "![", "[a](", "> ", "$a", "a](b", "<a ", "|a"]
)
def test_hostile_markdown_is_rendered_in_seconds(unit):
    text = (unit * MAX_MARKDOWN)[:MAX_MARKDOWN]
    started = time.process_time()

    sanitize_markdown(text)

    assert time.process_time() - started < 5


def test_inert_markdown_looks_the_same():
    text = "If $a < b$ see [the page](https://a.example): `x<y`"

    assert inert_markdown(text).replace("\u2060", "") == text


@pytest.mark.parametrize("text", [*ATTACKS.values(), "$a<b$ and <b>bold</b>"])
def test_inert_markdown_is_rendered_like_the_original(text):
    assert sanitize_markdown(inert_markdown(text)) == sanitize_markdown(text)
