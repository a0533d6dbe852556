"""What of Vertex AI takes long, and is waited for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from recsflow.extensions.links import CustomJobLink, PipelineJobLink, PublishedLink, ServedModelLink

if TYPE_CHECKING:
    from recsflow.settings import Settings
    from recsflow.vertex.hooks.vertex import VertexHook


class JobKind(StrEnum):
    """A pipeline, one container of the trainer image, or a model on its way to an endpoint.

    Its value is how a person calls it.
    """

    PIPELINE = "pipeline job"
    CUSTOM = "custom job"
    DEPLOYMENT = "deployment"

    @property
    def link(self) -> type[PublishedLink]:
        """The button that opens such a job."""
        links: dict[JobKind, type[PublishedLink]] = {
            JobKind.PIPELINE: PipelineJobLink,
            JobKind.CUSTOM: CustomJobLink,
            JobKind.DEPLOYMENT: ServedModelLink,
        }
        return links[self]

    def address(self, job_id: str, settings: Settings) -> str:
        """Return the address of a job's page; a deployment's is that of its endpoint."""
        if self is JobKind.PIPELINE:
            return settings.pipeline_job_link(job_id)
        if self is JobKind.CUSTOM:
            return settings.custom_job_link(job_id)
        return settings.endpoint_link(job_id.split("/")[1])

    def hook(self, *, gcp_conn_id: str, project: str, location: str) -> VertexHook:
        """Return a hook for such jobs; importing Google's client takes a second."""
        where = {"gcp_conn_id": gcp_conn_id, "project": project, "location": location}
        if self is JobKind.DEPLOYMENT:
            from recsflow.vertex.hooks.endpoints import EndpointsHook

            return EndpointsHook(**where)
        from recsflow.vertex.hooks.custom_jobs import CustomJobsHook
        from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook

        return PipelineJobsHook(**where) if self is JobKind.PIPELINE else CustomJobsHook(**where)
