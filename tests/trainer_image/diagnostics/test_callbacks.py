import numpy as np
import pytest

from recsflow_trainer.diagnostics.callbacks import EpochRecorder, StopOnNonFiniteLoss
from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.diagnostics.verdict import Reference
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.metrics_file import TrainingMetrics, Verdict

pytestmark = pytest.mark.tensorflow


class Line(TrackedModel):
    """Fits y = slope * x."""

    def __init__(self) -> None:
        tower = tf_keras.Sequential([tf_keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        tower.build([None, 1])
        super().__init__({"slope": tower}, name="line")
        self.tower = tower

    def compute_loss(self, features, training=False):
        return tf.reduce_mean(tf.square(self.tower(features["x"]) - features["y"]))


class DeadLine(Line):
    """Has no gradient."""

    def compute_loss(self, features, training=False):
        return tf.reduce_mean(tf.square(0.0 * self.tower(features["x"]) - features["y"]))


def _rows(slope: float = 2.0) -> Split:
    x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
    return Split("train", {"x": x, "y": slope * x})


def _fit(
    model: TrackedModel, *, epochs: int = 4, learning_rate: float = 0.1, patience: int = 2
) -> TrainingMetrics:
    metrics = TrainingMetrics("x", "line")
    recorder = EpochRecorder(
        metrics,
        Reference(uninformed_loss=100.0, initial_loss=100.0, initial_weight_norms={"slope": 1.0}),
        collapse_patience=patience,
        examples_per_epoch=8,
        on_epoch=seen.append,
    )
    model.compile(optimizer=tf_keras.optimizers.SGD(learning_rate))
    model.fit(
        _rows().batches(4, seed=1, reshuffle=True).dataset,
        validation_data=_rows().batches(4, seed=1, reshuffle=False).dataset,
        epochs=epochs,
        callbacks=[StopOnNonFiniteLoss(), recorder],
        verbose=0,
    )
    return metrics


seen: list = []


def test_each_epoch_has_the_gradients_of_its_own_steps_though_validation_ran_in_between():
    metrics = _fit(Line())
    norms = [epoch.towers["slope"].gradient.norm for epoch in metrics.epochs]
    assert len(norms) == 4
    assert all(norm > 0 for norm in norms)
    assert norms == sorted(norms, reverse=True)
    assert all(sum(epoch.towers["slope"].gradient.histogram.counts) == 16 for epoch in metrics.epochs)
    assert metrics.diagnosis.verdict is Verdict.HEALTHY


def test_gradient_statistics_are_those_before_clipping():
    model = Line()
    model.compile(optimizer=tf_keras.optimizers.SGD(0.1, clipnorm=1e-3))
    model.fit(_rows().batches(64, seed=1, reshuffle=True).dataset, verbose=0)
    mean_square = float(np.mean(np.linspace(-1, 1, 64) ** 2))
    assert model.tower_statistics()["slope"].gradient.norm == pytest.approx(4 * mean_square, rel=1e-4)


def test_records_losses_rate_and_speed_and_reports_each_epoch():
    seen.clear()
    metrics = _fit(Line(), epochs=2)
    assert seen == metrics.epochs
    assert [epoch.epoch for epoch in seen] == [1, 2]
    assert set(seen[0].metrics) == {"loss", "val_loss", "learning_rate"}
    assert seen[0].metrics["learning_rate"] == pytest.approx(0.1)
    assert seen[0].examples_per_s > 0
    assert seen[0].duration_s > 0


def test_collapse_stops_after_its_patience():
    metrics = _fit(DeadLine(), epochs=9, patience=2)
    assert len(metrics.epochs) == 2
    assert (metrics.diagnosis.verdict, metrics.diagnosis.epoch) == (Verdict.COLLAPSED, 2)


def test_nan_stops_within_its_epoch():
    metrics = _fit(Line(), epochs=9, learning_rate=1e30)
    assert len(metrics.epochs) == 1
    assert sum(metrics.epochs[0].towers["slope"].gradient.histogram.counts) < 16
    assert metrics.diagnosis.verdict is Verdict.DIVERGED


def test_accumulators_are_no_weights_of_the_model():
    model = Line()
    assert [weight.shape for weight in model.weights if "gradient" in weight.name] == []
