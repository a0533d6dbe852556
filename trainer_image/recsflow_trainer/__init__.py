"""Features, models and the TFX pipeline that train recommenders for recsflow."""

import os

# TensorFlow picks the Keras behind `tf.keras` at its first use. Said here, before any module of this package
# imports TensorFlow through another library.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

__version__ = "0.3.0"
