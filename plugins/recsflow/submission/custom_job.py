"""A container of the trainer image, as a custom job."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.artifacts.experiment import ExperimentFolder
from include.cards.card import State
from include.labels import INPUTS_LABEL
from recsflow.cards.writing import note_work
from recsflow.experiments.files import read_experiment
from recsflow.handovers import JobHandover, ModulesHandover, RerunHandover
from recsflow.images.trainer_images import by_digest
from recsflow.submission.job import JobSubmission
from recsflow.vertex.hooks.custom_jobs import CustomJobsHook
from recsflow.vertex.job_kinds import CUSTOM_JOBS
from recsflow.vertex.requests.trainer import trainer_request

if TYPE_CHECKING:
    from recsflow.vertex.requests.container import ContainerRequest


class CustomJobSubmission(JobSubmission[CustomJobsHook, JobHandover]):
    """Finds the job of a request, or starts it.

    Vertex AI chooses the id of a custom job, so a job of ours is known by a label: a hash of everything that
    determines it. One that runs or has succeeded is used as it is.
    """

    kind = CUSTOM_JOBS

    @abstractmethod
    def request(self) -> ContainerRequest:
        """Return what is asked for."""

    def find_or_submit(self) -> JobHandover:
        """Find the job, or start it."""
        self.settings = by_digest(self.settings)
        request, hook = self.request(), self.hook()
        found = hook.find_live(request.labels[INPUTS_LABEL])
        job_id = found.job_id if found else hook.submit(request, self.settings)
        self.keep(job_id)
        self.tell(job_id, started=found is None)
        image = self.settings.image_for(request.accelerator)
        return JobHandover(job_id=job_id, metrics_uri=request.report_uri, image=image)


@dataclass(kw_only=True)
class TrainerSubmission(CustomJobSubmission):
    """Starts the trainer image's own command on what an earlier Trainer read.

    Attributes:
        experiment: URI of the rerun's resolved experiment.
        rerun: What resolve_rerun returns.
        modules: What generate_modules returns.
    """

    experiment: str
    rerun: RerunHandover
    modules: ModulesHandover

    def request(self) -> ContainerRequest:
        """Return the rerun's command."""
        return trainer_request(read_experiment(self.experiment), self.rerun, self.modules, self.settings)

    def find_or_submit(self) -> JobHandover:
        """Find the job, or start it."""
        submitted = super().find_or_submit()
        note_work(ExperimentFolder.holding(self.experiment), self.context, State.SUBMITTED)
        return submitted
