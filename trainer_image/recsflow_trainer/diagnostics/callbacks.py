"""Keras callbacks that record each epoch and stop a run that has stopped learning."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.diagnostics.verdict import Reference, judge
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.metrics_file import EpochRecord, TrainingMetrics, Verdict


class StopOnNonFiniteLoss(tf_keras.callbacks.Callback):
    """Ends training at the first step whose loss is NaN or infinite; no later step can mend it."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Looks at the running mean, which stays NaN once a step was."""
        if logs and not math.isfinite(float(logs["loss"])):
            self.model.stop_training = True


class EpochRecorder(tf_keras.callbacks.Callback):
    """Adds each epoch to the metrics, judges it and tells who is watching.

    Keras calls `on_epoch_end` after validation. The gradient statistics are read there and reset only when
    the next epoch begins.

    Args:
        metrics: Receives the epochs and the diagnosis.
        reference: What the verdict compares with.
        collapse_patience: Collapsed epochs in a row before training stops.
        examples_per_epoch: Rows that an epoch trains on.
        on_epoch: Called after each epoch with its record.
        probe: Measures the model after each epoch; its time is no part of the epoch's.
        before_validation: Makes of the model what would be evaluated if training ended here.
    """

    model: TrackedModel

    def __init__(  # noqa: PLR0913
        self,
        metrics: TrainingMetrics,
        reference: Reference,
        *,
        collapse_patience: int,
        examples_per_epoch: int,
        on_epoch: Callable[[EpochRecord], None],
        probe: Callable[[TrackedModel], Mapping[str, float]] = lambda model: {},
        before_validation: Callable[[TrackedModel], None] = lambda model: None,
    ) -> None:
        super().__init__()
        self._metrics = metrics
        self._reference = reference
        self._collapse_patience = collapse_patience
        self._examples_per_epoch = examples_per_epoch
        self._on_epoch = on_epoch
        self._probe = probe
        self._before_validation = before_validation
        self._collapsed_epochs = 0
        self._started = 0.0
        self._trained = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Starts the clock and the gradient statistics."""
        self.model.reset_statistics()
        self._started = self._trained = time.monotonic()

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Notes when training ended and validation began."""
        self._trained = time.monotonic()
        self._before_validation(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Records and judges the epoch."""
        ended = time.monotonic()
        training_s = (self._trained if self._trained > self._started else ended) - self._started
        # An epoch that was stopped early took fewer steps.
        examples = self._examples_per_epoch * self.model.counted_steps / self.params["steps"]
        rate = float(self.model.optimizer.learning_rate.numpy())
        probed = self._probe(self.model)
        if logs is not None:  # for the callbacks after this one, which may go by them
            logs.update(probed)
        record = EpochRecord(
            epoch=epoch + 1,
            duration_s=ended - self._started,
            examples_per_s=examples / training_s if training_s > 0 else 0.0,
            metrics={
                **{name: float(value) for name, value in (logs or {}).items()},
                "learning_rate": rate,
                **probed,
            },
            towers=self.model.tower_statistics(),
        )
        self._metrics.epochs.append(record)
        self._judge()
        self._on_epoch(record)

    def _judge(self) -> None:
        diagnosis = judge(self._metrics.epochs, self.model.counted_steps, self._reference)
        self._metrics.diagnosis = diagnosis
        self._collapsed_epochs = self._collapsed_epochs + 1 if diagnosis.verdict is Verdict.COLLAPSED else 0
        if diagnosis.verdict is Verdict.DIVERGED or self._collapsed_epochs >= self._collapse_patience:
            self.model.stop_training = True


def reference_of(model: TrackedModel, batches: tf.data.Dataset) -> Reference:
    """Measures the model before its first step."""
    statistics = model.tower_statistics()
    return Reference(
        uninformed_loss=float(np.mean([model.uninformed_loss(batch).numpy() for batch in batches])),
        initial_loss=float(model.evaluate(batches, verbose=0, return_dict=True)["loss"]),
        initial_weight_norms={name: tower.weight.norm for name, tower in statistics.items()},
    )
