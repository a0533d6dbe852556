import pytest

from recsflow_trainer.baselines.recent_popularity import recent_popularity_ranks
from tests.trainer_image.baselines.purchases import bought, rows_of

pytestmark = pytest.mark.tensorflow


def test_the_last_28_days_decide_and_older_sales_follow():
    # The newest purchase is on day 100, so days after 72 count; product 0 sold most, but before.
    seen = bought((0, 0, 1), (1, 0, 2), (2, 0, 72), (0, 1, 73), (1, 2, 99), (2, 2, 100), (1, 3, 5))
    rows = rows_of(seen, 4, (9, 2), (9, 1), (9, 0), (9, 3))
    assert recent_popularity_ranks(seen, rows, 4).all_products.tolist() == [0, 1, 2, 3]


def test_one_recent_sale_outweighs_many_old_ones():
    seen = bought(*[(customer, 0, 1) for customer in range(50)], (0, 1, 100))
    assert recent_popularity_ranks(seen, rows_of(seen, 2, (99, 1)), 2).all_products.tolist() == [0]
