"""The few rows that a model is to learn by heart, and what it says about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.training.config import SMALLEST_SAMPLE


@dataclass(frozen=True)
class Ratings:
    """A number a row, as the loss sees it.

    Attributes:
        scores: float32 [rows].
        targets: float32 [rows].
    """

    scores: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Matches:
    """Each row's query against the candidate of every row.

    Attributes:
        scores: float32 [rows, rows], query by candidate, in the units of the softmax; a row's own candidate
            stands in its own column.
    """

    scores: np.ndarray


@dataclass(frozen=True)
class OverfitSample:
    """The rows of the check.

    Attributes:
        inputs: What `read` of the same declaration returns, with these rows alone as its train split; the
            model is built for them.
        outputs: Asks a model about the rows; a type with two tasks gives two answers.
    """

    inputs: Any
    outputs: Callable[[Any], Sequence[Ratings | Matches]]


def rows_without_shared_ids(
    ids: Sequence[np.ndarray], rows: int, order: np.ndarray | None = None
) -> np.ndarray:
    """Returns the first rows no two of which share an id.

    Args:
        ids: int64 [all rows] each, such as customers and products; a negative one rules its row out.
        rows: How many rows to pick, at most.
        order: int64 [all rows], the order in which to look at them; by default as they are.

    Returns:
        int64 [picked rows], in that order.

    Raises:
        ExamplesError: There are fewer than `SMALLEST_SAMPLE` such rows, too few to say anything.
    """
    columns = [column.tolist() for column in ids]
    seen: list[set[int]] = [set() for _ in columns]
    picked: list[int] = []
    for row in range(len(columns[0])) if order is None else order.tolist():
        values = [column[row] for column in columns]
        if any(value < 0 or value in known for value, known in zip(values, seen, strict=True)):
            continue
        picked.append(row)
        for value, known in zip(values, seen, strict=True):
            known.add(value)
        if len(picked) == rows:
            break
    return np.array(enough(picked), np.int64)


def enough(picked: list[int]) -> list[int]:
    """Returns the rows, if they are enough to say anything."""
    if len(picked) < SMALLEST_SAMPLE:
        raise ExamplesError(
            f"Split 'train' has {len(picked)} rows that an overfit check can tell apart; give it more rows, "
            f"so that at least {SMALLEST_SAMPLE} differ in customer, product and target."
        )
    return picked


def spread_order(targets: np.ndarray) -> np.ndarray:
    """Returns an order of the rows that goes through the different targets in turns.

    Its first rows differ in their targets as far as possible: an order can only be learnt, and measured, of
    rows that have one.

    Args:
        targets: float32 [rows]; rows where it is not a number come last.
    """
    by_target = np.argsort(targets, kind="stable")
    ordered = targets[by_target]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    starts = np.flatnonzero(first)
    turn = np.empty(len(targets), np.int64)
    turn[by_target] = np.arange(len(targets)) - starts[np.cumsum(first) - 1]
    turn[~np.isfinite(targets)] = len(targets)
    return np.argsort(turn, kind="stable")


def known_ids(ids: np.ndarray, vocabulary_size: int) -> np.ndarray:
    """Returns ids with -1 for those out of vocabulary, which different customers or products share."""
    return np.where(ids < vocabulary_size, ids, -1)


def matches(
    query: tf_keras.Model,
    candidate: tf_keras.Model,
    features: Mapping[str, np.ndarray],
    temperature: float | None,
) -> Matches:
    """Scores every row's query against every row's candidate, as a two-tower softmax does."""
    rows = {name: tf.constant(values) for name, values in features.items()}
    scores = tf.matmul(query(rows, training=False), candidate(rows, training=False), transpose_b=True)
    return Matches((scores / (temperature or 1.0)).numpy())
