"""Resolve the run's configuration, and render its SQL."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.retries import retries
from recsflow.tasks.decorators import experiment_task, query_task


# Reads table schemas only; repeated because the warehouse may be away for a moment.
@experiment_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)))
def resolve_experiment() -> str:
    """Check everything that can be checked for free, and keep the resolved experiment; returns its URI."""
    from recsflow.planning import run

    return run.resolve_experiment(get_current_context())


# Pure text; a retry could only help when the artifact root is away.
@query_task(**retries(1, timedelta(seconds=30), execution_timeout=timedelta(minutes=5)))
def render_query(experiment: str) -> str:
    """Render the SQL that stages the rows, and keep it with the experiment; returns its URI."""
    from recsflow.experiments import query

    return query.render_query(experiment, get_current_context())
