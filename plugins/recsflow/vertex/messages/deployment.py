"""Google's messages of endpoints and their operations: what we send, and what we read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recsflow.vertex.jobs import DEPLOYMENT, Component, Job, JobState
from recsflow.vertex.messages.endpoint_service import (
    DedicatedResources,
    DeployedModel,
    DeployModelOperationMetadata,
    Endpoint,
    MachineSpec,
)
from recsflow.vertex.messages.values import utc

if TYPE_CHECKING:
    from google.longrunning.operations_pb2 import Operation

    from include.experiment.config.push_config import PushConfig

_CANCELLED = 1  # google.rpc.Code


@dataclass(frozen=True)
class Deployment:
    """A version of a model on an endpoint.

    Attributes:
        deployed_id: Its id on the endpoint.
        version: The version of the model.
        traffic_percent: Its share of the endpoint's traffic.
    """

    deployed_id: str
    version: str
    traffic_percent: int


def to_message(model: str, push: PushConfig) -> DeployedModel:
    """Write the message that deploys a model's version, with machines of its own."""
    return DeployedModel(
        model=model,
        dedicated_resources=DedicatedResources(
            machine_spec=MachineSpec(machine_type=push.machine_type),
            min_replica_count=push.min_replicas,
            max_replica_count=push.most_replicas,
        ),
    )


def to_deployments(endpoint: Endpoint, model_id: str) -> list[Deployment]:
    """Read which versions of a model an endpoint has; other models are none of our business."""
    return [
        Deployment(each.id, each.model_version_id, endpoint.traffic_split.get(each.id, 0))
        for each in endpoint.deployed_models
        # The service may name the project by its number, and the version behind '@'.
        if each.model.rpartition("/")[2].partition("@")[0] == model_id
    ]


def is_deployment(operation: Operation) -> bool:
    """Whether an operation deploys a model."""
    return bool(operation.metadata.Is(DeployModelOperationMetadata.pb().DESCRIPTOR))


def job_id_of(operation_name: str) -> str:
    """Return `endpoints/<id>/operations/<id>`, an operation's name without project and location."""
    return "/".join(operation_name.split("/")[4:])


def to_job(operation: Operation) -> Job:
    """Read an operation's message as a job of one component."""
    metadata = DeployModelOperationMetadata.pb()()
    operation.metadata.Unpack(metadata)
    times = DeployModelOperationMetadata.wrap(metadata).generic_metadata
    state, error = _state(operation), operation.error.message
    created, ended = utc(times.create_time), utc(times.update_time) if operation.done else None
    return Job(
        job_id=job_id_of(operation.name),
        state=state,
        components=(Component(DEPLOYMENT, state, created, ended, error),),
        components_total=1,
        created=created,
        ended=ended,
        error=error,
    )


def _state(operation: Any) -> JobState:
    if not operation.done:
        return JobState.RUNNING
    if not operation.HasField("error"):
        return JobState.SUCCEEDED
    return JobState.CANCELLED if operation.error.code == _CANCELLED else JobState.FAILED
