"""Recall over all candidates: exact, in bounded memory, with the same result every time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.top_k import top_k

CUTOFFS = (5, 10, 50, 100)
_SCORES_A_BLOCK = 1 << 24  # 64 MiB of float32
_ROWS_A_CALL = 8_192


def embed(tower: tf_keras.Model, features: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns float32 [rows, embedding_dim], computed some thousand rows at a time."""
    rows = len(next(iter(features.values())))
    parts = [
        tower(
            {name: tf.constant(values[start : start + _ROWS_A_CALL]) for name, values in features.items()}
        ).numpy()
        for start in range(0, rows, _ROWS_A_CALL)
    ]
    return np.concatenate(parts)


def top_candidates(queries: np.ndarray, candidates: np.ndarray, k: int) -> np.ndarray:
    """Returns the positions of the k candidates with the highest dot products, best first.

    Exact; of equal scores the earlier candidate comes first. Holds one block of scores at a time. A query
    with a score that is not a number gets -2 everywhere, which is no candidate: a broken model has no hits.

    Args:
        queries: float32 [queries, dim].
        candidates: float32 [candidates, dim].
        k: At most so many.

    Returns:
        int32 [queries, min(k, candidates)].
    """
    k = min(k, len(candidates))
    block = max(_SCORES_A_BLOCK // len(candidates), 1)
    transposed = tf.transpose(tf.constant(candidates))
    parts = [
        _top_block(tf.matmul(queries[start : start + block], transposed), k)
        for start in range(0, len(queries), block)
    ]
    return np.concatenate(parts) if parts else np.zeros([0, k], np.int32)


def _top_block(scores: tf.Tensor, k: int) -> np.ndarray:
    broken = tf.reduce_any(tf.math.is_nan(scores), axis=1, keepdims=True)
    return tf.where(broken, -2, top_k(scores, k)[1]).numpy()


@dataclass(frozen=True)
class RankedRows:
    """The best candidates of each row, kept once for all rows with the same features.

    Attributes:
        top: int32 [distinct rows, k], positions of candidates, best first.
        row: int64 [rows], which of the distinct rows each row is.
    """

    top: np.ndarray
    row: np.ndarray


def recall(ranked: RankedRows, truth: np.ndarray, cutoffs: Sequence[int] = CUTOFFS) -> dict[str, float]:
    """Returns for each cutoff k the share of rows whose product is among their first k candidates.

    Args:
        ranked: The candidates of each row.
        truth: int64 [rows], position of the row's own product among the candidates; -1, no candidate, is a
            miss.
        cutoffs: Values of k.
    """
    ranks = np.full(len(truth), np.iinfo(np.int64).max)
    for start in range(0, len(truth), _ROWS_A_CALL):
        rows = slice(start, start + _ROWS_A_CALL)
        hits = ranked.top[ranked.row[rows]] == truth[rows, None]
        ranks[rows] = np.where(hits.any(axis=1), hits.argmax(axis=1), ranks[rows])
    return {f"recall@{k}": float(np.mean(ranks < k)) if len(truth) else float("nan") for k in cutoffs}
