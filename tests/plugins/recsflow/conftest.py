"""An Airflow whose connection is an account of Google Cloud's, and what that account is asked for."""

import json
from types import SimpleNamespace

import pytest

from tests.plugins.cloud_run import CloudRun
from tests.plugins.google_server import KEY_ACCOUNT, GoogleServer
from tests.plugins.mlflow_server import MlflowServer

AUDIENCE = "https://mlflow-0123456789.us-central1.run.app"
TRAINER = "trainer@project.iam.gserviceaccount.com"


@pytest.fixture(scope="session")
def google_server():
    """Google's endpoints on loopback."""
    server = GoogleServer()
    yield server
    server.close()


@pytest.fixture
def google(google_server, monkeypatch, settings_values, connections_account, connect):
    """Google's endpoints, and an Airflow whose connection has a key."""
    from google.auth import iam

    fresh = {"lives_s": 3600, "clock_ahead_s": 0, "handed_out": [], "texts": [], "asked": []}
    fresh |= {"accepted": KEY_ACCOUNT, "refusal": None, "refusal_of_identity": None, "denied": set()}
    google_server.__dict__.update(fresh)
    account = f"{google_server.url}/v1/projects/-/serviceAccounts/{{}}"
    monkeypatch.setattr(iam, "_IAM_ENDPOINT", f"{account}:generateAccessToken")
    monkeypatch.setattr(iam, "_IAM_IDTOKEN_ENDPOINT", f"{account}:generateIdToken")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", google_server.url)
    settings_values |= {"artifact_root": "gs://bucket/recsflow", "service_account": TRAINER}
    connect(keyfile_dict=json.dumps(google_server.key()))
    return google_server


@pytest.fixture
def connect(monkeypatch, settings_values):
    """Gives Airflow its connection, with these extras, and the Variable."""

    def connect(**extra):
        connection = {"conn_type": "google_cloud_platform", "extra": {"project": "project", **extra}}
        monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
        monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))

    return connect


@pytest.fixture
def impersonate(google, connect):
    """Lets the connection's key impersonate the trainer's account, by way of others if they are named."""

    def impersonate(*delegates):
        chain = ",".join((*delegates, TRAINER))
        connect(keyfile_dict=json.dumps(google.key()), impersonation_chain=chain)

    return impersonate


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory):
    """A real MLflow server, which keeps artifacts for its clients."""
    server = MlflowServer(tmp_path_factory.mktemp("mlflow_server"))
    yield server
    server.stop()


@pytest.fixture
def cloud_run(google, mlflow_server, settings_values, connect):
    """MLflow on Cloud Run, where the account of the connection's key has roles/run.invoker."""
    front = CloudRun(google, mlflow_server.url)
    front.audiences, front.invokers = {AUDIENCE}, {KEY_ACCOUNT}
    settings_values |= {"mlflow_tracking_uri": front.url, "mlflow_audience": AUDIENCE}
    connect(keyfile_dict=json.dumps(google.key()))
    yield front
    front.close()


@pytest.fixture
def of_the_machine(cloud_run, serving_server, connect, monkeypatch, tmp_path):
    """A connection without a key, on a machine of Google's: its metadata server says as whom it calls."""
    from urllib.request import urlopen

    from cryptography.x509 import load_pem_x509_certificate
    from google.auth.compute_engine import _metadata

    address = serving_server.url.removeprefix("http://")
    monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", address)
    monkeypatch.setattr(_metadata, "_NO_GCE_CHECK", False)
    monkeypatch.setenv("GCE_METADATA_IP", address)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.delenv("NO_GCE_CHECK", raising=False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with urlopen(f"{serving_server.url}/oauth2/v1/certs") as answer:
        certificates = json.load(answer)
    for name, pem in certificates.items():
        cloud_run.certificates[name] = load_pem_x509_certificate(pem.encode()).public_key()
    connect()
    return cloud_run


@pytest.fixture
def at_once(monkeypatch):
    """Lets Google's client try again without a wait."""
    from google.auth import _exponential_backoff

    monkeypatch.setattr(_exponential_backoff, "time", SimpleNamespace(sleep=lambda _: None))
