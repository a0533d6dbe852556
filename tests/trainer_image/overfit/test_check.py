"""The check on sound and on broken models, through `train` as the Trainer runs it."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from recsflow_trainer.errors import OverfitCheckFailed, TrainingConfigError
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.overfit.check import fits, switch_off_dropout
from recsflow_trainer.overfit.sample import Matches, Ratings
from recsflow_trainer.ranking.declaration import Ranking
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.towers import Dense, Dropout
from recsflow_trainer.training.run_fn import train
from tests.trainer_image.ranking.test_declaration import ranked
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow

LABEL = "interaction_label"


class WrongSign(Retrieval):
    """Learns to rank a customer's own product last."""

    def build(self, inputs):
        model = super().build(inputs)
        loss = model.compute_loss
        model.compute_loss = lambda features, training=False: -loss(features, training)
        return model


class DeadUnits(Retrieval):
    """Has hidden units that are all inactive."""

    def build(self, inputs):
        model = super().build(inputs)
        for tower in (model.query, model.candidate):
            tower.hidden_layers[0].bias.assign(tf.fill([16], -100.0))
        return model


class OtherTargets(Ranking):
    """Learns from targets that are those of other rows, always of the same ones."""

    def build(self, inputs):
        model = super().build(inputs)
        loss = model.compute_loss
        model.compute_loss = lambda rows, training=False: loss(
            {**rows, LABEL: tf.roll(rows[LABEL], 7, axis=0)}, training
        )
        return model


class ShuffledTargets(Ranking):
    """Learns from targets that are those of other rows, of others in each step."""

    def build(self, inputs):
        model = super().build(inputs)
        loss = model.compute_loss
        model.compute_loss = lambda rows, training=False: loss(
            {**rows, LABEL: tf.random.shuffle(rows[LABEL])}, training
        )
        return model


def check(declaration, experiment, folder, **training):
    """Runs a check of 16 rows and returns its metrics and the error that it ended with."""
    parameters = {"epochs": 60, "learning_rate": 0.02, "optimizer": "adam", **training}
    fn_args = experiment.fn_args(folder, **parameters)
    fn_args.custom_config["overfit_check"] = {"rows": 16}
    error = None
    try:
        train(declaration, fn_args)
    except OverfitCheckFailed as failure:
        error = failure
    return json.loads((folder / "training_metrics.json").read_text()), error


def flags(metrics):
    return [(flag["name"], flag["look_at"]) for flag in metrics["overfit"]["red_flags"]]


