import json

import pytest

from recsflow.errors import SettingsError
from recsflow.settings import CommandCompiler, parse_settings

pytestmark = pytest.mark.unit


def test_values_are_typed_and_defaults_filled_in(settings_values):
    settings = parse_settings(json.dumps(settings_values))
    assert isinstance(settings.compiler, CommandCompiler)
    assert settings.staging_dataset == "recsflow_staging"
    assert settings.layout.pipeline_root == settings_values["artifact_root"] + "/pipeline_root"


def test_every_problem_is_reported_at_once_with_its_field(settings_values):
    del settings_values["project"]
    settings_values |= {"bucket": "x", "beam_args": "fast", "artifact_root": "s3://bucket"}
    with pytest.raises(SettingsError) as caught:
        parse_settings(json.dumps(settings_values))
    message = str(caught.value)
    assert "project is missing; add it." in message
    assert "bucket is unknown" in message
    assert "beam_args is 'fast'" in message
    assert "artifact_root is 's3://bucket'" in message


def test_text_that_is_not_json_is_refused():
    with pytest.raises(SettingsError, match="is not JSON"):
        parse_settings("artifact_root=gs://bucket")


def test_unknown_placeholder_in_a_link_is_refused(settings_values):
    settings_values["table_url"] = "http://console/{projekt}"
    with pytest.raises(SettingsError, match="unknown placeholder"):
        parse_settings(json.dumps(settings_values))


def test_unknown_compiler_is_refused(settings_values):
    settings_values["compiler"] = {"kind": "docker"}
    with pytest.raises(SettingsError, match="compiler"):
        parse_settings(json.dumps(settings_values))


def test_a_price_of_an_accelerator_that_no_run_can_have_is_refused(settings_values):
    prices = {"currency": "USD", "basis": "list", "trainer_per_hour": {"cpu": 0.15, "L4": 0.9}}
    with pytest.raises(SettingsError, match=r"prices\.trainer_per_hour\.L4 is 'L4': .*'NVIDIA_L4'"):
        parse_settings(json.dumps({**settings_values, "prices": prices}))


@pytest.mark.parametrize("days", [0, -1])
def test_a_retention_of_less_than_a_day_is_refused(settings_values, days):
    assert parse_settings(json.dumps(settings_values)).retention_days == 30
    with pytest.raises(SettingsError, match=rf"retention_days is {days}: .* greater than or equal to 1"):
        parse_settings(json.dumps({**settings_values, "retention_days": days}))


def test_links_of_the_google_cloud_console_by_default(settings_values):
    values = {
        **settings_values,
        "artifact_root": "gs://bucket/prefix/",
        "service_account": "trainer@project.iam.gserviceaccount.com",
        "mlflow_tracking_uri": "https://mlflow/",
    }
    del values["pipeline_job_url"], values["artifact_url"]
    settings = parse_settings(json.dumps(values))
    console = "https://console.cloud.google.com"
    assert settings.table_link("p.d.t") == f"{console}/bigquery?project=p&ws=!1m5!1m4!4m3!1sp!2sd!3st"
    assert (
        settings.artifact_link("gs://bucket/prefix/a.html")
        == f"{console}/storage/browser/bucket/prefix/a.html"
    )
    assert (
        settings.pipeline_job_link("job-1")
        == f"{console}/vertex-ai/locations/us-central1/pipelines/runs/job-1?project=local"
    )
    training = "workflowType=machine_learning"
    assert settings.mlflow_run_link("3", "abc") == f"https://mlflow/#/experiments/3/runs/abc?{training}"
    assert settings.registered_model_link("weekly") == f"https://mlflow/#/models/weekly?{training}"
    where = "locations/us-central1"
    model = "models/retraining_weekly/versions/default/properties"
    assert (
        settings.model_link("retraining_weekly")
        == f"{console}/vertex-ai/models/{where}/{model}?project=local"
    )
    assert settings.endpoint_link("7") == f"{console}/vertex-ai/{where}/endpoints/7?project=local"


@pytest.mark.parametrize(
    ("template", "link"),
    [
        (
            "https://x/#/experiments/{experiment_id}/runs/{run_id}/model-metrics?o=7",
            "https://x/#/experiments/3/runs/abc/model-metrics?o=7&workflowType=machine_learning",
        ),
        ("https://x/#/runs/{run_id}?workflowType=genai", "https://x/#/runs/abc?workflowType=genai"),
        ("https://x/go?run={run_id}", "https://x/go?run=abc"),
    ],
)
def test_mlflows_page_of_a_run_opens_on_its_charts_whatever_the_template(settings_values, template, link):
    settings = parse_settings(json.dumps({**settings_values, "mlflow_run_url": template}))
    assert settings.mlflow_run_link("3", "abc") == link


