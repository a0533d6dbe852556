"""What is pushed, how often, and what a person finds where it is not taken."""

import json

import pytest

from recsflow.errors import EndpointBusy, InvalidExperiment, JobRefused, ModelGone, VertexUnavailable
from recsflow.extensions.links import ServedModelLink

pytestmark = pytest.mark.emulator


def published(pushing):
    ti = pushing.context["ti"]
    return ServedModelLink().get_link(pushing.operator, ti_key=ti)


def test_the_champion_is_uploaded_and_deployed(pushing):
    pushing.promote("first")
    pushed = pushing.push()
    assert (pushed["model_id"], pushed["version"]) == (pushing.dag_id, "1")
    assert pushed["job_id"].startswith(f"endpoints/{pushed['endpoint_id']}/operations/")
    assert pushing.context["ti"].pushed["job_id"] == pushed["job_id"]
    assert published(pushing) == f"http://console/endpoints/{pushed['endpoint_id']}"
    assert pushing.served == {"1": "first"}
    model = pushing.models.get_model(name=pushing.model)
    assert model.artifact_uri == str(pushing.folder / "first")
    assert model.version_description == f"Version 1 of {pushing.dag_id} in MLflow, experiment first"
    assert model.container_spec.image_uri.startswith("us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu")
    labels = dict(model.labels)
    assert len(labels.pop("inputs")) == 20
    assert labels == {"application": "recsflow", "dag": pushing.dag_id, "experiment": "first"}


def test_the_endpoint_has_the_machines_that_the_schedule_names(pushing):
    pushing.promote("first")
    machines = {"machine_type": "e2-standard-2", "min_replicas": 2, "max_replicas": 3}
    pushing.says({"endpoint": pushing.endpoint_name, **machines})
    pushed = pushing.push()
    found = pushing.endpoints.get_endpoint(name=f"{pushing.parent}/endpoints/{pushed['endpoint_id']}")
    (deployed,) = found.deployed_models
    resources = deployed.dedicated_resources
    assert found.display_name == pushing.endpoint_name
    assert dict(found.labels) == {"application": "recsflow"}
    assert resources.machine_spec.machine_type == "e2-standard-2"
    assert (resources.min_replica_count, resources.max_replica_count) == (2, 3)
    assert dict(found.traffic_split) == {deployed.id: 100}


def test_a_repeated_task_uploads_and_deploys_nothing_again(pushing):
    pushing.promote("first")
    first = pushing.push()
    assert pushing.push() == {**first, "job_id": ""}
    assert pushing.versions() == {"1": {"default", "mlflow-1"}}
    assert pushing.served == {"1": "first"}


def test_the_next_champion_is_a_version_of_the_same_model(pushing):
    pushing.promote("first")
    pushing.push()
    pushing.promote("second")
    assert pushing.push()["version"] == "2"
    assert pushing.versions() == {"1": {"mlflow-1"}, "2": {"default", "mlflow-2"}}


def test_without_an_endpoint_the_champion_is_only_uploaded(pushing):
    pushing.says({})
    pushing.promote("first")
    expected = {"model_id": pushing.dag_id, "version": "1", "endpoint_id": "", "job_id": ""}
    assert pushing.push() == expected
    assert published(pushing) == f"http://console/models/{pushing.dag_id}"
    assert list(pushing.endpoints.list_endpoints(parent=pushing.parent)) == []


def test_an_alias_that_a_person_moves_back_is_pushed_from_the_version_that_is_there(pushing):
    first = pushing.promote("first")
    pushing.whole()
    pushing.promote("second")
    pushing.whole()
    pushing.move_alias(first)
    pushed = pushing.whole()
    assert pushed["version"] == "1"
    assert pushing.served == {"1": "first"}
    assert pushing.versions() == {"1": {"default", "mlflow-1"}, "2": {"mlflow-2"}}


def test_a_version_that_is_deployed_without_traffic_gets_it_back(pushing):
    first = pushing.promote("first")
    pushing.push()
    pushing.promote("second")
    pushing.push()  # and nobody waited, so that both are deployed
    pushing.move_alias(first)
    pushed = pushing.whole()
    assert pushed["job_id"] == ""
    assert pushing.served == {"1": "first"}
    found = pushing.endpoints.get_endpoint(name=f"{pushing.parent}/endpoints/{pushed['endpoint_id']}")
    assert list(found.traffic_split.values()) == [100]


def test_a_deployment_under_way_is_not_doubled_but_waited_for(pushing):
    pushing.promote("first")
    pushed = pushing.push()
    job_id = pushing.keep_operation(pushed)
    pushing.promote("second")
    with pytest.raises(EndpointBusy, match=f"{pushing.endpoint_name} is busy with {job_id}"):
        pushing.push()
    assert pushing.served == {"1": "first"}
    pushing.keep_operation(pushed, done=True)
    pushing.push()
    assert pushing.served == {"1": "first", "2": "second"}


def test_an_alias_on_another_model_is_told_of_and_not_served(pushing, monkeypatch):
    pushing.promote("first")
    pushing.push()
    values = {**pushing.settings, "serving_image": "example/serving:2"}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    with pytest.raises(JobRefused) as refused:
        pushing.push()
    assert str(refused.value) == (
        f"Alias 'mlflow-1' of model {pushing.dag_id} in the Model Registry is on version 1, which is another "
        f"model or has another container than {pushing.folder}/first with example/serving:2; take the alias "
        "from it, then clear this task."
    )


def test_a_champion_whose_model_is_gone_is_not_pushed(pushing):
    pushing.promote("first")
    (pushing.folder / "first" / "saved_model.pb").unlink()
    with pytest.raises(ModelGone, match=r"version 1, experiment first, has no model at .*first any more"):
        pushing.push()


def test_without_a_champion_there_is_nothing_to_push(pushing):
    with pytest.raises(ModelGone, match="has no champion to push; in MLflow, give a version the alias"):
        pushing.push()


def test_a_push_that_was_taken_out_of_the_schedule_is_named(pushing):
    pushing.promote("first")
    pushing.says(None)
    with pytest.raises(InvalidExperiment, match=f"where the champion of {pushing.dag_id} is served"):
        pushing.push()


def test_a_refusal_is_the_services_own_sentence(pushing):
    # Another model's version 1 lies where this one's would.
    endpoint_id = pushing.deploy_stranger()
    pushing.promote("first")
    with pytest.raises(JobRefused) as refused:
        pushing.push()
    assert str(refused.value) == (
        f"version 1 of model {pushing.dag_id}, to endpoint {pushing.endpoint_name}, was refused: "
        f"{pushing.server.home}/serving/{pushing.endpoint_name}/1 serves version 1 of a model already; "
        "undeploy it first."
    )
    assert published(pushing) == f"http://console/endpoints/{endpoint_id}"


def test_an_outage_is_no_refusal(pushing, monkeypatch):
    pushing.promote("first")
    extra = {"is_anonymous": True, "project": "local", "vertex_endpoint": "http://127.0.0.1:9"}
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    with pytest.raises(VertexUnavailable, match="Connection refused"):
        pushing.push()


def test_a_killed_task_cancels_its_deployment(pushing):
    pushing.promote("first")
    operator = pushing.operator
    operator.on_kill()
    pushed = operator.execute(pushing.context)
    job_id = pushing.keep_operation(pushed)
    operator._submission.keep(job_id)
    operator.on_kill()
    assert pushing.operation(job_id).error.message == "The operation was cancelled."
