import json
import os
import sys

import pytest
from airflow.sdk.exceptions import TaskDeferred

from include import storage
from recsflow.errors import CompileCancelled, CompileError, JobRefused
from recsflow.operators.submit_pipeline import SubmitPipelineJob
from tests.plugins.cloud_build_server import CloudBuildServer
from tests.plugins.experiments import write_experiment

pytestmark = pytest.mark.emulator

EXPERIMENT_ID = "quick-test-manual-1-0123456789"
# Stands for the trainer environment: counts how often it compiles.
COMPILER = """
import pathlib, sys
output = pathlib.Path(sys.argv[sys.argv.index("--output") + 1])
output.write_text('{"pipelineSpec": {"schemaVersion": "2.0.0", "root": {"dag": {"tasks": {"Trainer": {}}}}}}')
pathlib.Path(sys.argv[1]).open("a").write("compiled;")
"""


@pytest.fixture
def compilations(tmp_path, settings_values):
    log = tmp_path / "compilations"
    settings_values["compiler"] = {"kind": "command", "argv": [sys.executable, "-c", COMPILER, str(log)]}
    return log


@pytest.fixture
def operator(tmp_path, compilations, pipeline_jobs):
    root = tmp_path.as_uri()
    return SubmitPipelineJob(
        task_id="submit_pipeline",
        experiment=write_experiment(root, EXPERIMENT_ID),
        rows={"table": "local.staging.rows_1", "rows_uri": f"{root}/rows/rows_1"},
        modules={
            "transform_module_uri": f"{root}/modules/a/transform_module.py",
            "trainer_module_uri": f"{root}/modules/b/trainer_module.py",
        },
    )


def test_job_runs_as_the_account_of_the_settings(
    operator, pipeline_jobs, context, settings_values, monkeypatch
):
    settings_values["service_account"] = "trainer@project.iam.gserviceaccount.com"
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))
    operator.execute(context)
    assert pipeline_jobs.jobs[EXPERIMENT_ID]["serviceAccount"] == settings_values["service_account"]


def test_job_is_submitted_with_parameters_and_labels(operator, pipeline_jobs, context, tmp_path):
    result = operator.execute(context)
    (topology,) = (tmp_path / "compiled").glob("*.topology.json")
    assert result == {
        "job_id": EXPERIMENT_ID,
        "metrics_uri": f"{tmp_path.as_uri()}/experiments/{EXPERIMENT_ID}/training_metrics.json",
        "image": "local/recsflow-trainer:1",
        # By which the graph of its components is found.
        "topology": topology.name.removesuffix(".topology.json"),
    }
    message = pipeline_jobs.jobs[EXPERIMENT_ID]
    parameters = {name: v["stringValue"] for name, v in message["runtimeConfig"]["parameters"].items()}
    assert parameters["rows_uri"] == f"{tmp_path}/rows/rows_1"
    assert parameters["trainer_module_uri"] == f"{tmp_path}/modules/b/trainer_module.py"
    config = json.loads(parameters["trainer_config"])
    assert config["experiment_id"] == EXPERIMENT_ID
    assert config["training"]["learning_rate"] == 0.05
    assert config["accelerator"] == "cpu"
    assert message["runtimeConfig"]["gcsOutputDirectory"] == f"{tmp_path}/pipeline_root"
    assert message["labels"]["dataset"] == "complete_journey"
    assert message["labels"]["image"] == "recsflow-trainer-1"


def test_remote_id_is_kept_before_the_job_exists(operator, pipeline_jobs, context):
    pipeline_jobs.refusal = (400, "INVALID_ARGUMENT", "bad job")
    with pytest.raises(JobRefused, match="bad job"):
        operator.execute(context)
    assert context["ti"].pushed["job_id"] == EXPERIMENT_ID


@pytest.mark.parametrize(("status", "code"), [(400, "INVALID_ARGUMENT"), (501, "UNIMPLEMENTED")])
def test_refusal_is_the_services_own_sentence(operator, pipeline_jobs, context, status, code):
    pipeline_jobs.refusal = (status, code, "resources asks for 1 NVIDIA_L4; choose accelerator cpu.")
    with pytest.raises(JobRefused) as refused:
        operator.execute(context)
    assert str(refused.value) == (
        f"pipeline job {EXPERIMENT_ID} was refused: resources asks for 1 NVIDIA_L4; choose accelerator cpu."
    )


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "PAUSED", "SUCCEEDED"])
def test_repeated_task_uses_the_job_that_is_there(operator, pipeline_jobs, context, state):
    operator.execute(context)
    pipeline_jobs.jobs[EXPERIMENT_ID]["state"] = f"PIPELINE_STATE_{state}"
    assert operator.execute(context)["job_id"] == EXPERIMENT_ID
    assert pipeline_jobs.created == [EXPERIMENT_ID]


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED", "CANCELLING"])
def test_job_that_ended_badly_is_followed_by_another(operator, pipeline_jobs, context, state):
    operator.execute(context)
    pipeline_jobs.jobs[EXPERIMENT_ID]["state"] = f"PIPELINE_STATE_{state}"
    assert operator.execute(context)["job_id"] == f"{EXPERIMENT_ID}-2"
    pipeline_jobs.jobs[f"{EXPERIMENT_ID}-2"]["state"] = "PIPELINE_STATE_FAILED"
    assert operator.execute(context)["job_id"] == f"{EXPERIMENT_ID}-3"


