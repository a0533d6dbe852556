"""MLflow on Cloud Run, which lets in who shows an identity token; Google's and MLflow's clients ask it."""

from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from google.auth import _helpers

from include import identity
from include.tracking.connection import tracking_client
from include.tracking.errors import TrackingRejected
from local_cloud.settings import SERVICE_ACCOUNT
from tests.plugins.asking_mlflow import a_run, ask
from tests.plugins.google_server import ISSUER, KEY_ACCOUNT, KEY_ID
from tests.plugins.recsflow.conftest import AUDIENCE, TRAINER

pytestmark = pytest.mark.emulator

HOUR_S = 3600


@pytest.fixture
def hour_passes(google, monkeypatch):
    """Lets an hour pass, for Google's services and for Google's client alike."""

    def hour_passes():
        real = _helpers.utcnow
        monkeypatch.setattr(_helpers, "utcnow", lambda: real() + timedelta(seconds=HOUR_S))
        google.clock_ahead_s += HOUR_S

    return hour_passes


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
