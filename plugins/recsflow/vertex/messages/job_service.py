"""Google's client of custom jobs, without the forty other services of Vertex AI.

Their import takes 3 s, which each task and each triggerer would pay.
"""
# ruff: noqa: E402

from recsflow.vertex.messages.lazy_package import make_lazy

make_lazy("google.cloud.aiplatform_v1")

from google.cloud.aiplatform_v1.services.job_service import JobServiceClient
from google.cloud.aiplatform_v1.types.custom_job import (
    ContainerSpec,
    CustomJob,
    CustomJobSpec,
    WorkerPoolSpec,
)
from google.cloud.aiplatform_v1.types.job_state import JobState
from google.cloud.aiplatform_v1.types.machine_resources import MachineSpec

__all__ = [
    "ContainerSpec",
    "CustomJob",
    "CustomJobSpec",
    "JobServiceClient",
    "JobState",
    "MachineSpec",
    "WorkerPoolSpec",
]
