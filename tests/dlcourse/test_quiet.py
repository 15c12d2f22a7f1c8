"""Facts about importing Keras in peace."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_keras_says_nothing_and_errors_are_still_heard():
    code = """
from dlcourse import quiet
quiet.import_keras()
import tensorflow as tf
tf.ones(1)
raise SystemExit("heard")
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=280)

    assert done.stderr.strip() == "heard"
