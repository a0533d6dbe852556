"""Does one feature alone tell what is to be predicted?

Each feature is used by itself, as a table from its values to a guess, learnt on train rows and tried on test
rows. No model is involved: a feature that was made from the answer shows whatever the model did with it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

LEAKAGE = "told_by_"  # as metrics files have it
_TRAIN_ROWS, _TEST_ROWS = 200_000, 20_000
_BINS = 100
_SEED = 17


def product_leakage(
    train: Mapping[str, np.ndarray], test: Mapping[str, np.ndarray], features: Sequence[str], product: str
) -> dict[str, float]:
    """Returns for each feature the share of test rows whose product is the usual one of the feature's value.

    Args:
        train: Columns of the train rows.
        test: Columns of the test rows.
        features: What to try; not the customer's id, which is meant to tell something.
        product: Name of the product's id.
    """
    learnt, tried = _some_rows(train, _TRAIN_ROWS), _some_rows(test, _TEST_ROWS)
    truth = test[product][tried]
    found = {}
    for feature in features:
        keys, known = _keys(train[feature][learnt], test[feature][tried])
        guess = _most_common(keys, train[product][learnt], known)
        found[LEAKAGE + feature] = float(np.mean(guess == truth)) if len(truth) else float("nan")
    return found


def label_leakage(
    train: Mapping[str, np.ndarray], test: Mapping[str, np.ndarray], features: Sequence[str], label: str
) -> dict[str, float]:
    """Returns for each feature the share of the variance of the label's rank that its value explains.

    R² on test rows of the mean rank of each value's train rows. Ranks, so that a few large labels do not
    decide.

    Args:
        train: Columns of the train rows.
        test: Columns of the test rows.
        features: What to try; not the ids, whose means are baselines.
        label: Name of the label; rows where it is NaN do not count.
    """
    learnt, tried = _some_rows(train, _TRAIN_ROWS, label), _some_rows(test, _TEST_ROWS, label)
    if not len(learnt) or not len(tried):
        return {}
    ordered = np.sort(train[label][learnt])
    ranks, truth = (
        (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2
        for values in (train[label][learnt], test[label][tried])
    )
    found = {}
    for feature in features:
        keys, known = _keys(train[feature][learnt], test[feature][tried])
        counts = np.bincount(keys)
        means = np.append(np.bincount(keys, ranks) / np.maximum(counts, 1), ranks.mean())
        residual = np.mean(np.square(truth - means[known]))
        total = np.mean(np.square(truth - ranks.mean()))
        found[LEAKAGE + feature] = float(1 - residual / total) if total > 0 else float("nan")
    return found


def _some_rows(columns: Mapping[str, np.ndarray], count: int, label: str | None = None) -> np.ndarray:
    rows = len(next(iter(columns.values())))
    usable = np.arange(rows) if label is None else np.flatnonzero(np.isfinite(columns[label]))
    if len(usable) <= count:
        return usable
    return np.random.default_rng(_SEED).choice(usable, count, replace=False)


def _keys(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers the values of a feature from 0; a test value that no train row has gets the last number of all.

    A feature of several numbers is numbered by the first one and the others in turn; many different real
    numbers become a hundred bins.
    """
    train, test = (values.reshape(len(values), -1) for values in (train, test))
    keys, known = np.zeros(len(train), np.int64), np.zeros(len(test), np.int64)
    for column in range(train.shape[1]):
        mine, theirs = _numbers(train[:, column]), _numbers(test[:, column])
        values = np.unique(mine)
        if np.issubdtype(values.dtype, np.floating) and len(values) > _BINS:
            values = np.unique(np.quantile(mine, np.linspace(0, 1, _BINS + 1)[:-1]))
            places = [np.maximum(np.searchsorted(values, part, "right") - 1, 0) for part in (mine, theirs)]
        else:
            places = [np.searchsorted(values, part) for part in (mine, theirs)]
            unseen = values[np.minimum(places[1], len(values) - 1)] != theirs
            places[1][unseen] = len(values)
        size = len(values) + 1
        both = np.concatenate([keys * size + places[0], known * size + places[1]])
        # Numbered anew with each column, so that the product stays far below 64 bits.
        both = np.unique(both, return_inverse=True)[1]
        keys, known = both[: len(keys)], both[len(keys) :]
    combinations, keys = np.unique(keys, return_inverse=True)
    found = np.searchsorted(combinations, known)
    is_known = combinations[np.minimum(found, len(combinations) - 1)] == known
    return keys, np.where(is_known, found, len(combinations))


def _numbers(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(values) if np.issubdtype(values.dtype, np.floating) else values


def _most_common(keys: np.ndarray, products: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Returns for each of the known keys the usual product of its rows; -1 for a key without rows."""
    names, product = np.unique(products, return_inverse=True)
    pairs, counts = np.unique(keys * len(names) + product, return_counts=True)
    owners = pairs // len(names)
    best = np.full(int(keys.max()) + 2, -1, np.int64)
    # Of equally common products the last one written wins, the one with the smallest id.
    order = np.lexsort((-(pairs % len(names)), counts, owners))
    best[owners[order]] = names[pairs[order] % len(names)]
    return best[known]
