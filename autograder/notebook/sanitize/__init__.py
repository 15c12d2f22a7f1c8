"""Sanitize untrusted outputs and Markdown, so that they are safe to open.

These modules use allow lists. Plain text, re-encoded images and a short list of HTML elements are
copied; everything else is dropped.
"""

from autograder.notebook.sanitize.outputs import sanitize_outputs
from autograder.notebook.sanitize.text import inert_markdown, plain_text, sanitize_markdown

__all__ = ["inert_markdown", "plain_text", "sanitize_markdown", "sanitize_outputs"]
