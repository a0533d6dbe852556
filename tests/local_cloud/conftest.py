"""Servers of the local cloud for tests: on ports of their own, with state that goes away."""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.settings import DEFAULT_PORTS, HOST, REPOSITORY, LocalSettings


def free_port_offset() -> int:
    # Above those of the end-to-end tests, which may run beside these.
    for offset in random.sample(range(20_000, 40_000, 50), 100):
        with_sockets = []
        try:
            for port in DEFAULT_PORTS.values():
                probe = socket.socket()
                with_sockets.append(probe)
                probe.bind((HOST, port + offset))
        except OSError:
            continue
        finally:
            for probe in with_sockets:
                probe.close()
        return offset
    raise AssertionError("no free ports")


class Cloud:
    """The command line of a local cloud of its own."""

    def __init__(self, home: Path) -> None:
        # On a folder: the end-to-end tests have the bucket that everybody has who sets nothing.
        root = (home / "artifacts").as_uri()
        self.settings = LocalSettings(home=home, port_offset=free_port_offset(), artifact_root_uri=root)

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "RECSFLOW_HOME": str(self.settings.home),
            "RECSFLOW_ARTIFACT_ROOT": self.settings.artifact_root_uri,
            "RECSFLOW_PORT_OFFSET": str(self.settings.port_offset),
            **variables,
        }
        # It bounds its own waits, by whether what it waits for gets on.
        return subprocess.run(
            [sys.executable, "-m", "local_cloud", *arguments],
            env=environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )

    def pid(self, service: str) -> int:
        return json.loads((self.settings.home / "run" / f"{service}.pid").read_text())["pid"]


@pytest.fixture(scope="session")
def storage_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Cloud Storage for all tests that leave it as it was."""
    from tests.local_cloud.storage.conftest import StorageServer

    server = StorageServer(tmp_path_factory.mktemp("cloud") / "storage").start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory, storage_server: Any) -> Iterator[Any]:
    """A server that forks; importing Google's messages takes seconds, so tests tell their jobs apart."""
    from tests.local_cloud.vertex.forking_server import ForkingServer

    server = ForkingServer(tmp_path_factory.mktemp("cloud"), storage_server.address)
    yield server
    server.stop()


@pytest.fixture
def builds(one_server: Any, storage_server: Any) -> Any:
    """Builds of one test."""
    from tests.local_cloud.cloud_build.builds import Builds

    return Builds(one_server, storage_server)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path_factory.mktemp("cloud"))
    yield cloud
    cloud("stop")
