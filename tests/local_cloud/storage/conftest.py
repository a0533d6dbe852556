"""A Cloud Storage of a test's own."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest

from include.process_activity import Activity, wait_until
from local_cloud.component_environment import component_environment
from local_cloud.settings import LocalSettings
from local_cloud.storage.certificates import ROOT_VARIABLES

REPOSITORY = Path(__file__).resolve().parents[3]
BUCKET = "recsflow-test"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return self.json["error"]["message"]

    @property
    def reason(self) -> str:
        return self.json["error"]["errors"][0]["reason"]


@dataclass
class StorageServer:
    """The server as a process."""

    folder: Path
    ports: list[int] = field(default_factory=lambda: free_ports(2))
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def environment(self) -> dict[str, str]:
        """As LocalSettings has it, with this server's addresses."""
        settings = LocalSettings(home=self.folder.parent)
        return {
            **settings.storage_environment(),
            "STORAGE_EMULATOR_HOST": self.address,
            "https_proxy": f"http://127.0.0.1:{self.ports[1]}",
            "CURL_CA_BUNDLE": str(self.folder / "tls" / "ca-bundle.pem"),
        }

    @property
    def component_environment(self) -> dict[str, str]:
        """As a component has it, but for the metadata server, which is Vertex AI's."""
        own = component_environment(LocalSettings(home=self.folder.parent))
        return {**self.environment, **own, "NO_GCE_CHECK": "true"}

    def start(self) -> "StorageServer":
        log = self.folder.parent / "storage.log"
        python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
        ports = ["--port", str(self.ports[0]), "--proxy-port", str(self.ports[1])]
        command = [str(python), "-m", "local_cloud.storage", "--folder", str(self.folder), "--bucket", BUCKET]
        environment = {key: value for key, value in os.environ.items() if key not in ROOT_VARIABLES}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *ports], stdout=output, stderr=output, cwd=REPOSITORY, env=environment
            )
        wait_until(
            self._answers, Activity(self.process.pid, logs=[log]), what=f"{self.address} does not answer"
        )
        return self

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def call(self, method: str, path: str, body: bytes | dict | None = None, **headers: str) -> Answer:
        """Sends one request; header names have '_' for '-'."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = HTTPConnection("127.0.0.1", self.ports[0])
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def put(self, name: str, content: bytes, **query: str) -> Answer:
        """Uploads an object in one request."""
        pairs = "".join(f"&{key}={value}" for key, value in query.items())
        path = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name={name}{pairs}"
        return self.call("POST", path, content, Content_Type="application/octet-stream")

    def _answers(self) -> bool:
        try:
            return self.call("GET", "/healthz").status == 200
        except OSError:
            return False


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[StorageServer]:
    """One that a test may kill."""
    server = StorageServer(tmp_path / "storage").start()
    yield server
    server.stop()
