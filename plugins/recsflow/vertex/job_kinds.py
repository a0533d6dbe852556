"""What of Vertex AI takes long, and is waited for: pipelines, single containers, models on their way.

Each kind says which hook reads its jobs, which button opens one, and where its page is. Google's clients,
whose import takes a second, are loaded with the first hook.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from recsflow.extensions.links import CustomJobLink, PipelineJobLink, PublishedLink, ServedModelLink

if TYPE_CHECKING:
    from recsflow.settings import Settings
    from recsflow.vertex.hooks.custom_jobs import CustomJobsHook
    from recsflow.vertex.hooks.endpoints import EndpointsHook
    from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook
    from recsflow.vertex.hooks.vertex import VertexHook

Hook_co = TypeVar("Hook_co", bound="VertexHook", covariant=True)


class Place(Protocol):
    """Whom is asked, and as whom: settings, and what triggers keep of them."""

    @property
    def gcp_conn_id(self) -> str:
        """The Airflow connection."""

    @property
    def project(self) -> str:
        """The project."""

    @property
    def location(self) -> str:
        """The region."""


class JobKind(ABC, Generic[Hook_co]):
    """One kind of jobs. There is one object of each; a name is what stands for it where it is written down.

    Attributes:
        name: How a person calls it.
        link: The button that opens such a job.
    """

    name: ClassVar[str]
    link: ClassVar[type[PublishedLink]]

    @abstractmethod
    def address(self, job_id: str, settings: Settings) -> str:
        """Return the address of a job's page."""

    @abstractmethod
    def hook_class(self) -> type[Hook_co]:
        """Return the class of its hook."""

    def hook(self, place: Place) -> Hook_co:
        """Return a hook for such jobs."""
        where = {"gcp_conn_id": place.gcp_conn_id, "project": place.project, "location": place.location}
        return self.hook_class()(**where)

    def __str__(self) -> str:
        return self.name


class PipelineJobs(JobKind["PipelineJobsHook"]):
    """Pipelines."""

    name = "pipeline job"
    link = PipelineJobLink

    def address(self, job_id: str, settings: Settings) -> str:
        """Return the address of a pipeline job's page."""
        return settings.pipeline_job_link(job_id)

    def hook_class(self) -> type[PipelineJobsHook]:
        """Return the hook of pipeline jobs."""
        from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook

        return PipelineJobsHook


class CustomJobs(JobKind["CustomJobsHook"]):
    """Single containers of the trainer image."""

    name = "custom job"
    link = CustomJobLink

    def address(self, job_id: str, settings: Settings) -> str:
        """Return the address of a custom job's page."""
        return settings.custom_job_link(job_id)

    def hook_class(self) -> type[CustomJobsHook]:
        """Return the hook of custom jobs."""
        from recsflow.vertex.hooks.custom_jobs import CustomJobsHook

        return CustomJobsHook


class Deployments(JobKind["EndpointsHook"]):
    """Models on their way to an endpoint."""

    name = "deployment"
    link = ServedModelLink

    def address(self, job_id: str, settings: Settings) -> str:
        """Return the address of the endpoint's page."""
        return settings.endpoint_link(job_id.split("/")[1])

    def hook_class(self) -> type[EndpointsHook]:
        """Return the hook of endpoints."""
        from recsflow.vertex.hooks.endpoints import EndpointsHook

        return EndpointsHook


PIPELINE_JOBS, CUSTOM_JOBS, DEPLOYMENTS = PipelineJobs(), CustomJobs(), Deployments()
AnyJobKind = JobKind["VertexHook"]


def job_kind(name: str) -> AnyJobKind:
    """Return the kind of a name; a KeyError where there is none."""
    kinds: dict[str, AnyJobKind] = {kind.name: kind for kind in (PIPELINE_JOBS, CUSTOM_JOBS, DEPLOYMENTS)}
    return kinds[name]
