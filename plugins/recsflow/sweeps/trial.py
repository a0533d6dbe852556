"""Resolve a trial, and judge what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

from include.artifacts.sweep import SweepFolder
from include.sweep.objective import judge
from include.sweep.trial import read_trial, write_trial
from recsflow.experiments.files import read_experiment
from recsflow.experiments.keep import keep_experiment
from recsflow.experiments.resolution import RunIdentity, resolve_run
from recsflow.experiments.source import read_source
from recsflow.log import say
from recsflow.recording.outcome import experiment_outcome, reported_metrics
from recsflow.settings import load_settings
from recsflow.sweeps.files import read_plan
from recsflow.warehouse import warehouse_of_run

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.artifacts.experiment import ExperimentFolder


def resolve_trial(trial: str, context: Context) -> str:
    """Check everything that can be checked for free, and keep the trial's experiment; returns its URI.

    Args:
        trial: URI of the trial's file.
        context: Of the task at hand.
    """
    settings = load_settings()
    plan, suggested = read_plan(SweepFolder.holding(trial).plan), read_trial(trial)
    run = RunIdentity(context["dag"].dag_id, context["run_id"], plan.window_end)
    with warehouse_of_run(settings, settings.layout.experiment(suggested.experiment_id)) as warehouse:
        experiment = resolve_run(suggested.parameters, run, warehouse)
        trial_run = plan.as_trial(experiment, suggested.number, suggested.point)
        # Of a trial's own window: where a checksum tells the state, it covers the rows that are read alone.
        return keep_experiment(read_source(trial_run, warehouse), context, settings)


def finish_trial(trial: str | None, recorded: str | None, context: Context) -> None:
    """Keep what came of a trial in its file, where the next suggestion reads it.

    Args:
        trial: URI of the trial's file; None of a trial that was finished before.
        recorded: The trial's MLflow run; None where it failed.
        context: Of the task at hand.
    """
    if trial is None:
        raise AirflowSkipException("The trial was not suggested in this run.")
    settings = load_settings()
    plan, suggested = read_plan(SweepFolder.holding(trial).plan), read_trial(trial)
    outcome = experiment_outcome(context, settings)
    folder = settings.layout.experiment(suggested.experiment_id)
    metrics = reported_metrics(folder.metrics, outcome)
    judged = judge(metrics, plan.metric, "" if outcome.succeeded else outcome.message)
    changes = {
        "state": judged.state,
        "value": judged.value,
        "metric": judged.metric,
        "baseline": judged.baseline,
        "test": metrics.test if metrics else {},
        "verdict": judged.verdict,
        "reason": judged.reason,
        "source_state": _source_state(folder),
        "mlflow_run_id": recorded,
        "ended_at": datetime.now(UTC),
    }
    write_trial(SweepFolder.holding(trial), suggested.model_copy(update=changes))
    value = "" if judged.value is None else f", {judged.metric or plan.metric} {judged.value:.4f}"
    reason = f": {judged.reason}" if judged.reason else ""
    say(context["ti"].task_id, f"trial {suggested.number} {judged.state.value}{value}{reason}")


def _source_state(folder: ExperimentFolder) -> str:
    """Return the state of the source that a trial's rows are of; empty where it was not resolved."""
    try:
        return str(read_experiment(folder.experiment).source_state or "")
    except FileNotFoundError:
        return ""
