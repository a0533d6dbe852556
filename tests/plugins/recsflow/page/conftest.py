"""One web server of Airflow's for all tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.airflow_web_server import AirflowWebServer


@pytest.fixture(scope="package")
def web_server(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path
) -> Iterator[AirflowWebServer]:
    folder = tmp_path_factory.mktemp("web-server")
    variable = {
        "artifact_root": (folder / "artifacts").as_uri(),
        "project": "local",
        "location": "us-central1",
        "trainer_image": "local/recsflow-trainer:1",
        "compiler": {"kind": "command", "argv": ["false"]},
        "mlflow_tracking_uri": "http://127.0.0.1:1",
    }
    server = AirflowWebServer(folder, migrated_database, variable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
