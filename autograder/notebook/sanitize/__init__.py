"""What people open is harmless: a stranger's outputs and prose, rebuilt from what is safe.

Nothing is filtered *out* of a submission here. Plain text, re-encoded pictures and a short list
of HTML elements are let *in*, and everything else is gone.
"""

from autograder.notebook.sanitize.markdown import inert_markdown, sanitize_markdown
from autograder.notebook.sanitize.outputs import sanitize_outputs
from autograder.notebook.sanitize.text import plain_text

__all__ = ["inert_markdown", "plain_text", "sanitize_markdown", "sanitize_outputs"]
