"""How much of their space embeddings use, and how much scores differ."""

import numpy as np

_SAMPLED_QUERIES, _SAMPLED_CANDIDATES = 256, 4_096


def effective_rank(embeddings: np.ndarray) -> float:
    """Returns the number of directions in which embeddings differ, from 0 (all are equal) to their width.

    exp of the entropy of the singular values, scaled to sum 1 (Roy and Vetterli, EUSIPCO 2007), around the
    mean of the embeddings.

    Args:
        embeddings: float32 [rows, dim]; NaN if some are not finite.
    """
    if not np.isfinite(embeddings).all():
        return float("nan")
    centred = embeddings.astype(np.float64) - embeddings.mean(axis=0, dtype=np.float64)
    singular = np.sqrt(np.maximum(np.linalg.eigvalsh(centred.T @ centred), 0.0))
    total = singular.sum()
    if total <= 1e-9 * max(float(np.abs(embeddings).sum()), 1e-30):
        return 0.0
    shares = singular[singular > 0] / total
    return float(np.exp(-np.sum(shares * np.log(shares))))


def spread(outputs: np.ndarray) -> float:
    """Returns how far rows are from their mean, as a share of their size; 0 where all rows are equal.

    sqrt(mean((x - mean over rows)²) / mean(x²)), so that at most 1.

    Args:
        outputs: float32 [rows, dim].
    """
    values = outputs.astype(np.float64)
    size = float(np.mean(np.square(values)))
    if size == 0:
        return 0.0
    return float(np.sqrt(np.mean(np.square(values - values.mean(axis=0))) / size))


def score_std(queries: np.ndarray, candidates: np.ndarray, temperature: float = 1.0) -> float:
    """Returns how much a query's scores of different candidates differ, on a sample: the mean over queries.

    Args:
        queries: float32 [queries, dim].
        candidates: float32 [candidates, dim].
        temperature: Divides the scores, as in the loss.
    """
    some = queries[_every(len(queries), _SAMPLED_QUERIES)]
    others = candidates[_every(len(candidates), _SAMPLED_CANDIDATES)]
    return float(np.mean(np.std(some @ others.T / temperature, axis=1, dtype=np.float64)))


def embedding_measures(
    queries: np.ndarray, candidates: np.ndarray, temperature: float = 1.0
) -> dict[str, float]:
    """Returns all of the above for both towers' embeddings of the test queries and of all candidates."""
    return {
        "score_std": score_std(queries, candidates, temperature),
        "query_spread": spread(queries),
        "candidate_spread": spread(candidates),
        "query_effective_rank": effective_rank(queries),
        "candidate_effective_rank": effective_rank(candidates),
    }


def _every(rows: int, count: int) -> np.ndarray:
    """Returns the numbers of `count` rows, evenly spaced."""
    return np.linspace(0, rows - 1, min(rows, count)).astype(np.int64)
