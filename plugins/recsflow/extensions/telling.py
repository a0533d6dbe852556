"""Says why a task failed where it fails: before Airflow logs the frames, and outside of its closed groups."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from airflow.sdk import RetryAction
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
)

from include.errors import RecsflowError
from recsflow.log import say
from recsflow.run_notes.keys import WITHOUT_A_WORD

if TYPE_CHECKING:
    from airflow.sdk import Context

MAX_ERROR_CHARACTERS = 4000
# By which Airflow ends a task that has not failed; deferral is no Exception.
_NO_FAILURES = (AirflowSkipException, AirflowRescheduleException)
_Method = TypeVar("_Method", bound=Callable[..., Any])
_TOLD = "recsflow_told"


def says_why(method: _Method) -> _Method:
    """Return an operator's method, called with the context first, as one that says why it failed."""

    @wraps(method)
    def told(self: Any, context: Context, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, context, *args, **kwargs)
        except _NO_FAILURES:
            raise
        except (Exception, AirflowTaskTimeout, KeyboardInterrupt) as error:
            tell_failure(error, self, context)
            raise

    return cast("_Method", told)


def tell_failure(error: BaseException | str | None, task: Any, context: Context) -> None:
    """Say among the progress lines why a task failed, and when it is tried again, once."""
    if getattr(error, _TOLD, False):
        return
    ti, words = context["ti"], words_of(error, task)
    if isinstance(error, BaseException) and _is_tried_again(error, task, context):
        delay_s = task.retry_delay.total_seconds()
        say(ti.task_id, f"WILL RETRY in {delay_s:.0f} s: {words}", logging.WARNING)
    else:
        say(ti.task_id, f"FAILED {words}", logging.ERROR)
    if isinstance(error, BaseException):
        setattr(error, _TOLD, True)


def words_of(error: BaseException | str | None, task: Any) -> str:
    """Return why a task failed; what Airflow and Python say too shortly, in a sentence."""
    if error is None:
        words = WITHOUT_A_WORD
    elif isinstance(error, KeyboardInterrupt):
        words = "a person stopped it"
    elif isinstance(error, AirflowTaskTimeout):
        limit = task.execution_timeout
        words = f"it took longer than {limit}, its execution_timeout, and was stopped; clear it to try again."
    elif isinstance(error, AirflowException | RecsflowError | str):
        words = str(error)
    else:
        # Python's own errors say little without their kind: KeyError: 'brand'.
        words = f"{type(error).__name__}: {error}".removesuffix(": ")
    return words[-MAX_ERROR_CHARACTERS:]


def _is_tried_again(error: BaseException, task: Any, context: Context) -> bool:
    """Whether Airflow will try the task again, by its own rules."""
    ti: Any = context["ti"]
    max_tries = getattr(ti, "max_tries", 0)
    policy = getattr(task, "retry_policy", None)
    if policy is None or isinstance(error, AirflowFailException | AirflowSensorTimeout):
        return False
    decision = policy.evaluate(exception=error, try_number=ti.try_number, max_tries=max_tries)
    return decision.action is not RetryAction.FAIL and bool(max_tries) and ti.try_number <= max_tries
