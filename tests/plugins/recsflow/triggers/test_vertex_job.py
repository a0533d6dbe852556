import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.comms import GetXCom, TaskStatesResult, XComResult
from airflow.sdk.execution_time.supervisor import set_supervisor_comms

from recsflow.triggers.vertex_job import VertexJobTrigger
from recsflow.vertex.job_kinds import PIPELINE_JOBS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

TRACEBACK = "Traceback (most recent call last):"


@pytest.fixture
def trigger(tmp_path):
    return VertexJobTrigger(
        kind=PIPELINE_JOBS.name,
        task_id="wait_for_pipeline",
        gcp_conn_id="recsflow_gcp",
        project="local",
        location="us-central1",
        job_id="job-1",
        metrics_uri=f"{tmp_path.as_uri()}/training_metrics.json",
        poll_interval_s=0.01,
        deadline_s=time.time() + PATIENCE_S,
        max_outage_s=60.0,
    )


async def event_of(trigger):
    return (await anext(trigger.run())).payload


def component(name, state, **more):
    moment = datetime.now(UTC).isoformat()
    return {"taskName": name, "state": state, "startTime": moment, "endTime": moment, **more}


async def test_succeeded_job_fires_success(pipeline_jobs, trigger):
    details = [component("ExampleGen", "SKIPPED"), component("Trainer", "SUCCEEDED")]
    pipeline_jobs.add("job-1", "SUCCEEDED", jobDetail={"taskDetails": details})
    event = await event_of(trigger)
    assert event["status"] == "succeeded"
    assert [(c["name"], c["state"]) for c in event["components"]] == [
        ("ExampleGen", "cached"),
        ("Trainer", "succeeded"),
    ]


REPLICA_ERROR = "The replica workerpool0-0 exited with a non-zero status of 1."


def failed_job(server, container):
    """Adds a job whose Transform failed, told as Vertex AI tells it."""
    failed = component("Transform", "FAILED", error={"code": 3, "message": REPLICA_ERROR}, **container)
    root = component("job-1", "FAILED", error={"code": 9, "message": "The DAG failed"})
    server.add("job-1", "FAILED", jobDetail={"taskDetails": [root, failed]}, error=root["error"])


def ran_by(**jobs):
    names = {key: f"projects/1/locations/us-central1/customJobs/{job}" for key, job in jobs.items()}
    return {"executorDetail": {"containerDetail": names}}


@pytest.mark.parametrize(
    "container",
    [
        ran_by(mainJob="77", preCachingCheckJob="66"),
        ran_by(preCachingCheckJob="77"),  # failed in its driver
        {"executorDetail": {"customJobDetail": {"job": "projects/1/locations/us-central1/customJobs/77"}}},
    ],
)
async def test_lines_are_those_of_the_custom_job_behind_the_component(pipeline_jobs, trigger, container):
    failed_job(pipeline_jobs, container)
    pipeline_jobs.logs = {"66": ["ValueError: of the driver"], "77": [TRACEBACK, "KeyError: 'brand'"]}
    event = await event_of(trigger)
    told = f"KeyError: 'brand'\n{TRACEBACK}\n{REPLICA_ERROR}"
    assert event["message"] == f"component Transform failed:\n{told}"
    assert [each["error"] for each in event["components"]] == [told]
    # Without a time in the filter, Google's client would look at the last day only.
    assert 'resource.type="ml_job"' in pipeline_jobs.log_filters[0]
    assert 'timestamp>="' in pipeline_jobs.log_filters[0]


async def test_log_that_may_not_be_read_does_not_hide_the_failure(pipeline_jobs, trigger):
    failed_job(pipeline_jobs, ran_by(mainJob="77"))
    pipeline_jobs.log_refusal = (403, "PERMISSION_DENIED", "Permission denied for all log views")
    assert (await event_of(trigger))["message"] == (
        f"component Transform failed:\n{REPLICA_ERROR}\n"
        "Its own lines cannot be read from Cloud Logging (Permission denied for all log views); grant the "
        "account of connection 'recsflow_gcp' roles/logging.viewer on project local."
    )


async def test_failure_before_any_container_has_the_services_words_alone(pipeline_jobs, trigger):
    failed = component("Transform", "FAILED", error={"code": 2, "message": "KeyError: 'brand'"})
    pipeline_jobs.add(
        "job-1", "FAILED", jobDetail={"taskDetails": [failed]}, error={"message": "The DAG failed"}
    )
    event = await event_of(trigger)
    assert event["status"] == "failed"
    assert event["message"] == "component Transform failed:\nKeyError: 'brand'"


async def test_the_pipeline_itself_is_no_component(pipeline_jobs, trigger):
    details = [component("job-1", "SUCCEEDED"), component("Trainer", "SUCCEEDED")]
    pipeline_jobs.add("job-1", "SUCCEEDED", jobDetail={"taskDetails": details})
    assert [c["name"] for c in (await event_of(trigger))["components"]] == ["Trainer"]


async def test_answers_of_503_are_bridged(pipeline_jobs, trigger):
    pipeline_jobs.add("job-1", "SUCCEEDED")
    pipeline_jobs.outage = 3
    assert (await event_of(trigger))["status"] == "succeeded"


async def test_job_that_does_not_exist_ends_at_once(pipeline_jobs, trigger):
    event = await event_of(trigger)
    assert event["status"] == "unknown"
    assert "no such job" in event["message"]


async def test_killed_task_cancels_the_job(pipeline_jobs, trigger):
    pipeline_jobs.add("job-1", "RUNNING")
    await trigger.on_kill()
    assert pipeline_jobs.cancelled == ["job-1"]


class Airflow:
    """Airflow's side of a trigger: the state of its task, and the try that waits."""

    def __init__(self, state, waiting_try):
        self.state = state
        self.waiting_try = waiting_try

    def send(self, message):
        if isinstance(message, GetXCom):
            return XComResult(key=message.key, value=self.waiting_try)
        return TaskStatesResult(task_states={"run-1": {"wait_for_pipeline": self.state}})


@pytest.mark.parametrize(
    ("state", "waiting_try", "cancelled"),
    [
        ("deferred", 1, []),  # another triggerer has taken it over
        ("deferred", 2, ["job-1"]),  # cleared, and waiting anew already
        ("deferred", None, ["job-1"]),  # cleared, and about to wait anew
        ("failed", 1, ["job-1"]),
    ],
)
async def test_only_a_trigger_whose_try_still_waits_leaves_the_job_alone(
    pipeline_jobs, trigger, state, waiting_try, cancelled
):
    pipeline_jobs.add("job-1", "RUNNING")
    trigger.task_instance = SimpleNamespace(
        dag_id="quick_test", task_id="wait_for_pipeline", run_id="run-1", map_index=-1, try_number=1
    )
    with set_supervisor_comms(Airflow(state, waiting_try)):
        await trigger.on_kill()
    assert pipeline_jobs.cancelled == cancelled


async def test_trigger_that_is_stopped_leaves_the_job_alone(pipeline_jobs, trigger):
    pipeline_jobs.add("job-1", "RUNNING")
    await trigger.cleanup()
    assert pipeline_jobs.cancelled == []


def test_trigger_can_be_made_again_elsewhere(trigger):
    path, arguments = trigger.serialize()
    assert path == "recsflow.triggers.vertex_job.VertexJobTrigger"
    assert arguments["kind"] == "pipeline job"
    assert VertexJobTrigger(**arguments).serialize() == (path, arguments)
