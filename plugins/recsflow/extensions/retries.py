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
from recsflow.extensions.telling import tell_failure, words_of
from recsflow.run_notes.keys import ERROR_KEY

if TYPE_CHECKING:
    from airflow.sdk import Context

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
    """Say the error and when the next try is, where the task has not."""
    tell_failure(context.get("exception"), context["task"], context)


def keep_error(context: Context) -> None:
    """Say the error where the task has not, keep it where the last task and the note find it, and send it.

    Where Airflow's scheduler has found the failure, this runs in the DAG processor, which takes no XCom; the
    scheduler then keeps the cause itself (`run_note.on_task_instance_failed`).
    """
    ti, error = context["ti"], context.get("exception")
    words = words_of(error, context.get("task"))
    tell_failure(error, context.get("task"), context)
    try:
        ti.xcom_push(key=ERROR_KEY, value=words)
    except Exception as refusal:
        logging.getLogger(__name__).debug("The error is not kept here: %s", refusal)
    note_on_card(context, words)
    notify_failure(context)


def note_on_card(context: Context, error: str) -> None:
    """Say on the card of the run's experiment which task has failed, and why."""
    from recsflow.cards.writing import note_failure

    note_failure(context, error)
