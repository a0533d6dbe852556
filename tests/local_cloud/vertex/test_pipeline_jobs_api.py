"""Google's own client against the pipeline server, on a compiled pipeline and real components."""

import json
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform
from google.cloud.aiplatform_v1 import JobServiceClient
from google.cloud.aiplatform_v1.types import JobState, PipelineJob, PipelineState

from recsflow.vertex.component_log import last_error
from tests.local_cloud.vertex.pipelines import SERVICE_ACCOUNT, TRANSFORM_MODULE, UPSTREAM, Pipelines, states
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def pipelines(tfx_cloud, tmp_path_factory) -> Pipelines:
    return Pipelines(tfx_cloud, tmp_path_factory.mktemp("pipelines"))


@pytest.fixture(scope="module")
def first_job(pipelines) -> PipelineJob:
    return pipelines.wait(pipelines.submit("first"))


def test_job_runs_every_component_of_the_compiled_spec(pipelines, first_job):
    assert first_job.state is PipelineState.PIPELINE_STATE_SUCCEEDED
    assert first_job.service_account == SERVICE_ACCOUNT
    assert states(first_job) == dict.fromkeys((*UPSTREAM, "Trainer"), "SUCCEEDED")
    tasks = {task.task_name: task for task in first_job.job_detail.task_details}
    model = Path(tasks["Trainer"].outputs["model"].artifacts[0].uri)
    assert (model / "Format-Serving" / "weights.txt").read_text() == "0.1"
    assert tasks["Trainer"].start_time >= tasks["Transform"].end_time
    assert tasks["StatisticsGen"].inputs["examples"] == tasks["ExampleGen"].outputs["examples"]


def test_each_component_is_a_custom_job_with_the_labels_of_its_pipeline_job(pipelines, first_job):
    client = JobServiceClient(
        credentials=AnonymousCredentials(),
        transport="rest",
        client_options=ClientOptions(api_endpoint=pipelines.settings.url("vertex")),
    )
    billed = first_job.labels["vertex-ai-pipelines-run-billing-id"]
    kept = f'labels.vertex-ai-pipelines-run-billing-id="{billed}"'
    parent = first_job.name.partition("/pipelineJobs/")[0]
    found = list(client.list_custom_jobs(request={"parent": parent, "filter": kept}))
    details = {
        task.task_name: task.executor_detail.container_detail for task in first_job.job_detail.task_details
    }
    # Of what Vertex AI runs before a component, only ExampleGen has something here.
    expected = {details[name].main_job for name in (*UPSTREAM, "Trainer")}
    assert {job.name for job in found} == expected | {details["ExampleGen"].pre_caching_check_job}
    assert {job.state for job in found} == {JobState.JOB_STATE_SUCCEEDED}
    assert all(dict(job.labels) == dict(first_job.labels) for job in found)
    assert client.get_custom_job(name=details["Trainer"].main_job).display_name == "Trainer"


def test_split_names_travel_as_artifact_metadata(first_job):
    tasks = {task.task_name: task for task in first_job.job_detail.task_details}
    metadata = dict(tasks["ExampleGen"].outputs["examples"].artifacts[0].metadata)
    assert json.loads(metadata["split_names"]) == ["train", "eval", "test"]


def test_equal_job_takes_every_result_from_the_cache(pipelines, first_job):
    job = pipelines.wait(pipelines.submit("equal"))
    assert states(job) == dict.fromkeys((*UPSTREAM, "Trainer"), "SKIPPED")


def test_changed_learning_rate_runs_the_trainer_only(pipelines, first_job):
    job = pipelines.wait(pipelines.submit("changed", learning_rate=0.02))
    assert states(job) == {**dict.fromkeys(UPSTREAM, "SKIPPED"), "Trainer": "SUCCEEDED"}


def test_deleted_result_is_made_again(pipelines, first_job):
    job = pipelines.wait(pipelines.submit("kept", learning_rate=0.03))
    tasks = {task.task_name: task for task in job.job_detail.task_details}
    model = Path(tasks["Trainer"].outputs["model"].artifacts[0].uri)
    (model / "Format-Serving" / "weights.txt").unlink()
    (model / "Format-Serving").rmdir()
    model.rmdir()
    assert states(pipelines.wait(pipelines.submit("lost", learning_rate=0.03)))["Trainer"] == "SUCCEEDED"


