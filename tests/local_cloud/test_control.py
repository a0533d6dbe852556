"""The command line against real servers."""

import json
import os
import shlex
import socket
import urllib.request

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from local_cloud.settings import HOST, PROJECT
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def loaded(cloud):
    started = cloud("start", "bigquery")
    assert started.returncode == 0, started.stderr
    loaded = cloud("load-sample")
    assert loaded.returncode == 0, loaded.stderr
    return loaded


@pytest.fixture
def client(cloud, loaded, monkeypatch):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", cloud.settings.url("bigquery"))
    return bigquery.Client(project=PROJECT, credentials=AnonymousCredentials())


def test_sample_is_loaded_with_real_timestamps(client, loaded):
    assert "complete_journey.transactions: 1,469,307 rows loaded" in loaded.stdout
    schema = client.get_table(f"{PROJECT}.complete_journey.transactions").schema
    assert {field.name: field.field_type for field in schema}["transaction_timestamp"] == "TIMESTAMP"
    rows = client.query(
        "SELECT MIN(transaction_timestamp), COUNT(DISTINCT household_id) FROM complete_journey.transactions"
    ).result()
    first, households = next(iter(rows))
    assert first.isoformat() == "2017-01-01T11:53:26+00:00"
    assert households == 2469


def test_second_load_changes_nothing(cloud, loaded):
    again = cloud("load-sample")
    assert "complete_journey.products: 92,331 rows already there" in again.stdout


def test_second_start_finds_the_running_server(cloud, loaded):
    pid = cloud.pid("bigquery")
    assert "already running" in cloud("start", "bigquery").stdout
    assert cloud.pid("bigquery") == pid


def test_running_server_on_other_ports_is_named_at_once_with_what_to_do(cloud, loaded):
    offset = cloud.settings.port_offset
    refused = cloud("start", "bigquery", RECSFLOW_PORT_OFFSET=str(offset + 1))
    assert refused.returncode == 1
    port = cloud.settings.port("bigquery")
    assert f"on port {port} and not on {port + 1}; set RECSFLOW_PORT_OFFSET={offset} as" in refused.stderr


def test_servers_listen_on_loopback_only(cloud, loaded):
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {HOST}
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(1)
            assert probe.connect_ex((address, cloud.settings.port("bigquery"))) != 0


def test_rows_survive_a_restart(cloud, client):
    assert cloud("stop", "bigquery").returncode == 0
    assert cloud("start", "bigquery").returncode == 0
    assert client.get_table(f"{PROJECT}.complete_journey.products").schema
    assert next(iter(client.query("SELECT COUNT(*) FROM complete_journey.products").result()))[0] == 92331


def test_foreign_server_on_the_port_is_reported_and_left_alone(cloud):
    with socket.socket() as foreign:
        foreign.bind((HOST, cloud.settings.port("mlflow")))
        foreign.listen()
        started = cloud("start", "mlflow")
        assert started.returncode == 1
        assert f"port {cloud.settings.port('mlflow')} on {HOST} is taken" in started.stderr
        assert "Traceback" not in started.stderr


def test_unknown_service_is_named(cloud):
    answer = cloud("start", "biquery")
    assert answer.returncode == 1
    assert "service is biquery; use storage, bigquery, vertex, mlflow, airflow or all" in answer.stderr


def test_env_can_be_sourced(cloud):
    lines = dict(line.removeprefix("export ").split("=", 1) for line in cloud("env").stdout.splitlines())
    variable = json.loads(shlex.split(lines["AIRFLOW_VAR_RECSFLOW"])[0])
    assert variable["project"] == PROJECT
    assert os.path.isabs(shlex.split(lines["AIRFLOW_HOME"])[0])


def test_table_page_shows_schema_count_and_rows(cloud, loaded):
    assert cloud("start", "vertex").returncode == 0
    address = f"{cloud.settings.url('vertex')}/console/tables/complete_journey/products"
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        page = answer.read().decode()
    assert "92,331 rows" in page
    assert "product_category" in page
    assert "GROCERY" in page


def test_airflow_works_with_all_its_parts_and_ends_with_them(cloud):
    started = cloud("start", "airflow")
    assert started.returncode == 0, started.stderr
    address = f"{cloud.settings.url('airflow')}/api/v2/monitor/health"
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        health = json.load(answer)
    parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    assert {part: health[part]["status"] for part in parts} == dict.fromkeys(parts, "healthy")
    assert cloud("stop", "airflow").returncode == 0
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, cloud.settings.port("airflow"))) != 0
