"""MLflow on Cloud Run, which lets in who shows an identity token; Google's and MLflow's clients ask it."""

import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import jwt
import pytest
from google.auth import _helpers
from google.auth.compute_engine import _metadata

from include import identity
from include.tracking.connection import tracking_client
from include.tracking.errors import TrackingRejected, TrackingUnavailable
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.tracking.training_metrics import parse_training_metrics
from local_cloud.settings import SERVICE_ACCOUNT
from recsflow.doctor.finding import Health
from recsflow.doctor.services import check_mlflow
from recsflow.errors import SettingsError
from recsflow.settings import load_settings
from tests.include.complete_journey import resolved
from tests.plugins.cloud_run import CloudRun
from tests.plugins.google_server import ISSUER, KEY_ACCOUNT, KEY_ID
from tests.plugins.recsflow.conftest import AUDIENCE, TRAINER

pytestmark = pytest.mark.emulator

CONTRACT = Path(__file__).parents[2] / "contracts" / "training_metrics_v2.json"
HOUR_S = 3600


def ask(cloud_run):
    with tracking_client(cloud_run.url) as client:
        return [found.name for found in client.search_experiments()]


def a_run(client):
    return client.create_run(client.get_experiment_by_name("Default").experiment_id).info.run_id


@pytest.fixture
def hour_passes(google, monkeypatch):
    """Lets an hour pass, for Google's services and for Google's client alike."""

    def hour_passes():
        real = _helpers.utcnow
        monkeypatch.setattr(_helpers, "utcnow", lambda: real() + timedelta(seconds=HOUR_S))
        google.clock_ahead_s += HOUR_S

    return hour_passes


@pytest.fixture
def of_the_machine(cloud_run, serving_server, connect, monkeypatch, tmp_path):
    """A connection without a key, on a machine of Google's: its metadata server says as whom it calls."""
    from urllib.request import urlopen

    from cryptography.x509 import load_pem_x509_certificate

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


def test_a_key_is_let_in(cloud_run, google):
    assert "Default" in ask(cloud_run)
    assert google.handed_out == [("identity", KEY_ACCOUNT, AUDIENCE)]
    assert set(cloud_run.callers) == {KEY_ACCOUNT}


@pytest.mark.parametrize("delegates", [(), ("between@project.iam.gserviceaccount.com",)])
def test_whom_the_connection_impersonates_is_let_in(cloud_run, google, impersonate, delegates):
    cloud_run.invokers = {TRAINER}
    impersonate(*delegates)
    assert "Default" in ask(cloud_run)
    assert google.handed_out[-1] == ("identity", TRAINER, AUDIENCE)
    assert set(cloud_run.callers) == {TRAINER}


def test_the_machines_account_is_let_in(of_the_machine):
    of_the_machine.invokers = {SERVICE_ACCOUNT}
    assert "Default" in ask(of_the_machine)
    assert set(of_the_machine.callers) == {SERVICE_ACCOUNT}


def test_nobody_is_let_in_without_a_token(cloud_run, google):
    identity.act_as(None)
    with pytest.raises(
        TrackingRejected, match=r"(?s)login page or a proxy .*403.* set mlflow_audience where"
    ):
        ask(cloud_run)
    assert cloud_run.callers == []


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://another.run.app"},
        {"iss": "https://evil.example.com"},
        {"exp": 1},
        {"email_verified": False},
        {"email": "stranger@project.iam.gserviceaccount.com"},
    ],
    ids=str,
)
def test_what_stands_before_mlflow_is_strict(cloud_run, google, claims):
    right = {"iss": ISSUER, "aud": AUDIENCE, "email": KEY_ACCOUNT, "email_verified": True}
    right |= {"iat": 1, "exp": 4e9}
    signed = {"algorithm": "RS256", "headers": {"kid": KEY_ID}}
    assert cloud_run.judge("GET", f"Bearer {jwt.encode(right, google._signer, **signed)}")[0] is None
    for key, wrong in ((google._account_key, right), (google._signer, {**right, **claims})):
        status, _ = cloud_run.judge("GET", f"Bearer {jwt.encode(wrong, key, **signed)}")
        assert status in {401, 403}


def test_a_token_that_ends_is_renewed_between_two_calls_of_one_client(cloud_run, google, hour_passes):
    with tracking_client(cloud_run.url) as client:
        client.search_experiments()
        hour_passes()
        client.search_experiments()
    assert cloud_run.answers == [200, 200]
    assert len(google.handed_out) == 2


def test_a_token_that_lives_on_is_used_again(cloud_run, google):
    ask(cloud_run)
    ask(cloud_run)
    assert len(google.handed_out) == 1


