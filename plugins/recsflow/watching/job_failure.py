"""The words about a job that failed: what its component wrote, and what the service says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from recsflow.vertex.component_log import ComponentLog
from recsflow.vertex.jobs import SCORING, TRAINER, Component, Job
from recsflow.vertex.quota import HIGHER_QUOTA, NO_QUOTA
from recsflow.watching.progress import is_current

NO_REASON = "the service gives no reason"
# What a container's end by SIGKILL is reported as.
KILLED_STATUS = re.compile(r"\bstatus of 137\b")
KILLED = "It was killed, as a machine out of memory does; choose a larger machine, or fewer rows."
Metrics = Mapping[str, Any] | None


def failure_of(job: Job, failures: Mapping[str, str]) -> str:
    """Return why a job failed.

    Args:
        job: The job.
        failures: What is known of each component that failed.
    """
    if not failures:
        return f"job {job.job_id} failed: {job.error or NO_REASON}"
    return "\n".join(f"component {name} failed:\n{words}" for name, words in failures.items())


def component_failure(component: Component, log: ComponentLog, metrics: Callable[[], Metrics]) -> str:
    """Return what is known of a component that failed: its own words first, then the service's.

    Args:
        component: The component.
        log: What it wrote last.
        metrics: Reads `training_metrics.json`, in which a trainer says itself why it failed.
    """
    own = _own_error(metrics(), component) if component.name in {TRAINER, SCORING} else ""
    said = component.error or NO_REASON
    parts = [log.text, "" if own in log.text else own, said, _remedy(said), log.problem]
    return "\n".join(part.strip() for part in parts if part.strip())


def _remedy(said: str) -> str:
    if KILLED_STATUS.search(said):
        return KILLED
    return HIGHER_QUOTA if NO_QUOTA in said else ""


def _own_error(metrics: Metrics, component: Component) -> str:
    if not metrics or not metrics.get("error") or not is_current(metrics, component.started):
        return ""
    return f"{metrics['error']['type']}: {metrics['error']['message']}"
