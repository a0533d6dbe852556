import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowTaskTimeout

from include.errors import RecsflowError
from recsflow.extensions.retries import keep_error, retries, tell_retry
from recsflow.run_notes.keys import ERROR_KEY, WITHOUT_A_WORD

pytestmark = pytest.mark.unit


def said(caplog):
    """The lines that a person follows."""
    return [record for record in caplog.records if record.name == "recsflow.progress"]


def test_error_is_said_line_by_line_and_kept(context, caplog):
    context["ti"].task_id = "resolve_experiment"
    keep_error({**context, "exception": RecsflowError("1 problem:\n  - epochs is 0")})
    assert [(record.levelno, record.getMessage()) for record in said(caplog)] == [
        (logging.ERROR, "recsflow | resolve_experiment | FAILED 1 problem:"),
        (logging.ERROR, "recsflow | resolve_experiment |   - epochs is 0"),
    ]
    assert context["ti"].pushed == {ERROR_KEY: "1 problem:\n  - epochs is 0"}


def test_another_try_is_announced_with_its_reason(context, caplog):
    context["ti"].task_id = "stage_dataset"
    task, context["ti"].max_tries = SimpleNamespace(**retries(2, timedelta(minutes=1))), 2
    tell_retry({**context, "task": task, "exception": ConnectionError("refused")})
    assert caplog.messages == ["recsflow | stage_dataset | WILL RETRY in 60 s: ConnectionError: refused"]
    assert task.on_retry_callback is tell_retry


def test_long_error_keeps_its_end(context):
    context["ti"].task_id = "stage_dataset"
    keep_error({**context, "exception": ValueError("x" * 5000 + "cause")})
    kept = context["ti"].pushed[ERROR_KEY]
    assert len(kept) == 4000
    assert kept.endswith("cause")


def test_task_that_a_person_interrupted_is_not_tried_again(context, caplog):
    policy = retries(2, timedelta(minutes=1))["retry_policy"]
    decision = policy.evaluate(exception=KeyboardInterrupt(), try_number=1, max_tries=2)
    assert decision.action is RetryAction.FAIL
    context["ti"].task_id = "stage_dataset"
    keep_error({**context, "exception": KeyboardInterrupt()})
    assert [record.getMessage() for record in said(caplog)] == [
        "recsflow | stage_dataset | FAILED a person stopped it"
    ]


@pytest.mark.parametrize(
    ("exception", "words"),
    [
        (KeyError("brand"), "KeyError: 'brand'"),
        (AssertionError(), "AssertionError"),
        (
            AirflowTaskTimeout("Timeout, PID: 7"),
            "it took longer than 0:05:00, its execution_timeout, and was stopped; clear it to try again.",
        ),
        (None, WITHOUT_A_WORD),
    ],
)
def test_what_says_too_little_is_told_in_words(context, exception, words):
    task = SimpleNamespace(**retries(1, timedelta(minutes=1), execution_timeout=timedelta(minutes=5)))
    keep_error({**context, "task": task, "exception": exception})
    assert context["ti"].pushed == {ERROR_KEY: words}


def test_error_is_said_where_nothing_can_be_pushed(context, caplog, monkeypatch):
    # As in the DAG processor, which runs the callback of a task whose worker was lost.
    def refuse(key, value):
        raise RuntimeError("SetXCom is no request of this process")

    monkeypatch.setattr(context["ti"], "xcom_push", refuse)
    keep_error(context)
    assert [record.getMessage() for record in said(caplog)] == [f"recsflow | task | FAILED {WITHOUT_A_WORD}"]
