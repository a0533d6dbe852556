import numpy as np
import pytest

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.history.declaration import History
from recsflow_trainer.history.held_out import HeldOut

pytestmark = pytest.mark.tensorflow

DAY = 86_400


def bought(*rows):
    customers, products, days = np.array(rows).reshape(-1, 3).T
    return Purchases(customers, products, days * DAY)


OLD = bought((0, 1, 10), (1, 2, 20), (-1, 2, 20), (2, -1, 30))


def test_the_window_is_predicted_at_its_beginning_by_what_is_older():
    held_out = HeldOut.window(History(window_days=8), OLD)
    assert held_out.now == 20 * DAY + 1 - 8 * DAY  # what nobody known bought on day 30 does not count
    assert (held_out.known.products.tolist(), held_out.wanted.products.tolist()) == ([1], [2])


def test_a_window_as_long_as_all_purchases_is_refused():
    with pytest.raises(ExamplesError, match="window_days is 28"):
        HeldOut.window(History(window_days=28), OLD)


def test_eval_rows_of_all_dates_are_predicted_at_the_end_by_all_others():
    held_out = HeldOut.eval_rows(OLD, bought((0, 3, 5), (1, 3, 15)))
    assert held_out.now == 20 * DAY + 1
    assert held_out.known.products.tolist() == [1, 2]
    assert held_out.wanted.products.tolist() == [3, 3]


def test_eval_rows_that_are_newer_are_predicted_when_they_begin():
    held_out = HeldOut.eval_rows(OLD, bought((0, 3, 40), (1, 3, 45)))
    assert held_out.now == 40 * DAY


def test_only_who_bought_before_tells_how_good_an_embedding_is():
    held_out = HeldOut.eval_rows(bought((0, 1, 1), (1, 1, 1)), bought((1, 2, 2), (2, 2, 2)))
    assert held_out.known_customers(np.arange(3)).tolist() == [1]
    assert held_out.known_customers(np.array([0, 2])).tolist() == []
