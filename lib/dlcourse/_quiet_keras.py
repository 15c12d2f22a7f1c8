"""Import Keras without TensorFlow's start-up messages.

On import TensorFlow writes about processors and missing GPUs to the standard error of the process,
which none of its settings prevents, and a notebook shows it in red. Python's own errors are not
affected.
"""

import logging
import os
import sys


def import_keras() -> None:
    """Import Keras and its backend without their start-up messages.

    Call it once, before `import keras` or `import tensorflow`. TensorFlow's later warnings are
    shown, except that small models of Keras are traced again, which the checks of an exercise
    cause.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_is_relevant)
    if "keras" in sys.modules:
        return
    try:
        original, devnull = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no standard error, or a sandbox without /dev/null: nothing to hide
        return
    try:
        os.dup2(devnull, 2)
        import keras  # noqa: F401
    finally:
        os.dup2(original, 2)
        os.close(original)
        os.close(devnull)


def _is_relevant(record: logging.LogRecord) -> bool:
    message = record.getMessage()
    return "<function TensorFlowTrainer." not in message or "retracing" not in message