def test_a_token_that_the_server_thinks_ended_is_renewed_once(cloud_run, google):
    with tracking_client(cloud_run.url) as client:
        client.search_experiments()
        # This machine's clock is behind: it thinks that its token is good.
        google.clock_ahead_s = 2 * HOUR_S
        client.search_experiments()
        client.search_experiments()
    assert cloud_run.answers == [200, 401, 200, 200]
    assert len(google.handed_out) == 2


def test_a_file_that_is_sent_again_is_whole(cloud_run, google, tmp_path):
    for name in ("first.txt", "a.txt"):
        (tmp_path / name).write_text("all of it")
    with tracking_client(cloud_run.url) as client:
        run_id = a_run(client)
        client.log_artifact(run_id, str(tmp_path / "first.txt"))
        google.clock_ahead_s = 2 * HOUR_S
        client.log_artifact(run_id, str(tmp_path / "a.txt"))
        assert cloud_run.answers[-2:] == [401, 200]
        (tmp_path / "copy").mkdir()
        copy = client.download_artifacts(run_id, "a.txt", str(tmp_path / "copy"))
    assert Path(copy).read_text() == "all of it"


def test_a_refused_account_is_one_sentence(cloud_run):
    cloud_run.invokers = set()
    with pytest.raises(TrackingRejected) as refused:
        ask(cloud_run)
    path = "/api/2.0/mlflow/experiments/search"
    assert str(refused.value) == (
        f"MLflow at {cloud_run.url}: {KEY_ACCOUNT} is not let in by an identity token for mlflow_audience "
        f"{AUDIENCE} (403 Error: Forbidden Your client does not have permission to get URL {path} from this "
        "server.); grant the account roles/run.invoker on the service, behind IAP "
        "roles/iap.httpsResourceAccessor."
    )
    assert cloud_run.answers == [403]


def test_a_wrong_audience_is_one_sentence(cloud_run, google):
    cloud_run.audiences = {"https://another.run.app"}
    with pytest.raises(TrackingRejected) as refused:
        ask(cloud_run)
    assert str(refused.value) == (
        f"MLflow at {cloud_run.url}: the identity token of {KEY_ACCOUNT} for mlflow_audience {AUDIENCE} is "
        "not taken (401 Error: Unauthorized Your client does not have permission to the requested URL "
        "/api/2.0/mlflow/experiments/search.); set mlflow_audience to the run.app address of the service on "
        "Cloud Run or one of its custom audiences, behind IAP to the id of an OAuth client that IAP lets "
        "programs in by."
    )
    assert len(google.handed_out) == 2


def test_iap_is_heard_too(cloud_run):
    cloud_run.is_iap = True
    assert "Default" in ask(cloud_run)
    cloud_run.audiences = {"1-a.apps.googleusercontent.com"}
    with pytest.raises(
        TrackingRejected, match=r"not taken \(401 Invalid IAP credentials: Invalid JWT audience"
    ):
        ask(cloud_run)
    cloud_run.audiences, cloud_run.invokers = {AUDIENCE}, set()
    with pytest.raises(TrackingRejected, match=r"\(403 Invalid IAP credentials.*iap.httpsResourceAccessor"):
        ask(cloud_run)


@pytest.mark.parametrize(("status", "kind"), [(401, "audiences"), (403, "invokers")])
def test_a_refused_artifact_is_no_outage(cloud_run, tmp_path, status, kind):
    (tmp_path / "a.txt").write_text("a")

    def upload():
        with tracking_client(cloud_run.url) as client:
            run_id = a_run(client)
            client.log_artifact(run_id, str(tmp_path / "a.txt"))
            setattr(cloud_run, kind, {"somebody else"})
            # MLflow knows where the run's artifacts are by now.
            client.log_artifact(run_id, str(tmp_path / "a.txt"))

    with pytest.raises(TrackingRejected, match=rf"{KEY_ACCOUNT}.*\({status} "):
        upload()


