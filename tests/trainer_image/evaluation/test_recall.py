import numpy as np
import pytest

from recsflow_trainer.evaluation import recall as recall_module
from recsflow_trainer.evaluation.candidates import unique_candidates
from recsflow_trainer.evaluation.recall import (
    RankedRows,
    embed,
    recall,
    top_candidates,
)
from recsflow_trainer.keras import tf
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
    measured = declared().evaluate(model, inputs).test
    hits = {5: 0, 10: 0}
    for row in range(len(test["product_id"])):
        query = model.query(
            {n: tf.constant(test[n][row : row + 1]) for n in ("household_id", "segment")}
        ).numpy()[0]
        order = sorted(range(len(products)), key=lambda place: (-float(products[place] @ query), place))
        for k in hits:
            hits[k] += test["product_id"][row] in candidates.ids[order[:k]]
    for k, count in hits.items():
        assert measured[f"recall@{k}"] == pytest.approx(count / len(test["product_id"]))
