"""Find recorded experiments by what they were about and how they ended."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.metrics import catalogue
from include.metrics.metric import Direction
from include.tracking.connection import tracking_client
from include.tracking.entries import CUSTOM_JOB, EXPERIMENT_ID, PARENT, PIPELINE_JOB
from include.tracking.errors import TrackingError
from include.tracking.metric_names import TEST, metric_name

if TYPE_CHECKING:
    from mlflow.entities import Run

_PLAIN = re.compile(r"[\w./-]+")


@dataclass(frozen=True)
class RecordedExperiment:
    """A run of MLflow, as far as experiments are compared by it.

    Attributes:
        job_id: Vertex AI's job, empty where none was submitted.
        parent_experiment_id: The experiment that this is a rerun of, or empty.
        metrics: The latest value of each metric.
        verdict: What the diagnostics said: healthy, collapsed, diverged or unknown.
    """

    run_id: str
    mlflow_experiment_id: str
    experiment_id: str
    dataset: str
    features: str
    model: str
    status: str
    verdict: str
    job_id: str
    parent_experiment_id: str
    started_at: datetime
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


@dataclass(frozen=True)
class ExperimentFilter:
    """What is looked for; None means any.

    Attributes:
        experiment_id: Id of one experiment.
        parent_experiment_id: Id of the experiment whose reruns are looked for.
        dataset: Name of a dataset config.
        features: Name of a feature config.
        model: Name of a model config.
        status: How the pipeline ended: succeeded, failed, cancelled or timed_out.
        verdict: What the diagnostics said: healthy, collapsed, diverged or unknown.
        schedule: Name of the schedule that the run belongs to.
    """

    experiment_id: str | None = None
    parent_experiment_id: str | None = None
    dataset: str | None = None
    features: str | None = None
    model: str | None = None
    status: str | None = None
    verdict: str | None = None
    schedule: str | None = None

    def to_sql(self) -> list[str]:
        """The conditions in MLflow's search language."""
        wanted = {name: value for name, value in asdict(self).items() if value is not None}
        return [f"tags.`recsflow.{name}` = '{_checked(name, value)}'" for name, value in wanted.items()]


def find_experiments(
    where: ExperimentFilter | None = None,
    *,
    tracking_uri: str,
    experiment_name: str,
    order_by: str | None = None,
    limit: int = 100,
) -> list[RecordedExperiment]:
    """List recorded experiments, the newest first.

    Args:
        where: What to look for; everything by default.
        tracking_uri: The MLflow server.
        experiment_name: The MLflow experiment; one that does not exist holds nothing.
        order_by: A metric of the test rows, such as `recall@10`, whose best value comes first, in place of
            the newest; runs without it come last.
        limit: At most so many.
    """
    order = _best_first(order_by) if order_by else "attributes.start_time DESC"
    conditions = " AND ".join((where or ExperimentFilter()).to_sql())
    with tracking_client(tracking_uri) as client:
        found = client.get_experiment_by_name(experiment_name)
        if found is None:
            return []
        runs = client.search_runs([found.experiment_id], conditions, max_results=limit, order_by=[order])
        return [_read(run) for run in runs if EXPERIMENT_ID in run.data.tags]


def best_experiment(
    where: ExperimentFilter, metric: str, *, tracking_uri: str, experiment_name: str
) -> RecordedExperiment | None:
    """The succeeded, healthy experiment that is best in a metric; None where no such one has the metric."""
    found = find_experiments(
        replace(where, status="succeeded", verdict="healthy"),
        tracking_uri=tracking_uri,
        experiment_name=experiment_name,
        order_by=metric,
        limit=1,
    )
    return next((each for each in found if metric_name(metric, TEST) in each.metrics), None)


def _best_first(metric: str) -> str:
    ascending = catalogue.metric(metric).direction is Direction.MINIMIZE
    return f"metrics.`{metric_name(metric, TEST)}` {'ASC' if ascending else 'DESC'}"


def _checked(name: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise TrackingError(f"{name}: received {value!r}; use letters, digits, '_', '-', '.' and '/'.")
    return value


def _read(run: Run) -> RecordedExperiment:
    tags = run.data.tags
    return RecordedExperiment(
        run_id=run.info.run_id,
        mlflow_experiment_id=run.info.experiment_id,
        experiment_id=tags[EXPERIMENT_ID],
        dataset=tags.get("recsflow.dataset", ""),
        features=tags.get("recsflow.features", ""),
        model=tags.get("recsflow.model", ""),
        status=tags.get("recsflow.status", ""),
        verdict=tags.get("recsflow.verdict", ""),
        job_id=tags.get(PIPELINE_JOB) or tags.get(CUSTOM_JOB, ""),
        parent_experiment_id=tags.get(PARENT, ""),
        started_at=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags=dict(tags),
    )
