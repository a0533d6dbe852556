"""Starts the pipeline job of an experiment, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsflow.errors import CompileCancelled, CompileError
from recsflow.extensions.links import PipelineJobLink
from recsflow.extensions.telling import says_why
from recsflow.operators.vertex_job import SubmitVertexJob
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.submission.pipeline import PipelineSubmission


class SubmitPipelineJob(SubmitVertexJob):
    """Compiles the pipeline unless that was done before, and starts it with this run's parameters.

    Args:
        experiment: URI of the resolved experiment.
        rows: What stage_dataset returns.
        modules: What generate_modules returns.

    Returns:
        `job_id`, `metrics_uri` where the Trainer reports, and `image`, which the job runs.
    """

    template_fields: Sequence[str] = ("experiment", "rows", "modules")
    operator_extra_links = (PipelineJobLink(),)

    def __init__(self, *, experiment: Any, rows: Any, modules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.rows = rows
        self.modules = modules
        self._is_built = False

    def submission(self, context: Context, settings: Settings) -> PipelineSubmission:
        """Return what finds the pipeline job, or starts it."""
        from recsflow.submission.pipeline import PipelineSubmission

        return PipelineSubmission(
            task_id=self.task_id,
            context=context,
            settings=settings,
            experiment=self.experiment,
            rows=self.rows,
            modules=self.modules,
            resume=self.execute_built.__name__,
            is_built=self._is_built,
        )

    @says_why
    def execute_built(self, context: Context, event: dict[str, Any]) -> Any:
        """Take what Cloud Build compiled, and start the job."""
        from recsflow.compilers.spec_cache import keep_built

        if event["is_cancelled"]:
            raise CompileCancelled(f"{event['error']}\nClear {self.task_id} and what follows it to try anew.")
        if event["error"]:
            raise CompileError(event["error"])
        keep_built(event["topology"], load_settings())
        self._is_built = True
        return self.execute(context)
