import json

import pytest

from include import storage
from recsflow.compilers.cloud_build import COPY_IMAGE
from recsflow.compilers.spec_cache import compiled_spec
from recsflow.compilers.topology import Topology
from recsflow.errors import CompileError, CompileRefused
from recsflow.settings import parse_settings
from tests.include.complete_journey import resolved
from tests.plugins.cloud_build_server import LOG, CloudBuildServer

pytestmark = pytest.mark.emulator

SPEC = '{"pipelineSpec": {"schemaVersion": "2.0.0"}}'


@pytest.fixture
def cloud_build(monkeypatch):
    server = CloudBuildServer(lambda build: storage.write_text(build["steps"][-1]["args"][-1], SPEC))
    extra = {"is_anonymous": True, "project": "local", "cloud_build_endpoint": server.url}
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


def test_success_returns_the_spec_that_the_build_left(cloud_build, topology, settings):
    compiled = compiled_spec(topology, settings)
    assert (compiled.text, compiled.compiled) == (SPEC, True)
    assert not compiled_spec(topology, settings).compiled
    assert len(cloud_build.builds) == 1


def test_build_compiles_the_topology_in_the_trainer_image(cloud_build, topology, settings):
    compiled_spec(topology, settings)
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
    assert "serviceAccount" not in build


def test_build_runs_as_the_given_account(cloud_build, topology, settings):
    account = "projects/local/serviceAccounts/compiler@local.iam.gserviceaccount.com"
    compiler = settings.compiler.model_copy(update={"service_account": account})
    compiled_spec(topology, settings.model_copy(update={"compiler": compiler}))
    assert cloud_build.builds[0][1]["serviceAccount"] == account


def test_failed_build_is_named_with_its_log(cloud_build, topology, settings):
    cloud_build.failure = 'build step 1 "local/recsflow-trainer:1" failed: exit status 1'
    with pytest.raises(CompileError) as failed:
        compiled_spec(topology, settings)
    assert "Cloud Build build-1 did not compile the pipeline" in str(failed.value)
    assert "step 1" in str(failed.value)
    assert str(failed.value).endswith(LOG)


def test_build_that_takes_too_long_is_named_with_its_log(cloud_build, topology, settings):
    cloud_build.endless = True
    compiler = settings.compiler.model_copy(update={"timeout_s": 0.1})
    # Google's client has two sentences for it: for a time that ran out between polls, and within one.
    with pytest.raises(CompileError, match=r"build-1 did not compile the pipeline: .*[Tt]imeout of 0\.1"):
        compiled_spec(topology, settings.model_copy(update={"compiler": compiler}))


def test_build_that_is_not_taken_says_where(cloud_build, topology, settings):
    cloud_build.refusal = "Cloud Build API has not been used in project local before"
    with pytest.raises(CompileRefused, match=r"local, europe-west1 did not take the .*has not been"):
        compiled_spec(topology, settings)


def test_service_that_is_away_is_an_outage_and_no_refusal(cloud_build, topology, settings):
    cloud_build.close()
    with pytest.raises(CompileError, match=r"in local, europe-west1 did not answer: .*Connection refused"):
        compiled_spec(topology, settings)
