"""Starts a job of Vertex AI, once, however often the task runs."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from recsflow.extensions.telling import says_why
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import Settings
    from recsflow.submission.job import JobSubmission


class SubmitVertexJob(BaseOperator):
    """Finds or starts the job, and cancels it where the task is killed."""

    ui_color = "#d2e3fc"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._submission: JobSubmission[Any, Any] | None = None

    @says_why
    def execute(self, context: Context) -> Any:
        """Find the job, or start it; returns what the tasks after this one need of it."""
        self._submission = submission = self.submission(context, load_settings())
        try:
            return submission.find_or_submit()
        except KeyboardInterrupt:
            # Ctrl-C in `airflow dags test`, where no process is killed.
            self.on_kill()
            raise

    @abstractmethod
    def submission(self, context: Context, settings: Settings) -> JobSubmission[Any, Any]:
        """Return what finds the job, or starts it."""

    def on_kill(self) -> None:
        """Cancel the job, if it came that far."""
        if self._submission is not None:
            self._submission.cancel()
