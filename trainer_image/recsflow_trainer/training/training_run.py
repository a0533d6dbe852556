"""A training run: read, train or check, finish, evaluate, save."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from absl import logging

from recsflow_trainer.baselines.comparison import compare, not_better
from recsflow_trainer.diagnostics.callbacks import EpochRecorder, StopOnNonFiniteLoss, reference_of
from recsflow_trainer.diagnostics.epoch_probe import finished_probe, monitored_by, probe_of
from recsflow_trainer.diagnostics.run_verdict import Evidence, judge_run
from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.evaluation.cold_rows import cold_warnings
from recsflow_trainer.evaluation.ratings import shift_warnings
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.keras import tf_keras
from recsflow_trainer.metrics_file import Diagnosis, EpochRecord, Rows, TrainingMetrics, Verdict
from recsflow_trainer.overfit.check import leave_no_model, overfit, report, verdict
from recsflow_trainer.towers.unseen_values import averages_unseen
from recsflow_trainer.training.accelerator import require_accelerator
from recsflow_trainer.training.config import TrainerConfig, TrainingParameters, parse_config
from recsflow_trainer.training.early_stopping import BestEpoch
from recsflow_trainer.training.learning_rate import linear_decay
from recsflow_trainer.training.model_declaration import Inputs, ModelDeclaration
from recsflow_trainer.training.optimizers import make_optimizer
from recsflow_trainer.training.progress import Progress

# What Keras does between two steps costs as much as a step of a small batch; a run looks after each so many.
STEPS_PER_EXECUTION = 16


class TrainingRun:
    """Reads, trains, evaluates and saves a model; each phase fills in its part of the metrics.

    Args:
        model: The declared model.
        fn_args: TFX's `FnArgs`.
        custom_config: The run's parameters.
        metrics: What is known so far.
        uri: Where the metrics are written.
    """

    def __init__(
        self,
        model: ModelDeclaration,
        fn_args: Any,
        custom_config: Mapping[str, Any],
        metrics: TrainingMetrics,
        uri: str,
    ) -> None:
        self._declaration = model
        self._fn_args = fn_args
        self._custom_config = custom_config
        self._metrics = metrics
        self._progress = Progress(metrics, uri)

    def run(self) -> None:
        """Goes through all phases; an overfit check ends before a model is evaluated or saved."""
        self._progress.write()
        config = parse_config(self._custom_config)
        require_accelerator(config.accelerator)
        parameters = config.training
        self._metrics.params = {**_flat(parameters), **self._declaration.params()}
        optimizer = make_optimizer(
            parameters.optimizer,
            parameters.learning_rate,
            options=parameters.optimizer_options,
            clipnorm=parameters.clipnorm,
        )
        with self._timed("read"):
            inputs = self._read(config)
        self._progress.write()
        tf_keras.utils.set_random_seed(parameters.seed)
        if config.overfit_check:
            with self._timed("overfit_check"):
                self._check_overfit(inputs, config.overfit_check.rows, optimizer, parameters)
            return
        model = self._declaration.build(inputs)
        model.compile(optimizer=optimizer, steps_per_execution=STEPS_PER_EXECUTION)
        with self._timed("train"):
            self._fit(model, inputs, parameters)
        with self._timed("finish"):
            self._finish(model, inputs)
        with self._timed("evaluate"):
            self._evaluate(model, inputs, parameters)
        with self._timed("save"):
            self._declaration.save(model, inputs, self._fn_args.serving_model_dir)
        self._metrics.model_uri = self._fn_args.serving_model_dir

    def _read(self, config: TrainerConfig) -> Inputs:
        inputs: Inputs = self._declaration.read(self._fn_args, config)
        splits = inputs.splits
        self._metrics.rows = Rows(splits.train.rows, splits.eval.rows, splits.test.rows)
        for sentence in inputs.warnings:
            self._warn(sentence)
        return inputs

    def _check_overfit(
        self, inputs: Inputs, rows: int, optimizer: Any, parameters: TrainingParameters
    ) -> None:
        sample = self._declaration.overfit_sample(inputs, rows)
        # The rows are all that there is: a model of more products would number them in another way.
        model = self._declaration.build(sample.inputs)
        model.compile(optimizer=optimizer)
        batches = self._declaration.batches(
            sample.inputs, "train", rows, seed=parameters.seed, reshuffle=False
        )
        seen = overfit(
            model, batches.dataset, sample.outputs, parameters=parameters, on_record=self._record_overfit
        )
        result = verdict(seen, batches.rows, parameters.epochs, parameters.learning_rate)
        self._metrics.overfit = result
        report(result)
        leave_no_model(self._fn_args.serving_model_dir)

    def _record_overfit(self, record: EpochRecord) -> None:
        self._metrics.epochs.append(record)
        self._progress.write()

    def _fit(self, model: TrackedModel, inputs: Inputs, parameters: TrainingParameters) -> None:
        rows = inputs.splits.train.rows
        size = parameters.batch_rows(rows)
        if size < min(parameters.batch_size, rows):
            logging.info("batches of %d rows, so that an epoch has %d", size, parameters.min_steps_per_epoch)
        elif rows < parameters.batch_size:
            self._warn(f"batch_size {parameters.batch_size} is more than the {rows} training rows.")
        train = self._declaration.batches(inputs, "train", size, seed=parameters.seed, reshuffle=True)
        # The loss may depend on the batch size, which the training rows bound.
        validation = self._declaration.batches(
            inputs, "eval", min(size, rows), seed=parameters.seed, reshuffle=False
        )
        average = averages_unseen(self._declaration, inputs)
        average(model)
        recorder = EpochRecorder(
            self._metrics,
            reference_of(model, validation.dataset),
            collapse_patience=parameters.collapse_patience,
            examples_per_epoch=train.rows,
            on_epoch=lambda record: self._report(record, parameters.epochs),
            probe=probe_of(self._declaration, inputs),
            before_validation=average,
        )
        callbacks = [StopOnNonFiniteLoss(), recorder]
        best = None
        if parameters.learning_rate_decay == "linear":
            callbacks.insert(0, linear_decay(parameters.learning_rate, parameters.epochs))
        if parameters.early_stopping_patience is not None:
            metric = monitored_by(self._declaration, inputs)
            best = BestEpoch(
                metric or "val_loss", parameters.early_stopping_patience, largest=metric is not None
            )
            callbacks.append(best)
        model.fit(
            train.dataset,
            validation_data=validation.dataset,
            epochs=parameters.epochs,
            callbacks=callbacks,
            verbose=0,
        )
        if best:
            self._metrics.early_stopping = best.record(len(self._metrics.epochs))
            logging.info("%s", self._metrics.early_stopping)

    def _finish(self, model: TrackedModel, inputs: Inputs) -> None:
        self._declaration.finish(model, inputs)
        kept, epochs = self._metrics.early_stopping, self._metrics.epochs
        if epochs and (probe := finished_probe(self._declaration, inputs)):
            epochs[kept.restored_epoch - 1 if kept else -1].metrics.update(probe(model))

    def _evaluate(self, model: TrackedModel, inputs: Inputs, parameters: TrainingParameters) -> None:
        test = self._declaration.batches(
            inputs,
            "test",
            parameters.batch_rows(inputs.splits.train.rows),
            seed=parameters.seed,
            reshuffle=False,
        )
        loss = float(model.evaluate(test.dataset, verbose=0, return_dict=True)["loss"])
        evaluation = self._declaration.evaluate(model, inputs)
        self._metrics.candidates = evaluation.candidates
        self._metrics.test = {"loss": loss, **evaluation.test}
        self._metrics.baselines = evaluation.baselines
        self._metrics.comparison = compare(
            self._metrics.test, {**evaluation.baselines, **evaluation.variants}
        )
        self._metrics.headline = evaluation.headline
        self._metrics.cold = evaluation.cold
        for sentence in (*cold_warnings(evaluation.cold), *shift_warnings(evaluation)):
            self._warn(sentence)
        self._judge(evaluation)
        logging.info("test %s", " ".join(f"{name} {value:.4f}" for name, value in self._metrics.test.items()))

    def _judge(self, evaluation: Evaluation) -> None:
        of_epochs = self._metrics.diagnosis
        evidence = Evidence(
            self._metrics.comparison, evaluation.measures, evaluation.headline.metric, evaluation.baselines
        )
        diagnosis = judge_run(of_epochs, evidence)
        self._metrics.diagnosis = diagnosis
        if diagnosis.verdict is not of_epochs.verdict:
            _log(diagnosis)
        logging.info("judged by %s: %s", evaluation.headline.metric, evaluation.headline.reason)
        counted = {
            name: compared
            for name, compared in self._metrics.comparison.items()
            if evaluation.headline.counts(name)
        }
        for baseline, metrics in not_better(counted).items():
            logging.warning("the model does not beat %s in %s", baseline, ", ".join(metrics))

    def _report(self, record: EpochRecord, epochs: int) -> None:
        self._progress.write()
        logging.info(
            "epoch %d/%d loss %.3f val_loss %.3f %s examples/s",
            record.epoch,
            epochs,
            record.metrics["loss"],
            record.metrics["val_loss"],
            f"{record.examples_per_s:,.0f}",
        )
        diagnosis = self._metrics.diagnosis
        if diagnosis.verdict is not Verdict.HEALTHY:
            _log(diagnosis)

    def _warn(self, message: str) -> None:
        self._metrics.warnings.append(message)
        logging.warning("%s", message)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = monotonic()
        try:
            yield
        finally:
            self._metrics.durations_s[phase] = monotonic() - started


def _log(diagnosis: Diagnosis) -> None:
    """Tells of a diagnosis when it is made; the last one stands in the metrics beside their warnings."""
    logging.warning("%s: %s. %s", diagnosis.verdict, "; ".join(diagnosis.evidence), diagnosis.suggestion)


def _flat(parameters: TrainingParameters) -> dict[str, Any]:
    values = parameters.model_dump()
    options = values.pop("optimizer_options")
    return {**values, **{f"optimizer_{name}": value for name, value in options.items()}}
