"""What the doctor finds out about MLflow behind Cloud Run's IAM."""

import json

import pytest

from include.tracking.connection import tracking_client
from recsflow.doctor.finding import Health
from recsflow.doctor.services import check_mlflow
from recsflow.settings import load_settings
from tests.plugins.google_server import KEY_ACCOUNT
from tests.plugins.recsflow.conftest import AUDIENCE

pytestmark = pytest.mark.emulator


def test_the_doctor_says_as_whom_mlflow_is_asked(cloud_run):
    (finding,) = check_mlflow(load_settings())
    assert finding.health is Health.GOOD
    assert finding.said == (
        f"answers at {cloud_run.url} to {KEY_ACCOUNT}, by identity tokens for mlflow_audience {AUDIENCE}"
    )


def test_the_doctor_doubts_files_that_go_past_mlflow(cloud_run, google, settings_values, connect):
    with tracking_client(cloud_run.url) as client:
        client.create_experiment("elsewhere", artifact_location="gs://bucket/mlflow")
    settings_values["mlflow_experiment"] = "elsewhere"
    connect(keyfile_dict=json.dumps(google.key()))
    _, finding = check_mlflow(load_settings())
    assert finding.health is Health.DOUBTFUL
    assert finding.said == (
        "files of its experiment elsewhere lie in gs://bucket/mlflow, where MLflow's client writes as the "
        "machine's account, not as that of recsflow_gcp; start MLflow with --artifacts-destination, and name "
        "another mlflow_experiment"
    )
