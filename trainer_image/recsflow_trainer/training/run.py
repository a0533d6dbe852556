"""The body of TFX Trainer's `run_fn`: train, evaluate, save, and always leave the metrics behind."""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from time import monotonic
from typing import Any

import numpy as np
from absl import logging

from recsflow_trainer.baselines.comparison import compare, not_better
from recsflow_trainer.diagnostics.callbacks import EpochRecorder, StopOnNonFiniteLoss
from recsflow_trainer.diagnostics.epoch_probe import probe_of
from recsflow_trainer.diagnostics.run_verdict import Evidence, judge_run
from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.diagnostics.verdict import Reference
from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.metrics_file import (
    Diagnosis,
    EpochRecord,
    ErrorRecord,
    Rows,
    Status,
    TrainingMetrics,
    Verdict,
    write_metrics,
)
from recsflow_trainer.overfit.check import leave_no_model, overfit, report, verdict
from recsflow_trainer.training.accelerator import require_accelerator
from recsflow_trainer.training.cancellation import cancel_on_sigterm
from recsflow_trainer.training.config import TrainerConfig, TrainingParameters, as_mapping, parse_config
from recsflow_trainer.training.environment import environment_versions
from recsflow_trainer.training.learning_rate import linear_decay
from recsflow_trainer.training.model_declaration import Inputs, ModelDeclaration
from recsflow_trainer.training.optimizers import make_optimizer


def train(model: ModelDeclaration, fn_args: Any) -> None:
    """Runs one experiment.

    `training_metrics.json` is written at the start, after each epoch and at the end, whatever the end is.

    Args:
        model: The declared model.
        fn_args: TFX's `FnArgs`. `custom_config` holds the run's parameters, hyperparameters stand nowhere
            else.

    Raises:
        TrainingConfigError: The parameters are wrong, or the accelerator is not there; raised before
            anything is read.
        TrainingCancelled: The process got SIGTERM.
    """
    custom_config = as_mapping(fn_args.custom_config)
    uri = custom_config.get("metrics_uri")
    if not isinstance(uri, str) or not uri:
        raise TrainingConfigError(
            f"trainer_config.metrics_uri is {uri!r}; give the URI of training_metrics.json."
        )
    metrics = TrainingMetrics(
        experiment_id=str(custom_config.get("experiment_id", "")),
        model_type=model.model_type,
        environment=environment_versions(),
    )
    error: ErrorRecord | None = None
    try:
        with cancel_on_sigterm():
            _Run(model, fn_args, custom_config, metrics, uri).run()
    except BaseException as failure:
        error = ErrorRecord(type(failure).__name__, str(failure), traceback.format_exc())
        raise
    finally:
        metrics.finish(error)
        _write_last(metrics, uri)


