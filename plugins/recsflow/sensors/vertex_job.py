"""Waits for a job of Vertex AI, stage by stage, and fails with the failing component's own error."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseSensorOperator
from airflow.sdk.exceptions import AirflowSensorTimeout

from recsflow.extensions.telling import says_why
from recsflow.settings import load_settings
from recsflow.triggers.cancelling import WAITING_TRY_KEY
from recsflow.triggers.vertex_job import VertexJobTrigger
from recsflow.vertex.jobs import Outcome
from recsflow.watching.job_error import complete_event, error_of
from recsflow.watching.watched_job import WatchedJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from recsflow.vertex.job_kinds import AnyJobKind
    from recsflow.vertex.jobs import JobEvent
    from recsflow.watching.watch import JobWatch


class VertexJobSensor(BaseSensorOperator):
    """Succeeds when the job has succeeded, and only then; returns what became of each component.

    Args:
        job: What the submitting task returns: `job_id`, and `metrics_uri` of a job that reports.
        deferrable: Wait in the triggerer, holding no worker; else poll from a worker.
        poll_interval_s: Seconds between two looks at the job, those of the settings by default.
        max_outage_s: Seconds without an answer after which the task fails (and may be retried).
        timeout: After this the job is cancelled and the task fails.

    Attributes:
        kind: Which service runs the job; a subclass says it.
    """

    kind: ClassVar[AnyJobKind]
    template_fields: Sequence[str] = ("job",)
    ui_color = "#e8f0fe"

    def __init__(
        self,
        *,
        job: Any,
        deferrable: bool = True,
        poll_interval_s: float | None = None,
        max_outage_s: float = 300.0,
        timeout: timedelta = timedelta(hours=24),
        **kwargs: Any,
    ) -> None:
        super().__init__(timeout=timeout, **kwargs)
        self.job = job
        self.deferrable = deferrable
        self.poll_interval_s = poll_interval_s
        self.max_outage_s = max_outage_s

    @says_why
    def execute(self, context: Context) -> Any:
        """Hand over to the trigger, or poll here."""
        self._publish(context)
        if not self.deferrable:
            self._deadline_s = time.time() + self.timeout
            self.poke_interval = self._watched(self._deadline_s).poll_interval_s
            self._poll(context)
            return self.execute_complete(context, self._event.to_payload())
        context["ti"].xcom_push(key=WAITING_TRY_KEY, value=context["ti"].try_number)
        trigger = VertexJobTrigger(**self._watched(time.time() + self.timeout).to_payload())
        return self.defer(trigger=trigger, method_name=self.execute_complete.__name__)

    def _poll(self, context: Context) -> None:
        try:
            super().execute(context)
        except AirflowSensorTimeout:
            # Airflow's clock ran out between two looks; the last one says how the job stands.
            event = self._watch.look()
            if event is None:
                raise
            self._event = event

    def poke(self, context: Context) -> bool:
        """Look at the job once, from a worker."""
        event = self._watch.look()
        if event is None:
            return False
        self._event = event
        return True

    @says_why
    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Judge how the job ended."""
        ended = complete_event(event, lambda: self._watched(time.time()).watch())
        # Airflow clears what was published before the task was deferred.
        address = self._publish(context)
        context["ti"].xcom_push(key="outcome", value=ended.to_payload())
        if ended.status is Outcome.TIMED_OUT:
            self.on_kill()
        if ended.status is not Outcome.SUCCEEDED:
            submit = " and ".join(sorted(self.upstream_task_ids)) or "the task that submitted it"
            raise error_of(ended, address, submit=submit, wait=self.task_id)
        return ended.to_payload()

    def on_kill(self) -> None:
        """Cancel the job when a user stops the task while it runs on a worker."""
        self._watched(0).hook().cancel(self.job["job_id"])

    def _publish(self, context: Context) -> str:
        address = self.kind.address(self.job["job_id"], load_settings())
        self.kind.link.publish(context, address)
        return address

    def _watched(self, deadline_s: float) -> WatchedJob:
        settings = load_settings()
        return WatchedJob(
            kind=self.kind,
            task_id=self.task_id,
            gcp_conn_id=settings.gcp_conn_id,
            project=settings.project,
            location=settings.location,
            job_id=self.job["job_id"],
            metrics_uri=self.job.get("metrics_uri", ""),
            poll_interval_s=self.poll_interval_s or settings.poll_interval_s,
            deadline_s=deadline_s,
            max_outage_s=self.max_outage_s,
        )

    @cached_property
    def _watch(self) -> JobWatch:
        return self._watched(self._deadline_s).watch()

    _deadline_s: float
    _event: JobEvent
