"""How good predicted ratings are: their distance from the labels, and their order within each customer.

Sorting and counting only: memory grows with the rows, never with the pairs of a customer.
"""

import numpy as np

from recsflow_trainer.evaluation.result import Evaluation

NOTED_SHIFT = 0.1
METRICS = ("rmse", "mae", "mean_error", "pairwise_accuracy", "spearman")


def rating_metrics(predictions: np.ndarray, labels: np.ndarray, customers: np.ndarray) -> dict[str, float]:
    """Measures predictions against labels of the same unit.

    * `rmse` = sqrt(mean((prediction - label)²)) and `mae` = mean(|prediction - label|), over all rows;
    * `mean_error` = mean(prediction - label): what all predictions are off by, which neither of those tells;
    * `pairwise_accuracy`, per customer: of the pairs of rows with distinct labels, the share whose
      predictions are in the same order; a pair with equal predictions counts half;
    * `spearman`, per customer: Pearson's correlation of the ranks of predictions and labels, where equal
      values share the mean of their ranks; 0 where all predictions are equal, since they have no order.

    The last two are means over the customers with at least two distinct labels, each customer counting once.
    They are NaN where there is no such customer; everything is NaN where a prediction is not finite.

    Args:
        predictions: float [rows].
        labels: float [rows], all of them numbers.
        customers: int64 [rows], whose row it is.
    """
    if not len(labels) or not np.isfinite(predictions).all():
        return dict.fromkeys(METRICS, float("nan"))
    errors = predictions.astype(np.float64) - labels.astype(np.float64)
    order = _Order(
        _dense_ranks(predictions), _dense_ranks(labels), np.unique(customers, return_inverse=True)[1]
    )
    return {
        "rmse": float(np.sqrt(np.mean(np.square(errors)))),
        "mae": float(np.mean(np.abs(errors))),
        "mean_error": float(np.mean(errors)),
        "pairwise_accuracy": order.pairwise_accuracy(),
        "spearman": order.spearman(),
    }


def shift_warnings(evaluation: Evaluation) -> list[str]:
    """Returns a sentence where all ratings together are off by much of what the global mean is off by."""
    shift = evaluation.test.get("mean_error", 0.0)
    typical = evaluation.baselines.get("global_mean", {}).get("rmse", float("inf"))
    if not abs(shift) > NOTED_SHIFT * typical:
        return []
    return [
        f"predictions are {abs(shift):.4g} {'above' if shift > 0 else 'below'} the labels on average, "
        f"{abs(shift) / typical:.0%} of the rmse of their mean: a loss or transform that aims at a typical "
        "value and not at the mean does so, and labels that changed after training."
    ]


class _Order:
    """Rows as dense ranks, sorted by customer and label, then prediction.

    Args:
        predictions: int64 [rows], 0 for the lowest value.
        labels: int64 [rows], the same.
        customers: int64 [rows], 0 .. customers - 1.
    """

    def __init__(self, predictions: np.ndarray, labels: np.ndarray, customers: np.ndarray) -> None:
        order = np.lexsort((predictions, labels, customers))
        self.predictions, self.labels = predictions[order], labels[order]
        self.customers = customers[order]
        self.sizes = np.bincount(self.customers)
        first = np.cumsum(self.sizes) - self.sizes
        self.place = np.arange(len(order)) - first[self.customers]
        self.comparable = _pairs(self.sizes) - self._equal_pairs(self.labels)

    def pairwise_accuracy(self) -> float:
        discordant = self._discordant()
        equal = self._equal_pairs(self.predictions) - self._equal_pairs(self.predictions, self.labels)
        concordant = self.comparable - discordant - equal
        counted = self.comparable > 0
        return _mean((concordant[counted] + 0.5 * equal[counted]) / self.comparable[counted])

    def spearman(self) -> float:
        predictions, labels = self._centred_ranks(self.predictions), self._centred_ranks(self.labels)
        covariance = self._sum(predictions * labels)
        spread = np.sqrt(self._sum(np.square(predictions)) * self._sum(np.square(labels)))
        correlation = np.divide(covariance, spread, out=np.zeros_like(spread), where=spread > 0)
        return _mean(correlation[self.comparable > 0])

    def _discordant(self) -> np.ndarray:
        """Counts each customer's inversions by a bottom-up merge sort, all customers at once.

        Rows are in the order of their labels, and equal labels in the order of their predictions, so that a
        row is inverted with the earlier rows of a higher prediction and with no others. At each level the
        rows of a customer stand in blocks with a left and a right half.
        """
        total = np.zeros(len(self.sizes), np.int64)
        for level in range(int(self.sizes.max() - 1).bit_length()):
            block = self.place >> (level + 1)
            right = (self.place >> level) & 1
            order = np.lexsort((right, self.predictions, block, self.customers))
            left = 1 - right[order]
            customers, blocks = self.customers[order], block[order]
            starts = np.flatnonzero(
                np.r_[True, (customers[1:] != customers[:-1]) | (blocks[1:] != blocks[:-1])]
            )
            block_of_row = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(order)]))
            in_left_half = np.add.reduceat(left, starts)
            up_to_here = np.cumsum(left) - (np.cumsum(in_left_half) - in_left_half)[block_of_row]
            higher = np.where(left == 0, in_left_half[block_of_row] - up_to_here, 0)
            total += np.bincount(customers, higher, len(self.sizes)).astype(np.int64)
        return total

    def _equal_pairs(self, *values: np.ndarray) -> np.ndarray:
        """Returns for each customer its pairs of rows that agree in all of the values."""
        rows = np.stack([self.customers, *values])
        ordered = rows[:, np.lexsort(rows[::-1])]
        starts = np.flatnonzero(np.r_[True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)])
        counts = np.diff(np.r_[starts, ordered.shape[1]])
        return np.bincount(ordered[0, starts], _pairs(counts), len(self.sizes)).astype(np.int64)

    def _centred_ranks(self, values: np.ndarray) -> np.ndarray:
        """Returns ranks within each customer, less their mean; equal values share the mean of theirs."""
        order = np.lexsort((values, self.customers))
        customers, ordered = self.customers[order], values[order]
        starts = np.flatnonzero(
            np.r_[True, (customers[1:] != customers[:-1]) | (ordered[1:] != ordered[:-1])]
        )
        counts = np.diff(np.r_[starts, len(order)])
        ranks = np.empty(len(order))
        ranks[order] = np.repeat(self.place[starts] + (counts - 1) / 2, counts)
        return ranks - ((self.sizes - 1) / 2)[self.customers]

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.customers, values, len(self.sizes))


def _dense_ranks(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def _pairs(counts: np.ndarray) -> np.ndarray:
    return counts * (counts - 1) // 2


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
