"""The two services of Vertex AI that run jobs for us."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from recsflow.links import CustomJobLink, PipelineJobLink, PublishedLink

if TYPE_CHECKING:
    from recsflow.hooks.vertex import VertexHook
    from recsflow.settings import Settings


class JobKind(StrEnum):
    """A pipeline, or one container of the trainer image; its value is how a person calls it."""

    PIPELINE = "pipeline job"
    CUSTOM = "custom job"

    @property
    def link(self) -> type[PublishedLink]:
        """The button that opens such a job."""
        return PipelineJobLink if self is JobKind.PIPELINE else CustomJobLink

    def address(self, job_id: str, settings: Settings) -> str:
        """Return the address of a job's page."""
        if self is JobKind.PIPELINE:
            return settings.pipeline_job_link(job_id)
        return settings.custom_job_link(job_id)

    def hook(self, *, gcp_conn_id: str, project: str, location: str) -> VertexHook:
        """Return a hook for such jobs; importing Google's client takes a second."""
        from recsflow.hooks.custom_jobs import CustomJobsHook
        from recsflow.hooks.pipeline_jobs import PipelineJobsHook

        hook = PipelineJobsHook if self is JobKind.PIPELINE else CustomJobsHook
        return hook(gcp_conn_id=gcp_conn_id, project=project, location=location)
