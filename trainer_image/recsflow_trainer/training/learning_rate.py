"""How the learning rate changes over the epochs."""

from typing import Literal

from recsflow_trainer.keras import tf_keras

LearningRateDecay = Literal["none", "linear"]


def linear_decay(learning_rate: float, epochs: int) -> tf_keras.callbacks.Callback:
    """Returns a callback that lowers the rate before each epoch, by the same step, so that it would end at 0.

    Epoch e of E, counted from 0, has learning_rate * (1 - e / E).
    """
    return tf_keras.callbacks.LearningRateScheduler(lambda epoch: learning_rate * (1 - epoch / epochs))
