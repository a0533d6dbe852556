"""Validation of what is sent to endpoints: what Vertex AI refuses is refused here, in the same way."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from google.cloud.aiplatform_v1.types import DeployModelRequest, Endpoint, UndeployModelRequest

from local_cloud.vertex.errors import FailedPreconditionError, InvalidArgumentError, UnimplementedError
from local_cloud.vertex.message_checks import check_display_name, check_labels, parse, refuse_unknown

IMPLEMENTED = {
    "endpoint": {"displayName", "description", "labels"},
    "deployModelRequest": {"endpoint", "deployedModel", "trafficSplit"},
    "deployedModel": {"model", "displayName", "dedicatedResources"},
    "deployedModel.dedicatedResources": {"machineSpec", "minReplicaCount", "maxReplicaCount"},
    "deployedModel.dedicatedResources.machineSpec": {"machineType"},
    "undeployModelRequest": {"endpoint", "deployedModelId", "trafficSplit"},
}
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
RESOURCES = "deployedModel.dedicatedResources"
# Stands for the model that is being deployed, which has no id yet.
NEW = "0"


def read_endpoint(body: object) -> dict[str, Any]:
    """Returns the endpoint that a create request asks for."""
    endpoint = parse(body, Endpoint)
    refuse_unknown(endpoint, "endpoint", IMPLEMENTED)
    check_display_name(endpoint, "endpoint")
    check_labels(endpoint.get("labels", {}), "endpoint")
    if not FOLDER.fullmatch(endpoint["displayName"]):
        raise UnimplementedError(
            f"endpoint.displayName is {endpoint['displayName']!r}; the local server serves from a folder of "
            "that name: use letters, digits, '-' and '_', or run on Vertex AI."
        )
    return endpoint


def read_update(body: object, mask: str) -> dict[str, int]:
    """Returns how an update request divides the traffic, all that it can change."""
    if mask not in {"trafficSplit", "traffic_split"}:
        raise UnimplementedError(
            f"updateMask is {mask!r}; the local server changes trafficSplit only. Leave the rest, or run on "
            "Vertex AI."
        )
    split: dict[str, int] = parse(body, Endpoint).get("trafficSplit", {})
    return split


def read_deployment(body: object) -> dict[str, Any]:
    """Returns what a deploy request asks for."""
    wanted = parse(body, DeployModelRequest)
    refuse_unknown(wanted, "deployModelRequest", IMPLEMENTED)
    model = wanted.get("deployedModel", {})
    refuse_unknown(model, "deployedModel", IMPLEMENTED)
    if not model.get("model"):
        raise InvalidArgumentError("deployedModel.model is missing; give the model's resource name.")
    resources = model.get("dedicatedResources", {})
    refuse_unknown(resources, RESOURCES, IMPLEMENTED)
    machine = resources.get("machineSpec", {})
    refuse_unknown(machine, f"{RESOURCES}.machineSpec", IMPLEMENTED)
    if not machine.get("machineType"):
        raise InvalidArgumentError(
            f"{RESOURCES}.machineSpec.machineType is missing; n1-standard-4 for example."
        )
    least = resources.get("minReplicaCount", 0)
    most = resources.get("maxReplicaCount", least)
    if not 1 <= least <= most:
        raise InvalidArgumentError(
            f"{RESOURCES} has minReplicaCount {least} and maxReplicaCount {most}; use at least 1, and no "
            "fewer at most than at least."
        )
    return wanted


def read_undeployment(body: object) -> dict[str, Any]:
    """Returns what an undeploy request asks for."""
    wanted = parse(body, UndeployModelRequest)
    refuse_unknown(wanted, "undeployModelRequest", IMPLEMENTED)
    return wanted


def check_split(split: Mapping[str, int], deployed: Iterable[str]) -> None:
    """Refuses shares that do not add up to 100, or are of a model that is not deployed."""
    if split and sum(split.values()) != 100:
        raise InvalidArgumentError(f"trafficSplit is {dict(split)}; the shares have to add up to 100.")
    if unknown := sorted(split.keys() - set(deployed)):
        raise FailedPreconditionError(f"trafficSplit names {unknown[0]!r}, which is not deployed here.")
