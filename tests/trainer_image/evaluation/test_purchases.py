import numpy as np
import pytest

from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.evaluation.purchases import Baskets, purchases
from recsflow_trainer.examples.splits import Split
from tests.trainer_image.baselines.purchases import bought

pytestmark = pytest.mark.tensorflow

SEEN = bought((3, 1, 0), (3, 4, 0), (3, 1, 9), (0, 2, 0), (-1, 0, 0), (0, -1, 0))


def test_reads_customers_and_products_as_they_are_known():
    columns = {
        "customer": np.array([0, 2, 1]),
        "product": np.array([7, 7, 9]),
        "interaction_date": np.array([10, 20, 30]),
    }
    candidates = Candidates(np.array([5, 7]), {})
    read = purchases(
        [Split("train", columns)],
        customer="customer",
        known_customers=2,
        product="product",
        candidates=candidates,
    )
    assert read.customers.tolist() == [0, -1, 1]
    assert read.products.tolist() == [1, 1, -1]
    assert read.seconds.tolist() == [10, 20, 30]


def test_knows_what_a_customer_has():
    baskets = Baskets(SEEN, 5)
    asked = np.array([[3, 1], [3, 4], [3, 2], [0, 2], [0, -1], [-1, 0], [9, 1]])
    assert baskets.contains(*asked.T).tolist() == [True, True, False, True, False, False, False]
    assert baskets.sizes(np.array([3, 0, 1, -1])).tolist() == [2, 1, 0, 0]


def test_lists_the_products_of_several_customers():
    rows, products = Baskets(SEEN, 5).of(np.array([0, -1, 3, 7, 3]))
    assert list(zip(rows.tolist(), products.tolist(), strict=True)) == [
        (0, 2),
        (2, 1),
        (2, 4),
        (4, 1),
        (4, 4),
    ]


def test_counts_what_a_ranking_puts_ahead():
    # The ranking is 4, 3, 2, 1, 0; customer 3 has 4 (first) and 1 (fourth).
    counts = Baskets(SEEN, 5).ahead(
        np.array([3, 3, 3, 0, -1]), np.array([0, 1, 4, 4, 4]), np.array([4, 3, 2, 1, 0])
    )
    assert counts.tolist() == [0, 1, 2, 1, 0]


def test_without_purchases_nobody_has_anything():
    baskets = Baskets(bought((-1, 0, 0)), 5)
    assert not baskets.contains(np.array([0]), np.array([0])).any()
    assert baskets.of(np.array([0]))[0].tolist() == []
