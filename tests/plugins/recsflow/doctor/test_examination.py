"""What the doctor finds: each fault is one sentence with its remedy, and none hides the next one."""

import json

import pytest

from recsflow.doctor.artifacts import check_artifacts, is_near
from recsflow.doctor.examination import examine
from recsflow.doctor.finding import Health
from recsflow.errors import PermissionsUnknown
from recsflow.settings import parse_settings
from tests.plugins.google_server import GoogleServer
from tests.plugins.quotas_server import QuotasServer

pytestmark = pytest.mark.emulator

TRAINER = "trainer@project.iam.gserviceaccount.com"


@pytest.fixture
def google():
    server = GoogleServer()
    yield server
    server.close()


@pytest.fixture
def quotas():
    server = QuotasServer()
    yield server
    server.close()


@pytest.fixture
def connection(google, quotas, pipeline_jobs, monkeypatch):
    extra = {
        "is_anonymous": True,
        "project": "local",
        "vertex_endpoint": pipeline_jobs.url,
        "permissions_endpoint": google.url,
        "quotas_endpoint": quotas.url,
    }
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))


def settings(values, **changes):
    return parse_settings(json.dumps({**values, "service_account": TRAINER, **changes}))


def said(findings, subject, health=Health.BAD):
    return [finding.said for finding in findings if (finding.subject, finding.health) == (subject, health)]


def test_each_fault_is_found_beside_the_others(
    connection, google, settings_values, bigquery_emulator, monkeypatch
):
    google.denied = {"aiplatform.pipelineJobs.create", "iam.serviceAccounts.actAs"}
    compiler = {"kind": "command", "argv": ["no-such-program"]}
    found = list(examine(settings(settings_values, compiler=compiler)))
    assert said(found, "account") == [
        "an account without a name lacks aiplatform.pipelineJobs.create on project local; grant a role that "
        "has them",
        f"an account without a name lacks iam.serviceAccounts.actAs on account {TRAINER}; grant a role that "
        "has them",
    ]
    assert said(found, "compiler") == [
        "compiler.argv[0] is 'no-such-program', which is no program here; correct it"
    ]
    assert said(found, "mlflow")[0].startswith("MLflow at http://127.0.0.1:1 did not answer")
    for subject in ("artifacts", "bigquery", "vertex", "quota", "image"):
        assert said(found, subject) == []
        assert said(found, subject, Health.GOOD)


def test_permissions_that_nobody_tells_are_one_sentence(connection, google, settings_values):
    from recsflow.doctor.access import check_access

    google.refusal = 403
    with pytest.raises(PermissionsUnknown) as unknown:
        list(check_access(settings(settings_values)))
    assert str(unknown.value) == (
        f"permissions: {google.url} does not tell those on v3/projects/local (not for you); switch its API "
        "on in the project, or correct the name."
    )


def test_a_staging_dataset_elsewhere_is_found(connection, settings_values, bigquery_emulator):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    client = bigquery.Client(project="local", credentials=AnonymousCredentials())
    dataset = bigquery.Dataset("local.staged_in_europe")
    dataset.location = "EU"
    client.create_dataset(dataset, exists_ok=True)
    found = list(examine(settings(settings_values, staging_dataset="staged_in_europe")))
    assert said(found, "bigquery") == [
        "dataset staged_in_europe is in EU, and bigquery_location is 'US'; correct it, or name another "
        "staging_dataset"
    ]


def test_nothing_stays_of_what_was_written(settings_values, tmp_path):
    found = list(check_artifacts(settings(settings_values)))
    assert [finding.health for finding in found] == [Health.GOOD]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_task_fails_with_what_is_wrong_only(connection, settings_values, monkeypatch):
    from recsflow.errors import Unfit
    from recsflow.tasks.doctor import examine as task

    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps({**settings_values, "service_account": TRAINER}))
    with pytest.raises(Unfit) as unfit:
        task.function()
    subjects = {line.partition(":")[0] for line in str(unfit.value).splitlines()}
    assert "mlflow" in subjects
    assert "account" not in subjects


def test_the_command_ends_with_one_where_something_is_wrong(monkeypatch, capsys):
    from scripts.doctor import main

    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", "{")
    assert main() == 1
    assert capsys.readouterr().out.startswith("FAILED   settings     Airflow Variable 'recsflow' is not JSON")


@pytest.mark.parametrize(
    ("bucket", "region", "near"),
    [
        ("US", "us-central1", True),
        ("EU", "europe-west4", True),
        ("EU", "us-central1", False),
        ("EUROPE-WEST4", "europe-west4", True),
        ("EUROPE-WEST1", "europe-west4", False),
    ],
)
def test_a_bucket_is_near_in_its_region_and_its_multi_region(bucket, region, near):
    assert is_near(bucket, region) is near
