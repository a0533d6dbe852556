"""TFRS's metric against ours: by hand, on a small experiment, and where a model is broken."""

import numpy as np
import pytest

from recsflow_trainer.diagnostics.factorized_top_k import factorized_top_k
from recsflow_trainer.evaluation.recall import RankedRows, recall, top_candidates
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


def ours(queries, candidates, truth, cutoffs):
    ranked = RankedRows(top_candidates(queries, candidates, max(cutoffs)), np.arange(len(queries)))
    return list(recall(ranked, truth, cutoffs).values())


def test_rows_whose_product_is_among_the_first_are_counted():
    candidates = np.array([[1.0], [3.0], [2.0]], np.float32)  # best first 1, 2, 0; for -1 reversed
    queries = np.array([[1.0], [1.0], [-1.0], [1.0]], np.float32)
    found = factorized_top_k(queries, candidates, np.array([1, 2, 2, -1]), cutoffs=(1, 2, 100))
    assert found == {"factorized_top_k@1": 0.25, "factorized_top_k@2": 0.75, "factorized_top_k@100": 0.75}


def test_equal_scores_and_many_candidates_are_counted_as_ours():
    random = np.random.default_rng(3)
    queries, candidates = (random.integers(-2, 3, [n, 3]).astype(np.float32) for n in (60, 9_000))
    truth = random.integers(-1, 9_000, 60)
    truth[:20] = top_candidates(queries[:20], candidates, 50)[:, 40]
    cutoffs = (5, 50, 100)
    found = factorized_top_k(queries, candidates, truth, cutoffs)
    assert list(found.values()) == pytest.approx(ours(queries, candidates, truth, cutoffs))
    assert found["factorized_top_k@50"] >= 1 / 3


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), 3e38])
def test_a_broken_model_has_no_hits(broken):
    candidates = np.eye(3, dtype=np.float32)
    candidates[1, 1] = broken
    queries = np.full([2, 3], 2.0, np.float32)
    assert set(factorized_top_k(queries, candidates, np.array([0, 1]), (1, 5)).values()) == {0.0}


@pytest.mark.parametrize("changes", [{}, {"loss": "full", "product_bias": True}])
def test_an_epoch_reports_it_beside_its_recall(small_experiment, changes):
    inputs = small_experiment.inputs
    model = declared(**changes).build(inputs)
    plain = declared(**changes).epoch_probe(inputs)(model)
    both = declared(**changes, factorized_top_k=True).epoch_probe(inputs)(model)
    assert {name: both[name] for name in plain} == pytest.approx(plain)
    assert set(both) - set(plain) == {f"val_factorized_top_k@{k}" for k in (5, 10, 50, 100)}
    assert both["val_factorized_top_k@10"] == pytest.approx(both["val_recall@10"])
    assert 0 < both["val_factorized_top_k@10"] < both["val_factorized_top_k@50"]
