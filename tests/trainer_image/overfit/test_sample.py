import numpy as np
import pytest

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.overfit.sample import known_ids, rows_without_shared_ids, spread_order

pytestmark = pytest.mark.tensorflow


def test_rows_share_neither_customer_nor_product():
    customers = np.array([1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    products = np.array([1, 2, 1, 3, 4, 5, 6, 7, 8, 9])
    assert rows_without_shared_ids([customers, products], 8).tolist() == [0, 3, 4, 5, 6, 7, 8, 9]


def test_rows_out_of_vocabulary_are_left_out_since_they_share_an_id():
    ids = known_ids(np.array([20, 0, 1, 2, 3, 4, 5, 6, 7]), vocabulary_size=20)
    assert rows_without_shared_ids([ids], 8).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_rows_are_picked_in_the_order_that_is_given():
    ids = np.arange(12)
    assert rows_without_shared_ids([ids], 8, order=ids[::-1]).tolist() == [11, 10, 9, 8, 7, 6, 5, 4]


def test_too_few_rows_to_tell_apart_are_refused():
    with pytest.raises(ExamplesError, match="has 2 rows that an overfit check can tell apart"):
        rows_without_shared_ids([np.array([1, 2, 1, 2, 1, 2, 1, 2, 1])], 8)


def test_different_targets_come_in_turns():
    targets = np.array([0, 0, 0, 5, 5, 1], np.float32)
    # First a row of each of 0, 5 and 1, then the second rows of 0 and 5, then the third of 0.
    assert spread_order(targets).tolist() == [0, 3, 5, 1, 4, 2]


def test_rows_without_a_target_come_last():
    assert spread_order(np.array([np.nan, 1, 1, 2], np.float32)).tolist() == [1, 3, 2, 0]
