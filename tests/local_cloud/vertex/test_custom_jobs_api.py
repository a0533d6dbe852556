"""Google's own client of custom jobs against the local server, on real commands of the trainer image."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.aiplatform_v1 import JobServiceClient
from google.cloud.aiplatform_v1.types import CustomJob, JobState

from include.process_activity import Activity, wait_until
from local_cloud.settings import PROJECT
from tests.local_cloud.vertex.modules import keep_module
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

# Stands for a generated trainer module, with the real library's way to end on SIGTERM.
MODULE = """
import pathlib, time
from recsflow_trainer.training.cancellation import cancel_on_sigterm

def run_fn(fn_args):
    config, model = fn_args.custom_config, pathlib.Path(fn_args.serving_model_dir)
    if "error" in config:
        raise ValueError(config["error"])
    try:
        with cancel_on_sigterm():
            model.mkdir(parents=True, exist_ok=True)
            (model / "starts.txt").open("a").write("started;")
            time.sleep(config.get("sleep_s", 0))
        (model / "weights.txt").write_text(str(config["learning_rate"]))
    finally:
        (model / "metrics.txt").write_text("written")
"""
FINAL = (JobState.JOB_STATE_SUCCEEDED, JobState.JOB_STATE_FAILED, JobState.JOB_STATE_CANCELLED)
PARENT = f"projects/{PROJECT}/locations/us-central1"


class CustomJobs:
    """A trainer module, what it trains on, and the client that submits it."""

    def __init__(self, cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.settings = cloud.settings
        for name in ("graph", "rows"):
            (folder / name).mkdir()
        self.module = keep_module(self.settings, "trainer_module", MODULE)
        self.client = JobServiceClient(
            credentials=AnonymousCredentials(),
            transport="rest",
            client_options=ClientOptions(api_endpoint=self.settings.url("vertex")),
        )

    def request(self, name: str = "refused", **config) -> dict:
        """A create request as JSON."""
        options = {
            "--trainer-module": self.module,
            "--transform-graph": str(self.folder / "graph"),
            "--examples": str(self.folder / "rows"),
            "--serving-model-dir": str(self.folder / name),
            "--trainer-config": json.dumps({"learning_rate": 0.1, **config}),
        }
        container = {
            "imageUri": self.settings.trainer_image,
            "command": ["python", "-m", "recsflow_trainer.training.rerun"],
            "args": [word for option in options.items() for word in option],
        }
        pool = {
            "machineSpec": {"machineType": "n1-standard-4"},
            "replicaCount": "1",
            "containerSpec": container,
        }
        return {
            "displayName": name,
            "labels": {"inputs": name},
            "jobSpec": {"workerPoolSpecs": [pool]},
        }

    def create(self, request: dict) -> str:
        job = CustomJob.from_json(json.dumps(request))
        return self.client.create_custom_job(parent=PARENT, custom_job=job).name

    def wait(self, name: str, until: Callable[[CustomJob], bool] | None = None) -> CustomJob:
        def reached() -> bool:
            job = self.client.get_custom_job(name=name)
            return until(job) if until else job.state in FINAL

        wait_until(reached, Activity(self.cloud.pid("vertex")), what=f"{name} is not there yet")
        return self.client.get_custom_job(name=name)

    def start_waiting(self, name: str, sleep_s: float) -> str:
        """Creates a job that sleeps, and returns its name once the container runs."""
        created = self.create(self.request(name, sleep_s=sleep_s))
        self.wait(created, until=lambda _job: (self.folder / name / "starts.txt").exists())
        return created

    def text(self, name: str, file: str) -> str:
        return (self.folder / name / file).read_text()

    def log(self, job: CustomJob) -> list[str]:
        return self.page(f"/console/logs/{job_id(job)}/workerpool0-0").splitlines()

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.settings.url('vertex')}{path}", timeout=PATIENCE_S) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def jobs(tfx_cloud, tmp_path_factory) -> CustomJobs:
    return CustomJobs(tfx_cloud, tmp_path_factory.mktemp("jobs"))


@pytest.fixture(scope="module")
def first(jobs) -> CustomJob:
    return jobs.wait(jobs.create(jobs.request("first")))


def job_id(job: CustomJob) -> str:
    return job.name.rpartition("/")[-1]


def test_job_runs_the_containers_command(jobs, first):
    assert first.state is JobState.JOB_STATE_SUCCEEDED
    assert first.display_name == "first"
    assert job_id(first).isdecimal()
    assert jobs.text("first", "weights.txt") == "0.1"
    assert first.create_time <= first.start_time <= first.end_time


def test_failing_command_says_why_in_its_log_alone(jobs, first):
    job = jobs.wait(jobs.create(jobs.request("failing", error="loss is NaN at step 3")))
    assert job.state is JobState.JOB_STATE_FAILED
    assert job.error.message.startswith("The replica workerpool0-0 exited with a non-zero status of 1.")
    assert "loss is NaN" not in job.error.message
    assert "ValueError: loss is NaN at step 3" in jobs.log(job)


def test_missing_transform_output_ends_the_job_with_one_sentence(jobs, first):
    request = jobs.request("gone")
    arguments = request["jobSpec"]["workerPoolSpecs"][0]["containerSpec"]["args"]
    arguments[arguments.index("--transform-graph") + 1] = "/nowhere/graph"
    job = jobs.wait(jobs.create(request))
    assert jobs.log(job)[-1].startswith("error: --transform-graph /nowhere/graph is no")


def test_cancelled_training_writes_its_last_metrics(jobs, first):
    name = jobs.start_waiting("cancelled", sleep_s=600)
    jobs.client.cancel_custom_job(name=name)
    job = jobs.wait(name)
    assert job.state is JobState.JOB_STATE_CANCELLED
    assert jobs.text("cancelled", "metrics.txt") == "written"
    with pytest.raises(exceptions.BadRequest, match="is cancelled; cancel only unfinished jobs"):
        jobs.client.cancel_custom_job(name=name)


def test_job_is_found_by_its_label_and_state(jobs, first):
    condition = 'labels.inputs="first" AND state="JOB_STATE_SUCCEEDED"'
    found = jobs.client.list_custom_jobs(request={"parent": PARENT, "filter": condition})
    assert [job.name for job in found] == [first.name]


def test_pipeline_jobs_are_another_collection(jobs, first):
    name = first.name.replace("customJobs", "pipelineJobs")
    request = urllib.request.Request(f"{jobs.settings.url('vertex')}/v1/{name}")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request, timeout=PATIENCE_S)


def test_finished_job_can_be_deleted(jobs, first):
    name = jobs.create(jobs.request("deleted"))
    jobs.wait(name)
    jobs.client.delete_custom_job(name=name).result(timeout=PATIENCE_S)
    with pytest.raises(exceptions.NotFound, match="does not exist"):
        jobs.client.get_custom_job(name=name)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda job, pool: job.pop("displayName"), exceptions.BadRequest, "displayName is ''"),
        (
            lambda job, pool: job["jobSpec"].pop("workerPoolSpecs"),
            exceptions.BadRequest,
            "workerPoolSpecs is empty",
        ),
        (
            lambda job, pool: pool["machineSpec"].clear(),
            exceptions.BadRequest,
            "machineSpec.machineType is missing",
        ),
        (
            lambda job, pool: pool["containerSpec"].pop("imageUri"),
            exceptions.BadRequest,
            "imageUri is missing",
        ),
        (
            lambda job, pool: job.update(labels={"who": "Me!"}),
            exceptions.BadRequest,
            "labels has 'who': 'Me!'",
        ),
        (
            lambda job, pool: pool.update(replicaCount="2"),
            exceptions.MethodNotImplemented,
            "one pool of one replica",
        ),
        (
            lambda job, pool: pool["containerSpec"].update(env=[{"name": "A", "value": "1"}]),
            exceptions.MethodNotImplemented,
            r"containerSpec\.env is set",
        ),
        (
            lambda job, pool: pool["containerSpec"].update(command=["sh", "-c"]),
            exceptions.MethodNotImplemented,
            r"runs \['python', '-m', module\], the module being recsflow_trainer.scoring or",
        ),
        (
            lambda job, pool: pool["machineSpec"].update(acceleratorType="NVIDIA_L4", acceleratorCount=1),
            exceptions.MethodNotImplemented,
            "asks for 1 NVIDIA_L4; this machine runs",
        ),
        (
            lambda job, pool: pool["containerSpec"].update(imageUri="gcr.io/other:1"),
            exceptions.NotFound,
            "needs image gcr.io/other:1",
        ),
    ],
)
def test_what_cannot_run_is_refused_by_name(jobs, change, error, words):
    request = jobs.request()
    change(request, request["jobSpec"]["workerPoolSpecs"][0])
    with pytest.raises(error, match=words):
        jobs.create(request)


def test_console_shows_the_job_its_options_and_its_log(jobs, first):
    assert f"/console/jobs/{job_id(first)}" in jobs.page("/console/jobs")
    page = jobs.page(f"/console/jobs/{job_id(first)}")
    assert "custom job first" in page
    assert "--serving-model-dir" in page
    log = jobs.page(f"/console/logs/{job_id(first)}/workerpool0-0")
    assert "recsflow_trainer.training.rerun" in log
