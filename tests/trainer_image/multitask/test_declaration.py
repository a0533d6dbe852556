"""A multitask model over a small experiment: both tasks trained, measured and saved."""

import json

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.examples.grouped_rows import QUERY
from recsflow_trainer.features import Numeric, Vocabulary
from recsflow_trainer.features.interaction import INTERACTION_DATE
from recsflow_trainer.history.declaration import History
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.rating import MeanSquaredError
from recsflow_trainer.multitask.declaration import Multitask
from recsflow_trainer.multitask.model import apart, side_by_side
from recsflow_trainer.ranking.rated_model import predicted_ratings
from recsflow_trainer.ranking.rating import Rating
from recsflow_trainer.towers import Tower
from recsflow_trainer.training.run_fn import train
from tests.contracts.reported_metrics import check_metrics_file
from tests.trainer_image.rows import with_labels
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow

RATING = Rating("spent", loss=MeanSquaredError(), transform="zscore")


def both(**changes):
    return Multitask(**{"retrieval": declared(), "rating": RATING, **changes})


@pytest.fixture(scope="module")
def trained(small_experiment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("multitask")
    train(
        both(),
        small_experiment.fn_args(folder, epochs=5, batch_size=64, learning_rate=0.02, optimizer="adam"),
    )
    return folder


def test_training_leaves_both_families_of_metrics_beside_their_baselines(trained):
    metrics = json.loads((trained / "training_metrics.json").read_text())
    ratings = {"rmse", "mae", "mean_error", "pairwise_accuracy", "spearman"}
    assert metrics["status"] == "succeeded"
    check_metrics_file(metrics)
    assert metrics["model_type"] == "multitask"
    assert {"loss", "recall@10", "recall@100", *ratings} <= set(metrics["test"])
    assert {"popularity", "global_mean", "customer_mean", "product_mean"} <= set(metrics["baselines"])
    assert set(metrics["baselines"]["product_mean"]) == ratings
    assert set(metrics["epochs"][0]["towers"]) == {"query", "candidate", "rating_head"}
    assert metrics["test"]["recall@5"] > 1.1 * metrics["baselines"]["popularity"]["recall@5"]
    assert metrics["test"]["rmse"] < 0.5 * metrics["baselines"]["global_mean"]["rmse"]
    assert metrics["params"]["label"] == "spent"
    assert metrics["params"]["embedding_dim"] == 8


def test_one_saved_model_recommends_and_rates(small_experiment, tmp_path):
    declaration, inputs = both(), small_experiment.inputs
    model = declaration.build(inputs)
    declaration.finish(model, inputs)
    declaration.save(model, inputs, str(tmp_path))
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    assert set(signatures) == {"serving_default", "recommend", "embed", "rate"}
    rows = small_experiment.rows["test"]
    customers = {
        "household_id": tf.constant([row["household_id"] for row in rows], tf.int64),
        "segment": tf.constant([row["segment"] for row in rows]),
    }
    products = {
        "product_id": tf.constant([row["product_id"] for row in rows], tf.int64),
        "department": tf.constant([row["department"] for row in rows]),
    }
    expected = predicted_ratings(model, inputs.splits.test)
    np.testing.assert_allclose(signatures["rate"](**customers, **products)["rating"], expected, rtol=1e-4)
    answer = signatures["serving_default"](**{name: values[:3] for name, values in customers.items()})
    assert answer["product_id"].shape == answer["score"].shape
    assert (np.diff(answer["score"].numpy(), axis=1) <= 0).all()


@pytest.fixture
def batch(small_experiment):
    return next(iter(both().batches(small_experiment.inputs, "train", 64, seed=1, reshuffle=False).dataset))


def test_loss_is_the_weighted_sum_of_both(small_experiment, batch):
    inputs = small_experiment.inputs
    model = both(retrieval_weight=0.5, rating_weight=3.0).build(inputs)
    found, rated = apart(batch)
    retrieval = float(model.retrieval.compute_loss(found))
    rating = float(model.rating.compute_loss(model.query(rated), model.candidate(rated), rated, False))
    assert float(model.compute_loss(batch)) == pytest.approx(0.5 * retrieval + 3.0 * rating, rel=1e-5)
    uninformed = 0.5 * model.retrieval.uninformed_loss(found) + 3.0 * model.rating.uninformed_loss(rated)
    assert float(model.uninformed_loss(batch)) == pytest.approx(float(uninformed), rel=1e-5)


@pytest.mark.parametrize("loss", ["full", "sampled"])
def test_rows_grouped_by_customer_go_beside_rows_to_rate(small_experiment, loss):
    declaration = both(retrieval=declared(loss=loss, negatives=20 if loss == "sampled" else 0))
    inputs = small_experiment.inputs
    model = declaration.build(inputs)
    model.compile(optimizer=tf.keras.optimizers.Adam(0.01))
    batches = declaration.batches(inputs, "train", 100, seed=1, reshuffle=True)
    history = model.fit(batches.dataset, epochs=2, verbose=0).history["loss"]
    assert history[1] < history[0]
    assert len(batches.dataset) >= 10


def test_rows_withheld_from_the_towers_are_not_rated_either(small_experiment):
    inputs = small_experiment.inputs
    seen = {}
    for history in (None, History()):
        batches = both(retrieval=declared(loss="full", history=history)).batches(
            inputs, "train", 100, seed=1, reshuffle=False
        )
        seen[history] = [apart(batch)[1] for batch in batches.dataset]
        assert all(QUERY not in rated for rated in seen[history])
    end = max(int(inputs.splits[name].columns[INTERACTION_DATE].max()) for name in ("train", "eval")) + 1

    def withheld(batches):
        late = [batch[INTERACTION_DATE].numpy() >= end - 28 * 86_400 for batch in batches]
        fifth = [batch["household_id"].numpy() % 5 == 0 for batch in batches]
        return int(np.sum(np.concatenate(late) & np.concatenate(fifth)))

    assert withheld(seen[None]) > 0
    assert withheld(seen[History()]) == 0


def test_a_history_counts_in_evaluation_and_in_the_saved_model(small_experiment, tmp_path):
    plain = both(retrieval=declared(loss="full", product_bias=True))
    with_history = both(retrieval=declared(loss="full", product_bias=True, history=History()))
    inputs = small_experiment.inputs
    model = with_history.build(inputs)
    with_history.finish(model, inputs)
    test = with_history.evaluate(model, inputs).test
    assert model.retrieval.history_scorer is not None
    assert test["recall@10"] > plain.evaluate(plain.build(inputs), inputs).test["recall@10"]
    with_history.save(model, inputs, str(tmp_path))
    customer = {"household_id": tf.constant([1_003], tf.int64), "segment": tf.constant(["old"])}
    answer = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](**customer)
    server = with_history.retrieval.server(model.retrieval, inputs)
    expected = server.recommend(customer, tf.constant(10), tf.constant(False))
    assert answer["score"][:, :10].numpy() == pytest.approx(expected["score"].numpy(), abs=1e-5)


