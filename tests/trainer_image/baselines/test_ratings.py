"""Rating baselines by hand."""

import math

import numpy as np
import pytest

from recsflow_trainer.baselines.ratings import Ids, rating_baselines
from recsflow_trainer.examples.splits import Split

pytestmark = pytest.mark.tensorflow


def _split(name, customers, products, labels):
    columns = {
        "customer": np.array(customers, np.int64),
        "product": np.array(products, np.int64),
        "interaction_label": np.array(labels, np.float32),
    }
    return Split(name, columns)


def _baselines(seen, test):
    return rating_baselines(seen, test, Ids("customer", known=2), Ids("product", known=3))


# The mean of all is (2 + 4 + 6 + 8) / 4 = 5; of customer 0 it is 3, of customer 1 it is 7; of product 0 it
# is 4, of product 1 it is 6; product 2 was never seen.
TRAIN = _split("train", [0, 0, 1], [0, 1, 0], [2, 4, 6])
EVAL = _split("eval", [1], [1], [8])


def test_means_by_hand():
    metrics = _baselines([TRAIN, EVAL], _split("test", [0, 1], [1, 0], [3, 5]))
    assert metrics["global_mean"]["mae"] == pytest.approx((2 + 0) / 2)
    assert metrics["customer_mean"]["mae"] == pytest.approx((0 + 2) / 2)
    assert metrics["product_mean"]["mae"] == pytest.approx((3 + 1) / 2)
    assert metrics["product_mean"]["rmse"] == pytest.approx(math.sqrt((9 + 1) / 2))


def test_what_was_not_seen_gets_the_global_mean():
    # Ids of 2 (customers) and 3 (products) are out of vocabulary, whatever the rows with them said.
    train = _split("train", [0, 0, 1, 2], [0, 1, 0, 3], [2, 4, 6, 8])
    metrics = _baselines([train], _split("test", [2, 2], [2, 3], [5, 5]))
    assert metrics["customer_mean"]["rmse"] == 0.0
    assert metrics["product_mean"]["rmse"] == 0.0


def test_rows_without_a_label_are_in_no_mean():
    unlabelled = _split("eval", [0, 1], [0, 1], [math.nan, math.nan])
    test = _split("test", [0, 0], [1, 0], [3, 5])
    assert _baselines([TRAIN, unlabelled], test) == _baselines([TRAIN], test)


def test_only_the_product_mean_orders_a_customers_products():
    test = _split("test", [0, 0], [0, 1], [1, 9])
    metrics = _baselines([TRAIN, EVAL], test)
    assert metrics["global_mean"]["pairwise_accuracy"] == 0.5
    assert metrics["customer_mean"]["spearman"] == 0.0
    assert metrics["product_mean"]["pairwise_accuracy"] == 1.0
