"""Plan a sweep: its space and every combination of configs in it checked, its plan kept and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include import storage
from include.artifacts.sweep import SweepFolder
from include.errors import ConfigError
from include.experiment.resolve.identity import experiment_id
from include.sweep.plan import SweepPlan
from include.sweep.report import measured_on
from include.sweep.request import parse_form, resumed_plan
from include.sweep.request import plan_sweep as plan_new
from include.tracking.sweep_record import SweepRecord, record_sweep
from recsflow.errors import InvalidExperiment
from recsflow.experiments.keep import window_end
from recsflow.experiments.number import announce_run
from recsflow.experiments.refusal import recorded_refusal
from recsflow.extensions.links import MlflowRunLink, SweepLink
from recsflow.handovers import TrialHandover
from recsflow.log import say
from recsflow.settings import Settings, load_settings
from recsflow.sweeps.checks import check_combinations, earlier_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context


def plan_sweep(context: Context) -> list[TrialHandover]:
    """Check the space and every combination of configs in it, and keep the plan; returns its trials."""
    settings = load_settings()
    number = announce_run(context, settings)
    with recorded_refusal(context, number, settings):
        plan = _checked_plan(context, number, settings)
    sweep = settings.layout.sweep(plan.sweep_id)
    uri = storage.write_text(sweep.plan, plan.to_json())
    SweepLink.publish(context, settings.artifact_link(sweep.uri))
    _record_plan(plan, context, settings)
    _tell_plan(plan)
    return [TrialHandover(sweep=uri, number=number) for number in range(plan.trials)]


def _checked_plan(context: Context, number: int, settings: Settings) -> SweepPlan:
    parameters = dict(context["params"])
    try:
        earlier = parse_form(parameters)[0].resume
        if earlier:
            plan = resumed_plan(parameters, earlier_plan(earlier, settings))
        else:
            plan = plan_new(parameters, sweep_id=_sweep_id(context), window_end=window_end(context))
            plan = plan.model_copy(update={"number": number})
        check_combinations(plan, context, settings)
    except ConfigError as error:
        raise InvalidExperiment(str(error)) from None
    return plan


def _sweep_id(context: Context) -> str:

    return experiment_id(context["dag"].dag_id, context["run_id"])


def _record_plan(plan: SweepPlan, context: Context, settings: Settings) -> None:
    """Make the MLflow run that the trials lie below."""
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
        files={SweepFolder.plan.name: plan.to_json().encode()},
    )
    recorded = record_sweep(
        record, tracking_uri=settings.mlflow_tracking_uri, experiment_name=settings.mlflow_experiment
    )
    MlflowRunLink.publish(context, settings.mlflow_run_link(recorded.experiment_id, recorded.run_id))


def _tell_plan(plan: SweepPlan) -> None:

    say("plan_sweep", f"sweep {plan.sweep_id}: {plan.trials} trials, {plan.parallel_trials} at once")
    for name, dimension in plan.model_dump(mode="json")["space"].items():
        say("plan_sweep", f"  {name}: {', '.join(f'{key} {value}' for key, value in dimension.items())}")
    say("plan_sweep", f"{plan.direction.value} {plan.metric}: {measured_on(plan)}")
    say("plan_sweep", f'to go on after a crash: {{"resume": "{plan.sweep_id}"}}')
