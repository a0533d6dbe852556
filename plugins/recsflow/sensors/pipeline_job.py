"""Waits for a pipeline job, stage by stage, and fails with the failing component's own error."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator

from recsflow.links import PipelineJobLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.jobs import JobEvent
    from recsflow.triggers.pipeline_job import WatchedJob
    from recsflow.watch import JobWatch


class PipelineJobSensor(BaseSensorOperator):
    """Succeeds when the job has succeeded, and only then; returns what became of each component.

    Args:
        job: What `SubmitPipelineJob` returns: `job_id` and `metrics_uri`.
        deferrable: Wait in the triggerer, holding no worker; else poll from a worker.
        poll_interval_s: Seconds between two looks at the job.
        max_outage_s: Seconds without an answer after which the task fails (and may be retried).
        timeout: After this the job is cancelled and the task fails.
    """

    template_fields: Sequence[str] = ("job",)
    operator_extra_links = (PipelineJobLink(),)
    ui_color = "#e8f0fe"

    def __init__(
        self,
        *,
        job: Any,
        deferrable: bool = True,
        poll_interval_s: float = 5.0,
        max_outage_s: float = 300.0,
        timeout: timedelta = timedelta(hours=24),
        **kwargs: Any,
    ) -> None:
        super().__init__(poke_interval=poll_interval_s, timeout=timeout, **kwargs)
        self.job = job
        self.deferrable = deferrable
        self.poll_interval_s = poll_interval_s
        self.max_outage_s = max_outage_s

    def execute(self, context: Context) -> Any:
        """Hand over to the trigger, or poll here."""
        from recsflow.settings import load_settings

        PipelineJobLink.publish(context, load_settings().pipeline_job_link(self.job["job_id"]))
        if not self.deferrable:
            self._deadline_s = time.time() + self.timeout
            super().execute(context)
            return self.execute_complete(context, self._event.to_payload())
        from recsflow.triggers.pipeline_job import WAITING_TRY_KEY, PipelineJobTrigger

        context["ti"].xcom_push(key=WAITING_TRY_KEY, value=context["ti"].try_number)
        trigger = PipelineJobTrigger(**asdict(self._watched(time.time() + self.timeout)))
        return self.defer(trigger=trigger, method_name=self.execute_complete.__name__)

    def poke(self, context: Context) -> bool:
        """Look at the job once, from a worker."""
        event = self._watch.look()
        if event is None:
            return False
        self._event = event
        return True

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Judge how the job ended."""
        from recsflow.errors import error_of
        from recsflow.jobs import Ending, JobEvent
        from recsflow.settings import load_settings

        ended = JobEvent.from_payload(event)
        link = load_settings().pipeline_job_link(ended.job_id)
        # Airflow clears what was published before the task was deferred.
        PipelineJobLink.publish(context, link)
        context["ti"].xcom_push(key="outcome", value=event)
        if ended.status is Ending.TIMED_OUT:
            self.on_kill()
        if ended.status is not Ending.SUCCEEDED:
            raise error_of(ended, link)
        return event

    def on_kill(self) -> None:
        """Cancel the job when a user stops the task while it runs on a worker."""
        self._watched(0).hook().cancel(self.job["job_id"])

    def _watched(self, deadline_s: float) -> WatchedJob:
        from recsflow.settings import load_settings
        from recsflow.triggers.pipeline_job import WatchedJob

        settings = load_settings()
        return WatchedJob(
            task_id=self.task_id,
            gcp_conn_id=settings.gcp_conn_id,
            project=settings.project,
            location=settings.location,
            job_id=self.job["job_id"],
            metrics_uri=self.job["metrics_uri"],
            poll_interval_s=self.poll_interval_s,
            deadline_s=deadline_s,
            max_outage_s=self.max_outage_s,
        )

    @cached_property
    def _watch(self) -> JobWatch:
        return self._watched(self._deadline_s).watch()

    _deadline_s: float
    _event: JobEvent
