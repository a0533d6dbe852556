"""Recall over all candidates: exact, in bounded memory, with the same result every time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples import Split
from recsflow_trainer.keras import tf, tf_keras

CUTOFFS = (5, 10, 50, 100)
_SCORES_A_BLOCK = 1 << 24  # 64 MiB of float32
_ROWS_A_CALL = 8_192


@dataclass(frozen=True)
class Evaluation:
    """Test metrics of a trained model.

    Attributes:
        candidates: Number of products that were ranked.
        test: Metric by name.
        baselines: The same metrics of each baseline, on the same rows.
    """

    candidates: int
    test: dict[str, float]
    baselines: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Candidates:
    """The products that can be recommended, each once.

    Attributes:
        ids: int64 [candidates], transformed product ids.
        features: The candidate tower's features of each, [candidates] or [candidates, width].
    """

    ids: np.ndarray
    features: Mapping[str, np.ndarray]

    def positions(self, products: np.ndarray) -> np.ndarray:
        """Returns where each of the products [rows] stands among the candidates, -1 for one that is none."""
        order = np.argsort(self.ids)
        places = np.searchsorted(self.ids, products, sorter=order)
        found = order[np.minimum(places, len(order) - 1)]
        return np.where(self.ids[found] == products, found, -1)


def unique_candidates(
    splits: Sequence[Split], product: str, features: Sequence[str], vocabulary_size: int
) -> Candidates:
    """Collects the products of some splits, each with the features of its first row.

    Rows whose product is out of vocabulary are left out: different products share such an id, so that it
    cannot be recommended. The order is scattered over the ids, which follow popularity: equal scores, which
    the earlier candidate wins, must not make a model that knows nothing look as good as the popularity
    baseline.

    Args:
        splits: Where to look; a product's features come from the first split that has it.
        product: Name of the product id, told by the model's declaration.
        features: Names of the candidate tower's features.
        vocabulary_size: Ids from here on are out of vocabulary.

    Raises:
        ExamplesError: No row has a known product.
    """
    products = np.concatenate([split.columns[product] for split in splits])
    ids, first_rows = np.unique(products, return_index=True)
    known = ids < vocabulary_size
    ids, first_rows = ids[known], first_rows[known]
    if not len(ids):
        raise ExamplesError(
            f"No row of {', '.join(split.name for split in splits)} has a {product!r} of its vocabulary; "
            "lower the vocabulary's min_frequency or give more rows."
        )
    order = np.argsort(_scattered(ids), kind="stable")
    rows = first_rows[order]
    columns = {name: np.concatenate([split.columns[name] for split in splits])[rows] for name in features}
    return Candidates(ids[order], columns)


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
    return tf.where(broken, -2, tf.math.top_k(scores, k).indices).numpy()


@dataclass(frozen=True)
class RankedRows:
    """The best candidates of each row, kept once for all rows with the same features.

    Attributes:
        top: int32 [distinct rows, k], positions of candidates, best first.
        row: int64 [rows], which of the distinct rows each row is.
    """

    top: np.ndarray
    row: np.ndarray


def top_candidates_of_rows(
    tower: tf_keras.Model, features: Mapping[str, np.ndarray], candidates: np.ndarray, k: int = max(CUTOFFS)
) -> RankedRows:
    """Ranks the candidates for each row; rows with the same features are computed once."""
    first_rows, row = distinct_rows(features)
    distinct = {name: values[first_rows] for name, values in features.items()}
    return RankedRows(top_candidates(embed(tower, distinct), candidates, k), row)


def distinct_rows(features: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first row of each distinct combination, and for each row which of them it is."""
    columns = [values.reshape(len(values), -1) for _, values in sorted(features.items())]
    packed = np.ascontiguousarray(
        np.hstack([np.ascontiguousarray(column).view(np.uint8) for column in columns])
    )
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first_rows, row = np.unique(keys, return_index=True, return_inverse=True)
    return first_rows, row


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


def _scattered(ids: np.ndarray) -> np.ndarray:
    """A fixed pseudo-random key for each id (multiplicative hashing, 64 bits)."""
    return (ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
