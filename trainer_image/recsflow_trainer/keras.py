"""The one way into Keras: version 2 (`tf_keras`), which TensorFlow Recommenders needs.

TensorFlow picks the Keras behind `tf.keras` at its first use and keeps it for the life of the process, so
every module takes `tf` and `tf_keras` from here and none imports them by itself.
"""

import os

LEGACY_KERAS_VARIABLE = "TF_USE_LEGACY_KERAS"
os.environ[LEGACY_KERAS_VARIABLE] = "1"

import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402

if tf.keras.Model is not tf_keras.Model:
    raise ImportError(
        f"tf.keras is already Keras 3 in this process; set {LEGACY_KERAS_VARIABLE}=1 before anything uses "
        "tf.keras, or import recsflow_trainer.keras first."
    )

__all__ = ["tf", "tf_keras"]