@pytest.fixture
def at_once(monkeypatch):
    """Lets Google's client try again without a wait."""
    from google.auth import _exponential_backoff

    monkeypatch.setattr(_exponential_backoff, "time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.parametrize("impersonated", [False, True])
@pytest.mark.parametrize(("status", "kind"), [(503, TrackingUnavailable), (403, TrackingRejected)])
def test_who_makes_tokens_is_busy_or_says_no(
    cloud_run, google, impersonate, at_once, status, kind, impersonated
):
    if impersonated:
        impersonate()
    google.refusal_of_identity = status
    with pytest.raises(kind, match=r"MLflow: no (answer to the request for an )?identity token"):
        ask(cloud_run)
    assert cloud_run.answers == []


def test_a_token_that_cannot_be_renewed_is_told_of_as_such(cloud_run, google):
    def ask_with_a_token_that_ended():
        with tracking_client(cloud_run.url) as client:
            client.search_experiments()
            google.clock_ahead_s = 2 * HOUR_S
            google.refusal_of_identity = 403
            client.search_experiments()

    with pytest.raises(TrackingRejected, match=r"^MLflow: no identity token for mlflow_audience"):
        ask_with_a_token_that_ended()
    assert cloud_run.answers == [200, 401]


@pytest.mark.parametrize(
    ("address", "kind"), [("127.0.0.1:1", TrackingUnavailable), (None, TrackingRejected)]
)
def test_a_machine_that_is_silent_or_has_no_account(
    of_the_machine, google, at_once, monkeypatch, address, kind
):
    # Google's server of the test knows no path of the metadata server, and answers 404.
    monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", address or google.url.removeprefix("http://"))
    with pytest.raises(kind, match=r"MLflow: no (answer to the request for an )?identity token"):
        ask(of_the_machine)


def test_an_account_that_makes_no_identity_tokens_is_one_sentence(cloud_run, connect):
    connect(is_anonymous=True)
    with pytest.raises(
        SettingsError, match=r"mlflow_audience is .*, but connection recsflow_gcp is no service account"
    ):
        ask(cloud_run)


def test_clients_that_overlap_keep_their_token_and_leave_nothing(cloud_run):
    before = dict(os.environ)
    with ExitStack() as second:
        with ExitStack() as first:
            first.enter_context(tracking_client(cloud_run.url))
            client = second.enter_context(tracking_client(cloud_run.url))
        client.search_experiments()
    assert cloud_run.answers == [200]
    assert dict(os.environ) == before


def test_threads_share_one_token(cloud_run, google):
    with ThreadPoolExecutor(8) as threads:
        assert all("Default" in names for names in threads.map(ask, [cloud_run] * 16))
    assert set(cloud_run.answers) == {200}
    assert len(google.handed_out) == 1


def test_a_token_goes_to_no_other_server(cloud_run, google):
    other = CloudRun(google, "http://127.0.0.1:1")
    cloud_run.elsewhere = other.url
    heard = []
    other.judge = lambda method, authorization: (heard.append(authorization), (401, ""))[1]
    with pytest.raises(TrackingRejected):
        ask(cloud_run)
    other.close()
    assert heard == [None]


def test_another_servers_token_of_the_environment_is_neither_sent_nor_lost(cloud_run, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "another server's")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "somebody")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "else")
    assert "Default" in ask(cloud_run)
    assert os.environ["MLFLOW_TRACKING_TOKEN"] == "another server's"


def test_the_doctor_says_as_whom_mlflow_is_asked(cloud_run):
    (finding,) = check_mlflow(load_settings())
    assert finding.health is Health.GOOD
    assert finding.said == (
        f"answers at {cloud_run.url} to {KEY_ACCOUNT}, by identity tokens for mlflow_audience {AUDIENCE}"
    )


def test_a_secret_appears_nowhere(cloud_run, google, mlflow_database, tmp_path, caplog, capfd):
    """Neither in logs of any level, errors, MLflow's database and files, nor in what children are given."""
    caplog.set_level(logging.DEBUG)
    told = []
    with tracking_client(cloud_run.url) as client:
        client.search_experiments()
        child = "import os; print(dict(os.environ))"
        told.append(
            subprocess.run([sys.executable, "-c", child], capture_output=True, check=True).stdout.decode()
        )
    recorded = record(
        parse_training_metrics(CONTRACT.read_text()),
        resolved(),
        tracking_uri=cloud_run.url,
        experiment_name="secrets",
        outcome=PipelineOutcome("succeeded", job_id="quick-test-1"),
    )
    with tracking_client(cloud_run.url) as client:
        told.append(str(client.get_run(recorded.run_id).to_dictionary()))
    cloud_run.audiences = {"https://another.run.app"}
    with pytest.raises(TrackingRejected) as refused:
        ask(cloud_run)
    told.append(repr(refused.value))
    told += [str(recorded), repr(identity.tracking_token()), caplog.text, *capfd.readouterr()]
    database = Path(mlflow_database.removeprefix("sqlite:///")).read_bytes()
    secrets = [*google.texts, *(text.rpartition(".")[2] for text in google.texts)]
    secrets.append(google.key()["private_key"])
    assert len(google.texts) == 2
    for secret in secrets:
        assert not any(secret in text for text in told)
        assert secret.encode() not in database


def test_a_token_that_is_logged_all_the_same_is_masked(cloud_run, google):
    from airflow.sdk._shared.secrets_masker import redact

    ask(cloud_run)
    assert redact({"header": f"Bearer {google.texts[-1]}"}) == {"header": "Bearer ***"}
