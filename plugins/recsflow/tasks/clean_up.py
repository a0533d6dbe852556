"""Remove what is older than the retention and needed by nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.retries import retries
from recsflow.tasks.decorators import plain_task

SCHEDULED = "scheduled"


# A second try looks around anew, and removes what the first one left.
@plain_task(**retries(2, timedelta(minutes=1), execution_timeout=timedelta(hours=6)))
def remove_old() -> dict[str, int]:
    """Say what may go and what stays despite its age and, unless it is a dry run, remove what may go.

    Returns:
        How many things may go (`going`), stay despite their age (`kept`) and are `removed`.

    Raises:
        InvalidRetention: The retention is no whole number of days, or less than one.
        CleanUpIncomplete: Something could not be removed; lists it.
    """
    from recsflow.cleaning.task import clean_up
    from recsflow.settings import load_settings

    context, settings = get_current_context(), load_settings()
    params = context["params"]
    scheduled = context["dag_run"].run_type == SCHEDULED
    dry_run = params["dry_run"] and not (scheduled and settings.scheduled_clean_up_removes)
    return clean_up(settings, params["retention_days"], dry_run=dry_run, now=datetime.now(UTC))
