"""Texts to model character by character, a baseline, and tasks that need a memory.

    documentation               Python's own help texts
    inside_quotes               which characters of a text are between quotation marks
    ngram_bits                  bits per character of an n-gram model, the baseline of a network
    next_logits                 a trained Keras model as a function from a text to logits
    copy_task brackets quotes   synthetic sequences with known distances between related symbols

See also `dlcourse.data.text()`, which is tiny Shakespeare.
"""

from dlcourse.text._documentation import documentation, inside_quotes
from dlcourse.text._generation import next_logits
from dlcourse.text._ngram import ngram_bits
from dlcourse.text._synthetic import brackets, copy_task, quotes

__all__ = [
    "brackets",
    "copy_task",
    "documentation",
    "inside_quotes",
    "next_logits",
    "ngram_bits",
    "quotes",
]
