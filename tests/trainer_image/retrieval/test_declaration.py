import math
from dataclasses import replace

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError, ExamplesError
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.features import Numeric, Vocabulary
from recsflow_trainer.history.declaration import History
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.towers import Tower
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def inputs(small_experiment):
    return small_experiment.inputs


def _with_order(inputs: TransformedInputs, split: str, order: np.ndarray) -> TransformedInputs:
    columns = {name: values[order] for name, values in inputs.splits[split].columns.items()}
    return replace(inputs, splits=replace(inputs.splits, **{split: Split(split, columns)}))


def test_embeddings_of_different_widths_meet_in_one_static_shape(small_experiment, inputs):
    model = declared(hidden=[16]).build(inputs)
    batch = next(iter(inputs.splits.train.batches(32, seed=1, reshuffle=False).dataset))
    assert model.query(batch).shape == [32, 8]
    assert model.candidate(batch).shape == [32, 8]


def test_the_product_id_is_the_declared_one_not_the_first_feature(small_experiment, inputs):
    tower = Tower([Vocabulary("department", dim=5), Vocabulary("product_id", dim=8)])
    declaration = declared(candidate=tower)
    model = declaration.build(inputs)
    products = len({row["product_id"] for name in ("train", "eval") for row in small_experiment.rows[name]})
    assert declaration.evaluate(model, inputs).candidates == products


def test_candidates_are_counted_once_however_often_they_were_bought(small_experiment, inputs):
    declaration = declared()
    model = declaration.build(inputs)
    doubled = _with_order(inputs, "train", np.tile(np.arange(inputs.splits.train.rows), 3))
    once = declaration.evaluate(model, inputs)
    assert declaration.evaluate(model, doubled).test == once.test


def test_the_unseen_product_of_the_test_split_is_a_miss(small_experiment, inputs):
    model = declared().build(inputs)
    only_unseen = _with_order(inputs, "test", np.array([0, 0]))
    evaluation = declared().evaluate(model, only_unseen)
    for measured in (evaluation.test, *evaluation.baselines.values()):
        assert {measured[f"{name}@100"] for name in ("recall", "novel_recall")} == {0.0}
        assert math.isnan(measured["repeat_recall@100"])


def test_the_order_of_test_rows_does_not_matter(small_experiment, inputs):
    model = declared().build(inputs)
    order = np.random.default_rng(1).permutation(inputs.splits.test.rows)
    mixed = _with_order(inputs, "test", order)
    first = declared().evaluate(model, inputs)
    assert declared().evaluate(model, mixed) == first


def test_params_are_flat():
    params = declared(hidden=[16], temperature=0.1).params()
    assert params["temperature"] == 0.1
    assert params["query_inputs"] == "household_id, segment"
    assert "Dense(units=16" in params["query_layers"]
    assert all(isinstance(value, int | float | str | bool | None) for value in params.values())


def test_wrong_declarations_are_refused():
    with pytest.raises(DeclarationError, match="product_id"):
        declared(candidate=Tower([Vocabulary("department", dim=5)]))
    with pytest.raises(DeclarationError, match="household_id"):
        declared(query=Tower([Numeric("household_id")]))
    with pytest.raises(DeclarationError, match=r"temperature is 0; use a number above 0"):
        declared(temperature=0)
    with pytest.raises(DeclarationError, match="department in both towers"):
        declared(query=Tower([Vocabulary("household_id", dim=8), Vocabulary("department", dim=5)]))


def test_normalized_embeddings_have_length_one(small_experiment, inputs):
    model = declared(normalize=True).build(inputs)
    batch = next(iter(inputs.splits.train.batches(16, seed=1, reshuffle=False).dataset))
    assert tf.norm(model.query(batch), axis=1).numpy() == pytest.approx(1.0, abs=1e-5)
    assert tf.norm(model.candidate(batch), axis=1).numpy() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("loss", [{"loss": "full"}, {"loss": "sampled", "negatives": 20}])
def test_grouped_rows_teach_each_customers_department(inputs, loss):
    declaration = declared(**loss, half_life_days=30, product_bias=True)
    model = declaration.build(inputs)
    model.compile(optimizer=tf_keras.optimizers.Adam(0.05))
    before = declaration.evaluate(model, inputs).test["recall@10"]
    batches = declaration.batches(inputs, "train", 300, seed=1, reshuffle=True)
    model.fit(batches.dataset, epochs=10, verbose=0)
    assert declaration.evaluate(model, inputs).test["recall@10"] > before + 0.1


def test_the_towers_do_not_see_what_their_weight_is_fitted_to(inputs):
    plain, with_history = (declared(loss="full", history=history) for history in (None, History()))
    rows = [d.batches(inputs, "train", 300, seed=1, reshuffle=True).rows for d in (plain, with_history)]
    assert 0 < rows[0] - rows[1] < 0.2 * rows[0]


def test_windows_that_do_not_fit_into_the_rows_end_a_run_before_it_trains(inputs):
    declaration = declared(loss="full", history=History(window_days=365))
    with pytest.raises(ExamplesError, match="window_days is 365"):
        declaration.batches(inputs, "train", 300, seed=1, reshuffle=True)


def test_a_loaded_model_with_a_history_gives_the_scores_of_its_evaluation(inputs, tmp_path):
    declaration = declared(loss="full", product_bias=True, history=History())
    model = declaration.build(inputs)
    declaration.finish(model, inputs)
    evaluation = declaration.evaluate(model, inputs)
    declaration.save(model, inputs, str(tmp_path))
    answer = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](
        household_id=tf.constant([1_003], tf.int64), segment=tf.constant(["old"])
    )
    server = declaration.server(model, inputs)
    customer = {"household_id": tf.constant([1_003], tf.int64), "segment": tf.constant(["old"])}
    best = server.recommend(customer, tf.constant(10), tf.constant(False))
    assert answer["score"][:, :10].numpy() == pytest.approx(best["score"].numpy(), abs=1e-5)
    assert model.history_scorer is not None
    assert evaluation.test["recall@100"] > 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"loss": "sampled"}, "negatives is 0 with loss 'sampled'; use 1 or more"),
        ({"loss": "hinge"}, "loss is 'hinge'; use full, sampled or in_batch"),
        ({"half_life_days": 30}, "half_life_days is 30 with loss 'in_batch'"),
    ],
)
def test_a_loss_that_cannot_be_is_refused(changes, sentence):
    with pytest.raises(DeclarationError, match=sentence):
        declared(**changes)
