"""Validation of a custom job: what Vertex AI refuses is refused here, in the same way."""

import re
from dataclasses import dataclass
from typing import Any

from google.cloud.aiplatform_v1.types import CustomJob
from google.protobuf import json_format

from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError

# Fields of the message that this server understands, each level by its path; the others must be unset.
IMPLEMENTED = {
    "customJob": {"displayName", "jobSpec", "labels", "name"},
    "customJob.jobSpec": {"workerPoolSpecs", "serviceAccount"},
    "customJob.jobSpec.workerPoolSpecs[0]": {"machineSpec", "containerSpec", "replicaCount", "diskSpec"},
    "customJob.jobSpec.workerPoolSpecs[0].machineSpec": {"machineType"},
    "customJob.jobSpec.workerPoolSpecs[0].containerSpec": {"imageUri", "command", "args"},
}
POOL = "customJob.jobSpec.workerPoolSpecs[0]"
MAX_DISPLAY_NAME = 128
LABEL = re.compile(r"[a-z0-9_-]{0,63}")


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
    def from_json(cls, body: Any) -> "CustomRequest":
        """Reads and validates the body of a create request."""
        message = _parse(body)
        _refuse_unknown(message, "customJob")
        if not 0 < len(message.get("displayName", "")) <= MAX_DISPLAY_NAME:
            raise InvalidArgumentError(
                f"customJob.displayName is {message.get('displayName', '')!r}; give 1 to "
                f"{MAX_DISPLAY_NAME} characters."
            )
        _check_labels(message.get("labels", {}))
        spec = message.get("jobSpec", {})
        _refuse_unknown(spec, "customJob.jobSpec")
        container = _container(spec.get("workerPoolSpecs", []))
        return cls(message=message, image=container["imageUri"], command=_command(container))


def _parse(body: Any) -> dict[str, Any]:
    try:
        message = json_format.ParseDict(body, CustomJob.pb()())
    except json_format.ParseError as error:
        raise InvalidArgumentError(f"The request is not a CustomJob: {error}") from error
    return json_format.MessageToDict(message)


def _refuse_unknown(values: dict[str, Any], path: str) -> None:
    for name in sorted(set(values) - IMPLEMENTED[path]):
        raise UnimplementedError(
            f"{path}.{name} is set; the local server of custom jobs does not implement it. Leave it out, or "
            "run on Vertex AI."
        )


def _check_labels(labels: dict[str, str]) -> None:
    for name, value in labels.items():
        if not LABEL.fullmatch(name) or not LABEL.fullmatch(value):
            raise InvalidArgumentError(
                f"customJob.labels has {name!r}: {value!r}; use up to 63 lower-case letters, digits, '_' "
                "and '-'."
            )


def _container(pools: list[dict[str, Any]]) -> dict[str, Any]:
    if not pools:
        raise InvalidArgumentError("customJob.jobSpec.workerPoolSpecs is empty; give one worker pool.")
    pool = pools[0]
    if len(pools) > 1 or pool.get("replicaCount") != "1":
        raise UnimplementedError(
            f"customJob.jobSpec.workerPoolSpecs asks for {len(pools)} pool(s), the first with "
            f"{pool.get('replicaCount', '0')} replica(s); this machine runs one pool of one replica."
        )
    _refuse_unknown(pool, POOL)
    machine, container = pool.get("machineSpec", {}), pool.get("containerSpec", {})
    if machine.get("acceleratorType"):
        raise UnimplementedError(
            f"{POOL}.machineSpec asks for {machine.get('acceleratorCount', 0)} {machine['acceleratorType']}; "
            "this machine runs containers on its own CPU and memory: choose accelerator cpu, or run on "
            "Vertex AI."
        )
    _refuse_unknown(machine, f"{POOL}.machineSpec")
    if not machine.get("machineType"):
        raise InvalidArgumentError(f"{POOL}.machineSpec.machineType is missing; n1-standard-4 for example.")
    if not container.get("imageUri"):
        raise InvalidArgumentError(f"{POOL}.containerSpec.imageUri is missing; give the trainer image.")
    _refuse_unknown(container, f"{POOL}.containerSpec")
    return container


def _command(container: dict[str, Any]) -> tuple[str, ...]:
    command = (*container.get("command", ()), *container.get("args", ()))
    if command[:2] != ("python", "-m") or len(command) < 3:
        raise UnimplementedError(
            f"{POOL}.containerSpec.command is {container.get('command', [])}; the local server of custom "
            "jobs runs modules of the trainer image, started with ['python', '-m', module]."
        )
    return command
