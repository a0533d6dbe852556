"""The one way into Keras: version 2 (`tf_keras`), which TensorFlow Recommenders needs.

The package asks for it in its `__init__`. TensorFlow picks the Keras behind `tf.keras` at its first use and
keeps it for the life of the process: what was picked is checked here, where every module takes `tf` and
`tf_keras` from.
"""

import tensorflow as tf
import tf_keras

if tf.keras.Model is not tf_keras.Model:
    raise ImportError(
        "tf.keras is already Keras 3 in this process; set TF_USE_LEGACY_KERAS=1 before anything uses "
        "tf.keras, or import recsflow_trainer first."
    )

__all__ = ["tf", "tf_keras"]
