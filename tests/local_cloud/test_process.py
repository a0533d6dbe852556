import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from local_cloud.process import BackgroundProcess, start_time
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.unit

# A server with parts: in its session, in one of its own, one that forgot its environment, and one of that.
SERVER = """
import os, pathlib, subprocess, sys, time
part = [sys.executable, "-c", "import time; time.sleep(600)"]
parts = [
    subprocess.Popen(part),
    subprocess.Popen(part, stdin=subprocess.DEVNULL, env={}),
    subprocess.Popen(part, stdin=subprocess.DEVNULL, start_new_session=True),
    subprocess.Popen(part, env={}, start_new_session=True),
]
pathlib.Path(sys.argv[1] + ".part").write_text(" ".join(str(part.pid) for part in parts))
os.rename(sys.argv[1] + ".part", sys.argv[1])
time.sleep(600)
"""


@pytest.fixture
def process(tmp_path):
    process = BackgroundProcess(tmp_path / "run" / "server.pid", tmp_path / "logs" / "server.log")
    yield process
    process.stop(idle_s=1)


def sleep(process, tmp_path):
    return process.start([sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path)


def test_started_process_is_found_and_stopped(process, tmp_path):
    started = sleep(process, tmp_path)
    assert process.pid() == started.pid
    assert process.stop()
    started.wait(timeout=PATIENCE_S)
    assert process.pid() is None
    assert not process.stop()


def test_process_of_somebody_else_with_the_same_pid_is_left_alone(process):
    process.pid_file.parent.mkdir(parents=True)
    process.pid_file.write_text(json.dumps({"pid": os.getpid(), "start_time": "another time"}))
    assert process.pid() is None
    assert not process.stop()


def test_own_start_time_is_stable():
    assert start_time(os.getpid()) == start_time(os.getpid()) is not None


def test_broken_pid_file_counts_as_stopped(process):
    process.pid_file.parent.mkdir(parents=True)
    process.pid_file.write_text("{")
    assert process.pid() is None


def start_with_parts(process, folder):
    said = folder / "parts"
    started = process.start([sys.executable, "-c", SERVER, str(said)], os.environ, folder)
    while not said.exists():
        assert started.poll() is None, process.log_tail()
        time.sleep(0.02)
    return started, [psutil.Process(int(pid)) for pid in said.read_text().split()]


def test_parts_that_outlive_their_server_are_found_and_stopped(process, tmp_path):
    started, parts = start_with_parts(process, tmp_path)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    assert process.pid() is None
    assert process.processes() == set(parts)
    assert process.stop() == 4
    assert psutil.wait_procs(parts, timeout=PATIENCE_S)[1] == []
    assert process.stop() == 0


def test_parts_are_stopped_with_their_server(process, tmp_path):
    started, parts = start_with_parts(process, tmp_path)
    assert process.stop() == 5
    started.wait()
    assert psutil.wait_procs(parts, timeout=PATIENCE_S)[1] == []


def test_processes_of_others_are_left_alone(process, tmp_path):
    started, _ = start_with_parts(process, tmp_path)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    neighbour = BackgroundProcess(tmp_path / "run" / "neighbour.pid", tmp_path / "logs" / "neighbour.log")
    foreign = subprocess.Popen(["sleep", "600"], start_new_session=True)
    other = sleep(neighbour, tmp_path)
    try:
        assert process.stop() == 4
        assert foreign.poll() is None
        assert neighbour.pid() == other.pid
    finally:
        foreign.kill()
        foreign.wait()
        assert neighbour.stop() == 1
        other.wait()


def test_server_that_ignores_being_told_to_end_is_killed(process, tmp_path):
    said = tmp_path / "deaf"
    program = "import pathlib, signal, sys, time; signal.signal(15, signal.SIG_IGN)\n"
    program += "pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
    started = process.start([sys.executable, "-c", program, str(said)], os.environ, tmp_path)
    while not said.exists():
        time.sleep(0.02)
    assert process.stop(idle_s=0.3) == 1
    assert process.pid() is None
    assert not psutil.pid_exists(started.pid)
