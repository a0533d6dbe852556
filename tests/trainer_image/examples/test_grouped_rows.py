import numpy as np
import pytest

from recsflow_trainer.examples.grouped_rows import LOG_WEIGHT, PRODUCT, QUERY, group_rows, log_recency
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.features.interaction import INTERACTION_DATE

pytestmark = pytest.mark.tensorflow

DAY = 86_400
# Customer 7 bought product 1 twice and product 0 once, customer 3 product 2, and one that is no candidate.
ROWS = Split(
    "train",
    {
        "customer": np.array([7, 3, 7, 7, 3]),
        INTERACTION_DATE: np.array([0, 10, 20, 10, 20]) * DAY,
    },
)
POSITIONS = np.array([1, 2, 1, 0, -1])


@pytest.fixture
def grouped():
    return group_rows(ROWS, ["customer"], POSITIONS, log_recency(ROWS, 10))


def test_a_row_counts_half_for_each_half_life():
    assert np.exp(log_recency(ROWS, 10)).tolist() == pytest.approx([0.25, 0.5, 1, 0.5, 1])
    assert log_recency(ROWS, None).tolist() == [0, 0, 0, 0, 0]


def test_weights_too_small_for_a_float_keep_their_proportion():
    # 600 days ago with a half-life of 2, a row weighs 2 to the power of -300; two of them twice as much.
    rows = Split(
        "train",
        {"customer": np.array([1, 2, 2, 3]), INTERACTION_DATE: np.array([600, 0, 0, 0]) * DAY},
    )
    grouped = group_rows(rows, ["customer"], np.zeros(4, np.int64), log_recency(rows, 2))
    powers = grouped.log_weights / np.log(2)
    assert powers.tolist() == pytest.approx([0, -299, -300], abs=1e-3)


def test_each_query_stands_once_with_its_products(grouped):
    assert grouped.queries["customer"].tolist() == [3, 7]
    assert grouped.starts.tolist() == [0, 1, 3]
    assert grouped.products.tolist() == [2, 0, 1]
    assert np.exp(grouped.log_weights).tolist() == pytest.approx([0.5, 0.5, 1.25])
    assert grouped.rows == 4


def test_queries_differ_in_any_of_their_features():
    rows = Split("train", {"a": np.array([1, 1, 1]), "b": np.array([[0.0, 1], [0, 1], [1, 1]])})
    grouped = group_rows(rows, ["a", "b"], np.array([0, 1, 0]), np.zeros(3))
    assert grouped.starts.tolist() == [0, 2, 3]
    assert grouped.queries["b"].tolist() == [[0, 1], [1, 1]]


def test_a_pass_has_every_query_once_whatever_the_batch_size(grouped):
    for size in (1, 2, 100):
        found = {}
        batches = grouped.batches(size, seed=1, reshuffle=True)
        for batch in batches.dataset:
            customers = batch["customer"].numpy()
            for query, product, weight in zip(batch[QUERY], batch[PRODUCT], batch[LOG_WEIGHT], strict=True):
                found[int(customers[int(query)]), int(product)] = float(np.exp(weight))
        assert found == pytest.approx({(3, 2): 0.5, (7, 0): 0.5, (7, 1): 1.25})
        assert batches.rows == 4


def test_the_order_changes_from_pass_to_pass_only_where_it_shall():
    rows = Split("train", {"customer": np.arange(50), INTERACTION_DATE: np.zeros(50, np.int64)})
    grouped = group_rows(rows, ["customer"], np.zeros(50, np.int64), np.zeros(50))

    def order(dataset):
        return np.concatenate([batch["customer"].numpy() for batch in dataset]).tolist()

    moving = grouped.batches(10, seed=1, reshuffle=True).dataset
    fixed = grouped.batches(10, seed=1, reshuffle=False).dataset
    assert order(moving) != order(moving)
    assert order(fixed) == order(fixed)


def test_a_sample_keeps_whole_queries(grouped):
    sample = grouped.sample(1, seed=0)
    kept = sample.queries["customer"].tolist()
    assert kept in ([3], [7])
    assert sample.products.tolist() == ([2] if kept == [3] else [0, 1])
    assert grouped.sample(10, seed=0).products.tolist() == grouped.products.tolist()