class _Run:
    """The steps of one run, each of which fills in its part of the metrics."""

    def __init__(
        self,
        model: ModelDeclaration,
        fn_args: Any,
        custom_config: Mapping[str, Any],
        metrics: TrainingMetrics,
        uri: str,
    ) -> None:
        self.declaration = model
        self.fn_args = fn_args
        self.custom_config = custom_config
        self.metrics = metrics
        self.uri = uri

    def run(self) -> None:
        write_metrics(self.metrics, self.uri)
        config = parse_config(self.custom_config)
        require_accelerator(config.accelerator)
        parameters = config.training
        self.metrics.params = {**_flat(parameters), **self.declaration.params()}
        optimizer = make_optimizer(
            parameters.optimizer,
            parameters.learning_rate,
            options=parameters.optimizer_options,
            clipnorm=parameters.clipnorm,
        )
        with self.timed("read"):
            inputs = self.read(config)
        write_metrics(self.metrics, self.uri)
        tf_keras.utils.set_random_seed(parameters.seed)
        if config.overfit_check:
            with self.timed("overfit_check"):
                self.check_overfit(inputs, config.overfit_check.rows, optimizer, parameters)
            return
        model = self.declaration.build(inputs)
        model.compile(optimizer=optimizer)
        with self.timed("train"):
            self.fit(model, inputs, parameters)
        with self.timed("evaluate"):
            self.evaluate(model, inputs, parameters)
        with self.timed("save"):
            self.declaration.save(model, inputs, self.fn_args.serving_model_dir)
        self.metrics.model_uri = self.fn_args.serving_model_dir

    def read(self, config: TrainerConfig) -> Inputs:
        inputs: Inputs = self.declaration.read(self.fn_args, config)
        splits = inputs.splits
        self.metrics.rows = Rows(splits.train.rows, splits.eval.rows, splits.test.rows)
        for sentence in inputs.warnings:
            self.warn(sentence)
        return inputs

    def check_overfit(
        self, inputs: Inputs, rows: int, optimizer: Any, parameters: TrainingParameters
    ) -> None:
        sample = self.declaration.overfit_sample(inputs, rows)
        # The rows are all that there is: a model of more products would number them in another way.
        model = self.declaration.build(sample.inputs)
        model.compile(optimizer=optimizer)
        batches = self.declaration.batches(
            sample.inputs, "train", rows, seed=parameters.seed, reshuffle=False
        )
        seen = overfit(
            model, batches.dataset, sample.outputs, epochs=parameters.epochs, on_record=self.record_overfit
        )
        result = verdict(seen, batches.rows, parameters.epochs, parameters.learning_rate)
        self.metrics.overfit = result
        report(result)
        leave_no_model(self.fn_args.serving_model_dir)

    def record_overfit(self, record: EpochRecord) -> None:
        self.metrics.epochs.append(record)
        write_metrics(self.metrics, self.uri)

    def fit(self, model: TrackedModel, inputs: Inputs, parameters: TrainingParameters) -> None:
        rows, size = inputs.splits.train.rows, parameters.batch_size
        if rows < size:
            self.warn(f"batch_size {size} is more than the {rows} training rows.")
        train = self.declaration.batches(inputs, "train", size, seed=parameters.seed, reshuffle=True)
        # The loss may depend on the batch size, which the training rows bound.
        validation = self.declaration.batches(
            inputs, "eval", min(size, rows), seed=parameters.seed, reshuffle=False
        )
        recorder = EpochRecorder(
            self.metrics,
            _reference(model, validation.dataset),
            collapse_patience=parameters.collapse_patience,
            examples_per_epoch=train.rows,
            on_epoch=lambda record: self.report(record, parameters.epochs),
            probe=probe_of(self.declaration, inputs),
        )
        callbacks = [StopOnNonFiniteLoss(), recorder]
        if parameters.learning_rate_decay == "linear":
            callbacks.insert(0, linear_decay(parameters.learning_rate, parameters.epochs))
        if parameters.early_stopping_patience is not None:
            callbacks.append(
                tf_keras.callbacks.EarlyStopping(
                    "val_loss", patience=parameters.early_stopping_patience, restore_best_weights=True
                )
            )
        model.fit(
            train.dataset,
            validation_data=validation.dataset,
            epochs=parameters.epochs,
            callbacks=callbacks,
            verbose=0,
        )

    def evaluate(self, model: TrackedModel, inputs: Inputs, parameters: TrainingParameters) -> None:
        test = self.declaration.batches(
            inputs, "test", parameters.batch_size, seed=parameters.seed, reshuffle=False
        )
        loss = float(model.evaluate(test.dataset, verbose=0, return_dict=True)["loss"])
        evaluation = self.declaration.evaluate(model, inputs)
        self.metrics.candidates = evaluation.candidates
        self.metrics.test = {"loss": loss, **evaluation.test}
        self.metrics.baselines = evaluation.baselines
        self.metrics.comparison = compare(self.metrics.test, evaluation.baselines)
        self.judge(evaluation.measures)
        logging.info("test %s", " ".join(f"{name} {value:.4f}" for name, value in self.metrics.test.items()))

    def judge(self, measures: Mapping[str, float]) -> None:
        of_epochs = self.metrics.diagnosis
        diagnosis = judge_run(of_epochs, Evidence(self.metrics.comparison, measures))
        self.metrics.diagnosis = diagnosis
        if diagnosis.verdict is not of_epochs.verdict:
            self.warn(told(diagnosis))
        for baseline, metrics in not_better(self.metrics.comparison).items():
            logging.warning("the model does not beat %s in %s", baseline, ", ".join(metrics))

    def report(self, record: EpochRecord, epochs: int) -> None:
        write_metrics(self.metrics, self.uri)
        logging.info(
            "epoch %d/%d loss %.3f val_loss %.3f %s examples/s",
            record.epoch,
            epochs,
            record.metrics["loss"],
            record.metrics["val_loss"],
            f"{record.examples_per_s:,.0f}",
        )
        diagnosis = self.metrics.diagnosis
        if diagnosis.verdict is not Verdict.HEALTHY:
            self.warn(told(diagnosis))

    def warn(self, message: str) -> None:
        self.metrics.warnings.append(message)
        logging.warning("%s", message)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = monotonic()
        try:
            yield
        finally:
            self.metrics.durations_s[step] = monotonic() - started


def told(diagnosis: Diagnosis) -> str:
    """Returns a diagnosis as one sentence and its suggestion."""
    return f"{diagnosis.verdict}: {'; '.join(diagnosis.evidence)}. {diagnosis.suggestion}"


def _reference(model: TrackedModel, batches: tf.data.Dataset) -> Reference:
    """Measures the model before its first step."""
    statistics = model.tower_statistics()
    return Reference(
        uninformed_loss=float(np.mean([model.uninformed_loss(batch).numpy() for batch in batches])),
        initial_loss=float(model.evaluate(batches, verbose=0, return_dict=True)["loss"]),
        initial_weight_norms={name: tower.weight.norm for name, tower in statistics.items()},
    )


def _flat(parameters: TrainingParameters) -> dict[str, Any]:
    values = asdict(parameters)
    options = values.pop("optimizer_options")
    return {**values, **{f"optimizer_{name}": value for name, value in options.items()}}


def _write_last(metrics: TrainingMetrics, uri: str) -> None:
    """Writes the end of the run; when the run has failed already, its own error is the one to show."""
    try:
        write_metrics(metrics, uri)
    except Exception:
        if metrics.status is Status.SUCCEEDED:
            raise
        logging.exception("The metrics of the failed run could not be written to %s.", uri)
