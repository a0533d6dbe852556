"""After what time the jobs of a DAG are cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow.sdk import BaseSensorOperator

from recsflow.vertex.job_kinds import CUSTOM_JOBS, PIPELINE_JOBS


@dataclass(frozen=True)
class JobLimits:
    """After what time the jobs of a run are cancelled.

    Attributes:
        pipeline_s: The pipeline job; None where no task waits for it.
        later_s: Jobs after it, by the tasks that wait for them.
    """

    pipeline_s: float | None
    later_s: Mapping[str, float]


def job_limits(tasks: Iterable[Any]) -> JobLimits:
    """Return after what time the jobs of a DAG are cancelled, by the tasks that wait for them."""
    waiting = [task for task in tasks if isinstance(task, BaseSensorOperator)]
    kinds = {task.task_id: getattr(task, "kind", None) for task in waiting}
    limits = {task.task_id: float(task.timeout) for task in waiting}
    pipeline = next((limits[name] for name, kind in kinds.items() if kind is PIPELINE_JOBS), None)
    later = {name: limits[name] for name, kind in kinds.items() if kind is CUSTOM_JOBS}
    return JobLimits(pipeline, later)
