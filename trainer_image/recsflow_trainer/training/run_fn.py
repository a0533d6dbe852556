"""The body of TFX Trainer's `run_fn`: train, evaluate, save, and always leave the metrics behind."""

import traceback
from typing import Any

from absl import logging

from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.metrics_file import ErrorRecord, Status, TrainingMetrics, write_metrics
from recsflow_trainer.training.cancellation import cancel_on_sigterm
from recsflow_trainer.training.config import as_mapping
from recsflow_trainer.training.environment import environment_versions
from recsflow_trainer.training.model_declaration import ModelDeclaration
from recsflow_trainer.training.training_run import TrainingRun


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
            TrainingRun(model, fn_args, custom_config, metrics, uri).run()
    except BaseException as failure:
        error = ErrorRecord(type(failure).__name__, str(failure), traceback.format_exc())
        raise
    finally:
        metrics.finish(error)
        _write_last(metrics, uri)


def _write_last(metrics: TrainingMetrics, uri: str) -> None:
    """Writes the end of the run; when the run has failed already, its own error is the one to show."""
    try:
        write_metrics(metrics, uri)
    except Exception:
        if metrics.status is Status.SUCCEEDED:
            raise
        logging.exception("The metrics of the failed run could not be written to %s.", uri)
