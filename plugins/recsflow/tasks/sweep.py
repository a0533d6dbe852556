"""Plan a sweep, resolve and judge each of its trials, and tell what it found."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import TriggerRule, get_current_context

from recsflow.extensions.retries import retries
from recsflow.handovers import TrialHandover
from recsflow.tasks.decorators import experiment_task, record_task, sweep_task


# Reads only, and writes its own files again; repeated because a service may be away for a moment.
@sweep_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=20)))
def plan_sweep() -> list[TrialHandover]:
    """Check the space and every combination of configs in it, and keep the plan; returns its trials."""
    from recsflow.sweeps import plan

    return plan.plan_sweep(get_current_context())


# Reads table schemas only; repeated because the warehouse may be away for a moment.
@experiment_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)))
def resolve_trial(trial: str) -> str:
    """Check everything that can be checked for free, and keep the trial's experiment; returns its URI.

    Args:
        trial: URI of the trial's file.
    """
    from recsflow.sweeps import trial as trials

    return trials.resolve_trial(trial, get_current_context())


# Runs whatever became of the trial, provided that it was suggested: its file must not say that it goes on.
@record_task(
    trigger_rule=TriggerRule.ALL_DONE,
    **retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)),
)
def finish_trial(trial: str | None, recorded: str | None) -> None:
    """Keep what came of a trial in its file, where the next suggestion reads it.

    Args:
        trial: URI of the trial's file; None of a trial that was finished before.
        recorded: The trial's MLflow run; None where it failed.
    """
    from recsflow.sweeps import trial as trials

    trials.finish_trial(trial, recorded, get_current_context())


# Runs also where trials failed; writes the same files again.
@sweep_task(
    trigger_rule=TriggerRule.ALL_DONE,
    **retries(3, timedelta(minutes=1), execution_timeout=timedelta(minutes=20)),
)
def summarize_sweep(trials: list[TrialHandover] | None) -> str:
    """Show the trials, keep the best one and the plots; returns the URI of the sweep's plan.

    Args:
        trials: What plan_sweep returns.

    Raises:
        SweepFailed: No trial has a model. The record is complete by then.
    """
    from recsflow.sweeps import summary

    return summary.summarize_sweep(trials, get_current_context())
