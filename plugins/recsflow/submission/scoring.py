"""The scoring of a run's model beside the champion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from include.artifacts.experiment import ExperimentFolder
from include.tracking.champions import RegisteredChampion, find_champion
from include.tracking.scores import CANDIDATE, CHAMPION
from include.tracking.training_metrics import read_training_metrics
from recsflow.errors import ModelGone
from recsflow.experiments.files import read_experiment
from recsflow.handovers import JobHandover, ScoringHandover
from recsflow.log import say
from recsflow.promotion.champion_model import require_model
from recsflow.submission.custom_job import CustomJobSubmission
from recsflow.vertex.job_kinds import PIPELINE_JOBS
from recsflow.vertex.outputs import raw_examples
from recsflow.vertex.requests.scoring import scoring_request

if TYPE_CHECKING:
    from recsflow.vertex.requests.container import ContainerRequest


@dataclass(kw_only=True)
class ScoringSubmission(CustomJobSubmission):
    """Asks the run's model, and the champion of its DAG, about the run's test rows.

    Attributes:
        experiment: URI of the run's resolved experiment.
        job: What submit_pipeline returns: the job whose rows are asked about.
    """

    experiment: str
    job: JobHandover
    _champion: RegisteredChampion | None = field(default=None, init=False)

    def find_or_submit(self) -> ScoringHandover:
        """Look up the champion, and find or start the job that scores both."""
        name = self.context["dag"].dag_id
        self._champion = champion = find_champion(name, tracking_uri=self.settings.mlflow_tracking_uri)
        version = champion.version if champion else ""
        say(self.task_id, f"champion of {name}: {f'version {version}' if version else 'none yet'}")
        return ScoringHandover(**super().find_or_submit(), champion_version=version)

    def request(self) -> ContainerRequest:
        """Return the command that scores the models."""
        models = {CANDIDATE: self._trained_model()}
        if self._champion is not None:
            models[CHAMPION] = require_model(self._champion)
        return scoring_request(read_experiment(self.experiment), self._rows(), models, self.settings)

    def _trained_model(self) -> str:
        uri = ExperimentFolder.holding(self.experiment).metrics
        metrics = read_training_metrics(uri)
        if metrics is None or not metrics.model_uri:
            raise ModelGone(f"{uri} names no saved model; clear submit_pipeline to train again.")
        return metrics.model_uri

    def _rows(self) -> str:
        try:
            return raw_examples(PIPELINE_JOBS.hook(self.settings).read(self.job["job_id"]))
        except LookupError as error:
            raise ModelGone(f"{error}; clear submit_pipeline to make them again.") from None
