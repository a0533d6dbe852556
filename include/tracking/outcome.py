"""How an experiment's pipeline ended, as far as the record needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SUCCEEDED = "succeeded"


@dataclass(frozen=True)
class ComponentOutcome:
    """One component of the pipeline: `succeeded`, `cached`, `failed`, `cancelled` or `not run`."""

    name: str
    state: str
    seconds: float | None = None
    error: str = ""


@dataclass(frozen=True)
class PipelineOutcome:
    """The end of an experiment.

    Attributes:
        status: `succeeded`, `failed`, `cancelled`, `timed_out`, or `not_submitted` where a check stopped it.
        message: What went wrong, in the words of what failed; empty on success.
        job_id: The pipeline job, empty where none was submitted.
        job_url: Its page.
        image: The container image that it ran, by its digest.
        components: Its components in order.
        steps_s: Seconds of each Airflow task, in order.
    """

    status: str
    message: str = ""
    job_id: str = ""
    job_url: str = ""
    image: str = ""
    components: tuple[ComponentOutcome, ...] = ()
    steps_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether the pipeline ran to its end."""
        return self.status == SUCCEEDED

    @classmethod
    def from_event(
        cls,
        event: Mapping[str, Any],
        *,
        job_url: str = "",
        image: str = "",
        steps_s: Mapping[str, float] | None = None,
    ) -> PipelineOutcome:
        """Read the event of the wait for a pipeline job.

        Args:
            event: `status`, `job_id`, `message`, and `components` with `name`, `state`, `seconds`, `error`.
            job_url: The job's page.
            image: The container image that it ran.
            steps_s: Seconds of each Airflow task, in order.
        """
        components = tuple(
            ComponentOutcome(each["name"], each["state"], each.get("seconds"), each.get("error", ""))
            for each in event.get("components", ())
        )
        return cls(
            status=str(event["status"]),
            message="" if str(event["status"]) == SUCCEEDED else event.get("message", ""),
            job_id=event.get("job_id", ""),
            job_url=job_url,
            image=image,
            components=components,
            steps_s=steps_s or {},
        )
