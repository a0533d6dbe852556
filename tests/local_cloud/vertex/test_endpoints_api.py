"""Google's own client of endpoints against the local server."""

import pytest
from google.api_core import exceptions
from google.cloud.aiplatform_v1.types import Endpoint

pytestmark = pytest.mark.emulator


def test_deployed_models_lie_where_tensorflow_serving_looks_for_them(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    first = serving.deploy(endpoint, "1")
    assert serving.served == {"1": "first"}
    second = serving.deploy(endpoint, "2")
    assert serving.served == {"1": "first", "2": "second"}
    found = serving.endpoints.get_endpoint(name=endpoint)
    assert dict(found.traffic_split) == {second: 100}
    assert [(each.id, each.model, each.model_version_id) for each in found.deployed_models] == [
        (first, serving.shop, "1"),
        (second, serving.shop, "2"),
    ]
    serving.undeploy(endpoint, first)
    assert serving.served == {"2": "second"}
    assert (serving.served_from / "2" / "variables" / "variables.index").read_text() == "second"


def test_a_served_model_outlives_the_one_that_was_trained(serving):
    serving.two_versions()
    serving.deploy(serving.endpoint(), "1")
    (serving.folder / "first" / "saved_model.pb").unlink()
    assert serving.served == {"1": "first"}


def test_an_older_version_can_be_deployed_again(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    second = serving.deploy(endpoint, "2")
    first = serving.deploy(endpoint, "1")
    serving.undeploy(endpoint, second)
    assert serving.served == {"1": "first"}
    assert dict(serving.endpoints.get_endpoint(name=endpoint).traffic_split) == {first: 100}


def test_a_model_with_traffic_is_undeployed_only_where_another_one_takes_it(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    first, second = serving.deploy(endpoint, "1"), serving.deploy(endpoint, "2")
    with pytest.raises(exceptions.BadRequest, match="has 100 % of the traffic"):
        serving.undeploy(endpoint, second)
    serving.undeploy(endpoint, second, **{first: 100})
    assert dict(serving.endpoints.get_endpoint(name=endpoint).traffic_split) == {first: 100}
    serving.undeploy(endpoint, first)
    assert serving.served == {}
    with pytest.raises(exceptions.NotFound, match="serves no deployed model"):
        serving.undeploy(endpoint, first)


def test_traffic_can_be_given_to_another_model(serving):
    serving.two_versions()
    name = serving.endpoint()
    first, second = serving.deploy(name, "1"), serving.deploy(name, "2")
    changed = Endpoint(name=name, traffic_split={first: 70, second: 30})
    mask = {"paths": ["traffic_split"]}
    serving.endpoints.update_endpoint(endpoint=changed, update_mask=mask)
    found = serving.endpoints.get_endpoint(name=name)
    assert dict(found.traffic_split) == {first: 70, second: 30}
    assert len(found.deployed_models) == 2
    with pytest.raises(exceptions.MethodNotImplemented, match="changes trafficSplit only"):
        serving.endpoints.update_endpoint(endpoint=changed, update_mask={"paths": ["labels"]})


def test_a_model_that_is_gone_is_not_deployed(serving):
    serving.two_versions()
    (serving.folder / "first" / "saved_model.pb").unlink()
    with pytest.raises(exceptions.BadRequest, match=r"first', which has no saved_model\.pb"):
        serving.deploy(serving.endpoint(), "1")


def test_a_copy_that_fails_is_told_of_by_the_operation(serving):
    serving.two_versions()
    (serving.folder / "first" / "assets").symlink_to("nowhere")
    endpoint = serving.endpoint()
    with pytest.raises(exceptions.InternalServerError, match="first is not copied"):
        serving.deploy(endpoint, "1")
    assert not serving.endpoints.get_endpoint(name=endpoint).deployed_models
    assert serving.served == {}


def test_a_version_is_served_once(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    serving.deploy(endpoint, "1")
    with pytest.raises(exceptions.BadRequest, match="serves version 1 of a model already"):
        serving.deploy(endpoint, "1")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"model": ""}, exceptions.BadRequest, "deployedModel.model is missing"),
        ({"model": "projects/local/locations/l/models/shop@7"}, exceptions.NotFound, "shop@7 does not exist"),
        ({"dedicatedResources": {"minReplicaCount": 1}}, exceptions.BadRequest, "machineType is missing"),
        (
            {"dedicatedResources": {"machineSpec": {"machineType": "n1-standard-4"}}},
            exceptions.BadRequest,
            "minReplicaCount 0 and maxReplicaCount 0",
        ),
        (
            {
                "dedicatedResources": {
                    "machineSpec": {"machineType": "n1-standard-4", "acceleratorCount": 1},
                    "minReplicaCount": 1,
                }
            },
            exceptions.MethodNotImplemented,
            r"machineSpec\.acceleratorCount is set",
        ),
        ({"split": {"0": 90}}, exceptions.BadRequest, "have to add up to 100"),
        ({"split": {"0": 90, "7": 10}}, exceptions.BadRequest, "names '7', which is not deployed"),
    ],
)
def test_a_deployment_that_vertex_would_refuse_is_refused(serving, change, error, words):
    serving.two_versions()
    with pytest.raises(error, match=words):
        serving.deploy(serving.endpoint(), "1", **change)


def test_endpoints_are_found_by_their_display_name(serving):
    home, basket = serving.endpoint(), serving.endpoint("basket")
    request = {"parent": serving.parent, "filter": 'display_name="basket"'}
    assert [each.name for each in serving.endpoints.list_endpoints(request=request)] == [basket]
    assert {each.name for each in serving.endpoints.list_endpoints(parent=serving.parent)} == {home, basket}
    with pytest.raises(exceptions.Conflict, match="There is an endpoint 'basket' already"):
        serving.endpoint("basket")
    with pytest.raises(exceptions.MethodNotImplemented, match="serves from a folder of that name"):
        serving.endpoint("../home")


def test_operations_stay_to_be_looked_at(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    serving.deploy(endpoint, "1")
    listed = serving.endpoints.list_operations({"name": endpoint}).operations
    kinds = [operation.metadata.type_url.rpartition(".")[2] for operation in listed]
    assert kinds == ["CreateEndpointOperationMetadata", "DeployModelOperationMetadata"]
    found = serving.endpoints.get_operation({"name": listed[1].name})
    assert (found.done, found) == (True, listed[1])
    serving.endpoints.cancel_operation({"name": found.name})
    assert serving.endpoints.get_operation({"name": found.name}) == found


def test_a_restart_loses_nothing_and_removes_what_nobody_serves(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    deployed = serving.deploy(endpoint, "2")
    before = serving.endpoints.get_endpoint(name=endpoint)
    (serving.served_from / "7").mkdir()
    (serving.served_from / ".1.0a1b2c3d.tmp").mkdir()
    serving.server.stop()
    serving.server.start()
    assert serving.served == {"2": "second"}
    assert serving.endpoints.get_endpoint(name=endpoint) == before
    assert serving.models.get_model(name=f"{serving.shop}@second").version_id == "2"
    serving.undeploy(endpoint, deployed)
    assert serving.served == {}


def test_pages_show_versions_and_what_is_served(serving):
    serving.two_versions()
    endpoint = serving.endpoint()
    serving.deploy(endpoint, "2")
    index = serving.page("/console/models")
    assert "/console/models/shop" in index
    assert "shop, version 2" in index
    assert "default, first" in serving.page("/console/models/shop")
    page = serving.page(f"/console/endpoints/{endpoint.rpartition('/')[2]}")
    assert "100 %" in page
    assert str(serving.served_from / "2") in page
