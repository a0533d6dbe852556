"""What all submissions share: a job is found before one is started, kept, shown, cancelled when killed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from recsflow.log import say
from recsflow.vertex.hooks.vertex import VertexHook

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.vertex.job_kinds import JobKind

Hook = TypeVar("Hook", bound=VertexHook)
Handover = TypeVar("Handover")


@dataclass(kw_only=True)
class JobSubmission(ABC, Generic[Hook, Handover]):
    """One try of a task that starts a job.

    Attributes:
        task_id: The task.
        context: Its context.
        settings: Where everything is.
    """

    task_id: str
    context: Context
    settings: Settings
    _job_id: str = field(default="", init=False)

    @property
    @abstractmethod
    def kind(self) -> JobKind[Hook]:
        """Which service runs the job."""

    @abstractmethod
    def find_or_submit(self) -> Handover:
        """Find the job, or start it; returns what the tasks after this one need of it."""

    def keep(self, job_id: str) -> None:
        """Keep the job where a person, a later try and `cancel` find it."""
        self._job_id = job_id
        self.context["ti"].xcom_push(key="job_id", value=job_id)
        self.kind.link.publish(self.context, self.kind.address(job_id, self.settings))

    def tell(self, job_id: str, *, started: bool) -> None:
        """Say whether the job is new."""
        say(self.task_id, f"{self.kind} {job_id} {'submitted' if started else 'is there already, using it'}")

    def hook(self) -> Hook:
        """Return the hook of the service."""
        return self.kind.hook(self.settings)

    def cancel(self) -> None:
        """Cancel the job, if it came that far."""
        if self._job_id:
            self.hook().cancel(self._job_id)
