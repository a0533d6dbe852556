"""Google's own clients of models and endpoints, at a local server."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.aiplatform_v1 import EndpointServiceClient, ModelServiceClient
from google.cloud.aiplatform_v1.types import DeployedModel, Endpoint, Model

from tests.local_cloud.vertex.app_server import AppServer

# An answer takes a moment, and on a machine that has other things to do much longer.
PATIENCE_S = 300


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
        return operation.result(timeout=PATIENCE_S).model_version_id

    def two_versions(self) -> None:
        assert self.upload("first", model_id="shop") == "1"
        assert self.upload("second", parent_model=self.shop) == "2"

    def endpoint(self, name: str = "") -> str:
        endpoint = Endpoint(display_name=name or self.home, labels={"application": "recsflow"})
        operation = self.endpoints.create_endpoint(parent=self.parent, endpoint=endpoint)
        return operation.result(timeout=PATIENCE_S).name

    def deploy(self, endpoint: str, version: str, split: dict | None = None, **changes) -> str:
        """Deploys a version; returns the id of the deployed model."""
        resources = {"machineSpec": {"machineType": "n1-standard-4"}, "minReplicaCount": 1}
        deployed = {"model": f"{self.shop}@{version}", "dedicatedResources": resources, **changes}
        message = DeployedModel.from_json(json.dumps(deployed))
        operation = self.endpoints.deploy_model(
            endpoint=endpoint, deployed_model=message, traffic_split={"0": 100} if split is None else split
        )
        return operation.result(timeout=PATIENCE_S).deployed_model.id

    def undeploy(self, endpoint: str, model_id: str, **split) -> None:
        request = {"endpoint": endpoint, "deployed_model_id": model_id, "traffic_split": split}
        self.endpoints.undeploy_model(request=request).result(timeout=PATIENCE_S)

    @property
    def served_from(self) -> Path:
        return self.server.home / "serving" / self.home

    @property
    def served(self) -> dict[str, str]:
        """What TensorFlow Serving would find: the content of each model by its folder."""
        return {path.name: (path / "saved_model.pb").read_text() for path in self.served_from.iterdir()}

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.server.url}{path}", timeout=PATIENCE_S) as answer:
            return answer.read().decode()
