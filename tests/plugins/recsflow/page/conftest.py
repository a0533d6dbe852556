"""One web server of Airflow's for all tests of the page, over a few experiments with all that runs leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from include.artifacts.layout import ArtifactLayout
from tests.plugins.airflow_web_server import AirflowWebServer
from tests.plugins.recsflow.page.experiments import seed


@pytest.fixture(scope="package")
def web_server(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path
) -> Iterator[AirflowWebServer]:
    folder = tmp_path_factory.mktemp("web-server")
    layout = ArtifactLayout((folder / "artifacts").as_uri())
    variable = {
        "artifact_root": layout.root,
        "project": "local",
        "location": "us-central1",
        "trainer_image": "local/recsflow-trainer:1",
        "compiler": {"kind": "command", "argv": ["false"]},
        "mlflow_tracking_uri": "http://127.0.0.1:1",
    }
    server = AirflowWebServer(folder, migrated_database, variable)
    try:
        seed(server, layout)
        server.start()
        # The first request starts the index, in the background.
        while server.get("api/status").json()["index"]["state"] == "building":
            pass
        yield server
    finally:
        server.stop()
