"""Starts the pipeline job of an experiment, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from recsflow.links import PipelineJobLink
from recsflow.pipeline_parameters import INPUTS_LABEL
from recsflow.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.hooks.vertex import VertexPipelineHook
    from recsflow.pipeline_parameters import PipelineRequest
    from recsflow.settings import Settings

MAX_ATTEMPTS = 50


class SubmitPipelineJob(BaseOperator):
    """Compiles the pipeline unless that was done before, and starts it with this run's parameters.

    The job's id is the experiment's id. A job of that id and with the same inputs that runs or has succeeded
    is used as it is; one that failed, was cancelled or had other inputs is followed by `<id>-2`, `<id>-3` ...

    Args:
        experiment: URI of the resolved experiment.
        rows: What stage_dataset returns.
        modules: What generate_modules returns.

    Returns:
        `job_id`, and `metrics_uri` where the Trainer reports.
    """

    template_fields: Sequence[str] = ("experiment", "rows", "modules")
    operator_extra_links = (PipelineJobLink(),)
    ui_color = "#d2e3fc"

    def __init__(self, *, experiment: Any, rows: Any, modules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.rows = rows
        self.modules = modules
        self._job: tuple[VertexPipelineHook, str] | None = None

    def execute(self, context: Context) -> dict[str, str]:
        """Find the job, or start it."""
        from recsflow.pipeline_parameters import PipelineRequest
        from recsflow.settings import load_settings
        from recsflow.tasks.files import read_experiment

        settings = load_settings()
        request = PipelineRequest.of(read_experiment(self.experiment), self.rows, self.modules, settings)
        hook = self._hook(settings)
        job_id, found = free_job_id(hook, request)
        # Kept before the job exists: whatever happens next, its id is known.
        context["ti"].xcom_push(key="job_id", value=job_id)
        PipelineJobLink.publish(context, settings.pipeline_job_link(job_id))
        self._job = (hook, job_id)
        started = not found and self._submit(hook, job_id, request, settings)
        say(self.task_id, f"job {job_id} {'submitted' if started else 'is there already, using it'}")
        return {"job_id": job_id, "metrics_uri": request.metrics_uri}

    def on_kill(self) -> None:
        """Cancel the job, if it came that far."""
        if self._job is not None:
            hook, job_id = self._job
            hook.cancel(job_id)

    def _hook(self, settings: Settings) -> VertexPipelineHook:
        from recsflow.hooks.vertex import VertexPipelineHook

        return VertexPipelineHook(
            gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
        )

    def _submit(
        self, hook: VertexPipelineHook, job_id: str, request: PipelineRequest, settings: Settings
    ) -> bool:
        from recsflow.compilers.spec_cache import compiled_spec

        spec = compiled_spec(request.topology, settings)
        say(self.task_id, f"pipeline {'compiled' if spec.compiled else 'compiled before'}: {spec.uri}")
        return hook.submit(job_id, spec.text, request, settings)


def free_job_id(hook: VertexPipelineHook, request: PipelineRequest) -> tuple[str, bool]:
    """Return the id of this very request's live job and True, or the next free id and False."""
    from recsflow.errors import PipelineJobError
    from recsflow.jobs import REUSABLE

    for attempt in range(1, MAX_ATTEMPTS + 1):
        job_id = request.experiment_id if attempt == 1 else f"{request.experiment_id}-{attempt}"
        job = hook.find(job_id)
        if job is None:
            return job_id, False
        if job.state in REUSABLE and job.labels.get(INPUTS_LABEL) == request.labels[INPUTS_LABEL]:
            return job_id, True
    raise PipelineJobError(
        f"experiment {request.experiment_id} has {MAX_ATTEMPTS} jobs that failed, were cancelled or had "
        "other inputs; repair the cause and trigger a new run."
    )
