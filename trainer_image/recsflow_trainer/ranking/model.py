"""The Keras model behind a `Ranking` declaration."""

from collections.abc import Mapping

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.ranking.rating import RatingTask


class RankingModel(TrackedModel):
    """Two towers and a rating head over their embeddings.

    Args:
        query: Tower from features to float32 [batch, embedding_dim].
        candidate: Tower of the same width.
        rating: The head, its loss and the way to the label's units.
    """

    def __init__(self, *, query: tf_keras.Model, candidate: tf_keras.Model, rating: RatingTask) -> None:
        super().__init__({"query": query, "candidate": candidate, "rating_head": rating.head}, name="ranking")
        self.query = query
        self.candidate = candidate
        self.rating = rating

    def compute_loss(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean loss of a batch, float32 scalar."""
        return self.rating.compute_loss(
            self.query(features, training=training),
            self.candidate(features, training=training),
            features,
            training,
        )

    @tf.function
    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the loss of a batch if every row got the same rating, the best one."""
        return self.rating.uninformed_loss(features)
