import numpy as np
import pytest

from recsflow_trainer.baselines.popularity import popularity_ranks
from recsflow_trainer.evaluation.novelty import MISS
from tests.trainer_image.baselines.purchases import bought, rows_of

pytestmark = pytest.mark.tensorflow

# Product 2 sold four times, 0 twice, 3 once, 1 never; one row's product is no candidate.
SEEN = bought((0, 2, 1), (0, 2, 2), (1, 2, 3), (1, 2, 4), (0, 0, 5), (2, 0, 6), (2, 3, 7), (2, -1, 8))


def test_everybody_gets_what_sold_most():
    rows = rows_of(SEEN, 4, (0, 2), (1, 0), (5, 3), (0, 1), (0, -1))
    assert popularity_ranks(SEEN, rows, 4).all_products.tolist() == [0, 1, 2, MISS, MISS]


def test_the_list_of_new_products_leaves_out_what_the_customer_has():
    rows = rows_of(SEEN, 4, (0, 3), (1, 0), (1, 3), (2, 2), (-1, 3))
    # Customer 0 has 2 and 0, customer 1 has 2, customer 2 has 0 and 3; nothing is known of the last.
    assert popularity_ranks(SEEN, rows, 4).unbought.tolist() == [0, 0, 1, 0, 2]


def test_equally_popular_products_keep_their_order():
    seen = bought((0, 3, 1), (0, 1, 1))
    rows = rows_of(seen, 4, (9, 1), (9, 3))
    assert popularity_ranks(seen, rows, 4).all_products.tolist() == [0, 1]


def test_unknown_customers_count_for_popularity():
    seen = bought((-1, 1, 1), (-1, 1, 1), (0, 0, 1))
    assert np.array_equal(popularity_ranks(seen, rows_of(seen, 2, (0, 1)), 2).all_products, [0])
