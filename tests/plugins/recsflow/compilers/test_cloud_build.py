import json
import time

import pytest

from include import storage
from recsflow.compilers.cloud_build import COPY_IMAGE, Compilation, find_or_start_build
from recsflow.compilers.spec_cache import keep_built, kept_spec
from recsflow.errors import CompileError, CompileRefused
from recsflow.settings import parse_settings
from recsflow.triggers.build import BuildTrigger
from recsflow.vertex.requests.topology import Topology
from tests.include.complete_journey import resolved
from tests.patience import PATIENCE_S
from tests.plugins.cloud_build_server import LOG, CloudBuildServer

pytestmark = pytest.mark.emulator

EXPERIMENT = "quick-test-manual-1-0123456789"
SPEC = '{"pipelineSpec": {"schemaVersion": "2.0.0"}}'


@pytest.fixture
def cloud_build(monkeypatch):
    server = CloudBuildServer(lambda build: storage.write_text(build["steps"][-1]["args"][-1], SPEC))
    extra = {"is_anonymous": True, "project": "local", "cloud_build_endpoint": server.url}
    extra["logging_endpoint"] = server.url
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    yield server
    server.close()


@pytest.fixture
def settings(settings_values):
    compiler = {"kind": "cloud_build", "location": "europe-west1", "timeout_s": 600}
    return parse_settings(json.dumps({**settings_values, "compiler": compiler}))


@pytest.fixture
def topology(settings):
    return Topology.of(resolved(), settings)


@pytest.fixture
def start(cloud_build, topology, settings):
    """Starts the build of a pipeline that no run compiled before."""

    def start(**changes):
        assert kept_spec(topology, settings) is None
        compiler = settings.compiler.model_copy(update=changes)
        return find_or_start_build(topology, EXPERIMENT, compiler, settings)

    return start


@pytest.fixture
def trigger(start, topology):
    def trigger(timeout_s=PATIENCE_S):
        build = start()
        return BuildTrigger(
            task_id="submit_pipeline",
            gcp_conn_id="recsflow_gcp",
            project="local",
            location="europe-west1",
            build_id=build.build_id,
            topology=topology.key,
            is_own=build.is_own,
            poll_interval_s=0.01,
            deadline_s=time.time() + timeout_s,
        )

    return trigger


async def event_of(trigger):
    return (await anext(trigger.run())).payload


async def test_success_keeps_the_spec_that_the_build_left(trigger, topology, settings):
    assert await event_of(trigger()) == {"error": "", "topology": topology.key, "is_cancelled": False}
    keep_built(topology.key, settings)
    kept = kept_spec(topology, settings)
    assert (json.loads(kept.text), kept.compiled) == (json.loads(SPEC), False)


def test_build_compiles_the_topology_in_the_trainer_image(start, cloud_build, topology):
    start()
    parent, build = cloud_build.builds[0]
    fetch, open_folder, compile_step, store = build["steps"]
    assert parent == "projects/local/locations/europe-west1"
    assert (compile_step["name"], compile_step["entrypoint"]) == ("local/recsflow-trainer:1", "python")
    assert compile_step["args"][:2] == ["-m", "recsflow_trainer.pipeline.compile"]
    given = dict(zip(compile_step["args"][2::2], compile_step["args"][3::2], strict=True))
    assert fetch["name"] == store["name"] == COPY_IMAGE
    assert fetch["args"][:3] == store["args"][:3] == ["gcloud", "storage", "cp"]
    assert fetch["args"][4] == given["--topology"]
    assert store["args"][3] == given["--output"]
    assert storage.read_text(fetch["args"][3]) == topology.to_json()
    assert (open_folder["entrypoint"], open_folder["args"]) == ("chmod", ["a+rwx", "/workspace"])
    assert build["timeout"] == "600s"
    assert build["tags"] == ["recsflow", topology.pipeline_name, topology.key, EXPERIMENT]
    assert "serviceAccount" not in build


