import math

import numpy as np
import pytest

from recsflow_trainer.evaluation import novelty
from recsflow_trainer.evaluation.novelty import MISS, Ranks, ranks_in_lists, recall_by_novelty, top_lists
from recsflow_trainer.evaluation.purchases import Baskets
from recsflow_trainer.evaluation.retrieval import dot_products
from recsflow_trainer.keras import tf
from tests.trainer_image.baselines.purchases import bought, rows_of

pytestmark = pytest.mark.tensorflow


def test_rows_of_what_the_customer_had_are_repeat_rows():
    seen = bought((0, 1, 0), (1, 2, 0))
    assert rows_of(seen, 3, (0, 1), (0, 2), (1, 2), (5, 1), (0, -1), (-1, 1)).repeat.tolist() == [
        True,
        False,
        True,
        False,
        False,
        False,
    ]


def test_recall_worked_out_by_hand():
    ranks = Ranks(np.array([0, 2, MISS, 1]), np.array([MISS, 0, 1, MISS]))
    measured = recall_by_novelty(ranks, np.array([True, False, False, True]), cutoffs=(1, 2))
    assert measured == {
        "recall@1": 0.25,
        "recall@2": 0.5,
        "repeat_recall@1": 0.5,
        "repeat_recall@2": 1.0,
        "unbought_recall@1": 0.25,
        "unbought_recall@2": 0.5,
        "novel_recall@1": 0.5,
        "novel_recall@2": 1.0,
    }


def test_a_repeat_is_never_found_in_a_list_without_what_was_bought():
    # With fewer other products than places, what was bought stands at the end of the list.
    measured = recall_by_novelty(Ranks(np.array([0]), np.array([1])), np.array([True]), cutoffs=(2,))
    assert (measured["recall@2"], measured["unbought_recall@2"]) == (1.0, 0.0)


def test_a_share_of_no_rows_is_no_number():
    measured = recall_by_novelty(Ranks(np.array([0]), np.array([0])), np.array([True]), cutoffs=(1,))
    assert measured["recall@1"] == 1
    assert math.isnan(measured["novel_recall@1"])


def test_lists_equal_a_slow_reference_in_blocks_of_any_size(monkeypatch):
    random = np.random.default_rng(3)
    queries = random.normal(size=[23, 4]).astype(np.float32)
    products = random.normal(size=[40, 4]).astype(np.float32)
    customers = random.integers(-1, 12, 23)
    seen = bought(*((int(random.integers(12)), int(random.integers(40)), 0) for _ in range(150)))
    baskets = Baskets(seen, 40)
    monkeypatch.setattr(novelty, "_SCORES_A_BLOCK", 40 * 5)
    lists = top_lists(dot_products(queries, products), customers, baskets, 40, 10)
    had = {(int(c), int(p)) for c, p in zip(seen.customers, seen.products, strict=True)}
    for query, customer in enumerate(customers):
        order = sorted(range(40), key=lambda place, query=query: -float(products[place] @ queries[query]))
        new = [place for place in order if (int(customer), place) not in had]
        assert lists.all_products[query].tolist() == order[:10]
        assert lists.unbought[query].tolist() == new[:10]


def test_equal_scores_keep_the_order_of_the_candidates():
    baskets = Baskets(bought((0, 1, 0)), 6)
    lists = top_lists(lambda start, stop: tf.ones([stop - start, 6]), np.array([0, 1]), baskets, 6, 3)
    assert lists.all_products.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert lists.unbought.tolist() == [[0, 2, 3], [0, 1, 2]]


def test_a_query_with_nan_has_no_hits():
    scores = tf.constant([[math.nan, 1.0], [0.0, 1.0]])
    lists = top_lists(
        lambda start, stop: scores[start:stop], np.array([0, 0]), Baskets(bought((0, 0, 0)), 2), 2, 1
    )
    assert lists.all_products.tolist() == [[-2], [1]]
    ranks = ranks_in_lists(lists, np.array([0, 0, 1, 1]), np.array([1, -1, 1, -1]))
    assert ranks.all_products.tolist() == [MISS, MISS, 0, MISS]
