"""Keras callbacks that record each epoch and stop a run that has stopped learning."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.diagnostics.verdict import Reference, judge
from recsflow_trainer.keras import tf_keras
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
    ) -> None:
        super().__init__()
        self._metrics = metrics
        self._reference = reference
        self._collapse_patience = collapse_patience
        self._examples_per_epoch = examples_per_epoch
        self._on_epoch = on_epoch
        self._probe = probe
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

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Records and judges the epoch."""
        ended = time.monotonic()
        training_s = (self._trained if self._trained > self._started else ended) - self._started
        # An epoch that was stopped early took fewer steps.
        examples = self._examples_per_epoch * self.model.counted_steps / self.params["steps"]
        rate = float(self.model.optimizer.learning_rate.numpy())
        record = EpochRecord(
            epoch=epoch + 1,
            duration_s=ended - self._started,
            examples_per_s=examples / training_s if training_s > 0 else 0.0,
            metrics={
                **{name: float(value) for name, value in (logs or {}).items()},
                "learning_rate": rate,
                **self._probe(self.model),
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
