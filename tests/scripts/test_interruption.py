import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.plugins.cloud_build_server import CloudBuildServer
from tests.plugins.jobs_server import JobsServer

pytestmark = pytest.mark.emulator

REPOSITORY = Path(__file__).resolve().parents[2]
# Stands for `airflow dags test`: says these lines, then waits to be stopped or for the file to appear.
RUN = """
import pathlib, sys, time
try:
    print(sys.argv[1], flush=True)
    while not pathlib.Path(sys.argv[2]).exists():
        time.sleep(0.02)
    print("ended by itself", flush=True)
except KeyboardInterrupt:
    print("stopped", *sys.argv[3:], sep="\\n", flush=True)
"""
# Stands for `follow_dag`: shows the lines of a run that it hands its signals to.
# Ctrl-C is ignored at first, as in a command that a shell starts in the background.
FOLLOW = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
from scripts.interruption import Interruption
command = [sys.executable, "-c", *sys.argv[1:]]
interruption = Interruption()
run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0)
interruption.watch(run)
for line in run.stdout:
    interruption.read(line)
    print(line, end="", flush=True)
"""
SUBMITTED = "2026-01-01T12:00:00Z [info     ] recsflow | submit_pipeline | pipeline job job-1 submitted [x]"


@pytest.fixture
def server():
    server = JobsServer()
    server.add("job-1", "RUNNING")
    yield server
    server.close()


@pytest.fixture
def follow(tmp_path, server):
    """Starts a run that says a line, and returns it once it has."""
    started = []

    def start(line, then=(), cloud_build=""):
        extra = {"vertex_endpoint": server.url, "cloud_build_endpoint": cloud_build}
        place = {"project": "local", "location": "us-central1"}
        variable = {**place, "compiler": {"kind": "cloud_build", "location": "europe-west1"}}
        environment = {
            **os.environ,
            "AIRFLOW_CONN_RECSFLOW_GCP": json.dumps({"extra": extra}),
            "AIRFLOW_VAR_RECSFLOW": json.dumps(variable),
        }
        command = [sys.executable, "-c", FOLLOW, RUN, line, str(tmp_path / "end"), *filter(None, [then])]
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=REPOSITORY,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        assert [process.stdout.readline().strip() for _ in line.splitlines()] == line.splitlines()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def press_ctrl_c(process):
    """Signal the whole process group, as a terminal does."""
    os.killpg(process.pid, signal.SIGINT)


def wait_for(condition):
    while not condition():
        time.sleep(0.02)


def test_first_signal_cancels_the_job_and_the_run_goes_on(follow, server, tmp_path):
    process = follow(SUBMITTED)
    press_ctrl_c(process)
    wait_for(lambda: server.cancelled == ["job-1"])
    (tmp_path / "end").touch()
    out, err = process.communicate()
    assert out == "ended by itself\n"
    assert "cancelling pipeline job job-1" in err


def test_all_jobs_of_a_mapped_group_are_cancelled_and_the_run_is_stopped(follow, server):
    server.add("job-2", "RUNNING")
    mapped = SUBMITTED.replace("submit_pipeline", "trial.submit_pipeline")
    ended = (
        "2026-01-01T12:00:00Z [info     ] recsflow | trial.wait_for_pipeline | job job-0 succeeded 9 s [x]"
    )
    lines = [mapped.replace("job-1", "job-0"), ended, mapped.replace("job-1", "job-2"), mapped]
    process = follow("\n".join(lines))
    press_ctrl_c(process)
    assert "stopping the run." in process.communicate()[1]
    assert server.cancelled == ["job-2", "job-1"]


def test_custom_job_is_cancelled_where_custom_jobs_are(follow, server, tmp_path):
    process = follow(SUBMITTED.replace("submit_pipeline | pipeline", "submit_trainer | custom"))
    press_ctrl_c(process)
    wait_for(lambda: server.cancelled == ["job-1"])
    assert server.asked[-1].endswith("/customJobs/job-1:cancel")
    (tmp_path / "end").touch()
    assert "cancelling custom job job-1" in process.communicate()[1]


@pytest.fixture
def cloud_build():
    server = CloudBuildServer(lambda _build: None)
    yield server
    server.close()


def test_build_that_compiles_for_the_job_is_cancelled(follow, cloud_build, tmp_path):
    line = SUBMITTED.replace("pipeline job job-1 submitted", "build build-1 compiles the pipeline")
    process = follow(line, cloud_build=cloud_build.url)
    press_ctrl_c(process)
    wait_for(lambda: cloud_build.cancelled == ["build-1"])
    (tmp_path / "end").touch()
    out, err = process.communicate()
    assert out == "ended by itself\n"
    assert "cancelling build build-1; the run ends with it" in err


def test_build_is_over_when_its_job_has_begun(follow, server, cloud_build, tmp_path):
    mapped = SUBMITTED.replace("submit_pipeline", "trial.submit_pipeline")
    build = mapped.replace("pipeline job job-1 submitted", "build build-1 compiles the pipeline")
    process = follow(f"{build}\n{mapped}", cloud_build=cloud_build.url)
    press_ctrl_c(process)
    process.communicate()
    assert (server.cancelled, cloud_build.cancelled) == (["job-1"], [])


def test_second_signal_stops_the_run(follow, server):
    process = follow(SUBMITTED)
    press_ctrl_c(process)
    wait_for(lambda: server.cancelled == ["job-1"])
    press_ctrl_c(process)
    out, err = process.communicate()
    assert (out, err.strip().splitlines()[-1]) == ("", "stopping the run.")


def test_run_of_mapped_tasks_is_stopped_before_its_first_job(follow):
    process = follow("[DAG TEST] starting task_id=trial.stage_dataset map_index=2")
    press_ctrl_c(process)
    out, err = process.communicate()
    assert (out, err.strip()) == ("", "stopping the run.")


def test_job_that_begins_after_the_signal_is_cancelled(follow, server):
    process = follow("[DAG TEST] starting task_id=submit_pipeline map_index=-1", then=SUBMITTED)
    press_ctrl_c(process)
    assert process.communicate()[0] == f"stopped\n{SUBMITTED}\n"
    assert server.cancelled == ["job-1"]


def test_run_without_a_job_is_stopped(follow, server):
    process = follow("[DAG TEST] starting task_id=resolve_experiment")
    press_ctrl_c(process)
    assert process.communicate()[0] == "stopped\n"
    assert server.cancelled == []


def test_job_that_cannot_be_cancelled_is_named_and_the_run_is_stopped(follow, server):
    server.jobs.clear()
    process = follow(SUBMITTED)
    press_ctrl_c(process)
    out, err = process.communicate()
    assert out == "stopped\n"
    assert "pipeline job job-1 was not cancelled: no such job; stopping the run alone." in err
