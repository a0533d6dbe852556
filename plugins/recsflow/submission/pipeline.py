"""The pipeline job of an experiment."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import NoReturn

from airflow.sdk.exceptions import TaskDeferred

from include.artifacts.experiment import ExperimentFolder
from include.cards.card import State
from include.experiment.resolve.identity import pipeline_job_id
from include.labels import INPUTS_LABEL
from recsflow.cards.writing import note_work
from recsflow.compilers.cloud_build import find_or_start_build
from recsflow.compilers.spec_cache import compiled_here, kept_spec
from recsflow.compilers.watched_build import WatchedBuild
from recsflow.errors import JobError
from recsflow.experiments.files import read_experiment
from recsflow.handovers import JobHandover, ModulesHandover, RowsHandover
from recsflow.images.trainer_images import by_digest
from recsflow.log import say
from recsflow.settings import CloudBuildCompiler, CommandCompiler
from recsflow.submission.job import JobSubmission
from recsflow.triggers.build import BuildTrigger
from recsflow.triggers.cancelling import WAITING_TRY_KEY
from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook
from recsflow.vertex.job_kinds import PIPELINE_JOBS
from recsflow.vertex.jobs import REUSABLE
from recsflow.vertex.requests.pipeline import PipelineRequest

MAX_ATTEMPTS = 50
# What a build may wait before its own time begins.
QUEUE_S = 600.0
# Airflow takes a task for lost that goes on before its scheduler has heard that its first part has ended.
FIRST_LOOK_S = 10.0


@dataclass(kw_only=True)
class PipelineSubmission(JobSubmission[PipelineJobsHook, JobHandover]):
    """Compiles the pipeline unless that was done before, and starts it with this run's parameters.

    The job's id is the experiment's id. A job of that id and with the same inputs that runs or has succeeded
    is used as it is; one that failed, was cancelled or had other inputs is followed by `<id>-2`, `<id>-3` ...

    Attributes:
        experiment: URI of the resolved experiment.
        rows: What stage_dataset returns.
        modules: What generate_modules returns.
        resume: Name of the task's method that goes on when Cloud Build has compiled.
        is_built: Whether it just has.
    """

    kind = PIPELINE_JOBS
    experiment: str
    rows: RowsHandover
    modules: ModulesHandover
    resume: str
    is_built: bool
    _build: WatchedBuild | None = field(default=None, init=False)

    def find_or_submit(self) -> JobHandover:
        """Find the job, or start it.

        Raises:
            TaskDeferred: Cloud Build compiles the pipeline; meanwhile the task holds no worker.
        """
        self.settings = settings = by_digest(self.settings)
        request = PipelineRequest.of(read_experiment(self.experiment), self.rows, self.modules, settings)
        hook = self.hook()
        job_id, found = free_job_id(hook, request)
        # Kept before the job exists: whatever happens next, its id is known.
        self.keep(job_id)
        started = not found and hook.submit(job_id, self._spec(request), request, settings)
        self.tell(job_id, started=started)
        note_work(ExperimentFolder.holding(self.experiment), self.context, State.SUBMITTED)
        return JobHandover(
            job_id=job_id,
            metrics_uri=request.metrics_uri,
            image=request.topology.trainer_image,
            topology=request.topology.key,
        )

    def _spec(self, request: PipelineRequest) -> str:
        topology, compiler = request.topology, self.settings.compiler
        if isinstance(compiler, CommandCompiler):
            spec = compiled_here(topology, compiler, self.settings)
        else:
            spec = kept_spec(topology, self.settings) or self._await_build(request, compiler)
        now = spec.compiled or self.is_built
        say(self.task_id, f"pipeline {'compiled' if now else 'compiled before'}: {spec.uri}")
        return spec.text

    def cancel(self) -> None:
        """Cancel the job, and the build that compiles for it alone, if it came that far."""
        super().cancel()
        if self._build is not None and self._build.is_own:
            self._build.cancel()

    def _await_build(self, request: PipelineRequest, compiler: CloudBuildCompiler) -> NoReturn:
        build = find_or_start_build(request.topology, request.experiment_id, compiler, self.settings)
        self._build = WatchedBuild(
            task_id=self.task_id,
            gcp_conn_id=self.settings.gcp_conn_id,
            project=self.settings.project,
            location=compiler.location,
            build_id=build.build_id,
            topology=request.topology.key,
            is_own=build.is_own,
            poll_interval_s=self.settings.poll_interval_s,
            deadline_s=time.time() + compiler.timeout_s + QUEUE_S,
            first_look_s=FIRST_LOOK_S,
        )
        begun = "" if build.is_new else ", begun before,"
        say(self.task_id, f"build {build.build_id}{begun} compiles the pipeline")
        note_work(ExperimentFolder.holding(self.experiment), self.context)
        self.context["ti"].xcom_push(key=WAITING_TRY_KEY, value=self.context["ti"].try_number)
        raise TaskDeferred(trigger=BuildTrigger(**asdict(self._build)), method_name=self.resume)


def free_job_id(hook: PipelineJobsHook, request: PipelineRequest) -> tuple[str, bool]:
    """Return the id of this very request's live job and True, or the next free id and False."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        job_id = pipeline_job_id(request.experiment_id, attempt)
        job = hook.find(job_id)
        if job is None:
            return job_id, False
        if job.state in REUSABLE and job.labels.get(INPUTS_LABEL) == request.labels[INPUTS_LABEL]:
            return job_id, True
    raise JobError(
        f"experiment {request.experiment_id} has {MAX_ATTEMPTS} jobs that failed, were cancelled or had "
        "other inputs; repair the cause and trigger a new run."
    )
