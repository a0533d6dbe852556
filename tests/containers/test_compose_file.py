"""docker-compose.yaml by itself: its schema, what it shows of this machine, and who waits for whom."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from include.process_activity import Activity, wait_until
from local_cloud.foreground import build_parts
from local_cloud.settings import REPOSITORY, LocalSettings
from tests.containers.processes import COMPOSE, services
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.unit

# Loopback, too; stands for a container's own address.
GATEWAY_ADDRESS = "127.0.0.2"
ENDS = {"secrets", "sample", "migrate"}


def test_file_is_valid_by_the_published_schema():
    checker = Path(sys.executable).with_name("check-jsonschema")
    checked = subprocess.run(
        [str(checker), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_part_has_a_container_and_no_container_runs_another():
    run = {
        name: each["command"][-1]
        for name, each in services().items()
        if "local_cloud.foreground" in each.get("command", [])
    }
    assert run == {name: name for name in build_parts(LocalSettings(REPOSITORY))}


def test_every_server_has_a_health_check_and_starts_anew():
    servers = {name: each for name, each in services().items() if name not in ENDS}
    assert [name for name, each in servers.items() if "healthcheck" not in each] == []
    assert {each["restart"] for each in servers.values()} == {"unless-stopped"}


def test_ports_are_open_to_this_machine_alone():
    published = {name: each["ports"] for name, each in services().items() if "ports" in each}
    assert published == {"gateway": ["127.0.0.1:8080:8080", "127.0.0.1:5000:5000", "127.0.0.1:9070:9070"]}
    moved = services({"RECSFLOW_PORT_AIRFLOW": "8181"})
    assert moved["gateway"]["ports"][0] == "127.0.0.1:8181:8181"
    assert moved["gateway"]["command"][2] == "8181"
    assert moved["api-server"]["environment"]["RECSFLOW_PORT_AIRFLOW"] == 8181


def test_no_service_is_given_a_password_itself():
    variables = {name for each in services().values() for name in each.get("environment", {})}
    secret = {name for name in variables if re.search("PASSWORD|SECRET|TOKEN|KEY", name)}
    assert secret == {"POSTGRES_PASSWORD_FILE"}


def test_each_variable_of_the_example_is_read_by_the_file():
    example = (REPOSITORY / ".env.example").read_text()
    offered = {
        line.removeprefix("# ").split("=")[0]: line.split("=")[1]
        for line in example.splitlines()
        if line.startswith("# ") and "=" in line
    }
    text = COMPOSE.read_text()
    assert [name for name, value in offered.items() if f"${{{name}:-{value}}}" not in text] == []


def test_secrets_are_made_once_and_for_this_user_alone(tmp_path):
    clients, server = tmp_path / "clients", tmp_path / "server"
    clients.mkdir()
    server.mkdir()
    command = [str(REPOSITORY / "containers" / "make_secrets.sh"), str(clients), str(server)]
    seen = set()
    for _ in range(2):
        subprocess.run(command, check=True, capture_output=True)
        password = (server / "password").read_text()
        assert len(password) >= 32
        assert (clients / "pgpass").read_text() == f"*:*:*:recsflow:{password}\n"
        seen.add(password)
    assert len(seen) == 1
    assert {(path.stat().st_mode & 0o777) for path in (clients / "pgpass", server / "password")} == {0o600}


@pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed (apt-get install socat)")
def test_gateway_hands_on_to_the_server_on_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [str(REPOSITORY / "containers" / "gateway.sh"), str(port)]
        gateway = subprocess.Popen(command, env={**os.environ, "GATEWAY_ADDRESS": GATEWAY_ADDRESS})
        try:
            wait_until(
                lambda: _sends(port, b"hello"), Activity(gateway.pid), what="the gateway does not answer"
            )
            connection, _peer = server.accept()
            with connection:
                assert connection.recv(5) == b"hello"
        finally:
            gateway.terminate()
            gateway.wait()


def _sends(port: int, text: bytes) -> bool:
    try:
        with socket.create_connection((GATEWAY_ADDRESS, port), timeout=PATIENCE_S) as client:
            client.sendall(text)
            return True
    except ConnectionRefusedError:
        return False
