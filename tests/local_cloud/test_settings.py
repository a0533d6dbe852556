import json
import os
import subprocess
import sys

import pytest

from local_cloud.errors import LocalCloudError
from local_cloud.settings import REPOSITORY, LocalSettings

pytestmark = pytest.mark.unit


def test_port_offset_shifts_every_address(tmp_path):
    environment = LocalSettings(home=tmp_path, port_offset=1000).environment()
    assert environment["BIGQUERY_EMULATOR_HOST"] == "http://127.0.0.1:10050"
    assert environment["BIGQUERY_STORAGE_EMULATOR_HOST"] == "127.0.0.1:10060"
    connection = json.loads(environment["AIRFLOW_CONN_RECSFLOW_GCP"])
    assert connection["extra"]["vertex_endpoint"] == "http://127.0.0.1:10070"
    assert connection["extra"]["cloud_build_endpoint"] == "http://127.0.0.1:10070"
    assert environment["AIRFLOW__API__PORT"] == "9080"


def test_state_stays_in_the_home(tmp_path):
    environment = LocalSettings(home=tmp_path).environment()
    variable = json.loads(environment["AIRFLOW_VAR_RECSFLOW"])
    assert variable["artifact_root"] == "gs://recsflow-local/recsflow"
    assert LocalSettings(home=tmp_path).storage_root == tmp_path / "storage"
    assert environment["AIRFLOW_HOME"] == str(tmp_path / "airflow")


def test_what_a_machine_reaches_without_a_proxy_stays_so(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "intranet.example, localhost")
    environment = LocalSettings(home=tmp_path, port_offset=1000).environment()
    assert environment["STORAGE_EMULATOR_HOST"] == "http://127.0.0.1:10030"
    assert environment["https_proxy"] == "http://127.0.0.1:10040"
    assert environment["no_proxy"] == "127.0.0.1,localhost,::1,intranet.example"


@pytest.mark.parametrize(
    ("said", "root", "compiler"),
    [
        ("", "gs://recsflow-local/recsflow", "cloud_build"),
        ("gs://other-bucket/team/", "gs://other-bucket/team", "cloud_build"),
        ("file:///srv/artifacts", "file:///srv/artifacts", "command"),
    ],
)
def test_artifacts_go_to_the_bucket_and_builds_compile_there_unless_told_otherwise(
    tmp_path, monkeypatch, said, root, compiler
):
    monkeypatch.setenv("RECSFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("RECSFLOW_ARTIFACT_ROOT", said)
    environment = LocalSettings.from_environment().environment()
    variable = json.loads(environment["AIRFLOW_VAR_RECSFLOW"])
    assert (variable["artifact_root"], variable["compiler"]["kind"]) == (root, compiler)
    assert environment["RECSFLOW_ARTIFACT_ROOT"] == root


@pytest.mark.parametrize("root", ["recsflow", "gs://bucket", "gs:/bucket/a", "s3://bucket/a", "/folder"])
def test_an_artifact_root_that_is_none_is_named(monkeypatch, root):
    monkeypatch.setenv("RECSFLOW_ARTIFACT_ROOT", root)
    with pytest.raises(LocalCloudError, match=f"RECSFLOW_ARTIFACT_ROOT is {root!r}; use gs://"):
        LocalSettings.from_environment()


@pytest.mark.parametrize("offset", ["-1", "70000", "many"])
def test_bad_port_offset_is_named(monkeypatch, offset):
    monkeypatch.setenv("RECSFLOW_PORT_OFFSET", offset)
    with pytest.raises(LocalCloudError, match=f"RECSFLOW_PORT_OFFSET is {offset!r}; use a whole number"):
        LocalSettings.from_environment()


def test_airflow_refuses_a_run_whose_folder_of_logs_could_not_be_made(tmp_path):
    script = (
        "import sys; from airflow.models.dagrun import DagRun\n"
        "for n in (1, 200, 201, 400):\n"
        "    try: DagRun(dag_id='d', run_id='r' * n); print(n, 'taken')\n"
        "    except ValueError as error: print(n, str(error).replace('r' * n, '…'))"
    )
    environment = {**os.environ, **LocalSettings(home=tmp_path).environment()}
    said = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert said[:2] == ["1 taken", "200 taken"]
    refusal = "The run_id provided '…' does not match regex pattern '^[A-Za-z0-9_.~:+-]{1,200}$'"
    assert [line.startswith(f"{n} {refusal}") for n, line in zip((201, 400), said[2:], strict=True)] == [
        True
    ] * 2


def test_image_name_is_that_of_the_sources(tmp_path):
    first, second = LocalSettings(home=tmp_path), LocalSettings(home=tmp_path / "other")
    assert first.trainer_image == second.trainer_image
    assert first.trainer_image.startswith("local/recsflow-trainer:")


def test_control_part_needs_psutil_and_the_standard_library_only():
    script = (
        "import sys; before = set(sys.modules); sys.path.insert(0, '.'); import local_cloud.__main__; "
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    roots = {name.partition(".")[0] for name in loaded.stdout.split()}
    assert roots - {"local_cloud", "include", "psutil"} <= {*sys.stdlib_module_names, "__main__"}
