"""What a task says of its own failure, before Airflow logs the frames."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTimeout, TaskDeferred

from include.errors import RecsflowError
from include.warehouse.errors import WarehouseUnavailable
from recsflow.extensions.retries import keep_error, retries, tell_retry
from recsflow.extensions.telling import says_why

pytestmark = pytest.mark.unit


class Task(SimpleNamespace):
    @says_why
    def execute(self, context):
        raise self.error


@pytest.fixture
def run(context):
    """Fails a task with an error, of two tries; then Airflow calls the callback of how it ended."""

    def run(error, callback=keep_error, try_number=1):
        context["ti"].try_number, context["ti"].max_tries = try_number, 1
        task = Task(error=error, **retries(1, timedelta(minutes=1), execution_timeout=timedelta(hours=1)))
        with pytest.raises(type(error)):
            task.execute(context)
        callback({**context, "task": task, "exception": error})

    return run


@pytest.mark.parametrize(
    ("error", "try_number", "callback", "said"),
    [
        (RecsflowError("epochs is 0"), 1, keep_error, "FAILED epochs is 0"),
        (KeyError("brand"), 1, keep_error, "FAILED KeyError: 'brand'"),
        (WarehouseUnavailable("no answer"), 1, tell_retry, "WILL RETRY in 60 s: no answer"),
        (WarehouseUnavailable("no answer"), 2, keep_error, "FAILED no answer"),
        (
            AirflowTaskTimeout("PID: 7"),
            2,
            keep_error,
            "FAILED it took longer than 1:00:00, its execution_timeout, and was stopped; clear it to try "
            "again.",
        ),
        (KeyboardInterrupt(), 1, keep_error, "FAILED a person stopped it"),
    ],
)
def test_failure_is_said_once_with_what_follows(run, caplog, error, try_number, callback, said):
    run(error, callback, try_number)
    told = [record.getMessage() for record in caplog.records if record.name == "recsflow.progress"]
    assert told == [f"recsflow | task | {said}"]


@pytest.mark.parametrize(
    "end", [AirflowSkipException("not now"), TaskDeferred(trigger=None, method_name="execute_complete")]
)
def test_what_is_no_failure_is_not_said(context, caplog, end):
    with pytest.raises(type(end)):
        Task(error=end).execute(context)
    assert caplog.messages == []
