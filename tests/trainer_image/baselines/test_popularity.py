import numpy as np
import pytest

from recsflow_trainer.baselines.popularity import popularity_recall
from recsflow_trainer.examples import Split

pytestmark = pytest.mark.tensorflow


def _split(name: str, products: list[int]) -> Split:
    return Split(name, {"product": np.array(products), "other": np.zeros(len(products), int)})


def test_popularity_worked_out_by_hand():
    # Bought in train and eval: product 2 four times, 0 twice, 3 once, 1 never, 9 is out of vocabulary.
    seen = [_split("train", [2, 2, 0, 9, 9, 9, 2]), _split("eval", [2, 0, 3])]
    test = _split("test", [2, 0, 3, 1, 9])
    assert popularity_recall(seen, test, "product", 5, cutoffs=(1, 2, 3, 4)) == {
        "recall@1": 0.2,
        "recall@2": 0.4,
        "recall@3": 0.6,
        "recall@4": 0.6,
    }


def test_products_that_nobody_bought_are_not_recommended():
    test = _split("test", [1, 1])
    assert popularity_recall([_split("train", [0])], test, "product", 5, cutoffs=(5,)) == {"recall@5": 0.0}
