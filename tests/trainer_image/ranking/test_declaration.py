"""Ranking models over a small experiment: declared, trained, measured, saved."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError, ExamplesError
from recsflow_trainer.features import Numeric, Vocabulary
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.pairwise import PairwiseRankLoss
from recsflow_trainer.losses.rating import BinaryCrossentropy, Huber, MeanAbsoluteError, MeanSquaredError
from recsflow_trainer.ranking.declaration import Ranking
from recsflow_trainer.ranking.rated_model import calibrate, predicted_ratings
from recsflow_trainer.ranking.rating import Rating, check_labels, only_labelled
from recsflow_trainer.towers import Dense, Dropout, LayerNorm, Tower
from recsflow_trainer.training.run_fn import train
from tests.contracts.reported_metrics import check_metrics_file
from tests.trainer_image.rows import with_labels

pytestmark = pytest.mark.tensorflow

LABEL = "interaction_label"


def ranked(**changes):
    declaration = {
        "query": Tower([Vocabulary("household_id", dim=8), Vocabulary("segment", dim=3)]),
        "candidate": Tower([Vocabulary("product_id", dim=8), Vocabulary("department", dim=5)]),
        "customer_id": "household_id",
        "product_id": "product_id",
        "embedding_dim": 8,
        "rating": rated(),
    }
    return Ranking(**{**declaration, **changes})


def rated(loss=MeanSquaredError(), transform="zscore", layers=()):  # noqa: B008 (it is frozen)
    return Rating("spent", loss=loss, transform=transform, layers=layers)


def _metrics(folder):
    return json.loads((folder / "training_metrics.json").read_text())


@pytest.fixture(scope="module")
def trained(small_experiment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranking")
    declaration = ranked(rating=rated(layers=[Dense(16, activation="relu"), LayerNorm(), Dropout(0.1)]))
    train(
        declaration,
        small_experiment.fn_args(folder, epochs=6, batch_size=64, learning_rate=0.01, optimizer="adam"),
    )
    return folder


def test_training_leaves_rating_metrics_beside_their_baselines(trained):
    metrics = _metrics(trained)
    names = {"rmse", "mae", "mean_error", "pairwise_accuracy", "spearman"}
    assert metrics["status"] == "succeeded"
    check_metrics_file(metrics)
    assert metrics["model_type"] == "ranking"
    assert set(metrics["test"]) == {"loss", *names}
    assert set(metrics["baselines"]) == {
        "global_mean",
        "customer_mean",
        "product_mean",
        "customer_product_bias",
    }
    assert all(set(baseline) == names for baseline in metrics["baselines"].values())
    assert set(metrics["epochs"][0]["towers"]) == {"query", "candidate", "rating_head"}
    assert {f"val_{name}" for name in names} <= set(metrics["epochs"][0]["metrics"])
    assert metrics["params"]["label"] == "spent"
    assert all(
        isinstance(value, int | float | str | bool) or value is None for value in metrics["params"].values()
    )


def test_learns_what_customer_and_product_say_together(trained):
    # The label is 1 + department + (0 or 1 by customer) + noise of [0, 1), whose deviation is 0.29. The
    # product alone does not know the customer.
    metrics = _metrics(trained)
    assert metrics["diagnosis"]["verdict"] == "healthy"
    assert 0.28 < metrics["test"]["rmse"] < 0.9 * metrics["baselines"]["product_mean"]["rmse"]


LOAD = """
import json, sys, tensorflow as tf
rate = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
given = json.loads(sys.argv[2])
columns = {name: tf.constant(values, getattr(tf, dtype)) for name, (dtype, values) in given.items()}
print(json.dumps(rate(**columns)["rating"].numpy().tolist()))
"""
LOSSES = [
    rated(MeanSquaredError(), "log1p"),
    rated(MeanAbsoluteError(), "minmax"),
    rated(Huber(0.5), "identity", [Dense(4, activation="relu")]),
    rated(PairwiseRankLoss(), "zscore"),
]


def _raw(rows):
    return {
        "household_id": ("int64", [row["household_id"] for row in rows]),
        "segment": ("string", [row["segment"] for row in rows]),
        "product_id": ("int64", [row["product_id"] for row in rows]),
        "department": ("string", [row["department"] for row in rows]),
    }


def test_saved_model_rates_raw_columns_in_a_fresh_process_as_in_training(small_experiment, tmp_path):
    declaration, inputs = ranked(rating=LOSSES[0]), small_experiment.inputs
    model = declaration.build(inputs)
    declaration.save(model, inputs, str(tmp_path))
    columns = json.dumps(_raw(small_experiment.rows["test"][:20]))
    ran = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path), columns], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    served = json.loads(ran.stdout.splitlines()[-1])
    assert served == pytest.approx(predicted_ratings(model, inputs.splits.test)[:20].tolist(), rel=1e-4)


@pytest.mark.parametrize("rating", LOSSES[2:])
def test_loaded_model_gives_the_same_ratings_as_in_training(small_experiment, tmp_path, rating):
    declaration, inputs = ranked(rating=rating), small_experiment.inputs
    model = declaration.build(inputs)
    model.compile(optimizer="adam")
    model.fit(declaration.batches(inputs, "train", 100, seed=1, reshuffle=True).dataset, verbose=0)
    declaration.finish(model, inputs)
    declaration.save(model, inputs, str(tmp_path))
    rate = tf.saved_model.load(str(tmp_path)).signatures["rate"]
    columns = {
        name: tf.constant(values, getattr(tf, dtype))
        for name, (dtype, values) in _raw(small_experiment.rows["test"]).items()
    }
    expected = predicted_ratings(model, inputs.splits.test)
    np.testing.assert_allclose(rate(**columns)["rating"], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rating", LOSSES)
def test_metrics_are_in_the_labels_own_units(small_experiment, rating):
    # Untrained, a mean, a median or a calibrated level is about the global mean.
    declaration, inputs = ranked(rating=rating), small_experiment.inputs
    model = declaration.build(inputs)
    declaration.finish(model, inputs)
    evaluation = declaration.evaluate(model, inputs)
    spread = evaluation.baselines["global_mean"]["rmse"]
    assert spread == pytest.approx(float(np.std(inputs.splits.test.columns[LABEL])), rel=0.05)
    assert evaluation.test["rmse"] == pytest.approx(spread, rel=0.2)


@pytest.mark.parametrize("rating", LOSSES)
def test_untrained_model_is_no_better_than_a_constant(small_experiment, rating):
    declaration, inputs = ranked(rating=rating), small_experiment.inputs
    model = declaration.build(inputs)
    batch = next(iter(declaration.batches(inputs, "train", 500, seed=1, reshuffle=False).dataset))
    uninformed = float(model.uninformed_loss(batch))
    assert float(model.compute_loss(batch)) == pytest.approx(uninformed, rel=1e-5)
    if rating.transform == "zscore" and not isinstance(rating.loss, PairwiseRankLoss):
        assert uninformed == pytest.approx(1.0, abs=0.1)
    if isinstance(rating.loss, PairwiseRankLoss):
        assert uninformed == pytest.approx(math.log(2), rel=1e-5)


def test_order_learnt_by_pairs_gets_the_labels_level(small_experiment):
    declaration, inputs = ranked(rating=LOSSES[3]), small_experiment.inputs
    model = declaration.build(inputs)
    model.compile(optimizer=tf.keras.optimizers.Adam(0.03))
    batches = declaration.batches(inputs, "train", 100, seed=1, reshuffle=True)
    model.fit(batches.dataset, epochs=4, verbose=0)
    declaration.finish(model, inputs)
    evaluation = declaration.evaluate(model, inputs)
    assert evaluation.test["rmse"] < 0.7 * evaluation.baselines["global_mean"]["rmse"]
    by_product = evaluation.baselines["product_mean"]
    assert evaluation.test["pairwise_accuracy"] > by_product["pairwise_accuracy"] - 0.03


def test_calibration_does_not_turn_an_order_round(small_experiment):
    declaration, inputs = ranked(rating=LOSSES[3]), small_experiment.inputs
    model = declaration.build(inputs)
    outputs = np.array([1.0, 2.0, 3.0], np.float32)
    model.rating.scale.calibrate(outputs, -outputs)
    assert float(model.rating.scale.slope) == 0.0
    assert float(model.rating.scale.level) == pytest.approx(-2.0)
    calibrate(model, inputs.splits.train)
    assert float(model.rating.scale.slope) >= 0.0


def test_zero_and_one_are_rated_with_a_probability(small_experiment):
    inputs = with_labels(small_experiment.inputs, lambda labels: labels > 2.5)
    declaration = ranked(rating=rated(BinaryCrossentropy(), "identity"))
    ratings = predicted_ratings(declaration.build(inputs), inputs.splits.test)
    share = float(inputs.splits.train.columns[LABEL].mean())
    assert ratings.mean() == pytest.approx(share, abs=0.01)
    assert ((ratings > 0) & (ratings < 1)).all()


def test_labels_that_do_not_fit_are_refused_before_training(small_experiment):
    inputs = small_experiment.inputs
    crossentropy = ranked(rating=rated(BinaryCrossentropy(), "identity"))
    with pytest.raises(ExamplesError, match=r"'spent' is neither 0 nor 1 in 1,500 training rows, such as"):
        crossentropy.build(inputs)
    with pytest.raises(ExamplesError, match="'spent' is 3 in all 1,500 training rows"):
        ranked().build(with_labels(inputs, lambda labels: np.full_like(labels, 3)))
    with pytest.raises(ExamplesError, match="'spent' is infinite in 1,500 training rows"):
        ranked().build(with_labels(inputs, lambda labels: np.full_like(labels, np.inf)))


def _without_every_third(labels):
    return np.where(np.arange(len(labels)) % 3 == 0, np.nan, labels)


def test_rows_without_a_label_are_left_out_and_counted(small_experiment):
    checked = check_labels(with_labels(small_experiment.inputs, _without_every_third), "spent")
    assert checked.warnings == (
        "500 of 1,500 rows of split 'train' have no label 'spent'; ratings are neither learnt from nor "
        "measured on them.",
        "67 of 200 rows of split 'eval' have no label 'spent'; ratings are neither learnt from nor "
        "measured on them.",
        "100 of 300 rows of split 'test' have no label 'spent'; ratings are neither learnt from nor "
        "measured on them.",
    )
    splits = only_labelled(checked).splits
    assert [split.rows for split in (splits.train, splits.eval, splits.test)] == [1000, 133, 200]


def test_split_without_any_label_is_an_error(small_experiment):
    inputs = with_labels(small_experiment.inputs, lambda labels: np.full_like(labels, np.nan))
    with pytest.raises(ExamplesError, match="No row of split 'train' has a label 'spent'"):
        check_labels(inputs, "spent")


def test_rows_of_an_overfit_check_differ_in_customer_product_and_label(small_experiment):
    declaration, inputs = ranked(), small_experiment.inputs
    sample = declaration.overfit_sample(inputs, 16)
    columns = sample.inputs.splits.train.columns
    assert len(columns[LABEL]) == 16
    for name in ("household_id", "product_id", LABEL):
        assert len(set(columns[name].tolist())) == 16
    model = declaration.build(sample.inputs)
    (ratings,) = sample.outputs(model)
    assert ratings.scores.shape == ratings.targets.shape == (16,)
    # In the units of the loss: the z-score by the 16 rows that the model was built with.
    assert ratings.targets.mean() == pytest.approx(0.0, abs=1e-5)
    assert ratings.targets.std() == pytest.approx(1.0, abs=1e-5)


def test_wrong_declarations_are_refused():
    with pytest.raises(DeclarationError, match=r"Rating\.transform is 'sqrt'; use one of: identity, log1p"):
        rated(transform="sqrt")
    with pytest.raises(DeclarationError, match="with BinaryCrossentropy, which takes 0 and 1 as they are"):
        rated(BinaryCrossentropy(), "zscore")
    with pytest.raises(DeclarationError, match="'spent' reads 'spent', the label that is predicted"):
        ranked(candidate=Tower([Vocabulary("product_id", dim=8), Numeric("spent")]))
    with pytest.raises(DeclarationError, match=r"Ranking\.embedding_dim is 0; use 1 or more"):
        ranked(embedding_dim=0)
    with pytest.raises(DeclarationError, match="Ranking has department in both towers"):
        ranked(query=Tower([Vocabulary("household_id", dim=8), Vocabulary("department", dim=5)]))
