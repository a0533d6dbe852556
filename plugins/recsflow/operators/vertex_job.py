"""Starts a job of Vertex AI, once, however often the task runs."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator

from recsflow.log import say

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.vertex.hooks.vertex import VertexHook
    from recsflow.vertex.job_kinds import JobKind


class SubmitVertexJob(BaseOperator):
    """Remembers the job of this try, shows it, and cancels it where the task is killed.

    Attributes:
        kind: Which service runs the job; a subclass says it.
    """

    kind: ClassVar[JobKind]
    ui_color = "#d2e3fc"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._job: tuple[VertexHook, str] | None = None

    def execute(self, context: Context) -> dict[str, str]:
        """Find the job, or start it; returns `job_id`, and of a job that reports `metrics_uri`."""
        from recsflow.settings import load_settings

        try:
            return self.find_or_submit(context, load_settings())
        except KeyboardInterrupt:
            # Ctrl-C in `airflow dags test`, where no process is killed.
            self.on_kill()
            raise

    @abstractmethod
    def find_or_submit(self, context: Context, settings: Settings) -> dict[str, str]:
        """Find the job, or start it; what `execute` returns."""

    def keep(self, job_id: str, hook: VertexHook, context: Context, settings: Settings) -> None:
        """Keep the job where a person, a later try and `on_kill` find it."""
        self._job = (hook, job_id)
        context["ti"].xcom_push(key="job_id", value=job_id)
        self.kind.link.publish(context, self.kind.address(job_id, settings))

    def tell(self, job_id: str, *, started: bool) -> None:
        """Say whether the job is new."""
        say(self.task_id, f"{self.kind} {job_id} {'submitted' if started else 'is there already, using it'}")

    def hook(self, settings: Settings) -> VertexHook:
        """Return the hook of the service."""
        return self.kind.hook(
            gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
        )

    def on_kill(self) -> None:
        """Cancel the job, if it came that far."""
        if self._job is not None:
            hook, job_id = self._job
            hook.cancel(job_id)
