import numpy as np
import pytest

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.history.purchase_features import features_at

pytestmark = pytest.mark.tensorflow

DAY = 86_400
NOW = 100 * DAY
# Customer 0 bought product 2 ten days ago and forty days ago, customer 1 product 0 ninety days ago.
BOUGHT = Purchases(
    customers=np.array([0, 0, 1, 1, -1]),
    products=np.array([2, 2, 0, 1, 2]),
    seconds=np.array([90, 60, 10, 101, 90]) * DAY,
)


@pytest.fixture
def features():
    return features_at(NOW, BOUGHT, customers=3, attributes=[np.array([0, 1, 1])], products=3)


def test_pairs_stand_customer_by_customer_and_nobody_unknown_has_any(features):
    assert features.starts.tolist() == [0, 1, 2, 2, 2]
    assert features.products.tolist() == [2, 0]


def test_what_comes_later_and_what_is_unknown_do_not_count(features):
    # Product 1 was bought after the moment, by nobody before; product 2 twice by a known customer.
    never = np.log(0.05)
    assert features.trends[1] == pytest.approx(np.full(7, never), abs=1e-5)
    assert features.trends[2, 0] == pytest.approx(np.log(0.05 + 0.5 ** (10 / 7) + 0.5 ** (40 / 7)), abs=1e-5)


def test_a_pair_tells_how_often_how_lately_and_how_regularly(features):
    pair = features.pairs[0]
    assert pair[0] == pytest.approx(np.log(0.5 + 0.5**4 + 0.001), abs=1e-5)  # half-life of ten days
    assert pair[4] == pytest.approx(np.log(10.5), abs=1e-5)
    assert pair[5] == pytest.approx(np.log(2), abs=1e-5)
    assert pair[9] == pytest.approx(np.log(11 / 31), abs=1e-5)  # ten days of the thirty between purchases
    assert pair[12] == 1


def test_a_pair_tells_of_the_habits_of_its_product_and_its_customer():
    # Product 2: customer 0 every ten days, customer 1 after twenty. Product 0: once by each.
    customers, products = np.array([0, 0, 0, 1, 1, 0, 1]), np.array([2, 2, 2, 2, 2, 0, 0])
    bought = Purchases(customers, products, np.array([70, 80, 90, 60, 80, 50, 50]) * DAY)
    features = features_at(NOW, bought, 2, [], 3)
    assert features.products.tolist() == [0, 2, 0, 2]
    loyal, typical_gap, since, repeats = (features.pairs[:, column] for column in (8, 10, 11, 13))
    assert loyal[:2] == pytest.approx([0.2 / 4, 1.2 / 4])  # one of two buyers on more than two days
    gap = (2 * np.log(10) + np.log(20) + 15) / 8  # three gaps seen, and five of the prior
    assert typical_gap[:2] == pytest.approx([3, gap])
    assert since == pytest.approx(np.log([51, 11, 51, 21]) - [3, gap, 3, gap], abs=1e-6)
    assert repeats == pytest.approx([0.5] * 4)  # of two products, each customer bought one again


def test_a_pair_tells_of_what_is_like_its_product():
    # Product 1 is like product 2: its purchase five days ago counts for customer 0's pair with product 2.
    bought = Purchases(np.array([0, 0, 1]), np.array([2, 1, 0]), np.array([90, 95, 10]) * DAY)
    alone, like = (
        features_at(NOW, bought, 3, [np.array(values)], 3).pairs[1] for values in ([0, 1, 2], [0, 1, 1])
    )
    (changed,) = np.flatnonzero(alone != like)
    assert alone[changed] == pytest.approx(np.log(0.5 ** (1 / 9) + 0.01), abs=1e-5)
    assert like[changed] == pytest.approx(np.log(0.5 ** (1 / 9) + 0.5 ** (1 / 18) + 0.01), abs=1e-5)


def test_affinity_is_a_share_over_everybodys_share(features):
    (affinity,) = features.affinities
    assert affinity.shape == (4, 2)
    assert affinity[0, 1] > 0 > affinity[0, 0]
    assert affinity[2:] == pytest.approx(np.zeros([2, 2]), abs=1e-5)
