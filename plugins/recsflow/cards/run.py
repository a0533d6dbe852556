"""What Airflow knows of the run at hand, and which experiment a task of it works on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from include.artifacts.artifact import Artifact, NoSuchArtifact
from include.artifacts.experiment import ExperimentFolder
from include.artifacts.sweep import SweepFolder
from include.cards.beginning import RunFacts
from include.cards.card import Stage
from include.experiment.resolve.identity import experiment_id

if TYPE_CHECKING:
    from airflow.sdk import Context

_URI = re.compile(r"[a-z]+://[^\s'\"]+")
_TRIAL = re.compile(r"/trials/(\d+)\.json$")
_Kind = TypeVar("_Kind", bound=Artifact)


def run_facts(context: Context) -> RunFacts:
    """Return what Airflow knows of the run."""
    run: Any = context["dag_run"]
    run_type = getattr(run, "run_type", None)
    return RunFacts(
        dag_id=context["dag"].dag_id,
        run_id=context["run_id"],
        run_type=getattr(run_type, "value", run_type),
        logical_date=run.logical_date,
        user=getattr(run, "triggering_user_name", None),
    )


def run_stages(context: Context) -> tuple[Stage, ...]:
    """Return the tasks that have ended so far, in order; of a mapped group those of this task's own index."""
    ti: Any = context["ti"]
    crumbs = {
        crumb["task_id"]: crumb
        for crumb in ti.get_task_breadcrumbs(ti.dag_id, ti.run_id)
        if crumb["map_index"] in (-1, ti.map_index)
    }
    if not crumbs:
        return ()
    order = [task for task in context["dag"].topological_sort() if task.task_id in crumbs]
    return tuple(
        Stage(str(task.label), str(crumbs[task.task_id]["state"]), crumbs[task.task_id]["duration"])
        for task in order
    )


def experiment_at_work(context: Context) -> str:
    """Return the id of the experiment that a task was given; without one, that of its run."""
    task: Any = context["task"]
    uris = _URI.findall(" ".join(str(getattr(task, field, "")) for field in task.template_fields))
    for uri in uris:
        if folder := _held(ExperimentFolder, uri):
            return folder.experiment_id
    for uri in uris:
        if number := _TRIAL.search(uri):
            sweep = _held(SweepFolder, uri)
            return experiment_id(sweep.sweep_id, f"trial-{number[1]}") if sweep else ""
    return experiment_id(context["dag"].dag_id, context["run_id"])


def _held(kind: type[_Kind], uri: str) -> _Kind | None:
    try:
        return kind.holding(uri)
    except NoSuchArtifact:
        return None
