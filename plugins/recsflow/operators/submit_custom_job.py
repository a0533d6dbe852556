"""Starts the trainer of a rerun as a custom job, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from recsflow.job_kinds import JobKind
from recsflow.jobs import INPUTS_LABEL
from recsflow.links import CustomJobLink
from recsflow.operators.vertex_job import SubmitVertexJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.hooks.custom_jobs import CustomJobsHook
    from recsflow.settings import Settings


class SubmitCustomJob(SubmitVertexJob):
    """Starts the trainer image's own command on what an earlier Trainer read.

    Vertex AI chooses the id of a custom job, so a job of ours is known by a label: a hash of everything that
    determines it. One that runs or has succeeded is used as it is.

    Args:
        experiment: URI of the rerun's resolved experiment.
        rerun: What resolve_rerun returns: `examples`, and `transform_graph` unless the examples are graphs.
        modules: What generate_modules returns.

    Returns:
        `job_id`, and `metrics_uri` where the Trainer reports.
    """

    kind = JobKind.CUSTOM
    template_fields: Sequence[str] = ("experiment", "rerun", "modules")
    operator_extra_links = (CustomJobLink(),)

    def __init__(self, *, experiment: Any, rerun: Any, modules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.rerun = rerun
        self.modules = modules

    def find_or_submit(self, context: Context, settings: Settings) -> dict[str, str]:
        """Find the job, or start it."""
        from recsflow.tasks.files import read_experiment
        from recsflow.trainer_request import TrainerRequest

        request = TrainerRequest.of(read_experiment(self.experiment), self.rerun, self.modules, settings)
        hook = cast("CustomJobsHook", self.hook(settings))
        found = hook.find_live(request.labels[INPUTS_LABEL])
        job_id = found.job_id if found else hook.submit(request, settings)
        self.keep(job_id, hook, context, settings)
        self.tell(job_id, started=found is None)
        return {"job_id": job_id, "metrics_uri": request.metrics_uri}
