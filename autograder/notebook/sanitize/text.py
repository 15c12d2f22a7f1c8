"""Sanitize untrusted text: plain text, and Markdown, which becomes HTML or inert Markdown."""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES

# Each alternative stops at the next escape, so that a text full of them takes linear time.
_TERMINAL_CODES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colors, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_BREAKS = re.compile("\r\n|[\u2028\u2029\x0b\x0c\x85]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Surrogates cannot be encoded as UTF-8; bidirectional controls make text look like other text.
_MISLEADING = re.compile("[\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def plain_text(text: str, limit: int | None = None) -> str:
    """Return a text as a terminal would show it, with printable characters only.

    A carriage return overwrites the line, as progress bars do; a backspace removes a character.
    Characters that cannot be encoded or that reorder text become U+FFFD.

    Parameters
    ----------
    limit
        The largest number of characters to keep, from the beginning and the end of the text.
    """
    if limit is not None:  # before codes are removed, to bound the time for very long texts
        text = shorten(text, 20 * limit)
    text = _LINE_BREAKS.sub("\n", _TERMINAL_CODES.sub("", text))
    if "\r" in text or "\b" in text:
        text = "\n".join(_overwritten(line) for line in text.split("\n"))
    text = _MISLEADING.sub("\ufffd", _CONTROLS.sub("", text))
    return text if limit is None else shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`: its beginning, a note, and its end."""
    if len(text) <= limit:
        return text
    note = f"\n[... {len(text) - limit:,} characters and more are left out here ...]\n"
    kept = max(limit - len(note), 0)
    tail = kept // 4
    return text[: kept - tail] + note[:limit] + text[len(text) - tail :]


def _overwritten(line: str) -> str:
    """Return what a terminal shows of a line with carriage returns and backspaces."""
    line = next((part for part in reversed(line.split("\r")) if part), "")
    if "\b" not in line:
        return line
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


MAX_MARKDOWN = 20_000  # characters; longer texts are shown as plain text
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAGS = {
    *_HEADINGS,
    *("p", "br", "hr", "blockquote", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("em", "strong", "b", "i", "s", "del", "sub", "sup", "kbd", "a", "span", "code", "pre"),
    *("details", "summary"),
}
_ALIGNMENTS = {"left", "center", "right"}
_WORD_JOINER = "\u2060"  # invisible; after "<" or "(" it prevents a tag or a link


def sanitize_markdown(text: str, *, heading_shift: int = 0) -> str:
    """Return the HTML of a Markdown cell, without scripts, styles, images, forms or unsafe links.

    A formula becomes `<code class="math">` (or "math display") with its TeX. The scheme of a
    link is http, https or mailto, and a link sends no referrer.

    Parameters
    ----------
    heading_shift
        How many levels headings move down, so that a cell's "# Title" fits below a page's own.
    """
    text = plain_text(text).replace(_WORD_JOINER, "")  # from inert_markdown
    if len(text) > MAX_MARKDOWN:
        return f"<pre>{html.escape(text)}</pre>"
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        _adapt(token, heading_shift)
    return _sanitized(parser.renderer.render(tokens, parser.options, {}))


def inert_markdown(text: str) -> str:
    """Return Markdown that looks the same and has no tags, images or unsafe links in any renderer.

    This is for cells that stay Markdown, in `autograded/` and therefore in formgrader. An invisible
    character is inserted after each "<" that could open a tag, after each "!" that could load an
    image, and before each link target that is not a web page.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])|!(?=\[)", rf"\g<0>{_WORD_JOINER}", plain_text(text))
    return re.sub(r"(\]\(|\]:)(?!\s*(?:https?://|mailto:))", rf"\1{_WORD_JOINER}", text)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Return a parser of CommonMark with tables, strike-through and TeX; it has no state."""
    parser = MarkdownIt("commonmark", {"html": True, "highlight": _highlighted})
    parser.enable(["table", "strikethrough"])
    dollarmath_plugin(
        parser,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
    )
    amsmath_plugin(parser)
    for rule in ("math_inline", "math_inline_double", "math_block", "amsmath"):
        parser.add_render_rule(rule, _formula)
    parser.add_render_rule("image", _image_as_text)
    return parser


def _formula(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any
) -> str:
    """Return the TeX of a formula in an element that a page can draw."""
    tex = html.escape(tokens[index].content.strip())
    if tokens[index].type == "math_inline":
        return f'<code class="math">{tex}</code>'
    formula = f'<code class="math display">{tex}</code>'
    return f"<p>{formula}</p>\n" if tokens[index].block else formula


def _image_as_text(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any
) -> str:
    """Return the description of an image; loading it would tell its server who reads the page."""
    return f"<em>[picture: {html.escape(tokens[index].content or 'no description')}]</em>"


def _highlighted(code: str, language: str, _attributes: str) -> str:
    if language.lower() not in ("python", "py", "python3"):
        return ""  # then the renderer escapes the code
    return f"<pre><code>{highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))}</code></pre>"


def _adapt(token: Token, heading_shift: int) -> None:
    """Lower the level of a heading, and replace the style of a table cell by a class."""
    if token.tag in _HEADINGS:
        token.tag = _HEADINGS[min(_HEADINGS.index(token.tag) + heading_shift, 5)]
    style = token.attrs.pop("style", None)
    if isinstance(style, str) and style.startswith("text-align:"):
        token.attrs["class"] = style.removeprefix("text-align:")


def _sanitized(dirty: str) -> str:
    return nh3.clean(
        dirty,
        tags=_TAGS,
        clean_content_tags={"script", "style", "template", "noscript", "iframe", "object"},
        attributes={"a": {"href", "title"}, "ol": {"start"}, "td": {"colspan", "rowspan"}},
        allowed_classes={
            "code": {"math", "display"},
            "span": set(STANDARD_TYPES.values()) - {""},
            "th": _ALIGNMENTS,
            "td": _ALIGNMENTS,
        },
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
