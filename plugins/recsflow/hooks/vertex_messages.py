"""Google's pipeline job message, read into ours."""
# ruff: noqa: TID253

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.api_core import exceptions
from google.cloud.aiplatform_v1.types import PipelineJob, PipelineState, PipelineTaskDetail

from recsflow.jobs import Component, Job, JobState

PERMANENT_ERRORS = (
    exceptions.NotFound,
    exceptions.Forbidden,
    exceptions.Unauthorized,
    exceptions.BadRequest,
)
_STATES = {
    PipelineState.PIPELINE_STATE_UNSPECIFIED: JobState.PENDING,
    PipelineState.PIPELINE_STATE_QUEUED: JobState.PENDING,
    PipelineState.PIPELINE_STATE_PENDING: JobState.PENDING,
    PipelineState.PIPELINE_STATE_RUNNING: JobState.RUNNING,
    PipelineState.PIPELINE_STATE_SUCCEEDED: JobState.SUCCEEDED,
    PipelineState.PIPELINE_STATE_FAILED: JobState.FAILED,
    PipelineState.PIPELINE_STATE_CANCELLING: JobState.CANCELLING,
    PipelineState.PIPELINE_STATE_CANCELLED: JobState.CANCELLED,
    PipelineState.PIPELINE_STATE_PAUSED: JobState.PAUSED,
}
_TASK = PipelineTaskDetail.State
_COMPONENT_STATES = {
    _TASK.STATE_UNSPECIFIED: JobState.PENDING,
    _TASK.PENDING: JobState.PENDING,
    _TASK.RUNNING: JobState.RUNNING,
    _TASK.SUCCEEDED: JobState.SUCCEEDED,
    _TASK.CANCEL_PENDING: JobState.CANCELLING,
    _TASK.CANCELLING: JobState.CANCELLING,
    _TASK.CANCELLED: JobState.CANCELLED,
    _TASK.FAILED: JobState.FAILED,
    _TASK.SKIPPED: JobState.CACHED,
    _TASK.NOT_TRIGGERED: JobState.NOT_RUN,
}


def to_job(message: PipelineJob) -> Job:
    """Read a job's message."""
    job_id = message.name.rpartition("/")[-1]
    components = tuple(
        _component(detail) for detail in message.job_detail.task_details if not _is_root(detail, job_id)
    )
    return Job(
        job_id=job_id,
        state=_STATES[message.state],
        components=components,
        components_total=max(_components_in_spec(message), len(components)),
        created=_utc(message.create_time),
        ended=_utc(message.end_time),
        error=message.error.message,
        labels=dict(message.labels),
    )


def _component(detail: PipelineTaskDetail) -> Component:
    return Component(
        name=detail.task_name,
        state=_COMPONENT_STATES[detail.state],
        started=_utc(detail.start_time),
        ended=_utc(detail.end_time),
        error=detail.error.message,
    )


def _is_root(detail: PipelineTaskDetail, job_id: str) -> bool:
    # Vertex lists the pipeline itself beside its components.
    return detail.task_name == job_id or detail.execution.schema_title == "system.Run"


def _components_in_spec(message: PipelineJob) -> int:
    spec: Any = message.pipeline_spec or {}
    try:
        return len(spec["root"]["dag"]["tasks"])
    except (KeyError, TypeError):
        return 0


def _utc(value: Any) -> datetime | None:
    # proto-plus gives a datetime of its own, whatever it is annotated as.
    return datetime.fromtimestamp(value.timestamp(), UTC) if value else None
