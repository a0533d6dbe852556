"""An identity token is seen by the MLflow server that it is for, and by nobody else."""

import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from include import identity
from include.tracking.connection import tracking_client
from include.tracking.errors import TrackingRejected
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.tracking.training_metrics import parse_training_metrics
from tests.include.complete_journey import resolved
from tests.plugins.asking_mlflow import ask
from tests.plugins.cloud_run import CloudRun

pytestmark = pytest.mark.emulator

CONTRACT = Path(__file__).parents[2] / "contracts" / "training_metrics_v2.json"


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


def test_a_secret_appears_nowhere(cloud_run, google, mlflow_server, tmp_path, caplog, capfd):
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
    database = mlflow_server.database.read_bytes()
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
