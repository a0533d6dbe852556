"""Starts the pipeline job of an experiment, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from recsflow.job_kinds import JobKind
from recsflow.jobs import INPUTS_LABEL
from recsflow.links import PipelineJobLink
from recsflow.operators.vertex_job import SubmitVertexJob
from recsflow.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.hooks.pipeline_jobs import PipelineJobsHook
    from recsflow.pipeline_parameters import PipelineRequest
    from recsflow.settings import Settings

MAX_ATTEMPTS = 50


class SubmitPipelineJob(SubmitVertexJob):
    """Compiles the pipeline unless that was done before, and starts it with this run's parameters.

    The job's id is the experiment's id. A job of that id and with the same inputs that runs or has succeeded
    is used as it is; one that failed, was cancelled or had other inputs is followed by `<id>-2`, `<id>-3` ...

    Args:
        experiment: URI of the resolved experiment.
        rows: What stage_dataset returns.
        modules: What generate_modules returns.

    Returns:
        `job_id`, `metrics_uri` where the Trainer reports, and `image`, which the job runs.
    """

    kind = JobKind.PIPELINE
    template_fields: Sequence[str] = ("experiment", "rows", "modules")
    operator_extra_links = (PipelineJobLink(),)

    def __init__(self, *, experiment: Any, rows: Any, modules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.rows = rows
        self.modules = modules

    def find_or_submit(self, context: Context, settings: Settings) -> dict[str, str]:
        """Find the job, or start it."""
        from recsflow.pipeline_parameters import PipelineRequest
        from recsflow.tasks.files import read_experiment
        from recsflow.trainer_images import by_digest

        settings = by_digest(settings)
        request = PipelineRequest.of(read_experiment(self.experiment), self.rows, self.modules, settings)
        hook = cast("PipelineJobsHook", self.hook(settings))
        job_id, found = free_job_id(hook, request)
        # Kept before the job exists: whatever happens next, its id is known.
        self.keep(job_id, hook, context, settings)
        self.tell(job_id, started=not found and self._submit(hook, job_id, request, settings))
        image = request.topology.trainer_image
        return {"job_id": job_id, "metrics_uri": request.metrics_uri, "image": image}

    def _submit(
        self, hook: PipelineJobsHook, job_id: str, request: PipelineRequest, settings: Settings
    ) -> bool:
        from recsflow.compilers.spec_cache import compiled_spec

        spec = compiled_spec(request.topology, settings)
        say(self.task_id, f"pipeline {'compiled' if spec.compiled else 'compiled before'}: {spec.uri}")
        return hook.submit(job_id, spec.text, request, settings)


def free_job_id(hook: PipelineJobsHook, request: PipelineRequest) -> tuple[str, bool]:
    """Return the id of this very request's live job and True, or the next free id and False."""
    from recsflow.errors import JobError
    from recsflow.jobs import REUSABLE

    for attempt in range(1, MAX_ATTEMPTS + 1):
        job_id = request.experiment_id if attempt == 1 else f"{request.experiment_id}-{attempt}"
        job = hook.find(job_id)
        if job is None:
            return job_id, False
        if job.state in REUSABLE and job.labels.get(INPUTS_LABEL) == request.labels[INPUTS_LABEL]:
            return job_id, True
    raise JobError(
        f"experiment {request.experiment_id} has {MAX_ATTEMPTS} jobs that failed, were cancelled or had "
        "other inputs; repair the cause and trigger a new run."
    )
