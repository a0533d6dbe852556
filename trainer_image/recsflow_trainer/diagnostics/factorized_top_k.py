"""TensorFlow Recommenders' own metric on embeddings, for who wants to compare with models measured by it."""

from collections.abc import Sequence

import numpy as np
import tensorflow_recommenders as tfrs

from recsflow_trainer.evaluation.recall import CUTOFFS
from recsflow_trainer.keras import tf

_CANDIDATES_A_BLOCK = 4_096


def factorized_top_k(
    queries: np.ndarray, candidates: np.ndarray, truth: np.ndarray, cutoffs: Sequence[int] = CUTOFFS
) -> dict[str, float]:
    """Returns `factorized_top_k@k`, the same share of rows as `recall@k`, by `tfrs.metrics.FactorizedTopK`.

    Rows are matched by position and not by score, so that a product that is no candidate is a miss. Where
    a score may be infinite or not a number, all are 0: TFRS raises there, and the verdict would be lost.

    Args:
        queries: float32 [rows, dim].
        candidates: float32 [candidates, dim].
        truth: int64 [rows], position of the row's own product among the candidates; -1 for none.
        cutoffs: Values of k.
    """
    if not _largest_score(queries, candidates) < float(np.finfo(np.float32).max):
        return {f"factorized_top_k@{k}": 0.0 for k in cutoffs}
    embedded = tf.data.Dataset.from_tensor_slices((np.arange(len(candidates)), candidates))
    index = tfrs.layers.factorized_top_k.Streaming(k=max(cutoffs)).index_from_dataset(
        embedded.batch(_CANDIDATES_A_BLOCK)
    )
    metric = tfrs.metrics.FactorizedTopK(index, ks=cutoffs)
    # Of a product that is no candidate any embedding does, since positions are compared.
    metric.update_state(tf.constant(queries), tf.constant(candidates[truth]), tf.constant(truth))
    return {f"factorized_top_k@{k}": float(v) for k, v in zip(cutoffs, metric.result(), strict=True)}


def _largest_score(queries: np.ndarray, candidates: np.ndarray) -> float:
    """Returns what no score exceeds (Cauchy-Schwarz), not a number where an embedding is none."""
    longest = [np.linalg.norm(values.astype(np.float64), axis=1).max() for values in (queries, candidates)]
    return float(longest[0] * longest[1])
