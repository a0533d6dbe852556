import json
import os
import sys

import pytest

from local_cloud.process import BackgroundProcess, start_time

pytestmark = pytest.mark.unit


@pytest.fixture
def process(tmp_path):
    process = BackgroundProcess(tmp_path / "run" / "server.pid", tmp_path / "logs" / "server.log")
    yield process
    process.stop(timeout_s=1)


def sleep(process, tmp_path):
    return process.start([sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path)


def test_started_process_is_found_and_stopped(process, tmp_path):
    started = sleep(process, tmp_path)
    assert process.pid() == started.pid
    assert process.stop()
    started.wait(timeout=5)
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
