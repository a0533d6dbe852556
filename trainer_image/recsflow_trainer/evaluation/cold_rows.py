"""Test rows of customers and products that the model has learnt nothing about."""

from collections.abc import Callable, Mapping

import numpy as np

from recsflow_trainer.metrics_file import ColdRows

MANY = 0.3


def is_cold(train: np.ndarray, test: np.ndarray, known: int) -> np.ndarray:
    """Returns bool [test rows], whether an id has no train row, or shares its id with others.

    Args:
        train: int64 [train rows], transformed ids.
        test: int64 [test rows], the same.
        known: Ids from here on are out of vocabulary.
    """
    has_rows = np.zeros(known + 1, bool)
    has_rows[np.minimum(train, known)] = True
    has_rows[known] = False
    return ~has_rows[np.minimum(test, known)]


def cold_rows(
    cold: Mapping[str, np.ndarray], measure: Callable[[np.ndarray], dict[str, float]]
) -> dict[str, ColdRows]:
    """Measures the cold rows and all others apart.

    Args:
        cold: Bool [rows] by what is cold, "customers" or "products".
        measure: Returns the metrics of some rows, bool [rows].
    """
    return {
        name: ColdRows(
            rows=int(rows.sum()),
            share=float(rows.mean()),
            measures=measure(rows) if rows.any() else {},
            others=measure(~rows) if not rows.all() else {},
        )
        for name, rows in cold.items()
        if len(rows)
    }


def cold_warnings(cold: Mapping[str, ColdRows]) -> list[str]:
    """Returns a sentence for each kind of rows that are cold more often than a metric of all rows shows."""
    advice = {
        "customers": "they are recommended what customers buy on the whole",
        "products": "a model cannot recommend what it has not learnt",
    }
    return [
        f"{each.share:.0%} of the test rows ({each.rows:,}) belong to {name} without a training row: "
        f"{advice[name]}; compare models on the other rows too, or train on more days or a larger sample."
        for name, each in cold.items()
        if each.share >= MANY
    ]
