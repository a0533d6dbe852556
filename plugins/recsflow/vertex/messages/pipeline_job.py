"""Google's pipeline job message: what we submit, and what we read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format

from include.storage import local_path
from recsflow.vertex.jobs import Component, Job, JobState
from recsflow.vertex.messages.pipeline_service import (
    PipelineFailurePolicy,
    PipelineJob,
    PipelineState,
    PipelineTaskDetail,
    Value,
)
from recsflow.vertex.messages.values import label, not_ended, utc
from recsflow.vertex.submitted_jobs import SubmittedJob

if TYPE_CHECKING:
    from recsflow.settings import Settings
    from recsflow.vertex.requests.pipeline import PipelineRequest

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
HAS_NOT_ENDED = not_ended(_STATES)
# Without the pipeline itself, 100 kB a job.
PROGRESS_FIELDS = ("name", "state", "create_time", "start_time", "end_time", "labels", "error")
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


def to_message(spec: str, request: PipelineRequest, settings: Settings) -> PipelineJob:
    """Write the message that starts a job.

    Args:
        spec: The compiled pipeline, JSON; it has caching switched on for every component.
        request: The run's parameters and labels.
        settings: Where artifacts go, and as whom the job runs.
    """
    runtime = PipelineJob.RuntimeConfig(
        gcs_output_directory=local_path(settings.layout.pipeline_root),
        # TFX writes specs of schema 2.0.0, whose parameters are typed.
        parameters={name: Value(string_value=value) for name, value in request.parameters.items()},
        failure_policy=PipelineFailurePolicy.PIPELINE_FAILURE_POLICY_FAIL_FAST,
    )
    return PipelineJob(
        display_name=request.experiment_id,
        pipeline_spec=json.loads(spec)["pipelineSpec"],
        runtime_config=runtime,
        labels={key: label(value) for key, value in request.labels.items()},
        service_account=settings.service_account or "",
    )


@dataclass(frozen=True)
class Submission:
    """A job with what it was submitted with.

    Attributes:
        spec: The compiled pipeline.
        parameters: Values of its runtime parameters.
    """

    job: Job
    spec: Mapping[str, Any]
    parameters: Mapping[str, str]


def to_submission(message: PipelineJob) -> Submission:
    """Read a job's message with the pipeline in it."""
    given = message.runtime_config.parameters
    return Submission(
        job=to_job(message),
        spec=json_format.MessageToDict(PipelineJob.pb(message).pipeline_spec),
        parameters={name: value.string_value for name, value in given.items()},
    )


def to_submitted(message: PipelineJob) -> SubmittedJob:
    """Read a job's message with its parameters."""
    spec: Any = message.pipeline_spec or {}
    details = message.job_detail.task_details
    return SubmittedJob(
        job=to_job(message),
        experiment_id=message.display_name,
        arguments=tuple(value.string_value for value in message.runtime_config.parameters.values()),
        pipeline=str(spec["pipelineInfo"]["name"]),
        executions=tuple(detail.execution.name for detail in details if detail.execution.name),
    )


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
        created=utc(message.create_time),
        ended=utc(message.end_time),
        error=message.error.message,
        labels=dict(message.labels),
    )


def _component(detail: PipelineTaskDetail) -> Component:
    return Component(
        name=detail.task_name,
        state=_COMPONENT_STATES[detail.state],
        started=utc(detail.start_time),
        ended=utc(detail.end_time),
        error=detail.error.message,
        outputs={key: listed.artifacts[0].uri for key, listed in detail.outputs.items() if listed.artifacts},
        custom_job=_custom_job(detail),
    )


def _custom_job(detail: PipelineTaskDetail) -> str:
    """Return the id of the job that ran a component, or of the driver before it where it came no further."""
    executor = detail.executor_detail
    container = executor.container_detail
    name = executor.custom_job_detail.job or container.main_job or container.pre_caching_check_job
    return str(name.rpartition("/")[-1])


def _is_root(detail: PipelineTaskDetail, job_id: str) -> bool:
    # Vertex lists the pipeline itself beside its components.
    return detail.task_name == job_id or detail.execution.schema_title == "system.Run"


def _components_in_spec(message: PipelineJob) -> int:
    spec: Any = message.pipeline_spec or {}
    try:
        return len(spec["root"]["dag"]["tasks"])
    except (KeyError, TypeError):
        return 0
