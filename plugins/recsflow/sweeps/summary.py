"""Tell what a sweep found, and leave its winner where the next run finds it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include import storage
from include.artifacts.artifact import Part
from include.artifacts.sweep import SweepFolder
from include.sweep.objective import of_eval_split
from include.sweep.plots import history_png, importance_png, importances
from include.sweep.report import RULE, counted, measured_on, schedule_yaml, trials_table, winner_lines
from include.sweep.trial import Trial, read_trials
from include.sweep.winner import SweepWinner, best_trial, winner_of
from include.tracking.metric_names import metric_name
from include.tracking.sweep_record import SweepRecord, record_sweep
from recsflow.errors import SweepFailed
from recsflow.experiments.files import read_experiment
from recsflow.extensions.links import MlflowRunLink, SweepLink
from recsflow.log import say
from recsflow.settings import Settings, load_settings
from recsflow.sweeps.files import read_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from include.sweep.plan import SweepPlan
    from recsflow.handovers import TrialHandover


def summarize_sweep(trials: list[TrialHandover] | None, context: Context) -> str:
    """Show the trials, keep the best one and the plots; returns the URI of the sweep's plan.

    Args:
        trials: What plan_sweep returns.
        context: Of the task at hand.

    Raises:
        SweepFailed: No trial has a model. The record is complete by then.
    """
    if not trials:
        raise SweepFailed("There is no sweep: plan_sweep failed, its error says why.")
    settings, uri = load_settings(), trials[0]["sweep"]
    plan, sweep = read_plan(uri), SweepFolder.holding(uri)
    found = list(read_trials(sweep, plan.trials).values())
    best = best_trial(plan, found)
    winner = _winner(plan, best, settings) if best else None
    table = trials_table(plan, found, best)
    files = _files(plan, found, winner, table)
    for part, content in files.items():
        storage.write_bytes(part.of(sweep), content)
    recorded = _record(plan, found, winner, files, settings)
    SweepLink.publish(context, settings.artifact_link(sweep.uri))
    MlflowRunLink.publish(context, recorded)
    head = [RULE, f"{plan.sweep_id}: {counted(found) or 'no trial began'}", measured_on(plan), RULE, *table]
    lines = winner_lines(winner) if winner else ["no trial has a model, so there is no winner"]
    links = [f"MLflow run  {recorded}", f"sweep       {settings.artifact_link(sweep.uri)}"]
    say(context["ti"].task_id, "\n".join([*head, RULE, *lines, RULE, *links, RULE]))
    if winner is None:
        raise SweepFailed(f"No trial of {plan.sweep_id} has a model; the table above says why.")
    if winner.name:
        storage.write_text(settings.layout.winner(winner.name).winner, _json(winner))
    return str(uri)


def _winner(plan: SweepPlan, best: Trial, settings: Settings) -> SweepWinner:

    experiment = read_experiment(settings.layout.experiment(best.experiment_id).experiment)
    end = experiment.window_end
    if of_eval_split(plan.metric):
        end = experiment.test_start or end
    return winner_of(plan, best, chosen_before=end, now=datetime.now(UTC))


def _files(
    plan: SweepPlan, trials: list[Trial], winner: SweepWinner | None, table: list[str]
) -> dict[Part, bytes]:
    """Return what is kept beside the plan: the table, and of a winner its parameters and the plots."""
    files = {SweepFolder.trials_table: ("\n".join(table) + "\n").encode()}
    if winner is None:
        return files

    files[SweepFolder.best] = _json(winner).encode()
    files[SweepFolder.best_schedule] = schedule_yaml(winner).encode()
    files[SweepFolder.history_plot] = history_png(plan, trials)
    if shares := importances(plan, trials):
        files[SweepFolder.importance_plot] = importance_png(plan, shares, trials)
    return files


def _record(
    plan: SweepPlan,
    trials: list[Trial],
    winner: SweepWinner | None,
    files: Mapping[Part, bytes],
    settings: Settings,
) -> str:
    """Complete the sweep's MLflow run and return its page."""
    metrics, best = {}, {}
    if winner:
        metrics = {metric_name(winner.metric, "best"): winner.value}
        best = {"recsflow.best_trial": str(winner.trial), "recsflow.best_experiment": winner.experiment_id}
    note = f"{counted(trials)}\n\n```\n{files[SweepFolder.trials_table].decode()}```"
    record = SweepRecord(
        plan.sweep_id,
        tags={
            "recsflow.status": "succeeded" if winner else "failed",
            "mlflow.note.content": note[:8000],
            **best,
        },
        metrics=metrics,
        files={part.name: content for part, content in files.items()},
        is_final=True,
    )
    recorded = record_sweep(
        record, tracking_uri=settings.mlflow_tracking_uri, experiment_name=settings.mlflow_experiment
    )
    return settings.mlflow_run_link(recorded.experiment_id, recorded.run_id)


def _json(winner: SweepWinner) -> str:
    return winner.model_dump_json(indent=2) + "\n"
