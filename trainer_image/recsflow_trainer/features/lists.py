"""Several values in one text, such as the genres of a film: split, numbered, pooled into one embedding."""

from recsflow_trainer.keras import tf, tf_keras

NO_VALUE = -1


def split_values(texts: tf.Tensor, separator: str, most: int) -> tf.SparseTensor:
    """Returns the values of each text, string [batch, most], in order and without the space around them.

    What is left of a separator and empty is no value; a text without any has '' as its only one.

    Args:
        texts: String [batch].
        separator: What stands between two values.
        most: Values a row; those that follow are left out.
    """
    parts = tf.strings.strip(tf.strings.split(texts, separator))
    values = tf.ragged.boolean_mask(parts, parts != "")
    is_empty = values.row_lengths() == 0
    nothing = tf.RaggedTensor.from_row_lengths(
        tf.fill([tf.math.count_nonzero(is_empty)], ""), tf.cast(is_empty, tf.int64)
    )
    return tf.concat([values, nothing], axis=1)[:, :most].to_sparse()


def padded(indices: tf.SparseTensor, width: int) -> tf.Tensor:
    """Returns int64 [batch, width], with `NO_VALUE` where a row has fewer values."""
    shape = tf.stack([indices.dense_shape[0], width])
    dense = tf.sparse.to_dense(tf.SparseTensor(indices.indices, indices.values, shape), NO_VALUE)
    return tf.reshape(dense, [-1, width])


class PooledEmbedding(tf_keras.layers.Layer):
    """The mean of the embeddings of a row's values.

    Args:
        size: Number of embeddings.
        dim: Width of one.
        name: Name of the table of embeddings.
    """

    def __init__(self, size: int, dim: int, *, name: str) -> None:
        super().__init__(name=f"pooled_{name}")
        self.table = tf_keras.layers.Embedding(size, dim, name=name)

    def call(self, indices: tf.Tensor) -> tf.Tensor:
        """Returns float32 [batch, dim] for int64 [batch, width], each row with one value at least."""
        places = tf.where(indices != NO_VALUE)
        # Only what is there is looked up: a padded place must not train the embedding that it would point to.
        embedded = self.table(tf.gather_nd(indices, places))
        return tf.math.unsorted_segment_mean(embedded, places[:, 0], tf.shape(indices)[0])
