"""The denominator of a softmax whose scores stand partly in one list for all, and partly in a table."""

from recsflow_trainer.keras import tf


def log_sums(scores: tf.Tensor, owners: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Returns float32 [customers], log of the sum of exp(score) over each one's scores, without overflow.

    Args:
        scores: float32 [pairs].
        owners: int64 [pairs], the customer that each of `scores` belongs to; one may have none.
        others: float32 [customers, n], further scores of each; n is at least 1.
    """
    customers = tf.shape(others)[0]
    largest = tf.maximum(
        tf.math.unsorted_segment_max(scores, owners, customers), tf.reduce_max(others, axis=1)
    )
    largest = tf.stop_gradient(largest)
    own = tf.math.unsorted_segment_sum(tf.exp(scores - tf.gather(largest, owners)), owners, customers)
    return tf.math.log(own + tf.reduce_sum(tf.exp(others - largest[:, None]), axis=1)) + largest
