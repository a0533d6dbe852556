import socket
import time

import pytest

from include.warehouse.connection import connect
from include.warehouse.errors import WarehouseError, WarehouseUnavailable

pytestmark = pytest.mark.unit


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_a_project_is_never_guessed():
    with pytest.raises(WarehouseError, match="received no project; set `project` in the Airflow connection"):
        connect("", location="US")


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ("BIGQUERY_EMULATOR_HOST", "BIGQUERY_STORAGE_EMULATOR_HOST"),
        ("BIGQUERY_STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"),
    ],
)
def test_half_an_emulator_is_refused(monkeypatch, present, missing):
    monkeypatch.delenv(missing, raising=False)
    monkeypatch.setenv(present, "http://127.0.0.1:1")

    with pytest.raises(WarehouseError, match=f"{missing} is not set; set both"):
        connect("local", location="US")


def test_a_dead_emulator_is_reported_at_once(monkeypatch, closed_port):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", f"127.0.0.1:{closed_port}")
    began = time.monotonic()

    with pytest.raises(
        WarehouseUnavailable, match=r"Connection refused\); check that BigQuery or its emulator is up"
    ):
        connect("local", location="US").table_schema("d.t")

    # Left to itself, Google's client tries again for ten minutes.
    assert time.monotonic() - began < 120


def test_the_given_project_and_location_are_used(monkeypatch):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1")
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "somebody-elses")

    warehouse = connect("ours", location="europe-west4")

    assert (warehouse.project, warehouse.location) == ("ours", "europe-west4")
