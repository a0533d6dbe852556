"""Rows with the same features, found once."""

from collections.abc import Mapping

import numpy as np


def combinations(values: np.ndarray) -> np.ndarray:
    """Returns int64 [rows]: one value a row as it is, [rows, width] as the number of the combination."""
    return values if values.ndim == 1 else np.unique(values, axis=0, return_inverse=True)[1].reshape(-1)


def distinct_rows(features: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first row of each distinct combination, and for each row which of them it is.

    Args:
        features: Values by name, each [rows] or [rows, width].

    Returns:
        int64 [combinations] and int64 [rows].
    """
    code = np.zeros(len(next(iter(features.values()))), np.int64)
    for column in features.values():
        for values in column.reshape(len(column), -1).T:
            found, codes = np.unique(values, return_inverse=True)
            # Numbered anew with each column, so that the product stays far below 64 bits.
            code = np.unique(code * len(found) + codes, return_inverse=True)[1]
    _, first_rows, row = np.unique(code, return_index=True, return_inverse=True)
    return first_rows, row
