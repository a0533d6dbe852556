"""What is said where MLflow's front end, or who makes identity tokens, says no or nothing."""

import pytest
from google.auth.compute_engine import _metadata

from include.tracking.connection import tracking_client
from include.tracking.errors import TrackingRejected, TrackingUnavailable
from recsflow.errors import SettingsError
from tests.plugins.asking_mlflow import a_run, ask
from tests.plugins.google_server import KEY_ACCOUNT
from tests.plugins.recsflow.conftest import AUDIENCE

pytestmark = pytest.mark.emulator

HOUR_S = 3600


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