def test_job_with_other_inputs_is_not_taken_for_this_one(operator, pipeline_jobs, context):
    operator.execute(context)
    operator.rows = {**operator.rows, "rows_uri": operator.rows["rows_uri"] + "2"}
    assert operator.execute(context)["job_id"] == f"{EXPERIMENT_ID}-2"


def test_pipeline_is_compiled_once_for_all_runs_of_it(operator, pipeline_jobs, context, compilations):
    operator.execute(context)
    pipeline_jobs.jobs[EXPERIMENT_ID]["state"] = "PIPELINE_STATE_FAILED"
    operator.execute(context)
    assert compilations.read_text() == "compiled;"


def test_changed_pipeline_is_compiled_again_and_nobody_submits_it(
    operator, pipeline_jobs, context, compilations, tmp_path, caplog
):
    operator.execute(context)
    pipeline_jobs.jobs[EXPERIMENT_ID]["state"] = "PIPELINE_STATE_FAILED"
    (kept,) = [path for path in tmp_path.glob("compiled/*.json") if "topology" not in path.name]
    kept.write_text(kept.read_text().replace("Trainer", "Miner"))
    operator.execute(context)
    assert compilations.read_text() == "compiled;compiled;"
    tasks = pipeline_jobs.jobs[f"{EXPERIMENT_ID}-2"]["pipelineSpec"]["root"]["dag"]["tasks"]
    assert set(tasks) == {"Trainer"}
    assert "Miner" not in kept.read_text()
    assert f"{kept.as_uri()} is not what was compiled" in caplog.text


def test_failing_compiler_is_quoted(operator, pipeline_jobs, context, settings_values, monkeypatch):
    argv = [sys.executable, "-c", "raise SystemExit('error: pipeline_name is 7')"]
    settings_values["compiler"] = {"kind": "command", "argv": argv}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))
    with pytest.raises(CompileError, match="pipeline_name is 7"):
        operator.execute(context)
    assert pipeline_jobs.created == []


@pytest.fixture
def cloud_build(monkeypatch, settings_values, pipeline_jobs):
    spec = '{"pipelineSpec": {"schemaVersion": "2.0.0", "root": {"dag": {"tasks": {"Trainer": {}}}}}}'
    server = CloudBuildServer(lambda build: storage.write_text(build["steps"][-1]["args"][-1], spec))
    connection = json.loads(os.environ["AIRFLOW_CONN_RECSFLOW_GCP"])
    connection["extra"]["cloud_build_endpoint"] = server.url
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    monkeypatch.setenv(
        "AIRFLOW_VAR_RECSFLOW", json.dumps({**settings_values, "compiler": {"kind": "cloud_build"}})
    )
    yield server
    server.close()


async def test_build_is_waited_for_without_a_worker(operator, pipeline_jobs, context, cloud_build):
    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(context)
    assert (len(cloud_build.builds), pipeline_jobs.created) == (1, [])
    assert context["ti"].pushed["waiting_try"] == 1
    event = (await anext(deferred.value.trigger.run())).payload
    getattr(operator, deferred.value.method_name)(context, event)
    assert pipeline_jobs.created == [EXPERIMENT_ID]
    assert set(pipeline_jobs.jobs[EXPERIMENT_ID]["pipelineSpec"]["root"]["dag"]["tasks"]) == {"Trainer"}
    # Whoever runs the pipeline next has it already.
    pipeline_jobs.jobs[EXPERIMENT_ID]["state"] = "PIPELINE_STATE_FAILED"
    operator.execute(context)
    assert len(cloud_build.builds) == 1


def test_failed_build_ends_the_task_with_its_own_lines(operator, pipeline_jobs, context, cloud_build):
    error = "Cloud Build build-1 did not compile the pipeline: FAILURE\nerror: accelerator is 'L5'"
    with pytest.raises(CompileError, match="accelerator is 'L5'"):
        operator.execute_built(context, {"error": error, "topology": "key", "is_cancelled": False})
    assert pipeline_jobs.created == []


def test_cancelled_build_ends_the_task_for_good(operator, pipeline_jobs, context, cloud_build):
    error = "Cloud Build build-1 was cancelled before it had compiled the pipeline"
    with pytest.raises(CompileCancelled, match=r"cancelled before .*\nClear submit_pipeline and what"):
        operator.execute_built(context, {"error": error, "topology": "key", "is_cancelled": True})
    assert pipeline_jobs.created == []


def test_task_that_is_killed_before_it_waits_cancels_its_build(operator, context, cloud_build, monkeypatch):
    def killed(key, value):
        if key == "waiting_try":
            raise KeyboardInterrupt

    monkeypatch.setattr(context["ti"], "xcom_push", killed)
    with pytest.raises(KeyboardInterrupt):
        operator.execute(context)
    assert cloud_build.cancelled == ["build-1"]


def test_killed_task_cancels_its_job(operator, pipeline_jobs, context):
    operator.on_kill()
    assert pipeline_jobs.cancelled == []
    operator.execute(context)
    operator.on_kill()
    assert pipeline_jobs.cancelled == [EXPERIMENT_ID]
