"""Text to read character by character: where it comes from, a rival, tasks that need a memory.

    documentation               Python's own help texts, which every Python carries
    ngram_bits                  bits per character of a table of counts, the rival of a network
    next_logits                 a trained Keras model as a function from a text to logits
    copy_task brackets quotes   made sequences whose distances are known
    inside_quotes               which characters of a text stand between quotation marks

`dlcourse.data.text()` is tiny Shakespeare, for the `full` profile.
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
