"""One account for all: what the Airflow connection names is who asks storage, BigQuery and MLflow."""

import json
import os

import pytest

from include import storage
from include.cloud_storage import StorageRefused
from include.tracking.connection import tracking_client
from include.tracking.errors import TrackingRejected
from recsflow.errors import SettingsError
from tests.plugins.google_server import KEY_ACCOUNT, GoogleServer

pytestmark = pytest.mark.emulator

TRAINER = "trainer@project.iam.gserviceaccount.com"
AUDIENCE = "https://mlflow.example.com"


@pytest.fixture(scope="module")
def served():
    server = GoogleServer()
    yield server
    server.close()


@pytest.fixture
def google(served, monkeypatch, settings_values, connections_account):
    """Google's endpoints on loopback, and an Airflow whose connection has a key."""
    from google.auth import iam

    served.__dict__.update(lives_s=3600, handed_out=[], asked=[], accepted=KEY_ACCOUNT, refusal=None)
    account = f"{served.url}/v1/projects/-/serviceAccounts/{{}}"
    monkeypatch.setattr(iam, "_IAM_ENDPOINT", f"{account}:generateAccessToken")
    monkeypatch.setattr(iam, "_IAM_IDTOKEN_ENDPOINT", f"{account}:generateIdToken")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", served.url)
    settings_values |= {
        "artifact_root": "gs://bucket/recsflow",
        "service_account": TRAINER,
        "mlflow_tracking_uri": served.url,
        "mlflow_audience": AUDIENCE,
    }
    airflow(monkeypatch, settings_values, keyfile_dict=json.dumps(served.key()))
    return served


def airflow(monkeypatch, settings_values, **extra):
    connection = {"conn_type": "google_cloud_platform", "extra": {"project": "project", **extra}}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))


def impersonating(google, monkeypatch, settings_values):
    extra = {"keyfile_dict": json.dumps(google.key()), "impersonation_chain": TRAINER}
    airflow(monkeypatch, settings_values, **extra)


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


def ask_mlflow(google):
    with tracking_client(google.url) as client:
        return client.search_experiments()


def test_artifacts_are_read_as_the_connections_account(google):
    assert storage.read_text("gs://bucket/recsflow/experiment.json") == "rows"
    assert google.handed_out == [("access", KEY_ACCOUNT, None)]


def test_artifacts_are_read_as_whom_the_connection_impersonates(google, monkeypatch, settings_values):
    google.accepted = TRAINER
    impersonating(google, monkeypatch, settings_values)
    assert storage.read_text("gs://bucket/recsflow/experiment.json") == "rows"
    assert [account for _, account, _ in google.handed_out] == [KEY_ACCOUNT, TRAINER]


@pytest.mark.parametrize("ask", [ask_bigquery, ask_vertex, ask_cloud_build])
@pytest.mark.parametrize("account", [KEY_ACCOUNT, TRAINER])
def test_every_service_is_asked_as_the_same_account(google, monkeypatch, settings_values, ask, account):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", google.url)
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", google.url.removeprefix("http://"))
    google.accepted = account
    airflow(
        monkeypatch,
        settings_values,
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


def test_mlflow_is_asked_with_an_identity_token_for_its_audience(google):
    assert ask_mlflow(google) == []
    assert google.handed_out == [("identity", KEY_ACCOUNT, AUDIENCE)]


def test_mlflow_is_asked_as_whom_the_connection_impersonates(google, monkeypatch, settings_values):
    impersonating(google, monkeypatch, settings_values)
    assert ask_mlflow(google) == []
    assert google.handed_out[-1] == ("identity", TRAINER, AUDIENCE)


@pytest.mark.parametrize(("lives_s", "tokens"), [(3600, 1), (200, 2)])
def test_an_identity_token_is_renewed_before_it_ends(google, lives_s, tokens):
    google.lives_s = lives_s
    ask_mlflow(google)
    ask_mlflow(google)
    assert len(google.handed_out) == tokens


def test_the_token_stays_in_no_variable(google, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "another server's")
    ask_mlflow(google)
    assert os.environ["MLFLOW_TRACKING_TOKEN"] == "another server's"


def test_a_login_page_is_told_with_the_setting_that_opens_it(google, monkeypatch, settings_values):
    del settings_values["mlflow_audience"]
    airflow(monkeypatch, settings_values, keyfile_dict=json.dumps(google.key()))
    with pytest.raises(TrackingRejected, match=r"login page .* set mlflow_audience where identity tokens"):
        ask_mlflow(google)


def test_an_account_that_makes_no_identity_tokens_is_one_sentence(google, monkeypatch, settings_values):
    airflow(monkeypatch, settings_values, is_anonymous=True)
    with pytest.raises(
        SettingsError, match=r"mlflow_audience is .*, but connection recsflow_gcp is no service"
    ):
        ask_mlflow(google)


def test_an_impersonation_that_is_not_allowed_is_one_sentence(google, monkeypatch, settings_values):
    impersonating(google, monkeypatch, settings_values)
    monkeypatch.setattr(google, "impersonate", lambda *_: None)
    with pytest.raises(TrackingRejected, match=r"no identity token for mlflow_audience .*not allowed"):
        ask_mlflow(google)


def test_a_connection_that_is_missing_is_one_sentence(google, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_RECSFLOW_GCP")
    with pytest.raises(
        SettingsError, match="gcp_conn_id is 'recsflow_gcp', a connection that Airflow does not"
    ):
        storage.read_text("gs://bucket/recsflow/experiment.json")
