"""The Keras model behind a `Retrieval` declaration."""

from collections.abc import Mapping

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.history.learning import LearnedHistory
from recsflow_trainer.history.scorer import HistoryScorer
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.losses.towers import RetrievalLoss


class RetrievalModel(TrackedModel):
    """Two towers whose dot products a softmax loss compares.

    Args:
        query: Tower from features to float32 [batch, width].
        candidate: Tower of the same width.
        loss: From the towers and a batch to its mean loss.
    """

    def __init__(self, *, query: tf_keras.Model, candidate: tf_keras.Model, loss: RetrievalLoss) -> None:
        super().__init__({"query": query, "candidate": candidate}, name="retrieval")
        self.query = query
        self.candidate = candidate
        # Both after training, from what the towers cannot know.
        self.learned_history: LearnedHistory | None = None
        self.history_scorer: HistoryScorer | None = None
        self._loss = loss

    def compute_loss(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean loss of a batch, float32 scalar."""
        return self._loss(
            lambda rows: self.query(rows, training=training),
            lambda rows: self.candidate(rows, training=training),
            features,
        )

    @tf.function
    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the loss of a batch if every product had the same score; who stays there knows nothing."""
        return self._loss.uninformed(features)