def test_a_bucket_without_the_account_of_jobs_is_refused(settings_values):
    settings_values["artifact_root"] = "gs://bucket/recsflow"
    with pytest.raises(SettingsError) as caught:
        parse_settings(json.dumps(settings_values))
    assert "service_account is missing, and artifact_root is the bucket gs://bucket/recsflow; name" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("mlflow_tracking_uri", "https://me:hunter2@mlflow.example.com"),
        ("mlflow_tracking_uri", "postgresql://mlflow:hunter2@db/mlflow"),
        ("mlflow_tracking_uri", "http://me:hunter2@mlflow.example.com"),
        ("artifact_url", "https://hunter2@console/{path}"),
        ("trainer_image", "https://me:hunter2@registry/image:1"),
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(settings_values, field, address):
    with pytest.raises(SettingsError) as caught:
        parse_settings(json.dumps({**settings_values, "mlflow_audience": "any", field: address}))
    assert f"{field} has a user name or a password in its address; take it out" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("http://mlflow.example.com", True),
        ("sqlite:///mlflow.db", True),
        ("https://mlflow-0123456789.us-central1.run.app", False),
        ("http://127.0.0.1:5000", False),
    ],
)
def test_an_identity_token_is_not_sent_unencrypted(settings_values, address, refused):
    values = {**settings_values, "mlflow_tracking_uri": address}
    assert parse_settings(json.dumps(values)).mlflow_tracking_uri == address
    values["mlflow_audience"] = "https://mlflow-0123456789.us-central1.run.app"
    if not refused:
        assert parse_settings(json.dumps(values)).mlflow_audience == values["mlflow_audience"]
        return
    says = (
        f"mlflow_tracking_uri is '{address}', and mlflow_audience sends an identity token with each call; use"
    )
    with pytest.raises(SettingsError, match=says):
        parse_settings(json.dumps(values))


@pytest.mark.parametrize(
    "arguments",
    [
        {"token": "xoxb-hunter2"},
        {"smtp_password": "hunter2"},
        {"api_key": "hunter2"},
        {"text": "https://hooks.slack.com/services/T/B/hunter2"},
        {"servers": [{"url": "https://chat.example.com/send?key=hunter2"}]},
        {"url": "https://me:hunter2@example.com/hook"},
    ],
)
def test_a_secret_of_a_notifier_is_refused_and_not_repeated(settings_values, arguments):
    notifier = {"notifier": "a.Notifier", "arguments": arguments}
    with pytest.raises(SettingsError) as caught:
        parse_settings(json.dumps({**settings_values, "notifiers": [notifier]}))
    assert "notifiers[0].arguments." in str(caught.value)
    assert "put it into an Airflow connection" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_notifier_takes_its_secret_from_a_connection(settings_values):
    arguments = {
        "slack_conn_id": "slack",
        "text": "{{ subject }} at https://example.com/?a=b",
        "token": "{{ conn.chat.password }}",
    }
    notifier = {"notifier": "a.Notifier", "arguments": arguments}
    parsed = parse_settings(json.dumps({**settings_values, "notifiers": [notifier]}))
    assert parsed.notifiers[0].arguments == arguments


def test_workers_of_dataflow_run_as_the_account_of_jobs(settings_values):
    beam_args = ["--runner=DataflowRunner", "--region=europe-west4"]
    values = {**settings_values, "service_account": "trainer@project", "beam_args": beam_args}
    parsed = parse_settings(json.dumps(values))
    assert parsed.beam_arguments == (*beam_args, "--service_account_email=trainer@project")
    values["beam_args"] = [*beam_args, "--service_account_email=other@project"]
    assert parse_settings(json.dumps(values)).beam_arguments == tuple(values["beam_args"])
    assert parse_settings(json.dumps({**values, "beam_args": []})).beam_arguments == ()


def test_path_in_a_link_is_relative_to_the_artifact_root(settings_values):
    settings = parse_settings(json.dumps(settings_values))
    uri = f"{settings.artifact_root}/experiments/e/quality.html"
    assert settings.artifact_link(uri) == "http://console/artifacts/experiments/e/quality.html"
