import numpy as np
import pytest

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.keras import tf
from recsflow_trainer.retrieval.bought_products import BoughtProducts

pytestmark = pytest.mark.tensorflow


def _bought(pairs, customers):
    columns = np.array(pairs, np.int64).reshape(-1, 2).T
    return BoughtProducts(Purchases(columns[0], columns[1], np.zeros(len(pairs), np.int64)), customers, 10)


def _left_out(bought, customers):
    """Rows of the batch, each with a product that has a score of minus infinity."""
    queries, products = np.ones([len(customers), 1], np.float32), np.arange(10, dtype=np.float32)[:, None]
    ids = tf.constant(customers, tf.int64)
    everything, unbought = (
        bought.scores(ids, queries, products, without_bought=without).numpy() for without in (False, True)
    )
    assert everything.tolist() == np.tile(np.arange(10.0), [len(customers), 1]).tolist()
    assert unbought[np.isfinite(unbought)].tolist() == everything[np.isfinite(unbought)].tolist()
    return np.argwhere(np.isneginf(unbought)).tolist()


def test_each_customers_products_and_nothing_for_others():
    # Customer 0 bought 4 twice and 7, customer 2 bought 1, customer 1 nothing that is a candidate.
    bought = _bought([(0, 7), (0, 4), (2, 1), (0, 4), (1, -1), (-1, 3)], customers=3)
    assert _left_out(bought, [2, 0, 3, 1, 0]) == [[0, 1], [1, 4], [1, 7], [4, 4], [4, 7]]


@pytest.mark.parametrize("customers", [0, 2])
def test_without_purchases_nobody_has_bought_anything(customers):
    assert _left_out(_bought([], customers), [0, 1, 2]) == []
