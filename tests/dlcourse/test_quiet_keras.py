"""Keras is imported without messages."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_keras_says_nothing_and_errors_are_still_printed():
    code = """
import dlcourse
dlcourse.import_keras()
import keras
import tensorflow as tf
for _ in range(8):
    keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]).predict(tf.ones((1, 1)), verbose=0)
tf.get_logger().warning("news")
raise SystemExit("printed")
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=280)

    assert done.stderr.split() == ["WARNING:tensorflow:news", "printed"]
