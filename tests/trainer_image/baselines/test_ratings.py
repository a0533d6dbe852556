"""Rating baselines by hand."""

import math

import numpy as np
import pytest

from recsflow_trainer.baselines.ratings import Ids, customer_product_biases, rating_baselines
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


def test_biases_of_one_customer_and_one_product_by_hand():
    # Of a residual of 1 the product's bias is (1 - the customer's) / 11, and hers (1 - the product's) / 16.
    of_customers, of_products = customer_product_biases(np.array([1.0]), np.array([0]), np.array([0]), 1, 1)
    assert of_customers == pytest.approx([10 / 175, 0.0])
    assert of_products == pytest.approx([15 / 175, 0.0])


def test_biases_of_customer_and_product_add_up_where_they_are_what_labels_are_made_of():
    random = np.random.default_rng(1)
    customers, products = random.integers(0, 2, 4_000), random.integers(0, 3, 4_000)
    labels = 5 + np.array([-1.0, 1.0])[customers] + np.array([2.0, 0.0, -2.0])[products]
    test = _split("test", [0, 1, 1, 2], [0, 0, 2, 3], [6, 8, 4, 5])
    metrics = _baselines([_split("train", customers, products, labels)], test)
    assert metrics["customer_product_bias"]["rmse"] < 0.05
    assert metrics["product_mean"]["rmse"] > 0.8


def test_a_mean_is_off_by_what_the_rows_it_was_taken_from_differ_by():
    # Customer 0's mean of 3 is 2 above her test label, customer 1's of 7 is 1 above.
    metrics = _baselines([TRAIN, EVAL], _split("test", [0, 1], [1, 0], [1, 6]))
    assert metrics["customer_mean"]["mean_error"] == pytest.approx(1.5)
