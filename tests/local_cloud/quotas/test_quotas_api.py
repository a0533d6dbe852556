"""What the stand-in tells of quotas: its own bounds, and what its own jobs use."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from local_cloud.quotas.api import QuotasApi
from local_cloud.vertex.error_answers import answer_error
from local_cloud.vertex.errors import ApiError
from local_cloud.vertex.limits import Limits
from local_cloud.vertex.states import Collection, JobKey, JobRecord, TaskState
from local_cloud.vertex.store import Store

pytestmark = pytest.mark.unit

INFOS = "/v1/projects/local/locations/global/services/aiplatform.googleapis.com/quotaInfos"
SERIES = "/v3/projects/local/timeSeries"
END = {"interval.endTime": "2026-01-31T00:00:00Z"}
ALLOCATED = (
    'metric.type = "serviceruntime.googleapis.com/quota/allocation/usage" '
    'AND resource.type = "consumer_quota"'
)
GPUS = "custom_model_training_nvidia_l4_gpus"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "vertex.sqlite")
    yield store
    store.close()


@pytest.fixture
def client(store):
    routes = QuotasApi(store, Limits(quotas={"custom_model_training_cpus": 42, GPUS: 0})).routes()
    return TestClient(Starlette(routes=routes, exception_handlers={ApiError: answer_error}))


def runs(store, location, collection, request, *states):
    """A job whose tasks are in these states."""
    key = JobKey("local", location, f"job-{location}-{collection}", collection)
    job = store.create_job(JobRecord(key, request), [f"task-{number}" for number in range(len(states))])
    for task, state in zip(job.tasks, states, strict=True):
        task.state = state
        store.update_task(key, task)


def used(client, region):
    kept = {"filter": f'{ALLOCATED} AND resource.labels.location = "{region}"', **END}
    return {
        series["metric"]["labels"]["quota_metric"]: series["points"][0]["value"]["int64Value"]
        for series in client.get(SERIES, params=kept).json().get("timeSeries", [])
    }


def test_its_quotas_are_those_that_jobs_are_held_to(client):
    first = client.get(INFOS, params={"pageSize": "1"}).json()
    second = client.get(INFOS, params={"pageToken": first["nextPageToken"]}).json()
    (cpus,), (gpus,) = first["quotaInfos"], second["quotaInfos"]
    assert (cpus["metric"], cpus["dimensionsInfos"]) == (
        "aiplatform.googleapis.com/custom_model_training_cpus",
        [{"details": {"value": "42"}}],
    )
    # As JSON of a protobuf message has a 0.
    assert (gpus["metric"], gpus["dimensionsInfos"]) == (
        f"aiplatform.googleapis.com/{GPUS}",
        [{"details": {}}],
    )
    assert "nextPageToken" not in second


def test_containers_that_run_use_their_machines(store, client):
    running, pending, done = TaskState.RUNNING, TaskState.PENDING, TaskState.SUCCEEDED
    runs(
        store, "us-central1", Collection.PIPELINE_JOBS, {"pipelineSpec": {}}, running, running, done, pending
    )
    machine = {"machineType": "n1-standard-8"}
    job = {"displayName": "scores", "jobSpec": {"workerPoolSpecs": [{"machineSpec": machine}]}}
    runs(store, "us-central1", Collection.CUSTOM_JOBS, job, running)
    runs(store, "europe-west4", Collection.CUSTOM_JOBS, job, pending)
    assert used(client, "us-central1") == {"aiplatform.googleapis.com/custom_model_training_cpus": "16"}
    assert used(client, "europe-west4") == {}


@pytest.mark.parametrize(
    ("path", "parameters", "status", "words"),
    [
        (SERIES, {"filter": ALLOCATED}, 400, "interval.endTime is ''"),
        (SERIES, {"filter": 'resource.type = "consumer_quota"', **END}, 400, "must name one metric.type"),
        (SERIES, {"filter": f'{ALLOCATED} AND project = "x"', **END}, 400, "filter has 'project"),
        (INFOS.replace("aiplatform", "compute"), {}, 404, "Service 'compute.googleapis.com' is not found"),
    ],
)
def test_what_the_services_refuse_is_refused(client, path, parameters, status, words):
    answer = client.get(path, params=parameters)
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (status, True)