def test_failing_component_says_why_in_its_log_alone(pipelines, first_job):
    job = pipelines.wait(pipelines.submit("failing", error="loss is NaN at step 3"))
    assert job.state is PipelineState.PIPELINE_STATE_FAILED
    assert "Trainer" in job.error.message
    trainer = {task.task_name: task for task in job.job_detail.task_details}["Trainer"]
    ran_by = trainer.executor_detail.container_detail.main_job.rpartition("/")[-1]
    assert trainer.error.message.startswith("The replica workerpool0-0 exited with a non-zero status of 1.")
    assert f"job_id%2F{ran_by}" in trainer.error.message
    assert "loss is NaN" not in trainer.error.message
    log = pipelines.page("/console/logs/failing/Trainer")
    assert 'raise ValueError(config["error"])\nValueError: loss is NaN at step 3' in log
    entries = pipelines.log_entries(f'resource.labels.job_id="{ran_by}" AND severity>=ERROR')
    assert last_error(entries).splitlines()[0] == "ValueError: loss is NaN at step 3"
    assert "<h2>Trainer failed</h2>" in pipelines.page("/console/jobs/failing")


def test_edited_module_does_not_run_and_leaves_nothing_for_later_runs(pipelines, first_job):
    module = Path(pipelines.transform_module)
    module.write_text(TRANSFORM_MODULE.replace("num_oov_buckets=1", "num_oov_buckets=5"))
    edited = pipelines.wait(pipelines.submit("edited"))
    module.write_text(TRANSFORM_MODULE)
    assert states(edited)["Transform"] == "FAILED"
    log = pipelines.page("/console/logs/edited/Transform")
    assert f"{module} was changed after it was generated" in log
    assert "Clear the task generate_modules" in log
    mended = pipelines.wait(pipelines.submit("mended"))
    assert states(mended) == dict.fromkeys((*UPSTREAM, "Trainer"), "SKIPPED")


def test_module_of_anybody_is_refused(pipelines):
    request = pipelines.request()
    with pytest.raises(
        exceptions.BadRequest, match=r"Tra\w+: module_file is 'x'; .* runs generated modules, which"
    ):
        pipelines.create(request)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("command", ["python", "-m", "http.server"], "the module being tfx.orchestration"),
        ("command", ["sh", "-c", "id"], "the module being tfx.orchestration"),
        ("args", ["--executor_class_path", "os.Executor"], "runs executors of TFX's components"),
        ("args", ["--executor_class=os.Executor"], "runs executors of TFX's components"),
    ],
)
def test_other_commands_than_the_compiled_ones_are_refused(pipelines, field, value, words):
    request = pipelines.request()
    container = request["pipelineSpec"]["deploymentSpec"]["executors"]["Trainer_executor"]["container"]
    container[field] = value
    with pytest.raises(exceptions.MethodNotImplemented, match=words):
        pipelines.create(request)


def test_cancel_ends_the_component_and_the_job(pipelines, first_job):
    started = pipelines.folder / "cancel-started"
    name = pipelines.submit("cancelled", sleep_s=600, started=str(started))
    pipelines.wait(name, until=lambda _job: started.exists())
    pipelines.client.cancel_pipeline_job(name=name)
    job = pipelines.wait(name)
    assert job.state is PipelineState.PIPELINE_STATE_CANCELLED
    assert states(job)["Trainer"] == "CANCELLED"
    with pytest.raises(exceptions.BadRequest, match="cancel only unfinished jobs"):
        pipelines.client.cancel_pipeline_job(name=name)


def test_killed_server_goes_on_with_the_job(pipelines, first_job):
    started = pipelines.folder / "restart-started"
    name = pipelines.submit("restarted", sleep_s=3, started=str(started))
    pipelines.wait(name, until=lambda _job: started.exists())
    os.kill(pipelines.cloud.pid("vertex"), signal.SIGKILL)
    assert pipelines.cloud("start", "vertex").returncode == 0
    job = pipelines.wait(name)
    assert job.state is PipelineState.PIPELINE_STATE_SUCCEEDED
    assert pipelines.client.get_pipeline_job(name=first_job.name) == first_job


def test_job_id_is_taken_once(pipelines, first_job):
    with pytest.raises(exceptions.Conflict, match="pipelineJobs/first already exists"):
        pipelines.submit("first")


@pytest.mark.parametrize("job_id", ["Upper", "1st", "a" * 128, "under_score"])
def test_bad_job_id_is_refused(pipelines, job_id):
    with pytest.raises(exceptions.BadRequest, match="pipelineJobId"):
        pipelines.create(pipelines.request(), job_id)


def test_unknown_missing_and_mistyped_parameters_are_named_together(pipelines):
    request = pipelines.request()
    parameters = request["runtimeConfig"]["parameters"]
    del parameters["rows_uri"]
    parameters["rows_url"] = {"stringValue": "x"}
    parameters["trainer_config"] = {"intValue": "3"}
    with pytest.raises(exceptions.BadRequest) as refused:
        pipelines.create(request)
    for expected in (
        "parameters.rows_url is not a parameter",
        "parameters.rows_uri is missing",
        "parameters.trainer_config is {'intValue': '3'}; give a STRING",
    ):
        assert expected in refused.value.message


