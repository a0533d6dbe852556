"""The highest of many scores: exact, with ties broken the same way every time."""

import numpy as np

from recsflow_trainer.keras import tf

_WIDTH = 64


def top_k(scores: tf.Tensor, k: int | tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns what `tf.math.top_k` returns: values and places of the k highest scores, best first.

    Of equal scores the earlier one comes first. The k highest lie in the k blocks of columns with the highest
    maxima, of equal maxima the earlier ones: were one in another block, each of those k would have a score
    that comes before it. So all columns are looked at for the maxima only, and k blocks for the rest.

    Args:
        scores: float32 [rows, columns], no NaN.
        k: Columns to find, no more than there are.

    Returns:
        float32 [rows, k] and int32 [rows, k].
    """
    columns = tf.shape(scores)[1]
    blocks = -(-columns // _WIDTH)
    found = tf.minimum(k, blocks)
    padded = tf.pad(scores, [[0, 0], [0, blocks * _WIDTH - columns]], constant_values=-np.inf)
    by_block = tf.reshape(padded, [-1, blocks, _WIDTH])
    chosen = tf.sort(tf.math.top_k(tf.reduce_max(by_block, axis=2), found, sorted=False).indices, axis=1)
    kept = tf.gather(by_block, chosen, batch_dims=1)
    values, places = tf.math.top_k(tf.reshape(kept, [-1, found * _WIDTH]), k)
    return values, tf.gather(chosen, places // _WIDTH, batch_dims=1) * _WIDTH + places % _WIDTH
