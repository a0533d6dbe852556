"""The Keras model behind a `Multitask` declaration."""

from collections.abc import Mapping

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.keras import tf
from recsflow_trainer.ranking.rating import RatingTask
from recsflow_trainer.retrieval.model import RetrievalModel

# What begins the names of the rows to rate, beside those of the retrieval loss.
RATED = ".rated."


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
        """Returns the weighted sum of both mean losses of a batch, float32 scalar.

        Args:
            features: A batch for each task, `side_by_side`.
            training: Whether dropout is on.
        """
        found, rated = apart(features)
        rating = self.rating.compute_loss(
            self.query(rated, training=training),
            self.candidate(rated, training=training),
            rated,
            training,
        )
        retrieval = self.retrieval.compute_loss(found, training=training)
        return self._retrieval_weight * retrieval + self._rating_weight * rating

    @tf.function
    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the weighted sum for equal scores of all products and one rating for every row."""
        found, rated = apart(features)
        retrieval, rating = self.retrieval.uninformed_loss(found), self.rating.uninformed_loss(rated)
        return self._retrieval_weight * retrieval + self._rating_weight * rating


def side_by_side(found: Mapping[str, tf.Tensor], rated: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Returns one batch of two: the retrieval loss may take rows grouped by query, the rating loss rows."""
    return {**found, **{RATED + name: values for name, values in rated.items()}}


def apart(features: Mapping[str, tf.Tensor]) -> tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]:
    """Returns the batch of the retrieval loss and that of the rating loss."""
    rated = {name.removeprefix(RATED): v for name, v in features.items() if name.startswith(RATED)}
    return {name: v for name, v in features.items() if not name.startswith(RATED)}, rated
