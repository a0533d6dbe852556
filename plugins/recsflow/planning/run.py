"""Resolve the run at hand, keep its experiment, and say what it will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.resolve.identity import experiment_id
from recsflow.experiments.keep import keep_experiment, window_end
from recsflow.experiments.number import announce_run
from recsflow.experiments.refusal import recorded_refusal
from recsflow.experiments.rerun import resolved_rerun
from recsflow.experiments.resolution import RunIdentity, resolve_run
from recsflow.handovers import RerunHandover
from recsflow.log import say
from recsflow.planning.logged import log_plan, log_rerun_plan
from recsflow.settings import load_settings
from recsflow.warehouse import warehouse_of_run

if TYPE_CHECKING:
    from airflow.sdk import Context


def resolve_experiment(context: Context) -> str:
    """Check everything that can be checked for free, and keep the resolved experiment; returns its URI."""
    settings = load_settings()
    number = announce_run(context, settings)
    run = RunIdentity(context["dag"].dag_id, context["run_id"], window_end(context))
    folder = settings.layout.experiment(experiment_id(run.dag_id, run.run_id))
    with warehouse_of_run(settings, folder) as warehouse:
        with recorded_refusal(context, number, settings):
            resolved = resolve_run(dict(context["params"]), run, warehouse)
        experiment = resolved.model_copy(update={"number": number})
        uri = keep_experiment(experiment, context, settings)
        log_plan(experiment, warehouse, settings, context)
    return uri


def resolve_rerun(context: Context) -> RerunHandover:
    """Find the parent and what its Trainer read, apply what the run changes, and keep the result."""
    settings, dag = load_settings(), context["dag"]
    number = announce_run(context, settings)
    with recorded_refusal(context, number, settings):
        rerun = resolved_rerun(dict(context["params"]), dag.dag_id, context["run_id"], settings)
    uri = keep_experiment(rerun.experiment.model_copy(update={"number": number}), context, settings)
    log_rerun_plan(rerun, settings, context)
    say(context["ti"].task_id, f"reruns {rerun.parent.experiment_id} on {rerun.examples['examples']}")
    return RerunHandover(experiment=uri, **rerun.examples)
