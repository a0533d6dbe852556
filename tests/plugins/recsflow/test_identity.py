"""One account for all: whom the Airflow connection names is who asks Google's services."""

import json

import pytest

from include import storage
from include.cloud_storage import StorageRefused
from recsflow.errors import SettingsError
from tests.plugins.google_server import KEY_ACCOUNT
from tests.plugins.recsflow.conftest import TRAINER

pytestmark = pytest.mark.emulator


def ask_bigquery():
    from recsflow.settings import load_settings
    from recsflow.warehouse import open_warehouse

    assert open_warehouse(load_settings()).tables.location("recsflow_staging") == "EU"


def ask_vertex():
    from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook

    hook = PipelineJobsHook(gcp_conn_id="recsflow_gcp", project="project", location="us-central1")
    assert list(hook.pages_of_live()) == [[]]


def ask_cloud_build():
    from recsflow.compilers.build_hook import BuildHook

    client = BuildHook(gcp_conn_id="recsflow_gcp").get_conn()
    assert list(client.list_builds(project_id="project")) == []


def test_artifacts_are_read_as_the_connections_account(google):
    assert storage.read_text("gs://bucket/recsflow/experiment.json") == "rows"
    assert google.handed_out == [("access", KEY_ACCOUNT, None)]


def test_artifacts_are_read_as_whom_the_connection_impersonates(google, impersonate):
    google.accepted = TRAINER
    impersonate()
    assert storage.read_text("gs://bucket/recsflow/experiment.json") == "rows"
    assert [account for _, account, _ in google.handed_out] == [KEY_ACCOUNT, TRAINER]


@pytest.mark.parametrize("ask", [ask_bigquery, ask_vertex, ask_cloud_build])
@pytest.mark.parametrize("account", [KEY_ACCOUNT, TRAINER])
def test_every_service_is_asked_as_the_same_account(google, monkeypatch, connect, ask, account):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", google.url)
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", google.url.removeprefix("http://"))
    google.accepted = account
    connect(
        keyfile_dict=json.dumps(google.key()),
        vertex_endpoint=google.url,
        cloud_build_endpoint=google.url,
        **({"impersonation_chain": account} if account == TRAINER else {}),
    )
    ask()
    google.accepted = "somebody else"
    with pytest.raises(Exception, match="not for you"):
        ask()


def test_a_second_artifact_takes_the_token_of_the_first(google):
    for name in ("a", "b", "c"):
        storage.read_text(f"gs://bucket/recsflow/{name}")
    assert len(google.handed_out) == 1


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "call",
    [
        storage.read_text,
        storage.exists,
        storage.list_files,
        storage.list_names,
        storage.remove,
        lambda uri: storage.write_text(uri, "text"),
    ],
)
def test_a_bucket_that_is_not_for_the_account_is_one_sentence(google, status, call):
    google.refusal = status
    with pytest.raises(StorageRefused) as refused:
        call("gs://bucket/recsflow/a.txt")
    assert str(refused.value).startswith(
        "artifact root: gs://bucket/recsflow/a.txt is not for this account ("
    )
    assert "not for you" in str(refused.value)


def test_naming_an_artifact_asks_nobody(google, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_RECSFLOW_GCP")
    assert storage.local_path("gs://bucket/recsflow/rows") == "gs://bucket/recsflow/rows"
    assert google.handed_out == []


def test_a_connection_that_is_missing_is_one_sentence(google, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_RECSFLOW_GCP")
    with pytest.raises(
        SettingsError, match="gcp_conn_id is 'recsflow_gcp', a connection that Airflow does not"
    ):
        storage.read_text("gs://bucket/recsflow/experiment.json")
