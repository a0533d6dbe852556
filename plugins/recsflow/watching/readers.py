"""What a watch reads a job through: Vertex AI, Cloud Logging and the metrics file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from recsflow.vertex.hooks.component_logs import ComponentLogsHook
from recsflow.vertex.hooks.vertex import PERMANENT_ERRORS, THROTTLED, VertexHook
from recsflow.watching.job_card import JobCard
from recsflow.watching.metrics_reader import read_metrics
from recsflow.watching.watch import JobReaders, JobWatch

if TYPE_CHECKING:
    from recsflow.vertex.component_log import ComponentLog
    from recsflow.vertex.jobs import Job
    from recsflow.watching.watched_job import WatchedJob


def job_watch(watched: WatchedJob) -> JobWatch:
    """Return a watch of a job."""
    hook: list[VertexHook] = []

    def read_job() -> Job:
        # Made on the first look, so that an unreachable secrets backend is an outage like any other.
        if not hook:
            hook.append(watched.hook())
        return hook[0].read(watched.job_id)

    def read_log(custom_job: str, since: datetime) -> ComponentLog:
        logs = ComponentLogsHook(gcp_conn_id=watched.gcp_conn_id, project=watched.project)
        return logs.component_log(custom_job, since)

    return JobWatch(
        task_id=watched.task_id,
        job_id=watched.job_id,
        readers=JobReaders(
            job=read_job,
            metrics=lambda: read_metrics(watched.metrics_uri),
            log=read_log,
            is_permanent=lambda error: isinstance(error, PERMANENT_ERRORS),
            is_throttled=lambda error: isinstance(error, THROTTLED),
            note=JobCard(watched.metrics_uri, watched.task_id).note,
        ),
        deadline=datetime.fromtimestamp(watched.deadline_s, UTC),
        max_outage_s=watched.max_outage_s,
    )
