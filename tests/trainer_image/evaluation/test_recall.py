import numpy as np
import pytest

from recsflow_trainer.evaluation import recall as recall_module
from recsflow_trainer.evaluation.candidates import unique_candidates
from recsflow_trainer.evaluation.recall import (
    RankedRows,
    distinct_rows,
    embed,
    recall,
    top_candidates,
    top_candidates_of_rows,
)
from recsflow_trainer.keras import tf, tf_keras
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


def test_recall_worked_out_by_hand():
    # Customer 0 gets products 4, 2, 7; customer 1 gets 1, 4, 0. Rows, customer and product with its rank:
    # (0, 4) first; (0, 7) third; (0, 1) none; (1, 4) second; (1, -1) unknown product, none.
    ranked = RankedRows(top=np.array([[4, 2, 7], [1, 4, 0]]), row=np.array([0, 0, 0, 1, 1]))
    truth = np.array([4, 7, 1, 4, -1])
    assert recall(ranked, truth, cutoffs=(1, 2, 3)) == {"recall@1": 0.2, "recall@2": 0.4, "recall@3": 0.6}


def test_equal_scores_keep_the_order_of_the_candidates():
    queries, candidates = np.ones([2, 3], np.float32), np.ones([50, 3], np.float32)
    assert top_candidates(queries, candidates, 4).tolist() == [[0, 1, 2, 3]] * 2


def test_blocks_do_not_change_the_result(monkeypatch):
    random = np.random.default_rng(0)
    queries = random.normal(size=[37, 8]).astype(np.float32)
    candidates = random.normal(size=[211, 8]).astype(np.float32)
    whole = top_candidates(queries, candidates, 20)
    monkeypatch.setattr(recall_module, "_SCORES_A_BLOCK", 1_000)
    assert (top_candidates(queries, candidates, 20) == whole).all()
    assert top_candidates(queries, candidates[:7], 20).shape == (37, 7)


def test_a_query_with_nan_has_no_hits():
    queries = np.array([[np.nan, 1], [1, 0]], np.float32)
    top = top_candidates(queries, np.eye(2, dtype=np.float32), 2)
    assert top.tolist() == [[-2, -2], [0, 1]]


def test_rows_with_the_same_features_are_computed_once():
    class Counting(tf_keras.Model):
        rows = 0

        def call(self, features):
            Counting.rows += len(features["customer"])
            return tf.one_hot(features["customer"], 3) * tf.expand_dims(features["weight"], 1)

    features = {
        "customer": np.array([2, 0, 2, 2, 0]),
        "weight": np.array([1.0, 1.0, 1.0, -1.0, 1.0], np.float32),
    }
    ranked = top_candidates_of_rows(Counting(), features, np.eye(3, dtype=np.float32), k=1)
    assert Counting.rows == 3
    assert ranked.top[ranked.row][:, 0].tolist() == [2, 0, 2, 0, 0]


def test_distinct_rows_lead_back_to_every_row():
    features = {"a": np.array([1, 1, 2, 1]), "b": np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.5, 1.0]])}
    first, row = distinct_rows(features)
    for values in features.values():
        assert (values[first][row] == values).all()
    assert len(first) == 3


def test_equals_brute_force_on_a_sample(small_experiment):
    inputs = small_experiment.inputs
    splits = inputs.splits
    model = declared().build(inputs)
    known = len(small_experiment.tft_output.vocabulary_by_name("vocabulary_product_id"))
    candidates = unique_candidates(
        [splits.train, splits.eval], "product_id", ["product_id", "department"], known
    )
    products = embed(model.candidate, candidates.features)
    test = splits.test.columns
    ranked = top_candidates_of_rows(model.query, {n: test[n] for n in ("household_id", "segment")}, products)
    measured = recall(ranked, candidates.positions(test["product_id"]), cutoffs=(5, 10))
    hits = {5: 0, 10: 0}
    for row in range(len(test["product_id"])):
        query = model.query(
            {n: tf.constant(test[n][row : row + 1]) for n in ("household_id", "segment")}
        ).numpy()[0]
        order = sorted(range(len(products)), key=lambda place: (-float(products[place] @ query), place))
        for k in hits:
            hits[k] += test["product_id"][row] in candidates.ids[order[:k]]
    assert measured == {
        f"recall@{k}": pytest.approx(count / len(test["product_id"])) for k, count in hits.items()
    }
