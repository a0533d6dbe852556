"""Rating metrics by hand, against the definitions, and at their edges."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from recsflow_trainer.evaluation.ratings import rating_metrics

pytestmark = pytest.mark.tensorflow


def _metrics(predictions, labels, customers):
    return rating_metrics(
        np.array(predictions, np.float32), np.array(labels, np.float32), np.array(customers)
    )


def test_two_customers_by_hand():
    metrics = _metrics([1, 2, 4, 5, 5], [1, 3, 2, 4, 6], [7, 7, 7, 9, 9])
    # Errors 0, -1, 2, 1, -1: squares 0 + 1 + 4 + 1 + 1 = 7 of 5, absolute 5 of 5.
    assert metrics["rmse"] == pytest.approx(math.sqrt(7 / 5))
    assert metrics["mae"] == pytest.approx(1.0)
    assert metrics["mean_error"] == pytest.approx((0 - 1 + 2 + 1 - 1) / 5)
    # Customer 7: pairs (1,3) right, (1,2) right, (3,2) wrong: 2/3. Customer 9: equal predictions: 1/2.
    assert metrics["pairwise_accuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    # Customer 7: ranks 1 2 3 against 1 3 2: 1 - 6 * 2 / (3 * 8) = 0.5. Customer 9: no order, 0.
    assert metrics["spearman"] == pytest.approx(0.25)


def test_customers_count_once_however_many_rows_they_have():
    right = _metrics([1, 2], [1, 2], [0, 0])
    both = _metrics([1, 2, *range(10, 0, -1)], [1, 2, *range(1, 11)], [0, 0, *[1] * 10])
    assert right["pairwise_accuracy"] == 1.0
    assert both["pairwise_accuracy"] == pytest.approx(0.5)
    assert both["spearman"] == pytest.approx(0.0)


def test_customers_without_distinct_labels_have_no_order_to_find():
    metrics = _metrics([1, 2, 3, 9], [5, 5, 1, 2], [0, 0, 1, 1])
    assert metrics["pairwise_accuracy"] == 1.0
    assert metrics["spearman"] == pytest.approx(1.0)
    nobody = _metrics([1, 2, 3], [5, 5, 1], [0, 0, 1])
    assert nobody["rmse"] == pytest.approx(math.sqrt((16 + 9 + 4) / 3))
    assert math.isnan(nobody["pairwise_accuracy"])
    assert math.isnan(nobody["spearman"])


def _slow(predictions, labels, customers):
    accuracies, correlations = [], []
    for customer in set(customers.tolist()):
        mine = customers == customer
        scores, truth = predictions[mine], labels[mine]
        if len(set(truth.tolist())) < 2:
            continue
        points = [
            0.5 if scores[i] == scores[j] else float((scores[i] > scores[j]) == (truth[i] > truth[j]))
            for i, j in itertools.combinations(range(len(truth)), 2)
            if truth[i] != truth[j]
        ]
        accuracies.append(np.mean(points))
        constant = len(set(scores.tolist())) == 1
        correlations.append(0.0 if constant else stats.spearmanr(scores, truth).statistic)
    return np.mean(accuracies), np.mean(correlations)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("values", [3, 1000])
def test_equals_the_definitions(seed, values):
    rng = np.random.default_rng(seed)
    customers = rng.choice([3, 4, 8, 1000, 12, 77], 150, p=[0.5, 0.3, 0.1, 0.05, 0.03, 0.02])
    predictions, labels = rng.integers(values, size=(2, 150)).astype(np.float32)
    metrics = rating_metrics(predictions, labels, customers)
    accuracy, correlation = _slow(predictions, labels, customers)
    assert metrics["pairwise_accuracy"] == pytest.approx(accuracy, rel=1e-12)
    assert metrics["spearman"] == pytest.approx(correlation, rel=1e-9)


def test_order_of_the_rows_does_not_matter():
    rng = np.random.default_rng(3)
    predictions, labels = rng.normal(size=(2, 500))
    customers, order = rng.integers(20, size=500), rng.permutation(500)
    first = rating_metrics(predictions, labels, customers)
    assert rating_metrics(predictions[order], labels[order], customers[order]) == pytest.approx(first)


def test_one_customer_with_very_many_rows_needs_no_table_of_pairs():
    # A table of all pairs would be 10^10 cells.
    labels = np.random.default_rng(1).permutation(100_000)
    metrics = rating_metrics(-labels.astype(np.float32), labels, np.zeros(100_000, np.int64))
    assert metrics["pairwise_accuracy"] == 0.0
    assert metrics["spearman"] == pytest.approx(-1.0)


def test_a_prediction_that_is_no_number_spoils_everything():
    assert all(math.isnan(value) for value in _metrics([1, math.nan], [1, 2], [0, 0]).values())
    assert all(math.isnan(value) for value in _metrics([], [], []).values())