def test_missing_root_is_refused(pipelines):
    request = pipelines.request()
    del request["runtimeConfig"]["gcsOutputDirectory"]
    with pytest.raises(exceptions.BadRequest, match="gcsOutputDirectory is missing"):
        pipelines.create(request)


def test_identity_and_labels_are_checked_before_anything_runs(pipelines):
    with pytest.raises(exceptions.BadRequest, match=r"pipelineJob\.serviceAccount is 'me'"):
        pipelines.create(pipelines.request(serviceAccount="me"))
    with pytest.raises(exceptions.BadRequest, match=r"pipelineJob\.labels has 'who': 'Me!'"):
        pipelines.create(pipelines.request(labels={"who": "Me!"}))


def test_spec_with_what_the_server_cannot_do_is_refused(pipelines):
    request = pipelines.request()
    request["pipelineSpec"]["root"]["dag"]["tasks"]["Trainer"]["triggerPolicy"] = {"condition": "1 > 2"}
    with pytest.raises(exceptions.MethodNotImplemented, match=r"tasks\.Trainer\.triggerPolicy is set"):
        pipelines.create(request)


def test_accelerator_is_refused_in_one_sentence(pipelines):
    request = pipelines.request()
    container = request["pipelineSpec"]["deploymentSpec"]["executors"]["Trainer_executor"]["container"]
    container["resources"] = {"cpuLimit": 8.0, "accelerator": {"type": "NVIDIA_L4", "count": "1"}}
    with pytest.raises(exceptions.MethodNotImplemented) as refused:
        pipelines.create(request)
    assert refused.value.message.endswith(
        ".Trainer_executor.container.resources asks for 1 NVIDIA_L4; this machine runs components on its own "
        "CPU and memory: choose accelerator cpu, or run on Vertex AI."
    )


def test_other_image_is_refused(pipelines):
    text = json.dumps(pipelines.request()).replace(pipelines.settings.trainer_image, "gcr.io/other/image:1")
    with pytest.raises(exceptions.NotFound, match="needs image"):
        pipelines.create(json.loads(text))


def test_unknown_job_is_not_found(pipelines):
    with pytest.raises(exceptions.NotFound, match="pipelineJobs/nothing does not exist"):
        pipelines.client.get_pipeline_job(name=f"{pipelines.parent}/pipelineJobs/nothing")


def test_list_filters_orders_and_pages(pipelines, first_job):
    listed = aiplatform.PipelineJob.list(filter='state="PIPELINE_STATE_SUCCEEDED" AND display_name="shop"')
    assert first_job.name in {job.resource_name for job in listed}
    everything = {"parent": pipelines.parent, "order_by": "create_time"}
    pager = pipelines.client.list_pipeline_jobs(request={**everything, "page_size": 1})
    names = [job.name for job in pager]
    assert names[0] == first_job.name
    assert len(names) == len(set(names)) == len(aiplatform.PipelineJob.list())


def test_finished_job_can_be_deleted_and_its_results_stay_cached(pipelines, first_job):
    name = pipelines.submit("deleted", learning_rate=0.04)
    trained = {task.task_name: task for task in pipelines.wait(name).job_detail.task_details}["Trainer"]
    pipelines.client.delete_pipeline_job(name=name).result(timeout=PATIENCE_S)
    with pytest.raises(exceptions.NotFound):
        pipelines.client.get_pipeline_job(name=name)
    assert states(pipelines.wait(pipelines.submit("again", learning_rate=0.04)))["Trainer"] == "SKIPPED"
    pipelines.forget(trained.execution.name)
    with pytest.raises(exceptions.NotFound, match=r"executions/\d+ does not exist"):
        pipelines.forget(trained.execution.name)


def test_console_shows_jobs_stages_and_logs(pipelines, first_job):
    assert "/console/jobs/first" in pipelines.page("/console/jobs")
    page = pipelines.page("/console/jobs/first")
    assert 'http-equiv="refresh"' not in page
    assert "/console/logs/first/Transform" in page
    assert "transform_module.py" in pipelines.page("/console/logs/first/Transform")


@pytest.mark.parametrize(
    "path", ["/console/artifacts/../vertex.sqlite", "/console/artifacts/%2e%2e/vertex.sqlite"]
)
def test_nothing_outside_the_artifact_root_is_shown(pipelines, path):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        pipelines.page(path)
