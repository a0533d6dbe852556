"""A real MLflow server, in a process of its own: one in the tests' process would leave them its settings."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from mlflow.server import constants as names

from include.process_activity import Activity, wait_until


class MlflowServer:
    """A server that keeps runs and artifacts below a folder, on loopback.

    Attributes:
        database: The file of its runs.
        url: Its address.
    """

    def __init__(self, folder: Path) -> None:
        """Start it, and wait until it answers."""
        self.database = folder / "mlflow.db"
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        variables = {
            names.BACKEND_STORE_URI_ENV_VAR: f"sqlite:///{self.database}",
            names.SERVE_ARTIFACTS_ENV_VAR: "true",
            names.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
            names.ARTIFACTS_DESTINATION_ENV_VAR: (folder / "artifacts").as_uri(),
        }
        command = [
            "-m",
            "uvicorn",
            "mlflow.server.fastapi_app:app",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        log = folder / "mlflow.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                env={**os.environ, **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(
            self._answers, Activity(self._process.pid, logs=[log]), what=f"MLflow at {self.url} is not ready"
        )

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health"):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
