"""The saved model: raw features of a customer in, product ids with scores out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.examples.raw_columns import RawColumnsServer, as_traced, signature_of
from recsflow_trainer.history.scorer import HistoryScorer
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.retrieval.bought_products import BoughtProducts
from recsflow_trainer.top_k import top_k

TOP_K = 100
MOST = 1_000
_OPTIONS = {
    "k": tf.TensorSpec([], tf.int32, name="k"),
    "exclude_bought": tf.TensorSpec([], tf.bool, name="exclude_bought"),
}


@dataclass(frozen=True)
class ProductCatalogue:
    """What is recommended.

    Attributes:
        ids: [products], ids as the rows had them, strings or int64.
        embeddings: float32 [products, embedding_dim].
    """

    ids: np.ndarray
    embeddings: np.ndarray


class RetrievalServer(RawColumnsServer):
    """Finds the best products of customers, from columns as they are in the warehouse.

    Everything that answers hangs on this module: TFT's graph with its vocabulary tables, the query tower, the
    catalogue and what was bought. What does not would be missing from the saved model, and be noticed only
    where it is loaded.

    Args:
        tft_output: Output of the Transform that the model was trained with.
        columns: The raw columns that the query tower reads.
        tower: From transformed features to float32 [batch, embedding_dim].
        catalogue: The products.
        bought: What each customer has bought of them; it makes the final scores.
        customer: Name of the customer's id among the transformed features.
    """

    def __init__(  # noqa: PLR0913
        self,
        tft_output: tft.TFTransformOutput,
        columns: Sequence[str],
        tower: tf_keras.Model,
        catalogue: ProductCatalogue,
        *,
        bought: BoughtProducts | HistoryScorer,
        customer: str,
    ) -> None:
        super().__init__("retrieval_server")
        taken = sorted(set(columns) & set(_OPTIONS))
        if taken:
            raise DeclarationError(
                f"The query tower reads a column called {taken[0]!r}, which the signature of the saved "
                "model has for itself; give the column another name in the dataset config."
            )
        spec = tft_output.raw_feature_spec()
        self._spec = {column: spec[column] for column in columns}
        self.transform = tft_output.transform_features_layer()
        self.tower = tower
        self.embeddings = tf.Variable(catalogue.embeddings, trainable=False, name="product_embeddings")
        self.product_ids = tf.Variable(tf.constant(catalogue.ids), trainable=False, name="product_ids")
        self.bought = bought
        self._customer = customer
        self._products = len(catalogue.ids)

    def signatures(self) -> dict[str, tf.types.experimental.ConcreteFunction]:
        """Returns the signatures, which take a tensor [batch] a raw column under the column's own name.

        `serving_default` answers with 100 products, or all where there are fewer. `recommend` takes as well
        `k` and `exclude_bought`, as the method does. `embed` answers with `embedding`, float32 [batch,
        embedding_dim], or one wider with a product bias, which its last number, 1, is multiplied by: what an
        index of the products is searched with; purchase histories are not in it.
        """
        columns = signature_of(self._spec)

        def default(columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            scores = self._scores(self._features(columns), without_bought=False)
            return self._best(scores, min(TOP_K, self._products))

        def recommend(inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            of_customers = {column: inputs[column] for column in self._spec}
            return self.recommend(of_customers, inputs["k"], inputs["exclude_bought"])

        def embed(columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return {"embedding": self.tower(self._features(columns), training=False)}

        return {
            "serving_default": tf.function(default).get_concrete_function(columns),
            "recommend": tf.function(recommend).get_concrete_function({**columns, **_OPTIONS}),
            "embed": tf.function(embed).get_concrete_function(columns),
        }

    def recommend(
        self, columns: Mapping[str, tf.Tensor], k: tf.Tensor, exclude_bought: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the best products of each customer, best first.

        A customer out of vocabulary has bought nothing.

        Args:
            columns: Raw column by name, each [batch].
            k: int32 scalar, products an answer; 1 to `MOST`, and no more than there are products.
            exclude_bought: bool scalar, whether products that a customer bought before the model was trained
                are left out. Where fewer than k others exist, the rest have a score of minus infinity.

        Returns:
            `product_id` [batch, k] in its own type and `score` float32 [batch, k].
        """
        most = min(MOST, self._products)
        in_range = tf.debugging.Assert((k >= 1) & (k <= most), [f"k is out of range; use 1 to {most}."])
        with tf.control_dependencies([in_range] if in_range is not None else []):
            scores = self._scores(self._features(columns), exclude_bought)
        return self._best(scores, k)

    def _features(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        features: dict[str, tf.Tensor] = self.transform(as_traced(columns, self._spec))
        return features

    def _scores(self, features: Mapping[str, tf.Tensor], without_bought: bool | tf.Tensor) -> tf.Tensor:
        """Returns float32 [batch, products]."""
        queries = self.tower(features, training=False)
        return self.bought.scores(
            features[self._customer], queries, self.embeddings, without_bought=without_bought
        )

    def _best(self, scores: tf.Tensor, k: int | tf.Tensor) -> dict[str, tf.Tensor]:
        best, places = top_k(scores, k)
        return {"product_id": tf.gather(self.product_ids, places), "score": best}


def save_server(server: RetrievalServer, folder: str) -> None:
    """Writes the SavedModel."""
    tf.saved_model.save(server, folder, signatures=server.signatures())


def raw_ids(values: Sequence[bytes], ids: np.ndarray, dtype: tf.DType) -> np.ndarray:
    """Returns ids as the rows had them.

    Args:
        values: The vocabulary, as text.
        ids: int64 [products], positions in the vocabulary.
        dtype: Type of the raw column.
    """
    texts = [values[position] for position in ids]
    return np.array([int(text) for text in texts], np.int64) if dtype.is_integer else np.array(texts, object)
