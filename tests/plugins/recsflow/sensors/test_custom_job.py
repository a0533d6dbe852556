from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import TaskDeferred

from recsflow.errors import JobCancelled, JobFailed, JobTimeout
from recsflow.sensors.custom_job import CustomJobSensor

pytestmark = pytest.mark.emulator

JOB = {"job_id": "7", "metrics_uri": "file:///nowhere/training_metrics.json"}


def sensor(**arguments):
    return CustomJobSensor(task_id="wait_for_trainer", job=JOB, poll_interval_s=0.01, **arguments)


def test_trigger_that_waits_watches_the_custom_job(custom_jobs, context):
    with pytest.raises(TaskDeferred) as deferred:
        sensor().execute(context)
    _, arguments = deferred.value.trigger.serialize()
    assert (arguments["kind"], arguments["job_id"]) == ("custom job", "7")


def test_outcome_of_a_success_is_that_of_its_one_component(custom_jobs, context):
    start, end = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, 40, tzinfo=UTC)
    custom_jobs.add("7", "SUCCEEDED", startTime=start.isoformat(), endTime=end.isoformat())
    event = sensor(deferrable=False).execute(context)
    assert event["status"] == "succeeded"
    assert [(c["name"], c["state"], c["seconds"]) for c in event["components"]] == [
        ("Trainer", "succeeded", 40.0)
    ]


def test_failure_carries_the_containers_own_words_and_a_link(custom_jobs, context):
    custom_jobs.add("7", "FAILED", error={"code": 3, "message": "The replica exited with status of 1."})
    custom_jobs.logs["7"] = ["Traceback (most recent call last):", "ValueError: loss is NaN"]
    with pytest.raises(JobFailed) as failed:
        sensor(deferrable=False).execute(context)
    assert (
        "component Trainer failed:\nValueError: loss is NaN\nTraceback (most recent call last):\n"
        "The replica exited with status of 1."
    ) in str(failed.value)
    assert "http://console/custom/7" in str(failed.value)
    outcome = context["ti"].pushed["outcome"]
    assert outcome["components"][0]["error"].startswith("ValueError: loss is NaN\n")


def test_cancelled_job_is_no_success(custom_jobs, context):
    custom_jobs.add("7", "CANCELLED")
    with pytest.raises(JobCancelled):
        sensor(deferrable=False).execute(context)


def test_job_that_takes_too_long_is_cancelled(custom_jobs, context):
    custom_jobs.add("7", "RUNNING")
    with pytest.raises(JobTimeout):
        sensor(deferrable=False, timeout=timedelta(seconds=0.05)).execute(context)
    assert custom_jobs.cancelled == ["7"]
