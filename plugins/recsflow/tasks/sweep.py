"""Plan a sweep, resolve and judge each of its trials."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import TriggerRule, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from include import storage
from recsflow.experiments.files import EXPERIMENT_FILE, read_experiment
from recsflow.extensions.links import MlflowRunLink, SweepLink
from recsflow.extensions.retries import retries
from recsflow.log import say
from recsflow.sweeps.files import folder_of, read_plan, sweep_uri
from recsflow.tasks.decorators import experiment_task, record_task, sweep_task
from recsflow.tasks.experiment import keep_experiment, window_end
from recsflow.tasks.metrics import experiment_outcome, reported_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from include.sweep.plan import SweepPlan
    from recsflow.settings import Settings


# Reads only, and writes its own files again; repeated because a service may be away for a moment.
@sweep_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=20)))
def plan_sweep() -> list[dict[str, Any]]:
    """Check the space and every combination of configs in it, and keep the plan.

    Returns:
        For each trial `sweep`, the URI of the plan, and its `number`.
    """
    from include.errors import ConfigError
    from include.sweep.request import parse_form, resumed_plan
    from include.sweep.request import plan_sweep as plan_new
    from recsflow.errors import InvalidExperiment
    from recsflow.settings import load_settings
    from recsflow.sweeps.checks import check_combinations, earlier_plan

    context = get_current_context()
    settings, parameters = load_settings(), dict(context["params"])
    try:
        earlier = parse_form(parameters)[0].resume
        if earlier:
            plan = resumed_plan(parameters, earlier_plan(earlier, settings))
        else:
            plan = plan_new(parameters, sweep_id=_sweep_id(context), window_end=window_end(context))
        check_combinations(plan, context, settings)
    except ConfigError as error:
        raise InvalidExperiment(str(error)) from None
    uri = storage.write_text(sweep_uri(plan.sweep_id, settings), plan.to_json())
    SweepLink.publish(context, settings.artifact_link(uri.rpartition("/")[0]))
    _record_plan(plan, context, settings)
    _tell_plan(plan)
    return [{"sweep": uri, "number": number} for number in range(plan.trials)]


# Reads table schemas only; repeated because the warehouse may be away for a moment.
@experiment_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)))
def resolve_trial(trial: str) -> str:
    """Check everything that can be checked for free, and keep the trial's experiment; returns its URI.

    Args:
        trial: URI of the trial's file.
    """
    from include.sweep.trial import read_trial
    from recsflow.experiments.resolution import RunIdentity, resolve_run
    from recsflow.experiments.source import read_source
    from recsflow.settings import load_settings
    from recsflow.warehouse import open_warehouse

    context = get_current_context()
    settings = load_settings()
    plan, suggested = read_plan(f"{folder_of(trial)}/sweep.json"), read_trial(trial)
    run = RunIdentity(context["dag"].dag_id, context["run_id"], plan.window_end)
    warehouse = open_warehouse(settings)
    experiment = resolve_run(suggested.parameters, run, warehouse)
    trial_run = plan.as_trial(experiment, suggested.number, suggested.point)
    # Of a trial's own window: where a checksum tells the state, it covers the rows that are read alone.
    return keep_experiment(read_source(trial_run, warehouse), context, settings)


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
    from include.sweep.objective import judge
    from include.sweep.trial import read_trial, write_trial
    from recsflow.settings import load_settings

    if trial is None:
        raise AirflowSkipException("The trial was not suggested in this run.")
    context = get_current_context()
    settings = load_settings()
    plan, suggested = read_plan(f"{folder_of(trial)}/sweep.json"), read_trial(trial)
    outcome = experiment_outcome(context, settings)
    folder = settings.experiment_folder(suggested.experiment_id)
    metrics = reported_metrics(f"{folder}/training_metrics.json", outcome)
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
    write_trial(folder_of(trial), suggested.model_copy(update=changes))
    value = "" if judged.value is None else f", {judged.metric or plan.metric} {judged.value:.4f}"
    reason = f": {judged.reason}" if judged.reason else ""
    say(context["ti"].task_id, f"trial {suggested.number} {judged.state.value}{value}{reason}")


def _source_state(folder: str) -> str:
    """Return the state of the source that a trial's rows are of; empty where it was not resolved."""
    try:
        return str(read_experiment(f"{folder}/{EXPERIMENT_FILE}").source_state or "")
    except FileNotFoundError:
        return ""


def _sweep_id(context: Context) -> str:
    from include.experiment.resolve.identity import experiment_id

    return experiment_id(context["dag"].dag_id, context["run_id"])


def _record_plan(plan: SweepPlan, context: Context, settings: Settings) -> None:
    """Make the MLflow run that the trials lie below."""
    from include.tracking.sweep_record import SweepRecord, record_sweep

    space: Mapping[str, Any] = plan.model_dump(mode="json")["space"]
    record = SweepRecord(
        plan.sweep_id,
        params={
            **{name: str(value) for name, value in plan.parameters.items() if name != "notes"},
            **{f"space.{name}": str(dimension) for name, dimension in space.items()},
            "metric": plan.metric,
        },
        tags={
            "recsflow.sweep_name": plan.name,
            "recsflow.dataset": str(plan.parameters["dataset"]),
            "recsflow.status": "running",
            "mlflow.note.content": str(plan.parameters.get("notes") or f"Sweep of {plan.trials} trials"),
        },
        files={"sweep.json": plan.to_json().encode()},
    )
    recorded = record_sweep(
        record, tracking_uri=settings.mlflow_tracking_uri, experiment_name=settings.mlflow_experiment
    )
    MlflowRunLink.publish(context, settings.mlflow_run_link(recorded.experiment_id, recorded.run_id))


def _tell_plan(plan: SweepPlan) -> None:
    from include.sweep.report import measured_on

    say("plan_sweep", f"sweep {plan.sweep_id}: {plan.trials} trials, {plan.parallel_trials} at once")
    for name, dimension in plan.model_dump(mode="json")["space"].items():
        say("plan_sweep", f"  {name}: {', '.join(f'{key} {value}' for key, value in dimension.items())}")
    say("plan_sweep", f"{plan.direction.value} {plan.metric}: {measured_on(plan)}")
    say("plan_sweep", f'to go on after a crash: {{"resume": "{plan.sweep_id}"}}')
