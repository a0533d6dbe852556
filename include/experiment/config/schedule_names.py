"""How the DAG of a schedule is called."""

from __future__ import annotations

_PREFIX = "retraining_"


def retraining_dag_id(schedule: str) -> str:
    """Return the id of a schedule's DAG."""
    return f"{_PREFIX}{schedule}"


def schedule_name(dag_id: str) -> str | None:
    """Return which schedule a DAG belongs to; None for a DAG that no schedule has made."""
    return dag_id.removeprefix(_PREFIX) if dag_id.startswith(_PREFIX) else None
