"""Validation of a custom job: what Vertex AI refuses is refused here, in the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.aiplatform_v1.types import CustomJob

from local_cloud.vertex.allowed_code import CUSTOM_JOBS, MODULE_OPTION, check_command, option_values
from local_cloud.vertex.capacity import check_capacity
from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError
from local_cloud.vertex.identity_checks import IDENTITY_FIELDS
from local_cloud.vertex.message_checks import check_display_name, check_labels, parse, refuse_unknown

# Fields of the message that this server understands, each level by its path; the others must be unset.
IMPLEMENTED = {
    "customJob": {"displayName", "jobSpec", "labels", "name", "encryptionSpec"},
    "customJob.jobSpec": {"workerPoolSpecs", *IDENTITY_FIELDS},
    "customJob.jobSpec.workerPoolSpecs[0]": {"machineSpec", "containerSpec", "replicaCount", "diskSpec"},
    "customJob.jobSpec.workerPoolSpecs[0].machineSpec": {"machineType"},
    "customJob.jobSpec.workerPoolSpecs[0].containerSpec": {"imageUri", "command", "args"},
}
POOL = "customJob.jobSpec.workerPoolSpecs[0]"


@dataclass(frozen=True)
class CustomRequest:
    """A custom job that can run.

    Attributes:
        message: the job as JSON of the public API.
        image: its container image.
        command: command of the container with its arguments.
    """

    message: dict[str, Any]
    image: str
    command: tuple[str, ...]

    @classmethod
    def from_json(cls, body: Any, quotas: Mapping[str, int] | None = None) -> "CustomRequest":
        """Reads and validates the body of a create request.

        Args:
            body: the request's body.
            quotas: what one job may ask for, by quota metric.
        """
        message = parse(body, CustomJob)
        refuse_unknown(message, "customJob", IMPLEMENTED)
        check_display_name(message, "customJob")
        check_labels(message.get("labels", {}), "customJob")
        spec = message.get("jobSpec", {})
        refuse_unknown(spec, "customJob.jobSpec", IMPLEMENTED)
        pools = spec.get("workerPoolSpecs", [])
        # Comes before what only this machine lacks.
        check_capacity(pools, quotas or {})
        container = _container(pools)
        return cls(message=message, image=container["imageUri"], command=_command(container))

    def modules(self) -> list[tuple[str, str]]:
        """Returns the module that the command is told to run, if any, with the place that names it."""
        place = f"{POOL}.containerSpec.args"
        return [(place, uri) for uri in option_values(self.command, MODULE_OPTION)]


def _container(pools: list[dict[str, Any]]) -> dict[str, Any]:
    if not pools:
        raise InvalidArgumentError("customJob.jobSpec.workerPoolSpecs is empty; give one worker pool.")
    pool = pools[0]
    if len(pools) > 1 or pool.get("replicaCount") != "1":
        raise UnimplementedError(
            f"customJob.jobSpec.workerPoolSpecs asks for {len(pools)} pool(s), the first with "
            f"{pool.get('replicaCount', '0')} replica(s); this machine runs one pool of one replica."
        )
    refuse_unknown(pool, POOL, IMPLEMENTED)
    machine, container = pool.get("machineSpec", {}), pool.get("containerSpec", {})
    if machine.get("acceleratorType"):
        raise UnimplementedError(
            f"{POOL}.machineSpec asks for {machine.get('acceleratorCount', 0)} {machine['acceleratorType']}; "
            "this machine runs containers on its own CPU and memory: choose accelerator cpu, or run on "
            "Vertex AI."
        )
    refuse_unknown(machine, f"{POOL}.machineSpec", IMPLEMENTED)
    if not machine.get("machineType"):
        raise InvalidArgumentError(f"{POOL}.machineSpec.machineType is missing; n1-standard-4 for example.")
    if not container.get("imageUri"):
        raise InvalidArgumentError(f"{POOL}.containerSpec.imageUri is missing; give the trainer image.")
    refuse_unknown(container, f"{POOL}.containerSpec", IMPLEMENTED)
    return dict(container)


def _command(container: dict[str, Any]) -> tuple[str, ...]:
    command = (*container.get("command", ()), *container.get("args", ()))
    check_command(command, CUSTOM_JOBS, f"{POOL}.containerSpec.command")
    return command
