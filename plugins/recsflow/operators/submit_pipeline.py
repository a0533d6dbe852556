"""Starts the pipeline job of an experiment, once, however often the task runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NoReturn, cast

from recsflow.extensions.links import PipelineJobLink
from recsflow.log import say
from recsflow.operators.vertex_job import SubmitVertexJob
from recsflow.vertex.job_kinds import JobKind
from recsflow.vertex.jobs import INPUTS_LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.compilers.topology import Topology
    from recsflow.settings import CloudBuildCompiler, Settings
    from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook
    from recsflow.vertex.requests.pipeline import PipelineRequest

MAX_ATTEMPTS = 50
# What a build may wait before its own time begins.
QUEUE_S = 600.0


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
        from recsflow.experiments.files import read_experiment
        from recsflow.images.trainer_images import by_digest
        from recsflow.vertex.requests.pipeline import PipelineRequest

        settings = by_digest(settings)
        request = PipelineRequest.of(read_experiment(self.experiment), self.rows, self.modules, settings)
        hook = cast("PipelineJobsHook", self.hook(settings))
        job_id, found = free_job_id(hook, request)
        # Kept before the job exists: whatever happens next, its id is known.
        self.keep(job_id, hook, context, settings)
        started = not found and hook.submit(job_id, self._spec(context, request, settings), request, settings)
        self.tell(job_id, started=started)
        image = request.topology.trainer_image
        return {"job_id": job_id, "metrics_uri": request.metrics_uri, "image": image}

    def execute_built(self, context: Context, event: dict[str, Any]) -> dict[str, str]:
        """Take what Cloud Build compiled, and start the job."""
        from recsflow.compilers.spec_cache import keep_built
        from recsflow.errors import CompileError
        from recsflow.settings import load_settings

        if event["error"]:
            raise CompileError(event["error"])
        keep_built(event["topology"], load_settings())
        return self.execute(context)

    def _spec(self, context: Context, request: PipelineRequest, settings: Settings) -> str:
        """Return the compiled pipeline; while Cloud Build compiles it, the task holds no worker."""
        from recsflow.compilers.spec_cache import compiled_here, kept_spec
        from recsflow.settings import CommandCompiler

        topology, compiler = request.topology, settings.compiler
        if isinstance(compiler, CommandCompiler):
            spec = compiled_here(topology, compiler, settings)
        else:
            spec = kept_spec(topology, settings) or self._await_build(context, topology, compiler, settings)
        say(self.task_id, f"pipeline {'compiled' if spec.compiled else 'compiled before'}: {spec.uri}")
        return spec.text

    def _await_build(
        self, context: Context, topology: Topology, compiler: CloudBuildCompiler, settings: Settings
    ) -> NoReturn:
        from recsflow.compilers.cloud_build import start_build
        from recsflow.triggers.build import BuildTrigger
        from recsflow.triggers.cancelling import WAITING_TRY_KEY

        build_id = start_build(topology, compiler, settings)
        say(self.task_id, f"build {build_id} compiles the pipeline")
        context["ti"].xcom_push(key=WAITING_TRY_KEY, value=context["ti"].try_number)
        trigger = BuildTrigger(
            task_id=self.task_id,
            gcp_conn_id=settings.gcp_conn_id,
            project=settings.project,
            location=compiler.location,
            build_id=build_id,
            topology=topology.key,
            poll_interval_s=settings.poll_interval_s,
            deadline_s=time.time() + compiler.timeout_s + QUEUE_S,
        )
        self.defer(trigger=trigger, method_name=self.execute_built.__name__)


def free_job_id(hook: PipelineJobsHook, request: PipelineRequest) -> tuple[str, bool]:
    """Return the id of this very request's live job and True, or the next free id and False."""
    from recsflow.errors import JobError
    from recsflow.vertex.jobs import REUSABLE

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
