"""The rating of a saved model: raw columns of customers and products in, the label's own units out."""

from collections.abc import Mapping, Sequence

import tensorflow_transform as tft

from recsflow_trainer.examples.raw_columns import RawColumnsServer, as_traced, signature_of
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.ranking.rating import RatingTask


class RatingServer(RawColumnsServer):
    """Rates products for customers, row by row, from columns as they are in the warehouse.

    Everything that answers hangs on this module: what does not would be missing from the saved model.

    Args:
        tft_output: Output of the Transform that the model was trained with.
        columns: The raw columns that either tower reads.
        query: Tower from transformed features to float32 [batch, embedding_dim].
        candidate: Tower of the same width.
        rating: The trained head, and the way from its output to the label's units.
    """

    def __init__(
        self,
        tft_output: tft.TFTransformOutput,
        columns: Sequence[str],
        *,
        query: tf_keras.Model,
        candidate: tf_keras.Model,
        rating: RatingTask,
    ) -> None:
        super().__init__("rating_server")
        spec = tft_output.raw_feature_spec()
        self._spec = {column: spec[column] for column in sorted(set(columns))}
        self.transform = tft_output.transform_features_layer()
        self.query = query
        self.candidate = candidate
        self.head = rating.head
        self.scale = rating.scale

    def signature(self) -> tf.types.experimental.ConcreteFunction:
        """Returns `rate` for one tensor [batch] a raw column, under the column's own name."""
        return tf.function(self.rate).get_concrete_function(signature_of(self._spec))

    def rate(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Returns the rating of each row.

        Args:
            columns: Raw column by name, each [batch]; a row is a customer and a product.

        Returns:
            `rating` float32 [batch], in the label's own units; of a 0/1 label, the probability of 1.
        """
        features = self.transform(as_traced(columns, self._spec))
        queries, candidates = (tower(features, training=False) for tower in (self.query, self.candidate))
        outputs = self.head(queries, candidates, training=False)
        return {"rating": self.scale.ratings(outputs)}
