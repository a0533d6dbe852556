import socket

import pytest

from include.warehouse.connection import connect
from include.warehouse.errors import WarehouseError, WarehouseUnavailable
from tests.include.hang_up import hanging_up

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


def test_a_dead_emulator_is_reported(monkeypatch, closed_port):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", f"127.0.0.1:{closed_port}")

    with pytest.raises(
        WarehouseUnavailable, match=r"Connection refused\); check that BigQuery or its emulator is up"
    ):
        connect("local", location="US").table_schema("d.t")


def test_an_emulator_that_hangs_up_is_asked_once(monkeypatch):
    """Left to itself, Google's client tries again for ten minutes."""
    with hanging_up() as server:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"http://{server.address}")
        monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", server.address)

        with pytest.raises(WarehouseUnavailable, match="check that BigQuery or its emulator is up"):
            connect("local", location="US").table_schema("d.t")

    assert server.calls == 1


def test_the_given_project_and_location_are_used(monkeypatch):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1")
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "somebody-elses")

    warehouse = connect("ours", location="europe-west4")

    assert (warehouse.project, warehouse.location) == ("ours", "europe-west4")
