"""When a pushed champion counts as served, and what is undeployed then."""

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import TaskDeferred

from recsflow.errors import JobCancelled, JobFailed, JobStateUnknown, JobTimeout
from recsflow.extensions.links import ServedModelLink
from recsflow.triggers.vertex_job import VertexJobTrigger

pytestmark = pytest.mark.emulator


@pytest.fixture
def pushed(pushing):
    """A second champion on its way; the first one is served still."""
    pushing.promote("first")
    pushing.push()
    pushing.promote("second")
    return pushing.push()


def operation(pushing, pushed, **message):
    """What is waited for, as Vertex AI tells of it."""
    return {**pushed, "job_id": pushing.keep_operation(pushed, **message)}


def error(code, message):
    return {"done": True, "error": {"code": code, "message": message}}


def test_waiting_is_handed_to_the_trigger(pushing, pushed):
    with pytest.raises(TaskDeferred) as deferred:
        pushing.sensor(pushed).execute(pushing.context)
    _, arguments = deferred.value.trigger.serialize()
    assert (arguments["kind"], arguments["job_id"]) == ("deployment", pushed["job_id"])
    assert deferred.value.method_name == "execute_complete"


async def test_the_trigger_fires_when_the_deployment_has_ended(pushing, pushed):
    watched = pushing.sensor(pushed)._watched(deadline_s=4e9)
    trigger = VertexJobTrigger(**watched.to_payload())
    event = await anext(aiter(trigger.run()))
    assert event.payload["status"] == "succeeded"
    assert [component["name"] for component in event.payload["components"]] == ["Deployment"]


def test_what_a_served_champion_replaces_is_undeployed(pushing, pushed):
    assert pushing.served == {"1": "first", "2": "second"}
    event = pushing.sensor(pushed, deferrable=False).execute(pushing.context)
    assert event["status"] == "succeeded"
    assert pushing.served == {"2": "second"}
    assert ServedModelLink().get_link(None, ti_key=pushing.context["ti"]) == (
        f"http://console/endpoints/{pushed['endpoint_id']}"
    )


def test_a_repeated_task_undeploys_what_an_interrupted_one_has_left(pushing, pushed):
    again = pushing.push()
    assert again["job_id"] == ""
    assert pushing.sensor(again).execute(pushing.context) is None
    assert pushing.served == {"2": "second"}


def test_other_models_of_the_endpoint_are_left_alone(pushing):
    pushing.deploy_stranger()
    for experiment in ("zeroth", "first"):
        pushing.promote(experiment)
    pushing.says({})
    pushing.move_alias("1")
    pushing.push()
    pushing.says({"endpoint": pushing.endpoint_name})
    pushing.move_alias("2")
    pushing.whole()
    assert pushing.served == {"1": "stranger", "2": "first"}


def test_another_deployment_under_way_is_not_undeployed(pushing, pushed):
    job_id = pushing.keep_operation(pushed)
    assert job_id != pushed["job_id"]
    pushing.sensor(pushed, deferrable=False).execute(pushing.context)
    assert pushing.served == {"1": "first", "2": "second"}


def test_without_an_endpoint_there_is_nothing_to_wait_for(pushing):
    pushing.says({})
    pushing.promote("first")
    assert pushing.sensor(pushing.push()).execute(pushing.context) is None
    assert ServedModelLink().get_link(None, ti_key=pushing.context["ti"]) == (
        f"http://console/models/{pushing.dag_id}"
    )


def test_failure_carries_the_services_own_words_and_leaves_what_is_served(pushing, pushed):
    job = operation(pushing, pushed, **error(9, "Model server never became ready."))
    with pytest.raises(JobFailed) as failed:
        pushing.sensor(job, deferrable=False).execute(pushing.context)
    assert "component Deployment failed:\nModel server never became ready." in str(failed.value)
    assert f"http://console/endpoints/{pushed['endpoint_id']}" in str(failed.value)
    assert pushing.served == {"1": "first", "2": "second"}


def test_a_cancelled_deployment_is_no_success(pushing, pushed):
    with pytest.raises(JobCancelled):
        pushing.sensor(operation(pushing, pushed, **error(1, "")), deferrable=False).execute(pushing.context)


def test_a_deployment_that_is_gone_is_no_success(pushing, pushed):
    job = {**pushed, "job_id": f"endpoints/{pushed['endpoint_id']}/operations/7"}
    with pytest.raises(JobStateUnknown, match="cannot be read"):
        pushing.sensor(job, deferrable=False).execute(pushing.context)


def test_a_deployment_that_takes_too_long_is_cancelled(pushing, pushed):
    job = operation(pushing, pushed)
    sensor = pushing.sensor(job, deferrable=False, timeout=timedelta(seconds=0.05))
    with pytest.raises(JobTimeout):
        sensor.execute(pushing.context)
    assert pushing.operation(job["job_id"]).error.message == "The operation was cancelled."


def test_a_killed_task_cancels_only_a_deployment(pushing, pushed):
    pushing.sensor({**pushed, "job_id": ""}).on_kill()
    job = operation(pushing, pushed)
    pushing.sensor(job).on_kill()
    assert pushing.operation(job["job_id"]).error.message == "The operation was cancelled."
