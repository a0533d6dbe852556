"""The loop of the overfit check: a few rows, dropout off, a high learning rate, many epochs."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from absl import logging

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.errors import OverfitCheckFailed
from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.metrics_file import EpochRecord
from recsflow_trainer.overfit.observation import Fit, Observation, criteria, score_std_names
from recsflow_trainer.overfit.record import OverfitRecord, RedFlag
from recsflow_trainer.overfit.red_flags import red_flags
from recsflow_trainer.overfit.sample import Matches, Ratings
from recsflow_trainer.training.config import OVERFIT_EPOCHS_A_LINE, TrainingParameters


def overfit(
    model: TrackedModel,
    rows: tf.data.Dataset,
    outputs: Callable[[TrackedModel], Sequence[Ratings | Matches]],
    *,
    parameters: TrainingParameters,
    on_record: Callable[[EpochRecord], None],
) -> Observation:
    """Trains on the rows again and again, and returns what was seen.

    Args:
        model: Compiled with the check's learning rate; its dropout is switched off for good.
        rows: All rows as one batch.
        outputs: Asks the model about the rows.
        parameters: How many epochs, each of one step, a multiple of ten; the seed draws the sampled products
            that the loss before training and the one after it share.
        on_record: Called every ten epochs.
    """
    switch_off_dropout(model)
    (batch,) = rows
    epochs, seed = parameters.epochs, parameters.seed
    initial_loss = _loss(model, batch, seed)
    recorder = _Recorder(epochs, lambda: fits(outputs(model)), on_record)
    ten_times = tf.data.Dataset.from_tensors(batch).repeat(OVERFIT_EPOCHS_A_LINE)
    model.fit(ten_times, epochs=epochs // OVERFIT_EPOCHS_A_LINE, callbacks=[recorder], verbose=0)
    return Observation(
        initial_loss=initial_loss,
        final_loss=_loss(model, batch, seed),
        uninformed_loss=float(model.uninformed_loss(batch)),
        gradient_norms=recorder.norms,
        fits=fits(outputs(model)),
    )


def verdict(seen: Observation, rows: int, epochs: int, learning_rate: float) -> OverfitRecord:
    """Returns the observation judged."""
    asked, flags = criteria(seen), red_flags(seen)
    passed = all(criterion.met for criterion in asked) and not flags
    return OverfitRecord(passed, rows, epochs, learning_rate, asked, flags)


def report(record: OverfitRecord) -> None:
    """Logs each criterion and red flag.

    Raises:
        OverfitCheckFailed: The check failed; the message has the red flags.
    """
    for criterion in record.criteria:
        logging.info(
            "overfit %s %.4g (bound %.4g) %s",
            criterion.name,
            criterion.value,
            criterion.bound,
            "ok" if criterion.met else "FAILED",
        )
    if not record.passed:
        raise OverfitCheckFailed(
            f"{record.rows} rows could not be learnt by heart in {record.epochs} epochs at learning rate "
            f"{record.learning_rate:g}. " + " ".join(_sentence(flag) for flag in record.red_flags)
        )


def leave_no_model(folder: str) -> None:
    """Makes the model's folder, which TFX wants of every Trainer, with a word on why nothing is in it."""
    tf.io.gfile.makedirs(folder)
    with tf.io.gfile.GFile(f"{folder}/README.txt", "w") as file:
        file.write("An overfit check saves no model: what it trained knows a few rows by heart.\n")


def switch_off_dropout(model: tf_keras.Model) -> None:
    """Sets the rate of every dropout layer to 0; all else stays as it is in training."""
    for layer in model.submodules:
        if isinstance(layer, tf_keras.layers.Dropout):
            layer.rate = 0.0


def fits(outputs: Sequence[Ratings | Matches]) -> list[Fit]:
    """Measures each task's answer."""
    return [_rated(answer) if isinstance(answer, Ratings) else _matched(answer) for answer in outputs]


def _loss(model: TrackedModel, batch: Any, seed: int) -> float:
    """The loss outside of training; equal weights give equal losses, although a loss may sample."""
    tf.random.set_seed(seed)
    return float(model.compute_loss(batch, training=False))


def _rated(ratings: Ratings) -> Fit:
    everybody = np.zeros(len(ratings.scores), np.int64)
    measured = rating_metrics(ratings.scores, ratings.targets, everybody)
    return Fit(
        measures={name: measured[name] for name in ("pairwise_accuracy", "spearman")},
        order=measured["pairwise_accuracy"],
        score_std=float(np.std(ratings.scores, dtype=np.float64)),
        target_std=float(np.std(ratings.targets, dtype=np.float64)),
    )


def _matched(matches: Matches) -> Fit:
    """A hit has a higher score than all other candidates: equal scores are none."""
    scores = matches.scores.astype(np.float64)
    own, others = np.diagonal(scores)[:, None], ~np.eye(len(scores), dtype=bool)
    above = np.where(own > scores, 1.0, np.where(own == scores, 0.5, 0.0))
    return Fit(
        measures={"recall@1": float(np.mean(((own > scores) | ~others).all(axis=1)))},
        order=float(above[others].mean()),
        score_std=float(scores.std()),
    )


def _sentence(flag: RedFlag) -> str:
    return f"RED FLAG {flag.name}, look at the {flag.look_at}: {flag.evidence}. {flag.advice}"


class _Recorder(tf_keras.callbacks.Callback):
    """Measures the model at the end of each of Keras's epochs, which are ten of the check's."""

    model: TrackedModel

    def __init__(
        self, epochs: int, measure: Callable[[], Sequence[Fit]], on_record: Callable[[EpochRecord], None]
    ) -> None:
        super().__init__()
        self.norms: list[dict[str, float]] = []
        self._epochs = epochs
        self._measure = measure
        self._on_record = on_record
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Starts the clock and the gradient statistics."""
        self.model.reset_statistics()
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Records ten epochs; a loss that is not finite ends the check."""
        duration_s = time.monotonic() - self._began
        loss, towers = float((logs or {})["loss"]), self.model.tower_statistics()
        self.model.stop_training = not math.isfinite(loss)
        self.norms.append({name: tower.gradient.norm for name, tower in towers.items()})
        values = {"loss": loss, "gradient_norm": math.hypot(*self.norms[-1].values())}
        measured = self._measure()
        for name, fit in zip(score_std_names(measured), measured, strict=True):
            values |= {**fit.measures, name: fit.score_std}
        epochs = OVERFIT_EPOCHS_A_LINE * (epoch + 1)
        shown = " ".join(f"{name} {value:.4g}" for name, value in values.items())
        logging.info("overfit epoch %d/%d %s", epochs, self._epochs, shown)
        self._on_record(
            EpochRecord(
                epoch=epochs,
                duration_s=duration_s,
                examples_per_s=math.nan,  # of no interest with one batch
                metrics={**values, "learning_rate": float(self.model.optimizer.learning_rate.numpy())},
                towers=towers,
            )
        )
