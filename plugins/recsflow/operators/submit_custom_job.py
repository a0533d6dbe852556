"""Starts a container of the trainer image as a custom job, once, however often the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsflow.extensions.links import CustomJobLink
from recsflow.operators.vertex_job import SubmitVertexJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.submission.custom_job import TrainerSubmission
    from recsflow.submission.scoring import ScoringSubmission


class SubmitTrainer(SubmitVertexJob):
    """Starts the trainer image's own command on what an earlier Trainer read.

    Args:
        experiment: URI of the rerun's resolved experiment.
        rerun: What resolve_rerun returns: `examples`, and `transform_graph` unless the examples are graphs.
        modules: What generate_modules returns.

    Returns:
        `job_id`, `metrics_uri` where the Trainer reports, and `image`, which the job runs.
    """

    template_fields: Sequence[str] = ("experiment", "rerun", "modules")
    operator_extra_links = (CustomJobLink(),)

    def __init__(self, *, experiment: Any, rerun: Any, modules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.rerun = rerun
        self.modules = modules

    def submission(self, context: Context, settings: Settings) -> TrainerSubmission:
        """Return what finds the job of the trainer, or starts it."""
        from recsflow.submission.custom_job import TrainerSubmission

        return TrainerSubmission(
            task_id=self.task_id,
            context=context,
            settings=settings,
            experiment=self.experiment,
            rerun=self.rerun,
            modules=self.modules,
        )


class SubmitScoring(SubmitVertexJob):
    """Asks the run's model, and the champion of its DAG, about the run's test rows.

    Args:
        experiment: URI of the run's resolved experiment.
        job: What submit_pipeline returns: the job whose rows are asked about.

    Returns:
        `job_id`, `metrics_uri` where the scores are, and `champion_version`, empty where there is none.
    """

    template_fields: Sequence[str] = ("experiment", "job")
    operator_extra_links = (CustomJobLink(),)

    def __init__(self, *, experiment: Any, job: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.job = job

    def submission(self, context: Context, settings: Settings) -> ScoringSubmission:
        """Return what finds the job that scores, or starts it."""
        from recsflow.submission.scoring import ScoringSubmission

        return ScoringSubmission(
            task_id=self.task_id,
            context=context,
            settings=settings,
            experiment=self.experiment,
            job=self.job,
        )
