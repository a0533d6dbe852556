"""The Keras model behind a `Multitask` declaration."""

from collections.abc import Mapping

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.keras import tf
from recsflow_trainer.rating import RatingTask
from recsflow_trainer.retrieval_model import RetrievalModel


class MultitaskModel(TrackedModel):
    """A retrieval model with a rating head on its towers; the loss is the weighted sum of both.

    Args:
        retrieval: The two towers and how they find products.
        rating: The head, its loss and the way to the label's units.
        retrieval_weight: Factor of the retrieval loss.
        rating_weight: Factor of the rating loss.
    """

    def __init__(
        self,
        retrieval: RetrievalModel,
        rating: RatingTask,
        *,
        retrieval_weight: float,
        rating_weight: float,
    ) -> None:
        super().__init__({**retrieval.towers, "rating_head": rating.head}, name="multitask")
        self.retrieval = retrieval
        self.query = retrieval.query
        self.candidate = retrieval.candidate
        self.rating = rating
        self._retrieval_weight = retrieval_weight
        self._rating_weight = rating_weight

    def compute_loss(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the weighted sum of both mean losses of a batch, float32 scalar."""
        retrieval = self.retrieval.compute_loss(features, training=training)
        rating = self.rating.compute_loss(
            self.query(features, training=training),
            self.candidate(features, training=training),
            features,
            training,
        )
        return self._retrieval_weight * retrieval + self._rating_weight * rating

    @tf.function
    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the weighted sum for equal scores of all products and one rating for every row."""
        return self._retrieval_weight * self.retrieval.uninformed_loss(
            features
        ) + self._rating_weight * self.rating.uninformed_loss(features)
