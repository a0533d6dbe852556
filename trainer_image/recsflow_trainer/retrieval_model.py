"""The TFRS model behind a `Retrieval` declaration."""

from collections.abc import Mapping

import numpy as np
import tensorflow_recommenders as tfrs

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.keras import tf, tf_keras


class RetrievalModel(TrackedModel):
    """Two towers that meet in an in-batch softmax: the other rows' products are each row's negatives.

    Args:
        query: Tower from features to float32 [batch, embedding_dim].
        candidate: Tower of the same width.
        product: Name of the transformed product id among the features.
        temperature: Divides the scores; None leaves them.
        product_counts: Training rows of each product id; None leaves the loss uncorrected for popularity.
        remove_accidental_hits: Whether another row with the same product is no negative.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        query: tf_keras.Model,
        candidate: tf_keras.Model,
        product: str,
        temperature: float | None,
        product_counts: np.ndarray | None,
        remove_accidental_hits: bool,
    ) -> None:
        super().__init__({"query": query, "candidate": candidate}, name="retrieval")
        self.query = query
        self.candidate = candidate
        self._product = product
        self._task = tfrs.tasks.Retrieval(
            # A mean, so that neither the loss nor the step depends on the batch size.
            loss=tf_keras.losses.CategoricalCrossentropy(
                from_logits=True, reduction=tf_keras.losses.Reduction.SUM_OVER_BATCH_SIZE
            ),
            temperature=temperature,
            remove_accidental_hits=remove_accidental_hits,
        )
        self._shares = None if product_counts is None else tf.constant(_shares(product_counts))

    def compute_loss(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean loss of a batch, float32 scalar."""
        return self._loss(
            self.query(features, training=training),
            self.candidate(features, training=training),
            features[self._product],
        )

    @tf.function
    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the loss of a batch if every candidate had the same score.

        Without sampling correction and accidental hits it is ln(batch size). A model that stays there knows
        nothing.
        """
        products = features[self._product]
        nothing = tf.zeros([tf.shape(products)[0], 1])
        return self._loss(nothing, nothing, products)

    def _loss(self, queries: tf.Tensor, candidates: tf.Tensor, products: tf.Tensor) -> tf.Tensor:
        shares = None if self._shares is None else tf.gather(self._shares, products)
        return self._task(
            queries,
            candidates,
            candidate_sampling_probability=shares,
            candidate_ids=products,
            compute_metrics=False,
            compute_batch_metrics=False,
        )


def _shares(counts: np.ndarray) -> np.ndarray:
    """Each product's share of the training rows; one that has none counts as having one."""
    return (np.maximum(counts, 1) / max(counts.sum(), 1)).astype(np.float32)
