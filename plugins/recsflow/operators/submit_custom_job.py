"""Starts a container of the trainer image as a custom job, once, however often the task runs."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, cast

from recsflow.extensions.links import CustomJobLink
from recsflow.operators.vertex_job import SubmitVertexJob
from recsflow.vertex.job_kinds import JobKind
from recsflow.vertex.jobs import INPUTS_LABEL

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.vertex.hooks.custom_jobs import CustomJobsHook
    from recsflow.vertex.requests.container import ContainerRequest


class SubmitCustomJob(SubmitVertexJob):
    """Finds the job of a request, or starts it.

    Vertex AI chooses the id of a custom job, so a job of ours is known by a label: a hash of everything that
    determines it. One that runs or has succeeded is used as it is.

    Returns:
        `job_id`, `metrics_uri` where the container reports, and `image`, which the job runs.
    """

    kind = JobKind.CUSTOM
    operator_extra_links = (CustomJobLink(),)

    @abstractmethod
    def request(self, settings: Settings) -> ContainerRequest:
        """Return what is asked for."""

    def find_or_submit(self, context: Context, settings: Settings) -> dict[str, str]:
        """Find the job, or start it."""
        from recsflow.images.trainer_images import by_digest

        settings = by_digest(settings)
        request = self.request(settings)
        hook = cast("CustomJobsHook", self.hook(settings))
        found = hook.find_live(request.labels[INPUTS_LABEL])
        job_id = found.job_id if found else hook.submit(request, settings)
        self.keep(job_id, hook, context, settings)
        self.tell(job_id, started=found is None)
        image = settings.image_for(request.machine.accelerator)
        return {"job_id": job_id, "metrics_uri": request.report_uri, "image": image}