@pytest.fixture(scope="module")
def passed(small_experiment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("overfit")
    layers = [Dense(16, activation="relu"), Dropout(0.5)]
    query, candidate = (
        type(tower)(tower.inputs, layers) for tower in (declared().query, declared().candidate)
    )
    metrics, error = check(declared(query=query, candidate=candidate), small_experiment, folder)
    return SimpleNamespace(metrics=metrics, error=error, folder=folder)


def test_a_sound_model_passes_in_spite_of_its_dropout(passed):
    metrics = passed.metrics
    assert passed.error is None
    assert metrics["status"] == "succeeded"
    assert metrics["overfit"]["passed"]
    assert metrics["overfit"]["rows"] == 16
    assert flags(metrics) == []


def test_every_ten_epochs_leave_a_record(passed):
    metrics = passed.metrics
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == [10, 20, 30, 40, 50, 60]
    assert {"loss", "recall@1", "score_std", "gradient_norm"} <= set(metrics["epochs"][0]["metrics"])


def test_no_model_is_saved_and_nothing_is_measured_on_test_rows(passed):
    assert passed.metrics["model_uri"] is None
    assert passed.metrics["test"] == {}
    # TFX wants the folder.
    assert [path.name for path in (passed.folder / "Format-Serving").iterdir()] == ["README.txt"]


def test_a_sound_model_passes_with_a_softmax_over_all_products(small_experiment, tmp_path):
    metrics, error = check(declared(loss="full", product_bias=True), small_experiment, tmp_path)
    assert error is None
    assert metrics["overfit"]["passed"]


def test_a_sound_ranking_model_passes(small_experiment, tmp_path):
    metrics, error = check(ranked(), small_experiment, tmp_path)
    assert error is None
    assert {each["name"] for each in metrics["overfit"]["criteria"]} == {
        *("final_loss", "gradient_norm", "pairwise_accuracy", "spearman", "score_std")
    }


def test_a_wrong_sign_fails_and_points_to_the_loss(small_experiment, tmp_path):
    sound = declared()
    metrics, error = check(WrongSign(**vars(sound)), small_experiment, tmp_path)
    assert flags(metrics) == [("wrong_sign", "loss")]
    assert metrics["status"] == "failed"
    assert "RED FLAG wrong_sign, look at the loss" in str(error)
    assert "Look for a wrong sign" in str(error)
    assert "16 rows could not be learnt by heart in 60 epochs" in str(error)


def test_a_dead_forward_pass_fails_and_points_to_it(small_experiment, tmp_path):
    metrics, _ = check(DeadUnits(**vars(declared(hidden=[16]))), small_experiment, tmp_path)
    assert flags(metrics) == [("no_gradient", "forward pass")]


def test_a_sampled_loss_that_nothing_changes_is_called_unchanged(small_experiment, tmp_path):
    sampled = declared(loss="sampled", negatives=8, product_bias=True)
    metrics, _ = check(sampled, small_experiment, tmp_path, learning_rate=1e-9)
    assert flags(metrics) == [("unchanged_loss", "loss")]


@pytest.mark.parametrize(
    ("broken", "flag"), [(OtherTargets, "wrong_targets"), (ShuffledTargets, "nothing_learnt")]
)
def test_targets_of_other_rows_fail_and_point_to_the_data(small_experiment, tmp_path, broken, flag):
    metrics, _ = check(broken(**vars(ranked())), small_experiment, tmp_path)
    assert flags(metrics) == [(flag, "data")]


def test_epochs_that_do_not_fill_the_lines_are_refused(small_experiment, tmp_path):
    with pytest.raises(TrainingConfigError, match="use a multiple of 10"):
        check(declared(), small_experiment, tmp_path, epochs=15)


def test_equal_scores_are_no_hits():
    (fit,) = fits([Matches(np.zeros([4, 4], np.float32))])
    assert (fit.measures["recall@1"], fit.order, fit.score_std) == (0.0, 0.5, 0.0)


def test_a_hit_is_a_score_above_all_others():
    # Row 0 is a hit; row 1 has one other candidate above its own and one below.
    scores = np.array([[3, 1, 2], [5, 4, 0], [0, 1, 1]], np.float32)
    (fit,) = fits([Matches(scores)])
    assert fit.measures["recall@1"] == pytest.approx(1 / 3)
    # Of six pairs, own against other: 2 + 1 + 1.5 are in order.
    assert fit.order == pytest.approx(4.5 / 6)


def test_ratings_are_compared_over_all_rows():
    (fit,) = fits([Ratings(np.array([1, 2, 4, 3], np.float32), np.array([1, 2, 3, 4], np.float32))])
    # Of six pairs, one is the wrong way round; Spearman is 1 - 6 * 2 / (4 * 15).
    assert fit.measures["pairwise_accuracy"] == pytest.approx(5 / 6)
    assert fit.measures["spearman"] == pytest.approx(0.8)
    assert fit.target_std == pytest.approx(np.sqrt(1.25))


def test_dropout_is_switched_off_wherever_it_stands():
    model = tf_keras.Sequential([tf_keras.Sequential([tf_keras.layers.Dropout(0.9)])])
    switch_off_dropout(model)
    ones = tf.ones([4, 8])
    assert np.array_equal(model(ones, training=True), ones)
