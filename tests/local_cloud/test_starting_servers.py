"""Servers that start slowly, hang or lost their leader: small ones, started as the real ones are."""

import json
import os
import signal
import socket
import sys

import psutil
import pytest

from local_cloud.errors import ServiceError
from local_cloud.services import Service, ServiceRunner
from local_cloud.settings import HOST, LocalSettings
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.unit

ANSWER = (
    "import http.server; http.server.HTTPServer(('127.0.0.1', PORT), http.server.SimpleHTTPRequestHandler)"
)
SLOW = f"import time\nwhile time.process_time() < 2.5: pass\n{ANSWER}.serve_forever()"
HANG = "import time; print('waiting for a lock', flush=True); time.sleep(600)"
PARTED = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ANSWER + '.serve_forever()'!r}])"


@pytest.fixture
def runner(tmp_path):
    return ServiceRunner(LocalSettings(home=tmp_path))


@pytest.fixture
def service(runner):
    """Makes a server of a program, stopped at the end."""
    made = []

    def make(program):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
        made.append(
            Service(
                name="small",
                argv=(sys.executable, "-c", program.replace("PORT", str(port))),
                environment={},
                ports=(port,),
                health_url=f"http://{HOST}:{port}/",
                address=f"http://{HOST}:{port}",
            )
        )
        return made[-1]

    yield make
    for each in made:
        runner.stop(each)


def test_slow_server_is_waited_for_while_it_gets_on(runner, service, monkeypatch):
    monkeypatch.setattr("include.process_activity.IDLE_LIMIT_S", 1.0)
    monkeypatch.setattr("include.process_activity.REPORT_EVERY_S", 1.0)
    slow, said = service(SLOW), []
    assert runner.launch(slow)
    runner.wait(slow, said.append)
    assert runner.is_healthy(slow)
    assert f"small: port {slow.ports[0]} does not answer after " in said[0]
    assert "its process gets on, " in said[0]


def test_server_that_hangs_is_given_up_with_its_log(runner, service, monkeypatch):
    monkeypatch.setattr("include.process_activity.IDLE_LIMIT_S", 1.0)
    hanging = service(HANG)
    runner.launch(hanging)
    with pytest.raises(ServiceError, match=r"(?s)does not answer: its process has used no CPU.*for a lock"):
        runner.wait(hanging)


def test_server_that_ends_is_given_up_at_once_with_its_log(runner, service):
    broken = service("raise SystemExit('no such database')")
    runner.launch(broken)
    with pytest.raises(ServiceError, match=r"(?s)its process has ended.*no such database"):
        runner.wait(broken)


def test_start_after_the_leader_was_killed_stops_what_lives_on(runner, service):
    parted, said = service(PARTED), []
    runner.launch(parted)
    runner.wait(parted)
    before = json.loads(runner.process(parted).pid_file.read_text())["pid"]
    left = runner.process(parted).processes() - {psutil.Process(before)}
    os.kill(before, signal.SIGKILL)
    os.waitpid(before, 0)
    assert runner.launch(parted, said.append)
    assert said == ["small: the server had ended, 1 of its processes had not; stopped them."]
    assert psutil.wait_procs(left, timeout=PATIENCE_S)[1] == []
    runner.wait(parted)
