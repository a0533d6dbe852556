"""The saved model: raw features of a customer in, product ids with scores out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow_transform as tft

from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.raw_columns import as_traced, signature_of

TOP_K = 100


@dataclass(frozen=True)
class ProductCatalogue:
    """What is recommended.

    Attributes:
        ids: [products], ids as the rows had them, strings or int64.
        embeddings: float32 [products, embedding_dim].
    """

    ids: np.ndarray
    embeddings: np.ndarray


class RetrievalServer(tf.Module):
    """Finds the best products of customers, from columns as they are in the warehouse.

    Everything that answers hangs on this module: TFT's graph with its vocabulary tables, the query tower and
    the catalogue. What does not would be missing from the saved model, and be noticed only where it is
    loaded.

    Args:
        tft_output: Output of the Transform that the model was trained with.
        columns: The raw columns that the query tower reads.
        tower: From transformed features to float32 [batch, embedding_dim].
        catalogue: The products.
        k: Products an answer.
    """

    def __init__(
        self,
        tft_output: tft.TFTransformOutput,
        columns: Sequence[str],
        tower: tf_keras.Model,
        catalogue: ProductCatalogue,
        k: int = TOP_K,
    ) -> None:
        super().__init__(name="retrieval_server")
        spec = tft_output.raw_feature_spec()
        self._spec = {column: spec[column] for column in columns}
        self.transform = tft_output.transform_features_layer()
        self.tower = tower
        self.embeddings = tf.Variable(catalogue.embeddings, trainable=False, name="product_embeddings")
        self.product_ids = tf.Variable(tf.constant(catalogue.ids), trainable=False, name="product_ids")
        self._k = min(k, len(catalogue.ids))

    def signature(self) -> tf.types.experimental.ConcreteFunction:
        """Returns `recommend` for one tensor [batch] a raw column, under the column's own name."""
        return tf.function(self.recommend).get_concrete_function(signature_of(self._spec))

    def recommend(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Returns the best products of each customer, best first.

        Args:
            columns: Raw column by name, each [batch].

        Returns:
            `product_id` [batch, k] in its own type and `score` float32 [batch, k].
        """
        queries = self.tower(self.transform(as_traced(columns, self._spec)), training=False)
        scores, places = tf.math.top_k(tf.matmul(queries, self.embeddings, transpose_b=True), self._k)
        return {"product_id": tf.gather(self.product_ids, places), "score": scores}


def save_server(server: RetrievalServer, folder: str) -> None:
    """Writes the SavedModel with its one signature, `serving_default`."""
    tf.saved_model.save(server, folder, signatures={"serving_default": server.signature()})


def raw_ids(values: Sequence[bytes], ids: np.ndarray, dtype: tf.DType) -> np.ndarray:
    """Returns ids as the rows had them.

    Args:
        values: The vocabulary, as text.
        ids: int64 [products], positions in the vocabulary.
        dtype: Type of the raw column.
    """
    texts = [values[position] for position in ids]
    return np.array([int(text) for text in texts], np.int64) if dtype.is_integer else np.array(texts, object)
