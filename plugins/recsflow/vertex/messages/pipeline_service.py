"""Google's client of pipeline jobs, without the forty other services of Vertex AI.

Their import takes 3 s, which each task and each triggerer would pay.
"""
# ruff: noqa: E402

from recsflow.vertex.messages.lazy_package import make_lazy

make_lazy("google.cloud.aiplatform_v1")

from google.cloud.aiplatform_v1.services.pipeline_service import PipelineServiceClient
from google.cloud.aiplatform_v1.types.pipeline_failure_policy import PipelineFailurePolicy
from google.cloud.aiplatform_v1.types.pipeline_job import PipelineJob, PipelineTaskDetail
from google.cloud.aiplatform_v1.types.pipeline_state import PipelineState
from google.cloud.aiplatform_v1.types.value import Value

__all__ = [
    "PipelineFailurePolicy",
    "PipelineJob",
    "PipelineServiceClient",
    "PipelineState",
    "PipelineTaskDetail",
    "Value",
]
