"""A compiled pipeline with its rows and modules, and Google's own client that submits it."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform
from google.cloud.aiplatform_v1 import MetadataServiceClient
from google.cloud.aiplatform_v1.types import PipelineJob, PipelineState
from google.cloud.logging_v2.client import Client

from include.process_activity import Activity, wait_until
from local_cloud.settings import PROJECT, REPOSITORY
from tests.exported_rows import mark_exported
from tests.local_cloud.vertex.modules import keep_module
from tests.patience import PATIENCE_S

TRANSFORM_MODULE = """
import tensorflow_transform as tft

def preprocessing_fn(inputs):
    return {"product": tft.compute_and_apply_vocabulary(inputs["product"], num_oov_buckets=1)}
"""
TRAINER_MODULE = """
import pathlib
import time

def run_fn(fn_args):
    config = fn_args.custom_config
    if "error" in config:
        raise ValueError(config["error"])
    pathlib.Path(config["started"]).touch() if "started" in config else None
    time.sleep(config.get("sleep_s", 0))
    folder = pathlib.Path(fn_args.serving_model_dir)
    folder.mkdir(parents=True)
    (folder / "weights.txt").write_text(str(config["learning_rate"]))
"""
FINAL = (
    PipelineState.PIPELINE_STATE_SUCCEEDED,
    PipelineState.PIPELINE_STATE_FAILED,
    PipelineState.PIPELINE_STATE_CANCELLED,
)
SERVICE_ACCOUNT = "trainer@local.iam.gserviceaccount.com"
UPSTREAM = ("ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform")


class Pipelines:
    """A compiled pipeline, its rows and modules, and the client that submits it."""

    def __init__(self, cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.settings = cloud.settings
        for split, rows in (("train", 80), ("eval", 20), ("test", 20)):
            (folder / "rows" / split).mkdir(parents=True)
            table = pa.table({"customer": range(rows), "product": [f"p{row % 7}" for row in range(rows)]})
            pq.write_table(table, folder / "rows" / split / "rows.parquet")
        mark_exported(folder / "rows")
        self.transform_module = keep_module(self.settings, "transform_module", TRANSFORM_MODULE)
        self.trainer_module = keep_module(self.settings, "trainer_module", TRAINER_MODULE)
        self.spec = self._compile()
        aiplatform.init(
            project=PROJECT,
            location="us-central1",
            credentials=AnonymousCredentials(),
            api_endpoint=self.settings.url("vertex"),
            api_transport="rest",
        )
        self.client = aiplatform.PipelineJob._instantiate_client(location="us-central1")
        self.parent = f"projects/{PROJECT}/locations/us-central1"

    def _compile(self) -> Path:
        topology = {
            "pipeline_name": "shop-basic",
            "trainer_image": self.settings.trainer_image,
            "project": PROJECT,
            "location": "us-central1",
            "beam_args": ["--runner=DirectRunner"],
        }
        (self.folder / "topology.json").write_text(json.dumps(topology))
        output = self.folder / "spec.json"
        subprocess.run(
            [
                *(str(self.settings.trainer_python), "-m", "recsflow_trainer.pipeline.compile"),
                *("--topology", str(self.folder / "topology.json"), "--output", str(output)),
            ],
            check=True,
            cwd=REPOSITORY,
        )
        return output

    def submit(self, job_id: str, **config) -> str:
        parameters = {
            "rows_uri": str(self.folder / "rows"),
            "transform_module_uri": self.transform_module,
            "trainer_module_uri": self.trainer_module,
            "trainer_config": json.dumps({"learning_rate": 0.1, **config}),
        }
        job = aiplatform.PipelineJob(
            display_name="shop",
            template_path=str(self.spec),
            job_id=job_id,
            pipeline_root=str(self.folder / "root"),
            parameter_values=parameters,
        )
        job.submit(service_account=SERVICE_ACCOUNT)
        return job.resource_name

    def wait(self, name: str, until: Callable[[PipelineJob], bool] | None = None) -> PipelineJob:
        def reached() -> bool:
            job = self.client.get_pipeline_job(name=name)
            return until(job) if until else job.state in FINAL

        wait_until(reached, Activity(self.cloud.pid("vertex")), what=f"{name} is not there yet")
        return self.client.get_pipeline_job(name=name)

    def request(self, **changes) -> dict:
        """A create request as JSON, with changes at the top level."""
        job = json.loads(self.spec.read_text())
        names = job["pipelineSpec"]["root"]["inputDefinitions"]["parameters"]
        runtime = {
            "gcsOutputDirectory": str(self.folder / "root"),
            "parameters": {name: {"stringValue": "x"} for name in names},
        }
        return {
            "displayName": "shop",
            "pipelineSpec": job["pipelineSpec"],
            "runtimeConfig": runtime,
            **changes,
        }

    def create(self, request: dict, job_id: str = "refused") -> None:
        job = PipelineJob.from_json(json.dumps(request))
        self.client.create_pipeline_job(parent=self.parent, pipeline_job=job, pipeline_job_id=job_id)

    def forget(self, execution: str) -> None:
        """Deletes an execution, as a clean-up does."""
        options = ClientOptions(api_endpoint=self.settings.url("vertex"))
        metadata = MetadataServiceClient(
            credentials=AnonymousCredentials(), transport="rest", client_options=options
        )
        metadata.delete_execution(name=execution).result(timeout=PATIENCE_S)

    def log_entries(self, condition: str) -> list[str]:
        """The messages of log entries, the newest last."""
        logging = Client(
            project=PROJECT,
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": self.settings.url("vertex")},
            _use_grpc=False,
        )
        return [entry.payload["message"] for entry in logging.list_entries(filter_=condition)]

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.settings.url('vertex')}{path}", timeout=PATIENCE_S) as answer:
            return answer.read().decode()


def states(job: PipelineJob) -> dict[str, str]:
    """The states of the components; the pipeline itself, listed among them, has the job's id."""
    tasks = [each for each in job.job_detail.task_details if each.task_name != job.name.rpartition("/")[-1]]
    return {task.task_name: task.state.name for task in tasks}