def test_both_losses_move_the_shared_towers(small_experiment, batch):
    model = both().build(small_experiment.inputs)
    weights = [*model.query.trainable_variables, *model.candidate.trainable_variables]
    found, rated = apart(batch)
    losses = [
        lambda: model.retrieval.compute_loss(found),
        lambda: model.rating.compute_loss(model.query(rated), model.candidate(rated), rated, False),
    ]
    for loss in losses:
        with tf.GradientTape() as tape:
            value = loss()
        assert all(gradient is not None for gradient in tape.gradient(value, weights))


def test_every_weight_is_counted_once(small_experiment):
    model = both().build(small_experiment.inputs)
    towers = [variable.ref() for tower in model.towers.values() for variable in tower.trainable_variables]
    assert sorted(towers, key=hash) == sorted((v.ref() for v in model.trainable_variables), key=hash)


def test_rows_without_a_label_teach_retrieval_alone(small_experiment, batch):
    inputs = with_labels(small_experiment.inputs, lambda labels: np.where(labels > 3, np.nan, labels))
    model = both().build(inputs)
    found, rated = apart(batch)
    unlabelled = side_by_side(found, {**rated, "interaction_label": tf.fill([64], float("nan"))})
    with tf.GradientTape() as tape:
        loss = model.compute_loss(unlabelled)
    assert float(loss) == pytest.approx(float(model.retrieval.compute_loss(found)), rel=1e-5)
    for gradient in tape.gradient(loss, model.query.trainable_variables):
        assert np.isfinite(tf.convert_to_tensor(gradient)).all()


def test_wrong_declarations_are_refused():
    with pytest.raises(DeclarationError, match=r"Multitask\.rating_weight is 0; use a finite number above 0"):
        both(rating_weight=0)
    leak = Tower([Vocabulary("product_id", dim=8), Numeric("spent")])
    with pytest.raises(DeclarationError, match="'spent' reads 'spent', the label that is predicted"):
        both(retrieval=declared(candidate=leak))
