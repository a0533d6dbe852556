import json
import os

import pytest

from recsflow.errors import JobRefused, VertexUnavailable
from recsflow.operators.submit_custom_job import SubmitTrainer
from tests.plugins.artifact_registry_server import ArtifactRegistryServer
from tests.plugins.experiments import write_experiment

pytestmark = pytest.mark.emulator

EXPERIMENT_ID = "trainer-rerun-manual-1-0123456789"


@pytest.fixture
def operator(tmp_path, custom_jobs):
    root = tmp_path.as_uri()
    return SubmitTrainer(
        task_id="submit_trainer",
        experiment=write_experiment(root, EXPERIMENT_ID, parent_experiment_id="quick-test-1"),
        rerun={
            "transform_graph": "/root/Transform_1/transform_graph",
            "examples": "/root/Transform_1/transformed_examples",
        },
        modules={"trainer_module_uri": f"{root}/modules/b/trainer_module.py"},
    )


def test_job_runs_the_trainer_image_on_transforms_output(operator, custom_jobs, context, tmp_path):
    folder = f"{tmp_path}/experiments/{EXPERIMENT_ID}"
    assert operator.execute(context) == {
        "job_id": "1",
        "metrics_uri": f"file://{folder}/training_metrics.json",
        "image": "local/recsflow-trainer:1",
    }
    message = custom_jobs.jobs["1"]
    (pool,) = message["jobSpec"]["workerPoolSpecs"]
    container = pool["containerSpec"]
    options = dict(zip(container["args"][::2], container["args"][1::2], strict=True))
    config = json.loads(options.pop("--trainer-config"))
    assert message["displayName"] == EXPERIMENT_ID
    assert message["labels"]["parent"] == "quick-test-1"
    assert container["imageUri"] == "local/recsflow-trainer:1"
    assert container["command"] == ["python", "-m", "recsflow_trainer.training.rerun"]
    assert options == {
        "--trainer-module": f"{tmp_path}/modules/b/trainer_module.py",
        "--transform-graph": "/root/Transform_1/transform_graph",
        "--examples": "/root/Transform_1/transformed_examples",
        "--serving-model-dir": f"{folder}/model",
    }
    assert config["experiment_id"] == EXPERIMENT_ID
    assert config["metrics_uri"] == f"{folder}/training_metrics.json"
    assert config["training"]["learning_rate"] == 0.05


def test_job_runs_as_the_account_of_the_settings(
    operator, custom_jobs, context, settings_values, monkeypatch
):
    settings_values["service_account"] = "trainer@project.iam.gserviceaccount.com"
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))
    operator.execute(context)
    assert custom_jobs.jobs["1"]["jobSpec"]["serviceAccount"] == settings_values["service_account"]


def test_graphs_have_no_transform_graph(operator, custom_jobs, context):
    operator.rerun = {"examples": "/root/GraphGen_1/graphs"}
    operator.execute(context)
    (pool,) = custom_jobs.jobs["1"]["jobSpec"]["workerPoolSpecs"]
    assert "--transform-graph" not in pool["containerSpec"]["args"]


def test_accelerator_comes_on_a_machine_that_carries_it(operator, custom_jobs, context, tmp_path):
    operator.experiment = write_experiment(
        tmp_path.as_uri(), EXPERIMENT_ID, parent_experiment_id="quick-test-1", accelerator="NVIDIA_L4"
    )
    operator.execute(context)
    (pool,) = custom_jobs.jobs["1"]["jobSpec"]["workerPoolSpecs"]
    machine = pool["machineSpec"]
    assert (machine["machineType"], machine["acceleratorCount"]) == ("g2-standard-8", 1)


@pytest.mark.parametrize("state", ["QUEUED", "PENDING", "RUNNING", "PAUSED", "SUCCEEDED"])
def test_repeated_task_uses_the_job_that_is_there(operator, custom_jobs, context, state):
    operator.execute(context)
    custom_jobs.set_state("1", state)
    assert operator.execute(context)["job_id"] == "1"
    assert custom_jobs.created == ["1"]


@pytest.mark.parametrize("state", ["FAILED", "EXPIRED", "CANCELLED", "CANCELLING"])
def test_job_that_ended_badly_is_followed_by_another(operator, custom_jobs, context, state):
    operator.execute(context)
    custom_jobs.set_state("1", state)
    assert operator.execute(context)["job_id"] == "2"
    assert operator.execute(context)["job_id"] == "2"


def test_job_with_another_module_is_not_taken_for_this_one(operator, custom_jobs, context, tmp_path):
    operator.execute(context)
    operator.modules = {"trainer_module_uri": f"{tmp_path.as_uri()}/modules/c/trainer_module.py"}
    assert operator.execute(context)["job_id"] == "2"


def test_quota_that_is_too_small_is_no_outage(operator, custom_jobs, context):
    words = (
        "The following quota metrics exceed quota limits: "
        "aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus"
    )
    custom_jobs.refusal = (429, "RESOURCE_EXHAUSTED", words)
    with pytest.raises(JobRefused) as refused:
        operator.execute(context)
    assert str(refused.value).endswith(
        f"{words}. Ask for a higher quota in this region, or choose a smaller machine or another accelerator."
    )


def test_too_many_submissions_a_minute_are_tried_again(operator, custom_jobs, context):
    words = "Quota exceeded for quota metric 'Job or LRO submission requests'"
    custom_jobs.refusal = (429, "RESOURCE_EXHAUSTED", words)
    with pytest.raises(VertexUnavailable) as unavailable:
        operator.execute(context)
    assert str(unavailable.value) == (
        f"Vertex AI: no answer ({words}); it was asked more often than its quota allows."
    )


def test_refusal_is_the_services_own_sentence(operator, custom_jobs, context):
    custom_jobs.refusal = (501, "UNIMPLEMENTED", "1 NVIDIA_L4: choose accelerator cpu.")
    with pytest.raises(JobRefused) as refused:
        operator.execute(context)
    assert str(refused.value) == (
        f"custom job of {EXPERIMENT_ID} was refused: 1 NVIDIA_L4: choose accelerator cpu."
    )


def test_killed_task_cancels_its_job(operator, custom_jobs, context):
    operator.on_kill()
    assert custom_jobs.cancelled == []
    operator.execute(context)
    operator.on_kill()
    assert custom_jobs.cancelled == ["1"]


def test_job_runs_the_image_that_its_tag_names_now(
    operator, custom_jobs, context, settings_values, monkeypatch
):
    registry, digest = ArtifactRegistryServer(), "sha256:" + "ab" * 32
    registry.digests["projects/p/locations/us/repositories/r/packages/trainer/tags/1"] = digest
    settings = {**settings_values, "trainer_image": "us-docker.pkg.dev/p/r/trainer:1"}
    connection = json.loads(os.environ["AIRFLOW_CONN_RECSFLOW_GCP"])
    connection["extra"]["artifact_registry_endpoint"] = registry.url
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings))
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    image = operator.execute(context)["image"]
    registry.close()
    (pool,) = custom_jobs.jobs["1"]["jobSpec"]["workerPoolSpecs"]
    assert image == pool["containerSpec"]["imageUri"] == f"us-docker.pkg.dev/p/r/trainer@{digest}"
    assert custom_jobs.jobs["1"]["labels"]["image"].startswith("sha256-abab")
