import pytest

from recsflow_trainer.baselines.repeat_purchases import repeat_purchase_ranks
from recsflow_trainer.evaluation.novelty import MISS
from tests.trainer_image.baselines.purchases import bought, rows_of

pytestmark = pytest.mark.tensorflow


def test_own_products_come_first_by_their_decayed_purchases():
    # The newest purchase is on day 240. Customer 0: product 1 three times on day 0 is worth 3 / 4, product 2
    # once on day 240 is worth 1, product 3 once on day 120 is worth 1 / 2.
    seen = bought((0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 2, 240), (0, 3, 120), (1, 0, 240), (2, 0, 240))
    rows = rows_of(seen, 5, (0, 2), (0, 1), (0, 3))
    assert repeat_purchase_ranks(seen, rows, 5).all_products.tolist() == [0, 1, 2]


def test_popular_products_fill_the_list_up():
    # By popularity: 0 and 1 three times each, 2 twice, 3 once, 4 never. Customer 0 has 1.
    sold = [(5, 0, 1), (6, 0, 1), (7, 0, 1), (0, 1, 1), (5, 1, 1), (6, 1, 1), (5, 2, 1), (6, 2, 1), (7, 3, 1)]
    seen = bought(*sold)
    rows = rows_of(seen, 5, (0, 1), (0, 0), (0, 2), (0, 3), (0, 4), (99, 0), (-1, 2))
    ranks = repeat_purchase_ranks(seen, rows, 5)
    assert ranks.all_products.tolist() == [0, 1, 2, 3, MISS, 0, 2]
    # What the customer has is left out of the list of new products, which is by popularity.
    assert ranks.unbought.tolist()[1:4] == [0, 1, 2]


def test_equally_often_bought_products_are_in_the_order_of_popularity():
    seen = bought((0, 1, 5), (0, 2, 5), (3, 2, 5))
    rows = rows_of(seen, 3, (0, 2), (0, 1))
    assert repeat_purchase_ranks(seen, rows, 3).all_products.tolist() == [0, 1]


def test_without_any_known_customer_it_is_popularity():
    seen = bought((-1, 1, 5), (-1, 1, 5), (-1, 0, 5))
    assert repeat_purchase_ranks(seen, rows_of(seen, 2, (0, 1), (0, 0)), 2).all_products.tolist() == [0, 1]
