"""Google's custom job message: what we submit, and what we read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.config.accelerators import Accelerator
from include.labels import COMPONENT_LABEL
from recsflow.vertex.jobs import SCORING, TRAINER, Component, Job
from recsflow.vertex.jobs import JobState as OurState
from recsflow.vertex.messages.job_service import (
    ContainerSpec,
    CustomJob,
    CustomJobSpec,
    JobState,
    MachineSpec,
    WorkerPoolSpec,
)
from recsflow.vertex.messages.values import label, not_ended, utc
from recsflow.vertex.submitted_jobs import SubmittedJob

if TYPE_CHECKING:
    from recsflow.settings import Settings
    from recsflow.vertex.requests.container import ContainerRequest

_STATES = {
    JobState.JOB_STATE_UNSPECIFIED: OurState.PENDING,
    JobState.JOB_STATE_QUEUED: OurState.PENDING,
    JobState.JOB_STATE_PENDING: OurState.PENDING,
    JobState.JOB_STATE_RUNNING: OurState.RUNNING,
    JobState.JOB_STATE_UPDATING: OurState.RUNNING,
    JobState.JOB_STATE_SUCCEEDED: OurState.SUCCEEDED,
    JobState.JOB_STATE_PARTIALLY_SUCCEEDED: OurState.FAILED,
    JobState.JOB_STATE_FAILED: OurState.FAILED,
    JobState.JOB_STATE_EXPIRED: OurState.FAILED,
    JobState.JOB_STATE_CANCELLING: OurState.CANCELLING,
    JobState.JOB_STATE_CANCELLED: OurState.CANCELLED,
    JobState.JOB_STATE_PAUSED: OurState.PAUSED,
}


HAS_NOT_ENDED = not_ended(_STATES)
PROGRESS_FIELDS = ("name", "state", "create_time", "start_time", "end_time", "labels", "error")


def to_message(request: ContainerRequest, settings: Settings) -> CustomJob:
    """Write the message that starts a job: one replica of the trainer image.

    Args:
        request: The command, its accelerator and its labels.
        settings: Which image, and as whom the job runs.
    """
    accelerator = request.accelerator
    gpu = {"accelerator_type": accelerator.value, "accelerator_count": 1}
    pool = WorkerPoolSpec(
        machine_spec=MachineSpec(
            machine_type=accelerator.machine_type, **({} if accelerator is Accelerator.CPU else gpu)
        ),
        replica_count=1,
        container_spec=ContainerSpec(
            image_uri=settings.image_for(accelerator),
            command=list(request.command),
            args=list(request.arguments),
        ),
    )
    return CustomJob(
        display_name=request.experiment_id,
        job_spec=CustomJobSpec(worker_pool_specs=[pool], service_account=settings.service_account or ""),
        labels={key: label(value) for key, value in request.labels.items()},
    )


def to_submitted(message: CustomJob) -> SubmittedJob:
    """Read a job's message with its arguments."""
    pools = message.job_spec.worker_pool_specs
    return SubmittedJob(
        job=to_job(message),
        experiment_id=message.display_name,
        arguments=tuple(argument for pool in pools for argument in pool.container_spec.args),
    )


def to_job(message: CustomJob) -> Job:
    """Read a job's message; its one component is what its label says."""
    state, error = _STATES[message.state], message.error.message
    component = SCORING if message.labels.get(COMPONENT_LABEL) == label(SCORING) else TRAINER
    started, ended = utc(message.start_time), utc(message.end_time)
    job_id = message.name.rpartition("/")[-1]
    return Job(
        job_id=job_id,
        state=state,
        components=(Component(component, state, started, ended, error, custom_job=job_id),),
        components_total=1,
        created=utc(message.create_time),
        ended=ended,
        error=error,
        labels=dict(message.labels),
    )
