"""Google's own clients of models and endpoints against the local server."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.aiplatform_v1 import EndpointServiceClient, ModelServiceClient
from google.cloud.aiplatform_v1.types import DeployedModel, Endpoint, Model

from tests.local_cloud.vertex.app_server import AppServer

pytestmark = pytest.mark.emulator


class Serving:
    """A server with what it keeps, and the clients that use it; each test has a location of its own."""

    def __init__(self, server: AppServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.parent = f"projects/local/locations/{folder.name}"
        self.shop = f"{self.parent}/models/shop"
        self.home = f"home-{folder.name}"
        arguments: dict[str, Any] = {
            "credentials": AnonymousCredentials(),
            "transport": "rest",
            "client_options": ClientOptions(api_endpoint=server.url),
        }
        self.models = ModelServiceClient(**arguments)
        self.endpoints = EndpointServiceClient(**arguments)

    def train(self, name: str) -> Path:
        """Leaves a SavedModel, whose file says which one it is."""
        model = self.folder / name
        (model / "variables").mkdir(parents=True)
        (model / "saved_model.pb").write_text(name)
        (model / "variables" / "variables.index").write_text(name)
        return model

    def model(self, name: str, **changes) -> dict:
        """The model of an upload request as JSON."""
        values = {
            "displayName": "shop",
            "artifactUri": str(self.folder / name),
            "containerSpec": {"imageUri": "example/serving:1"},
            "labels": {"application": "recsflow"},
            "versionAliases": [name],
        }
        return {**values, **changes}

    def upload(self, name: str, **request) -> str:
        """Trains and uploads a model; returns its version."""
        self.train(name)
        return self.send(self.model(name), **request)

    def send(self, model: dict, **request) -> str:
        message = Model.from_json(json.dumps(model))
        operation = self.models.upload_model(request={"parent": self.parent, "model": message, **request})
        return operation.result(timeout=10).model_version_id

    def two_versions(self) -> None:
        assert self.upload("first", model_id="shop") == "1"
        assert self.upload("second", parent_model=self.shop) == "2"

    def endpoint(self, name: str = "") -> str:
        endpoint = Endpoint(display_name=name or self.home, labels={"application": "recsflow"})
        operation = self.endpoints.create_endpoint(parent=self.parent, endpoint=endpoint)
        return operation.result(timeout=10).name

    def deploy(self, endpoint: str, version: str, split: dict | None = None, **changes) -> str:
        """Deploys a version; returns the id of the deployed model."""
        resources = {"machineSpec": {"machineType": "n1-standard-4"}, "minReplicaCount": 1}
        deployed = {"model": f"{self.shop}@{version}", "dedicatedResources": resources, **changes}
        message = DeployedModel.from_json(json.dumps(deployed))
        operation = self.endpoints.deploy_model(
            endpoint=endpoint, deployed_model=message, traffic_split={"0": 100} if split is None else split
        )
        return operation.result(timeout=10).deployed_model.id

    def undeploy(self, endpoint: str, model_id: str, **split) -> None:
        request = {"endpoint": endpoint, "deployed_model_id": model_id, "traffic_split": split}
        self.endpoints.undeploy_model(request=request).result(timeout=10)

    @property
    def served_from(self) -> Path:
        return self.server.home / "serving" / self.home

    @property
    def served(self) -> dict[str, str]:
        """What TensorFlow Serving would find: the content of each model by its folder."""
        return {path.name: (path / "saved_model.pb").read_text() for path in self.served_from.iterdir()}

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.server.url}{path}", timeout=30) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = AppServer(tmp_path_factory.mktemp("cloud") / "home")
    yield server
    server.stop()


@pytest.fixture
def serving(server, tmp_path):
    return Serving(server, tmp_path)


def test_versions_are_found_by_number_and_by_alias(serving):
    serving.two_versions()
    by_alias = serving.models.get_model(name=f"{serving.shop}@first")
    assert (by_alias.version_id, list(by_alias.version_aliases)) == ("1", ["default", "first"])
    assert by_alias == serving.models.get_model(name=f"{serving.shop}@1")
    second = serving.models.get_model(name=f"{serving.shop}@2")
    assert (second.artifact_uri, second.labels["application"]) == (
        str(serving.folder / "second"),
        "recsflow",
    )


def test_a_model_without_a_version_is_its_default(serving):
    serving.two_versions()
    assert serving.models.get_model(name=serving.shop).version_id == "1"
    serving.models.merge_version_aliases(name=f"{serving.shop}@2", version_aliases=["default"])
    assert serving.models.get_model(name=serving.shop).version_id == "2"
    assert [model.version_id for model in serving.models.list_models(parent=serving.parent)] == ["2"]
    assert [model.version_id for model in serving.models.list_model_versions(name=serving.shop)] == ["2", "1"]


def test_an_alias_is_taken_away_by_its_name_after_a_hyphen(serving):
    serving.two_versions()
    serving.models.merge_version_aliases(name=f"{serving.shop}@1", version_aliases=["-first", "old"])
    with pytest.raises(exceptions.NotFound):
        serving.models.get_model(name=f"{serving.shop}@first")
    assert serving.models.get_model(name=f"{serving.shop}@old").version_id == "1"


def test_what_is_not_there_is_not_found(serving):
    serving.two_versions()
    for name in (f"{serving.parent}/models/other", f"{serving.shop}@3", f"{serving.shop}@third"):
        with pytest.raises(exceptions.NotFound):
            serving.models.get_model(name=name)
    with pytest.raises(exceptions.NotFound):
        serving.endpoints.get_endpoint(name=f"{serving.parent}/endpoints/7")


def test_a_model_id_is_taken_once(serving):
    serving.two_versions()
    with pytest.raises(exceptions.Conflict, match="upload a version with parentModel"):
        serving.upload("third", model_id="shop")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"displayName": ""}, exceptions.BadRequest, "model.displayName is ''"),
        ({"containerSpec": {}}, exceptions.BadRequest, "imageUri is missing"),
        ({"versionAliases": ["Best"]}, exceptions.BadRequest, "versionAliases has 'Best'"),
        ({"labels": {"who": "Me!"}}, exceptions.BadRequest, "labels has 'who': 'Me!'"),
        ({"artifactUri": "models/first"}, exceptions.BadRequest, "give an absolute path"),
        ({"artifactUri": "/nowhere"}, exceptions.BadRequest, "'/nowhere', which has no saved_model.pb"),
        (
            {"metadataSchemaUri": "gs://x"},
            exceptions.MethodNotImplemented,
            "model.metadataSchemaUri is set",
        ),
        (
            {"containerSpec": {"imageUri": "a", "predictRoute": "/p"}},
            exceptions.MethodNotImplemented,
            r"model\.containerSpec\.predictRoute is set",
        ),
    ],
)
def test_an_upload_that_could_not_be_served_is_refused(serving, change, error, words):
    serving.train("first")
    with pytest.raises(error, match=words):
        serving.send(serving.model("first", **change), model_id="shop")
    assert list(serving.models.list_models(parent=serving.parent)) == []


def test_a_model_id_of_another_form_is_refused(serving):
    with pytest.raises(exceptions.BadRequest, match="modelId is '1st'"):
        serving.upload("first", model_id="1st")


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
