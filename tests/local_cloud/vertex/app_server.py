"""The Vertex AI stand-in as a process of its own, without the component host, which imports TFX first."""

import os
import socket
import subprocess
import urllib.request
from pathlib import Path

from include.process_activity import Activity, ProcessStalled, wait_until
from local_cloud.settings import REPOSITORY

PYTHON = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
PROGRAM = """
import sys, uvicorn
from pathlib import Path
from local_cloud.settings import LocalSettings
from local_cloud.vertex.app import build_app
home = Path(sys.argv[1])
app = build_app(LocalSettings(home, artifact_root_uri=(home / "artifacts").as_uri()))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), lifespan="off", log_level="warning")
"""


class AppServer:
    """A server on a port of its own, which it keeps when it is started again.

    Args:
        home: Folder of all that it keeps.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        log = self.home / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(PYTHON), "-c", PROGRAM, str(self.home), str(self._port)],
                stdout=output,
                stderr=output,
                cwd=REPOSITORY,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            )
        activity = Activity(self._process.pid, logs=[log])
        try:
            wait_until(self._answers, activity, what=f"{self.url} does not answer")
        except ProcessStalled as stalled:
            raise AssertionError(f"{stalled}\n{log.read_text()[-2000:]}") from None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=10):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
