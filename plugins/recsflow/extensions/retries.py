"""What every task is made with: when it is tried again, what is kept of its error, and who goes first."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from include.cloud_storage import StorageUnavailable
from include.errors import RecsflowError
from include.tracking.errors import TrackingUnavailable
from include.warehouse.errors import SourceChanged, WarehouseError, WarehouseUnavailable
from recsflow.extensions.notifications import notify_failure
from recsflow.extensions.priority import BackfillLast
from recsflow.log import say

if TYPE_CHECKING:
    from airflow.sdk import Context

ERROR_KEY = "error"
MAX_ERROR_CHARACTERS = 4000
OUTAGES = [WarehouseUnavailable, TrackingUnavailable, StorageUnavailable]
MISTAKES = [RecsflowError, WarehouseError, TypeError, AttributeError, LookupError, NameError, ImportError]


def retries(count: int, delay: timedelta, *, execution_timeout: timedelta | None = None) -> dict[str, Any]:
    """Return a task's arguments: retry an outage, not a mistake that would fail the same way again.

    Args:
        count: Retries after the first try.
        delay: Time between two tries.
        execution_timeout: Longest one try may take on a worker.
    """
    rules = [
        RetryRule(
            exception="builtins.KeyboardInterrupt", action=RetryAction.FAIL, reason="a person stopped it"
        ),
        RetryRule(exception=[*OUTAGES], action=RetryAction.RETRY, reason="the service was away"),
        RetryRule(exception=[SourceChanged], action=RetryAction.RETRY, reason="the source was being changed"),
        RetryRule(exception=[*MISTAKES], action=RetryAction.FAIL, reason="it would fail the same way again"),
    ]
    return {
        "retries": count,
        "retry_delay": delay,
        "retry_policy": ExceptionRetryPolicy(rules),
        "execution_timeout": execution_timeout,
        "weight_rule": BackfillLast(),
        "on_failure_callback": keep_error,
        "on_retry_callback": tell_retry,
    }


def tell_retry(context: Context) -> None:
    """Say the error, and when the next try is, among the progress lines."""
    ti, delay_s = context["ti"], context["task"].retry_delay.total_seconds()
    say(
        ti.task_id,
        f"WILL RETRY in {delay_s:.0f} s: {context.get('exception')}",
        logging.WARNING,
    )


def keep_error(context: Context) -> None:
    """Say the error among the progress lines, keep it where the last task finds it, and send it."""
    ti, exception = context["ti"], context.get("exception")
    words = "a person stopped it" if isinstance(exception, KeyboardInterrupt) else str(exception)
    error = words[-MAX_ERROR_CHARACTERS:]
    ti.xcom_push(key=ERROR_KEY, value=error)
    say(ti.task_id, f"FAILED {error}", logging.ERROR)
    note_on_card(context, error)
    notify_failure(context)


def note_on_card(context: Context, error: str) -> None:
    """Say on the card of the run's experiment which task has failed, and why."""
    from recsflow.cards.writing import note_failure

    note_failure(context, error)
