"""Google's client of endpoints, without the forty other services of Vertex AI.

Their import takes 3 s, which each task and each triggerer would pay.
"""
# ruff: noqa: E402

from recsflow.vertex.messages.lazy_package import make_lazy

make_lazy("google.cloud.aiplatform_v1")

from google.cloud.aiplatform_v1.services.endpoint_service import EndpointServiceClient
from google.cloud.aiplatform_v1.types.endpoint import DeployedModel, Endpoint
from google.cloud.aiplatform_v1.types.endpoint_service import DeployModelOperationMetadata
from google.cloud.aiplatform_v1.types.machine_resources import DedicatedResources, MachineSpec

__all__ = [
    "DedicatedResources",
    "DeployModelOperationMetadata",
    "DeployedModel",
    "Endpoint",
    "EndpointServiceClient",
    "MachineSpec",
]
