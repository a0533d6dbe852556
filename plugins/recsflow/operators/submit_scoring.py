"""Starts the scoring of a run's model beside the champion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsflow.log import say
from recsflow.operators.submit_custom_job import SubmitCustomJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from include.tracking.champions import RegisteredChampion
    from recsflow.settings import Settings
    from recsflow.vertex.requests.container import ContainerRequest


class SubmitScoring(SubmitCustomJob):
    """Asks the run's model, and the champion of its DAG, about the run's test rows.

    Args:
        experiment: URI of the run's resolved experiment.
        job: What submit_pipeline returns: the job whose rows are asked about.

    Returns:
        `job_id`, `metrics_uri` where the scores are, and `champion_version`, empty where there is none.
    """

    template_fields: Sequence[str] = ("experiment", "job")

    def __init__(self, *, experiment: Any, job: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment = experiment
        self.job = job
        self._champion: RegisteredChampion | None = None

    def find_or_submit(self, context: Context, settings: Settings) -> dict[str, str]:
        """Look up the champion, and find or start the job that scores both."""
        from include.tracking.champions import find_champion

        name = context["dag"].dag_id
        self._champion = champion = find_champion(name, tracking_uri=settings.mlflow_tracking_uri)
        version = champion.version if champion else ""
        say(self.task_id, f"champion of {name}: {f'version {version}' if version else 'none yet'}")
        return {**super().find_or_submit(context, settings), "champion_version": version}

    def request(self, settings: Settings) -> ContainerRequest:
        """Return the command that scores the models."""
        from include.tracking.scores import CANDIDATE, CHAMPION
        from recsflow.experiments.files import read_experiment
        from recsflow.promotion.champion_model import require_model
        from recsflow.vertex.requests.scoring import scoring_request

        models = {CANDIDATE: self._trained_model()}
        if self._champion is not None:
            models[CHAMPION] = require_model(self._champion)
        return scoring_request(read_experiment(self.experiment), self._rows(settings), models, settings)

    def _trained_model(self) -> str:
        from include.tracking.training_metrics import read_training_metrics
        from recsflow.errors import ModelGone
        from recsflow.experiments.files import sibling

        uri = sibling(self.experiment, "training_metrics.json")
        metrics = read_training_metrics(uri)
        if metrics is None or not metrics.model_uri:
            raise ModelGone(f"{uri} names no saved model; clear submit_pipeline to train again.")
        return metrics.model_uri

    def _rows(self, settings: Settings) -> str:
        from recsflow.errors import ModelGone
        from recsflow.vertex.job_kinds import JobKind
        from recsflow.vertex.outputs import raw_examples

        hook = JobKind.PIPELINE.hook(
            gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
        )
        try:
            return raw_examples(hook.read(self.job["job_id"]))
        except LookupError as error:
            raise ModelGone(f"{error}; clear submit_pipeline to make them again.") from None
