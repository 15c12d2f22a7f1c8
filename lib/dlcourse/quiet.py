"""Imports Keras without the greeting of what it computes with.

On import TensorFlow writes about processors and missing GPUs to the process' own standard error,
which no setting of its own prevents, and a notebook shows it as a wall of red. Errors of Python are
untouched.

Later it warns where functions are traced anew. Of a student's own `tf.function` that is news; of
Keras' own it only says that several small models were asked, as a check of an exercise does.
"""

import logging
import os
import sys


def import_keras() -> None:
    """Import Keras and its backend in silence; later imports of them find them there."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_is_news)
    if "keras" in sys.modules:
        return
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no standard error, or a room without /dev/null: then nothing is red
        return
    try:
        os.dup2(nowhere, 2)
        import keras  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _is_news(record: logging.LogRecord) -> bool:
    said = record.getMessage()
    return "<function TensorFlowTrainer." not in said or "retracing" not in said
