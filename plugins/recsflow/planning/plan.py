"""The plan of a run: what its configs say, and what the services tell about what is there already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from include import storage
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.resolve.identity import short_hash
from include.experiment.resolve.staging import column_uses
from include.plan.cache_hits import Prediction, predict
from include.plan.cost import Usage
from include.plan.pipelines import Pipeline
from include.plan.plan import KeptFile, Plan
from include.plan.rows import RowsPlan, plan_rows
from recsflow.compilers.kept_spec import read_spec
from recsflow.experiments.modules import module_texts
from recsflow.experiments.query import staging_query
from recsflow.images.trainer_images import by_digest
from recsflow.planning.past import past_pipelines
from recsflow.planning.pipeline import planned_pipeline
from recsflow.planning.questions import Questions
from recsflow.vertex.requests.topology import Topology

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse
    from recsflow.planning.limits import JobLimits
    from recsflow.settings import Settings

WITHOUT_WAREHOUSE = (
    "So the types of columns, the SQL, rows and bytes are not known;",
    "nor that tables and columns are there, and that the data fill the window and the holdout.",
)

ROOT = "What earlier runs left in the artifact root"
JOBS = "What earlier runs left, and so what is re-used of the pipeline"


@dataclass(frozen=True)
class PlanScope:
    """What may be asked.

    Attributes:
        warehouse: None where it is not to be asked, or does not answer.
        limits: After what time the run's jobs are cancelled.
        offline: No service is asked, nor the artifact root.
        why_not: Why the warehouse is not asked.
        deadline_s: After this time of the monotonic clock nothing more is asked; None for no such limit.
    """

    warehouse: Warehouse | None
    limits: JobLimits
    offline: bool = False
    why_not: str = ""
    deadline_s: float | None = None


def make_plan(experiment: Experiment, settings: Settings, scope: PlanScope) -> Plan:
    """Return the plan of a run; what cannot be found out is in it as a sentence, and nothing is created."""
    questions = Questions([] if scope.warehouse else [scope.why_not, *WITHOUT_WAREHOUSE], scope.deadline_s)
    rows = _rows(experiment, settings, scope, questions)
    if not scope.offline:
        settings = questions.ask("Image", partial(by_digest, settings)) or settings
    texts, topology = module_texts(experiment), Topology.of(experiment, settings)
    look = partial(_kept_files, texts, topology, settings)
    found = None if scope.offline else questions.ask(ROOT, partial(look, offline=False))
    kept = found or look(offline=True)
    pipeline = planned_pipeline(experiment, rows, settings, spec=_spec(kept[0], topology, settings))
    prediction = None if scope.offline else _prediction(experiment, pipeline, settings, questions)
    return Plan(
        experiment=experiment,
        column_names=tuple(column_uses(experiment.dataset, experiment.features, experiment.model)),
        rows=rows,
        modules=kept[1:],
        spec=kept[0],
        pipeline=pipeline,
        prediction=prediction,
        usage=Usage(
            scanned_bytes=rows.scanned_bytes if rows else None,
            components=prediction.components if prediction else (),
            accelerator=experiment.parameters.accelerator,
            limit_s=scope.limits.pipeline_s,
            later_jobs_s=scope.limits.later_s,
        ),
        prices=settings.prices,
        push=load_schedule(experiment.schedule).push if experiment.schedule else None,
        unknown=tuple(questions),
    )


def _rows(
    experiment: Experiment, settings: Settings, scope: PlanScope, questions: Questions
) -> RowsPlan | None:
    if (warehouse := scope.warehouse) is None:
        return None
    query, root = staging_query(experiment, settings), settings.artifact_root
    plan = partial(plan_rows, experiment, query, warehouse=warehouse, artifact_root=root)
    return questions.ask("Rows", plan)


def _kept_files(
    texts: Mapping[str, str], topology: Topology, settings: Settings, *, offline: bool
) -> tuple[KeptFile, ...]:
    """Return the compiled pipeline, then the modules."""
    there = None if offline else read_spec(settings.layout.compiled(topology.key).spec) is not None
    modules = [kept_module(name, text, settings, offline=offline) for name, text in texts.items()]
    return (KeptFile("pipeline", topology.key, there), *modules)


def kept_module(name: str, text: str, settings: Settings, *, offline: bool) -> KeptFile:
    """Return whether an earlier run made a module.

    Args:
        name: The module's name.
        text: Its source.
        settings: Where everything is.
        offline: Do not look.
    """
    module = settings.layout.module(short_hash(text))
    return KeptFile(name, module.source_hash, None if offline else storage.exists(module.source(name)))


def _spec(file: KeptFile, topology: Topology, settings: Settings) -> Mapping[str, Any] | None:
    text = read_spec(settings.layout.compiled(topology.key).spec) if file.there else None
    spec: Mapping[str, Any] | None = json.loads(text)["pipelineSpec"] if text is not None else None
    return spec


def _prediction(
    experiment: Experiment, pipeline: Pipeline, settings: Settings, questions: Questions
) -> Prediction | None:
    jobs = questions.in_time(past_pipelines(experiment, settings))
    return questions.ask(JOBS, lambda: predict(pipeline, jobs, storage.exists))