def test_build_runs_as_the_given_account(start, cloud_build):
    account = "projects/local/serviceAccounts/compiler@local.iam.gserviceaccount.com"
    start(service_account=account)
    assert cloud_build.builds[0][1]["serviceAccount"] == account


async def test_failed_build_has_the_compilers_own_lines(trigger, cloud_build):
    cloud_build.lines = ["importing TFX", "error: topology.json: accelerator is 'L5'; use cpu, T4 or L4."]
    cloud_build.late = 2
    assert (await event_of(trigger()))["error"] == (
        "Cloud Build build-1 did not compile the pipeline: FAILURE, Build step failure: build step 2 "
        '"trainer" failed: step exited with non-zero status: 1\n'
        "importing TFX\n"
        "error: topology.json: accelerator is 'L5'; use cpu, T4 or L4.\n"
        f"Its log: {LOG}"
    )


def test_build_that_cloud_build_ended_is_told_as_soon_as_its_log_is_whole(trigger, cloud_build):
    cloud_build.lines = ["importing TFX"]
    cloud_build.is_late = True
    cloud_build.late = 1
    watch = trigger().watched.watch()
    assert (watch.look(), watch.look()) == (None, None)
    told = watch.look().error
    assert told.startswith("Cloud Build build-1 did not compile the pipeline: TIMEOUT\n")
    assert "importing TFX\nTIMEOUT\nERROR: context deadline exceeded" in told


async def test_build_that_takes_too_long_is_cancelled(trigger, cloud_build):
    cloud_build.endless = True
    assert (await event_of(trigger(timeout_s=0.0)))["error"] == (
        f"Cloud Build build-1 is WORKING past its time and was cancelled; see {LOG}"
    )
    assert cloud_build.cancelled == ["build-1"]


async def test_killed_task_cancels_its_build(trigger, cloud_build):
    await trigger().on_kill()
    assert cloud_build.cancelled == ["build-1"]


async def test_build_that_somebody_cancels_is_told_as_cancelled(trigger, cloud_build, topology):
    waiting = trigger()
    cloud_build.cancel("build-1")
    assert await event_of(waiting) == {
        "error": f"Cloud Build build-1 was cancelled before it had compiled the pipeline; its log: {LOG}",
        "topology": topology.key,
        "is_cancelled": True,
    }


def test_build_that_an_earlier_try_began_is_taken_again(start, cloud_build, topology):
    cloud_build.live = [topology.key, EXPERIMENT]
    assert start() == Compilation("build-1", is_own=True, is_new=False)
    assert cloud_build.builds == []


def test_build_that_has_ended_or_compiles_another_pipeline_is_not_taken(start, cloud_build):
    cloud_build.live = ["another", EXPERIMENT]
    assert start() == Compilation("build-1", is_own=True, is_new=True)
    assert len(cloud_build.builds) == 1


async def test_build_of_another_experiment_is_waited_for_and_left_alone(trigger, cloud_build, topology):
    cloud_build.live = [topology.key, "another-experiment"]
    waiting = trigger()
    await waiting.on_kill()
    assert (cloud_build.builds, cloud_build.cancelled) == ([], [])
    # Cancelled by whom it belongs to, it is no reason for this task not to be tried again.
    cloud_build.cancel("build-1")
    assert (await event_of(waiting))["is_cancelled"] is False


def test_trigger_can_be_made_again_elsewhere(trigger):
    path, arguments = trigger().serialize()
    assert path == "recsflow.triggers.build.BuildTrigger"
    assert BuildTrigger(**arguments).serialize() == (path, arguments)


def test_build_that_is_not_taken_says_where(start, cloud_build):
    cloud_build.refusal = "Cloud Build API has not been used in project local before"
    with pytest.raises(CompileRefused, match=r"local, europe-west1 did not take the .*has not been"):
        start()


def test_service_that_is_away_is_an_outage_and_no_refusal(start, cloud_build):
    cloud_build.close()
    with pytest.raises(CompileError, match=r"in local, europe-west1 did not answer: .*Connection refused"):
        start()
