"""The plan of a run: what its configs say, and what the services tell about what is there already."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include import storage
from include.errors import RecsflowError
from recsflow.errors import ImageRefused, JobRefused, RecsflowTaskError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from include.experiment.resolve.experiment import Experiment
    from include.plan.cache_hits import Prediction
    from include.plan.pipelines import Pipeline
    from include.plan.plan import KeptFile, Plan
    from include.plan.rows import RowsPlan
    from include.warehouse.client import Warehouse
    from recsflow.compilers.topology import Topology
    from recsflow.settings import Settings

WITHOUT_WAREHOUSE = (
    "So the types of columns, the SQL, rows and bytes are not known;",
    "nor that tables and columns are there, and that the data fill the window and the holdout.",
)


@dataclass(frozen=True)
class JobLimits:
    """After what time the jobs of a run are cancelled.

    Attributes:
        pipeline_s: The pipeline job; None where no task waits for it.
        later_s: Jobs after it, by the tasks that wait for them.
    """

    pipeline_s: float | None
    later_s: Mapping[str, float]


@dataclass(frozen=True)
class Reach:
    """What may be asked.

    Attributes:
        warehouse: None where it is not to be asked, or does not answer.
        limits: After what time the run's jobs are cancelled.
        offline: No service is asked, nor the artifact root.
        why_not: Why the warehouse is not asked.
    """

    warehouse: Warehouse | None
    limits: JobLimits
    offline: bool = False
    why_not: str = ""


class _Unknown(list[str]):
    """Sentences about what could not be found out."""

    @contextmanager
    def unless(self, what: str) -> Iterator[None]:
        """Keep why something is not known, in place of failing."""
        try:
            yield
        except (RecsflowError, RecsflowTaskError, ImageRefused, JobRefused, OSError) as error:
            self.append(f"{what}: {error}")


def job_limits(tasks: Iterable[Any]) -> JobLimits:
    """Return after what time the jobs of a DAG are cancelled, by the tasks that wait for them."""
    from recsflow.sensors.custom_job import CustomJobSensor
    from recsflow.sensors.pipeline_job import PipelineJobSensor

    listed = list(tasks)
    pipeline = next((float(task.timeout) for task in listed if isinstance(task, PipelineJobSensor)), None)
    later = {task.task_id: float(task.timeout) for task in listed if isinstance(task, CustomJobSensor)}
    return JobLimits(pipeline, later)


def make_plan(experiment: Experiment, settings: Settings, reach: Reach) -> Plan:
    """Return the plan of a run; what cannot be found out is in it as a sentence, and nothing is created."""
    from include.experiment.config.schedule_loader import load_schedule
    from include.experiment.resolve.staging import column_uses
    from include.plan.cost import Usage
    from include.plan.plan import Plan
    from recsflow.compilers.topology import Topology
    from recsflow.images.trainer_images import by_digest
    from recsflow.planning.pipeline import planned_pipeline
    from recsflow.tasks.modules import module_texts

    unknown = _Unknown([] if reach.warehouse else [reach.why_not, *WITHOUT_WAREHOUSE])
    rows = _rows(experiment, settings, reach, unknown)
    if not reach.offline:
        with unknown.unless("Image"):
            settings = by_digest(settings)
    texts, topology = module_texts(experiment), Topology.of(experiment, settings)
    kept = _kept_files(texts, topology, settings, offline=True)
    if not reach.offline:
        with unknown.unless("What earlier runs left in the artifact root"):
            kept = _kept_files(texts, topology, settings, offline=False)
    pipeline = planned_pipeline(experiment, rows, settings, spec=_spec(kept[0], topology, settings))
    prediction = None if reach.offline else _prediction(experiment, pipeline, settings, unknown)
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
            accelerator=experiment.parameters.accelerator.value,
            limit_s=reach.limits.pipeline_s,
            later_jobs_s=reach.limits.later_s,
        ),
        prices=settings.prices,
        push=load_schedule(experiment.schedule).push if experiment.schedule else None,
        unknown=tuple(unknown),
    )


def _rows(experiment: Experiment, settings: Settings, reach: Reach, unknown: _Unknown) -> RowsPlan | None:
    from include.plan.rows import plan_rows
    from recsflow.tasks.experiment import staging_query

    if reach.warehouse is None:
        return None
    with unknown.unless("Rows"):
        query = staging_query(experiment, settings)
        root = settings.artifact_root
        return plan_rows(experiment, query, warehouse=reach.warehouse, artifact_root=root)
    return None


def _kept_files(
    texts: Mapping[str, str], topology: Topology, settings: Settings, *, offline: bool
) -> tuple[KeptFile, ...]:
    """Return the compiled pipeline, then the modules."""
    from include.plan.plan import KeptFile
    from recsflow.compilers.kept_spec import read_spec
    from recsflow.compilers.topology import spec_uri

    there = None if offline else read_spec(spec_uri(topology.key, settings)) is not None
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
    from include.plan.plan import KeptFile
    from recsflow.tasks.modules import module_uri

    uri = module_uri(name, text, settings.artifact_root)
    return KeptFile(name, uri.split("/")[-2], None if offline else storage.exists(uri))


def _spec(file: KeptFile, topology: Topology, settings: Settings) -> Mapping[str, Any] | None:
    from recsflow.compilers.kept_spec import read_spec
    from recsflow.compilers.topology import spec_uri

    text = read_spec(spec_uri(topology.key, settings)) if file.there else None
    spec: Mapping[str, Any] | None = json.loads(text)["pipelineSpec"] if text is not None else None
    return spec


def _prediction(
    experiment: Experiment, pipeline: Pipeline, settings: Settings, unknown: _Unknown
) -> Prediction | None:
    from include.plan.cache_hits import predict
    from recsflow.planning.past import past_pipelines

    with unknown.unless("What earlier runs left, and so what is re-used of the pipeline"):
        return predict(pipeline, past_pipelines(experiment, settings), storage.exists)
    return None
