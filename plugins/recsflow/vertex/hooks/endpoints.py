"""Vertex AI endpoints: deploys versions of a model, and reads and cancels what deploys them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from google.protobuf.field_mask_pb2 import FieldMask

from include.labels import APPLICATION, APPLICATION_LABEL
from recsflow.vertex.hooks.vertex import CALL_TIMEOUT_S, VertexHook, answered, ended
from recsflow.vertex.messages.deployment import (
    Deployment,
    is_deployment,
    job_id_of,
    to_deployments,
    to_job,
    to_message,
)
from recsflow.vertex.messages.endpoint_service import Endpoint, EndpointServiceClient
from recsflow.vertex.messages.values import utc

if TYPE_CHECKING:
    from include.experiment.config.push_config import PushConfig
    from recsflow.vertex.jobs import Job

CHANGE_TIMEOUT_S = 600.0
# Stands for the model that is being deployed, which has no id yet.
_NEW = "0"
_NEVER = datetime.max.replace(tzinfo=UTC)


class EndpointsHook(VertexHook):
    """Deployments; one is known as a job by the name of its operation, below project and location."""

    @cached_property
    def client(self) -> EndpointServiceClient:
        """Google's client."""
        return EndpointServiceClient(**self.client_arguments())

    def find_or_create(self, display_name: str) -> str:
        """Return the id of an endpoint, the oldest of that name.

        Raises:
            JobRefused: The service does not make it.
            VertexUnavailable: The service did not answer.
        """
        parent = self.client.common_location_path(self.project, self.location)
        wanted = {"parent": parent, "filter": f'display_name="{display_name}"'}
        what = f"endpoint {display_name}"
        with answered(what):
            there = list(self.client.list_endpoints(request=wanted, timeout=CALL_TIMEOUT_S))
            found = min(there, key=lambda each: utc(each.create_time) or _NEVER, default=None)
            if found is None:
                made = Endpoint(display_name=display_name, labels={APPLICATION_LABEL: APPLICATION})
                making = self.client.create_endpoint(parent=parent, endpoint=made, timeout=CALL_TIMEOUT_S)
                found = ended(making, what, CHANGE_TIMEOUT_S)
        return str(found.name.rpartition("/")[2])

    def deployments(self, endpoint_id: str, model_id: str) -> list[Deployment]:
        """Return the versions of a model that an endpoint has.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        name = self._name(f"endpoints/{endpoint_id}")
        with answered(f"reading endpoint {endpoint_id}"):
            return to_deployments(self.client.get_endpoint(name=name, timeout=CALL_TIMEOUT_S), model_id)

    def under_way(self, endpoint_id: str) -> str | None:
        """Return the job that deploys something to an endpoint right now; None where there is none.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        request = {"name": self._name(f"endpoints/{endpoint_id}"), "page_token": ""}
        while True:
            with answered(f"reading the deployments of endpoint {endpoint_id}"):
                page = self.client.list_operations(request, timeout=CALL_TIMEOUT_S)
            for operation in page.operations:
                if not operation.done and is_deployment(operation):
                    return job_id_of(operation.name)
            if not page.next_page_token:
                return None
            request["page_token"] = page.next_page_token

    def deploy(self, endpoint_id: str, model_id: str, version: str, push: PushConfig) -> str:
        """Begin to deploy a version of a model, which then takes all traffic; returns the job's id.

        Raises:
            JobRefused: The service does not take it as it is.
            VertexUnavailable: The service did not answer.
        """
        model = self._name(f"models/{model_id}@{version}")
        with answered(f"version {version} of model {model_id}, to endpoint {push.endpoint},"):
            deploying = self.client.deploy_model(
                endpoint=self._name(f"endpoints/{endpoint_id}"),
                deployed_model=to_message(model, push),
                traffic_split={_NEW: 100},
                timeout=CALL_TIMEOUT_S,
            )
        return job_id_of(deploying.operation.name)

    def give_traffic(self, endpoint_id: str, deployment: Deployment) -> None:
        """Let a version that is deployed take all traffic.

        Raises:
            JobRefused: The service does not do it.
            VertexUnavailable: The service did not answer.
        """
        name = self._name(f"endpoints/{endpoint_id}")
        changed = Endpoint(name=name, traffic_split={deployment.deployed_id: 100})
        with answered(f"the traffic of endpoint {endpoint_id}"):
            self.client.update_endpoint(
                endpoint=changed, update_mask=FieldMask(paths=["traffic_split"]), timeout=CALL_TIMEOUT_S
            )

    def undeploy(self, endpoint_id: str, deployment: Deployment) -> None:
        """Serve a version no more, and wait until that is so.

        Raises:
            JobRefused: The service does not do it, because it has traffic for example.
            VertexUnavailable: The service did not answer, or did not end in time.
        """
        what = f"version {deployment.version} on endpoint {endpoint_id}"
        request = {
            "endpoint": self._name(f"endpoints/{endpoint_id}"),
            "deployed_model_id": deployment.deployed_id,
        }
        with answered(f"undeploying {what}"):
            undeploying = self.client.undeploy_model(request=request, timeout=CALL_TIMEOUT_S)
            ended(undeploying, f"undeploying {what}", CHANGE_TIMEOUT_S)

    def read(self, job_id: str) -> Job:
        """Read a deployment; the client's own NotFound where there is none of that id."""
        return to_job(self.client.get_operation({"name": self._name(job_id)}, timeout=CALL_TIMEOUT_S))

    def request_cancellation(self, job_id: str) -> None:
        """Ask for a deployment's end; the client's own NotFound where there is none of that id."""
        self.client.cancel_operation({"name": self._name(job_id)}, timeout=CALL_TIMEOUT_S)

    def _name(self, path: str) -> str:
        parent: Any = self.client.common_location_path(self.project, self.location)
        return f"{parent}/{path}"
