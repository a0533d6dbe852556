import numpy as np
import pytest

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.evaluation.candidates import Candidates, unique_candidates
from recsflow_trainer.examples.splits import Split

pytestmark = pytest.mark.tensorflow


def _split(name: str, products: list[int], colours: list[int] | None = None) -> Split:
    return Split(name, {"product": np.array(products), "colour": np.array(colours or [0] * len(products))})


def test_each_product_is_a_candidate_once_with_the_features_of_its_first_row():
    splits = [_split("train", [3, 1, 3, 3], [30, 10, 31, 32]), _split("eval", [1, 2], [11, 20])]
    candidates = unique_candidates(splits, "product", ["product", "colour"], vocabulary_size=10)
    assert sorted(candidates.ids.tolist()) == [1, 2, 3]
    assert dict(zip(candidates.ids.tolist(), candidates.features["colour"].tolist(), strict=True)) == {
        1: 10,
        2: 20,
        3: 30,
    }
    assert candidates.features["product"].tolist() == candidates.ids.tolist()


def test_candidates_are_distinguished_by_the_declared_id_not_by_another_column():
    splits = [_split("train", [1, 2, 2], [7, 7, 8])]
    assert len(unique_candidates(splits, "product", ["colour"], vocabulary_size=10).ids) == 2
    assert len(unique_candidates(splits, "colour", ["product"], vocabulary_size=10).ids) == 2
    with pytest.raises(KeyError):
        unique_candidates(splits, "product_id", ["colour"], vocabulary_size=10)


def test_out_of_vocabulary_products_are_no_candidates_and_count_as_misses():
    candidates = unique_candidates([_split("train", [0, 1, 5, 6])], "product", ["product"], vocabulary_size=5)
    assert sorted(candidates.ids.tolist()) == [0, 1]
    assert (candidates.positions(np.array([5, 6, 4])) == -1).all()
    with pytest.raises(ExamplesError, match="'product'"):
        unique_candidates([_split("train", [5, 6])], "product", ["product"], vocabulary_size=5)


def test_positions_lead_back_to_the_ids():
    candidates = Candidates(np.array([40, 7, 23]), {})
    assert candidates.positions(np.array([23, 7, 40, 8, 99, 0])).tolist() == [2, 1, 0, -1, -1, -1]


def test_a_model_that_scores_everything_equally_does_not_look_like_popularity():
    # Ids follow popularity, so the 100 most popular of 1,000 must not be the first 100 candidates.
    candidates = unique_candidates(
        [_split("train", list(range(1_000)))], "product", [], vocabulary_size=1_000
    )
    assert np.mean(candidates.ids[:100] < 100) < 0.3
