import math

import numpy as np
import pytest

from recsflow_trainer.diagnostics.embeddings import effective_rank, score_std, spread

pytestmark = pytest.mark.tensorflow


def test_effective_rank_is_the_number_of_directions():
    # Around their mean, four corners of a square differ equally in two directions, and not in the third.
    square = np.array([[1, 1, 7], [1, -1, 7], [-1, 1, 7], [-1, -1, 7]], np.float32)
    assert effective_rank(square) == pytest.approx(2.0)
    assert effective_rank(square * [1, 0, 1]) == pytest.approx(1.0)


def test_effective_rank_lies_between_where_directions_differ_in_size():
    # Singular values 3 and 1: shares 3/4 and 1/4, entropy 0.5623 nats.
    stretched = np.array([[3, 1], [3, -1], [-3, 1], [-3, -1]], np.float32)
    assert effective_rank(stretched) == pytest.approx(math.exp(0.75 * math.log(4 / 3) + 0.25 * math.log(4)))


def test_equal_embeddings_have_no_direction_and_no_spread():
    equal = np.full([100, 8], 0.1, np.float32)
    assert effective_rank(equal) == 0
    assert spread(equal) == pytest.approx(0, abs=1e-6)
    assert spread(np.zeros([3, 2], np.float32)) == 0


def test_spread_worked_out_by_hand():
    # Around the mean 4: 1 and 1 of squares 9 and 25, so sqrt(1 / 17).
    assert spread(np.array([[3.0], [5.0]])) == pytest.approx(math.sqrt(1 / 17))


def test_broken_embeddings_give_no_number():
    broken = np.array([[math.nan, 1], [0, 1]], np.float32)
    assert math.isnan(effective_rank(broken))
    assert math.isnan(spread(broken))


def test_score_std_is_over_the_products_of_a_query():
    queries, products = np.array([[1.0], [0.0]], np.float32), np.array([[2.0], [4.0]], np.float32)
    # The first query scores 2 and 4, std 1; the second 0 and 0.
    assert score_std(queries, products) == pytest.approx(0.5)
    assert score_std(queries, products, temperature=0.1) == pytest.approx(5.0)
