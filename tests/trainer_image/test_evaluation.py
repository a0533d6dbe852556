import numpy as np
import pytest

from recsflow_trainer import evaluation
from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.evaluation import (
    Candidates,
    RankedRows,
    distinct_rows,
    embed,
    recall,
    top_candidates,
    top_candidates_of_rows,
    unique_candidates,
)
from recsflow_trainer.examples import Split
from recsflow_trainer.keras import tf, tf_keras

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


def test_candidates_are_told_apart_by_the_declared_id_not_by_another_column():
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


def test_recall_worked_out_by_hand():
    # Customer 0 gets products 4, 2, 7; customer 1 gets 1, 4, 0. Rows, customer and product with its rank:
    # (0, 4) first; (0, 7) third; (0, 1) none; (1, 4) second; (1, -1) unknown product, none.
    ranked = RankedRows(top=np.array([[4, 2, 7], [1, 4, 0]]), row=np.array([0, 0, 0, 1, 1]))
    truth = np.array([4, 7, 1, 4, -1])
    assert recall(ranked, truth, cutoffs=(1, 2, 3)) == {"recall@1": 0.2, "recall@2": 0.4, "recall@3": 0.6}


def test_equal_scores_keep_the_order_of_the_candidates():
    queries, candidates = np.ones([2, 3], np.float32), np.ones([50, 3], np.float32)
    assert top_candidates(queries, candidates, 4).tolist() == [[0, 1, 2, 3]] * 2


def test_a_model_that_scores_everything_equally_does_not_look_like_popularity():
    # Ids follow popularity, so the 100 most popular of 1,000 must not be the first 100 candidates.
    candidates = unique_candidates(
        [_split("train", list(range(1_000)))], "product", [], vocabulary_size=1_000
    )
    assert np.mean(candidates.ids[:100] < 100) < 0.3


def test_blocks_do_not_change_the_result(monkeypatch):
    random = np.random.default_rng(0)
    queries = random.normal(size=[37, 8]).astype(np.float32)
    candidates = random.normal(size=[211, 8]).astype(np.float32)
    whole = top_candidates(queries, candidates, 20)
    monkeypatch.setattr(evaluation, "_SCORES_A_BLOCK", 1_000)
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
    from recsflow_trainer.examples import read_split
    from tests.trainer_image.small_experiment import declared

    declaration = declared()
    splits = {
        name: read_split([small_experiment.files(name)], declaration.transformed_spec(), name=name)
        for name in ("train", "eval", "test")
    }
    model = declaration.build(small_experiment.tft_output, splits["train"])
    known = len(small_experiment.tft_output.vocabulary_by_name("vocabulary_product_id"))
    candidates = unique_candidates(
        [splits["train"], splits["eval"]], "product_id", ["product_id", "department"], known
    )
    products = embed(model.candidate, candidates.features)
    test = splits["test"].columns
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
