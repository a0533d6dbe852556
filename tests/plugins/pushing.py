"""A schedule with a push, its champions in MLflow, and the stand-in for Vertex AI that they are pushed to."""

import json
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

import yaml
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.aiplatform_v1 import EndpointServiceClient, ModelServiceClient
from google.cloud.aiplatform_v1.types import DeployedModel, Endpoint, Model, ModelContainerSpec
from mlflow import MlflowClient

from include.configs import config_root
from include.tracking import champions
from include.tracking.champions import RegisteredChampion
from local_cloud.vertex.serving_store import ServingStore
from recsflow.operators.push_model import PushModel
from recsflow.sensors.push import PushSensor

SCHEDULE = {"schedule": "@daily", "dataset": "complete_journey", "features": "basic", "model": "shallow"}
RUNNING = {
    "metadata": {
        "@type": "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata",
        "genericMetadata": {"createTime": "2026-01-01T00:00:00Z", "updateTime": "2026-01-01T00:10:00Z"},
    }
}


class Pushing:
    """One schedule, in a location of its own."""

    def __init__(self, folder, server, settings_values, context):
        self.tracking_uri = settings_values["mlflow_tracking_uri"]
        self.folder = folder
        self.server = server
        self.name = folder.name
        self.dag_id = f"retraining_{self.name}"
        self.endpoint_name = f"shop-{self.name}"
        self.context = {**context, "dag": SimpleNamespace(dag_id=self.dag_id)}
        self.settings = {
            **settings_values,
            "location": self.name,
            "model_url": "http://console/models/{model_id}",
            "endpoint_url": "http://console/endpoints/{endpoint_id}",
        }
        shutil.copytree(config_root(), folder / "configs")
        self.says({"endpoint": self.endpoint_name})
        self.parent = f"projects/local/locations/{self.name}"
        self.model = f"{self.parent}/models/{self.dag_id}"
        arguments = {
            "credentials": AnonymousCredentials(),
            "transport": "rest",
            "client_options": ClientOptions(api_endpoint=server.url),
        }
        self.models = ModelServiceClient(**arguments)
        self.endpoints = EndpointServiceClient(**arguments)

    def says(self, push):
        """Changes where the schedule pushes to."""
        path = self.folder / "configs" / "schedules" / f"{self.name}.yaml"
        path.write_text(yaml.safe_dump(SCHEDULE | ({} if push is None else {"push": push})))

    def promote(self, experiment):
        """Trains a model that becomes champion; returns its version in MLflow."""
        model = self.folder / experiment
        model.mkdir()
        (model / "saved_model.pb").write_text(experiment)
        day = datetime(2026, 1, 1, tzinfo=UTC)
        champion = RegisteredChampion("", experiment, str(model), day, day)
        run_id = self.mlflow.create_run("0").info.run_id
        version = champions.register(
            self.dag_id, run_id, champion, "promoted", tracking_uri=self.tracking_uri
        )
        self.move_alias(version)
        return version

    def move_alias(self, version):
        champions.promote(self.dag_id, version, tracking_uri=self.tracking_uri)

    @property
    def mlflow(self):
        return MlflowClient(self.tracking_uri)

    def push(self):
        return self.operator.execute(self.context)

    @property
    def operator(self):
        return PushModel(task_id="push_model")

    def sensor(self, job, **arguments):
        return PushSensor(task_id="wait_for_push", job=job, poll_interval_s=0.01, **arguments)

    def whole(self):
        """Pushes, and waits for it on a worker."""
        pushed = self.push()
        self.sensor(pushed, deferrable=False).execute(self.context)
        return pushed

    @property
    def served(self):
        """What TensorFlow Serving would find: the content of each model by its folder."""
        folder = self.server.home / "serving" / self.endpoint_name
        return {path.name: (path / "saved_model.pb").read_text() for path in folder.iterdir()}

    def versions(self):
        found = self.models.list_model_versions(name=self.model)
        return {each.version_id: set(each.version_aliases) for each in found}

    def deploy_stranger(self):
        """Deploys a model that is none of the schedule's to its endpoint; returns the endpoint's id."""
        folder = self.folder / "stranger"
        folder.mkdir()
        (folder / "saved_model.pb").write_text("stranger")
        model = Model(
            display_name="stranger",
            artifact_uri=str(folder),
            container_spec=ModelContainerSpec(image_uri="example/serving:1"),
        )
        request = {"parent": self.parent, "model": model, "model_id": "stranger"}
        name = self.models.upload_model(request=request).result().model
        endpoint = Endpoint(display_name=self.endpoint_name)
        endpoint = self.endpoints.create_endpoint(parent=self.parent, endpoint=endpoint).result()
        machine = {"machine_spec": {"machine_type": "n1-standard-4"}, "min_replica_count": 1}
        deployed = DeployedModel(model=name, dedicated_resources=machine)
        self.endpoints.deploy_model(endpoint=endpoint.name, deployed_model=deployed).result()
        return endpoint.name.rpartition("/")[2]

    def keep_operation(self, pushed, **message):
        """Leaves an operation on the endpoint as if Vertex AI worked on it; returns the job's id."""
        job_id = f"endpoints/{pushed['endpoint_id']}/operations/1"
        store = ServingStore(self.server.home / "serving.sqlite")
        store.save_operation({"name": f"{self.parent}/{job_id}", **RUNNING, **message})
        store.close()
        return job_id

    def operation(self, job_id):
        return self.endpoints.get_operation({"name": f"{self.parent}/{job_id}"})

    def environment(self):
        extra = {"is_anonymous": True, "project": "local", "vertex_endpoint": self.server.url}
        connection = {"conn_type": "google_cloud_platform", "extra": extra}
        return {
            "RECSFLOW_CONFIG_ROOT": str(self.folder / "configs"),
            "AIRFLOW_CONN_RECSFLOW_GCP": json.dumps(connection),
            "AIRFLOW_VAR_RECSFLOW": json.dumps(self.settings),
        }
