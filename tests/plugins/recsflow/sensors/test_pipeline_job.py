from datetime import timedelta

import pytest
from airflow.sdk.exceptions import TaskDeferred

from recsflow.errors import JobCancelled, JobFailed, JobStateUnknown, JobTimeout
from recsflow.sensors.pipeline_job import PipelineJobSensor
from recsflow.vertex.jobs import JobEvent, Outcome

pytestmark = pytest.mark.emulator

JOB = {"job_id": "job-1", "metrics_uri": "file:///nowhere/training_metrics.json"}


def sensor(**arguments):
    return PipelineJobSensor(task_id="wait_for_pipeline", job=JOB, poll_interval_s=0.01, **arguments)


def ended(status, message=""):
    return JobEvent(status, "job-1", message).to_payload()


def test_waiting_is_handed_to_the_trigger(pipeline_jobs, context):
    with pytest.raises(TaskDeferred) as deferred:
        sensor().execute(context)
    assert deferred.value.trigger.watched.job_id == "job-1"
    assert deferred.value.method_name == "execute_complete"
    assert context["ti"].pushed["waiting_try"] == 1


def test_worker_can_wait_itself(pipeline_jobs, context):
    pipeline_jobs.add("job-1", "SUCCEEDED")
    pipeline_jobs.outage = 2
    assert sensor(deferrable=False).execute(context)["status"] == "succeeded"


def test_failure_names_the_component_and_links_to_its_log(pipeline_jobs, context):
    event = ended(Outcome.FAILED, "component Transform failed:\nKeyError: 'brand'")
    with pytest.raises(JobFailed) as failed:
        sensor().execute_complete(context, event)
    assert "component Transform failed:\nKeyError: 'brand'" in str(failed.value)
    assert "http://console/jobs/job-1" in str(failed.value)


def test_what_the_poller_has_only_listed_is_read_once_more(pipeline_jobs, context):
    details = [{"taskName": "Trainer", "state": "SUCCEEDED"}]
    pipeline_jobs.add("job-1", "SUCCEEDED", jobDetail={"taskDetails": details})
    event = sensor().execute_complete(context, ended(Outcome.SUCCEEDED))
    assert [component["name"] for component in event["components"]] == ["Trainer"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(Outcome.CANCELLED, JobCancelled), (Outcome.UNKNOWN, JobStateUnknown)],
)
def test_only_success_is_success(pipeline_jobs, context, status, error):
    with pytest.raises(error):
        sensor().execute_complete(context, ended(status))
    assert pipeline_jobs.cancelled == []


def test_job_that_takes_too_long_is_cancelled(pipeline_jobs, context):
    pipeline_jobs.add("job-1", "RUNNING")
    with pytest.raises(JobTimeout):
        sensor(deferrable=False, timeout=timedelta(seconds=0.05)).execute(context)
    assert pipeline_jobs.cancelled == ["job-1"]


def test_outcome_is_kept_also_when_it_is_bad(pipeline_jobs, context):
    event = ended(Outcome.FAILED, "no quota")
    with pytest.raises(JobFailed):
        sensor().execute_complete(context, event)
    assert context["ti"].pushed["outcome"] == event
