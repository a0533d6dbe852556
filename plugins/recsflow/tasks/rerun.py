"""Resolve a rerun."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.retries import retries
from recsflow.handovers import RerunHandover
from recsflow.tasks.decorators import experiment_task


# Reads only; repeated because MLflow or Vertex AI may be away for a moment.
@experiment_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)))
def resolve_rerun() -> RerunHandover:
    """Find the parent and what its Trainer read, apply what the run changes, and keep the result."""
    from recsflow.planning import run

    return run.resolve_rerun(get_current_context())
