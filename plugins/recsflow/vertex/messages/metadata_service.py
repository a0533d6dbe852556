"""Google's client of Vertex ML Metadata, without the forty other services of Vertex AI.

Their import takes 3 s, which each task would pay.
"""
# ruff: noqa: E402

from recsflow.vertex.messages.lazy_package import make_lazy

make_lazy("google.cloud.aiplatform_v1")

from google.cloud.aiplatform_v1.services.metadata_service import MetadataServiceClient

__all__ = ["MetadataServiceClient"]
