"""Pipelines that ran before: found in MLflow, read from Vertex AI, with the texts that their runs kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.labels import TOPOLOGY_LABEL
from include.plan.pipelines import PastComponent, PastPipeline, Pipeline
from include.tracking.search import ExperimentFilter, find_experiments
from recsflow.vertex.job_kinds import PIPELINE_JOBS
from recsflow.vertex.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from include.experiment.resolve.experiment import Experiment
    from recsflow.settings import Settings
    from recsflow.vertex.jobs import Component
    from recsflow.vertex.messages.pipeline_job import Submission

RECORDS, JOBS = 50, 10
# What each runtime parameter that is an address stands for, as a file beside its experiment.
TEXT_FILES = {
    "rows_uri": ExperimentFolder.query,
    "transform_module_uri": ExperimentFolder.transform_module,
    "trainer_module_uri": ExperimentFolder.trainer_module,
}


def past_pipelines(experiment: Experiment, settings: Settings) -> Iterator[PastPipeline]:
    """Yield the recorded pipelines of an experiment's dataset and features that Vertex AI has, newest first.

    Raises:
        TrackingError: MLflow did not answer, or refused.
        VertexUnavailable: Vertex AI did not answer.
    """
    found = find_experiments(
        ExperimentFilter(dataset=experiment.dataset.name, features=experiment.features.name),
        tracking_uri=settings.mlflow_tracking_uri,
        experiment_name=settings.mlflow_experiment,
        limit=RECORDS,
    )
    # A rerun's job is no pipeline.
    records = [each for each in found if each.job_id and not each.parent_experiment_id]
    hook = PIPELINE_JOBS.hook(settings)
    for record in records[:JOBS]:
        if submission := hook.submission(record.job_id):
            yield _past(record.experiment_id, submission, settings)


def topology_of(key: str, settings: Settings) -> Mapping[str, object]:
    """Return what a pipeline was compiled from, by field; nothing where that was not kept."""
    return dict(json.loads(_text(settings.layout.compiled(key).topology) or "{}"))


def _past(experiment_id: str, submission: Submission, settings: Settings) -> PastPipeline:
    job, folder = submission.job, settings.layout.experiment(experiment_id)
    key = job.labels.get(TOPOLOGY_LABEL)
    kept = {name: _text(part.of(folder)) for name, part in TEXT_FILES.items()}
    return PastPipeline(
        experiment_id=experiment_id,
        created=job.created or datetime.min.replace(tzinfo=UTC),
        pipeline=Pipeline(
            topology_key=key,
            topology=topology_of(key, settings) if key else {},
            spec=submission.spec,
            parameters=submission.parameters,
            texts={name: text for name, text in kept.items() if text is not None},
        ),
        components={each.name: _component(each) for each in job.components},
    )


def _component(component: Component) -> PastComponent:
    ended = component.ended if component.state is JobState.SUCCEEDED else None
    return PastComponent(
        state=component.state.value,
        seconds=component.seconds(ended) if ended else None,
        outputs=tuple(component.outputs.values()),
    )


def _text(uri: str) -> str | None:
    try:
        return storage.read_text(uri)
    except FileNotFoundError:
        return None
