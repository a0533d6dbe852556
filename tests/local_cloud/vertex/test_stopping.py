"""Jobs when the server, a job or a component's own process is stopped: real forks, but without TFX."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from include.process_activity import Activity, wait_until
from local_cloud.settings import REPOSITORY, LocalSettings
from tests.local_cloud.vertex.app_server import PYTHON, AppServer
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

# One slot, and a host that imports nothing.
PROGRAM = """
import sys, uvicorn
from pathlib import Path
from local_cloud.settings import LocalSettings
from local_cloud.vertex import app, host_client
app.PARALLEL_TASKS = 1
host_client.HOST_SCRIPT = Path(sys.argv[3])
LocalSettings.trainer_python = Path(sys.executable)
uvicorn.run(app.build_app(LocalSettings(Path(sys.argv[1]))), host="127.0.0.1", port=int(sys.argv[2]))
"""
HOST = """
import os, sys
from local_cloud.vertex.component_host import ComponentHost
commands, answers = os.dup(0), os.dup(1)
os.dup2(2, 1)
ComponentHost(commands, answers).serve()
"""
# Says that it runs, starts a child in a session of its own, and waits until it is let go.
MODULE = """
import os, pathlib, subprocess, sys, time
folder = pathlib.Path(sys.argv[1])
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
(folder / "pids.part").write_text(f"{os.getpid()} {child.pid}")
(folder / "pids.part").rename(folder / "pids")
while not (folder / "go_on").exists():
    time.sleep(0.05)
"""
JOBS = "/v1/projects/local/locations/us-central1/customJobs"


class Server(AppServer):
    """The server with what the fake trainer image needs, and jobs that run it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = folder / "recsflow_trainer"
        package.mkdir()
        (package / "scoring.py").write_text(MODULE)
        (folder / "host.py").write_text(HOST)
        super().__init__(folder / "home")

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        log = self.home / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(PYTHON), "-c", PROGRAM, str(self.home), str(self._port), str(self.folder / "host.py")],
                stdout=output,
                stderr=output,
                cwd=REPOSITORY,
                env={**os.environ, "PYTHONPATH": f"{self.folder}:{REPOSITORY}"},
            )
        self.activity = Activity(self._process.pid, logs=[log])
        wait_until(self._answers, self.activity, what=log.read_text())

    def end(self) -> None:
        """Stops it as `make down` does."""
        self._process.terminate()
        self._process.wait()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def call(self, method: str, path: str, body: object = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=data, method=method, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def submit(self, name: str) -> str:
        (self.folder / name).mkdir()
        container = {
            "imageUri": LocalSettings(self.home).trainer_image,
            "command": ["python", "-m", "recsflow_trainer.scoring"],
            "args": [str(self.folder / name)],
        }
        pool = {
            "machineSpec": {"machineType": "n1-standard-4"},
            "replicaCount": 1,
            "containerSpec": container,
        }
        job = {"displayName": name, "jobSpec": {"workerPoolSpecs": [pool]}}
        return self.call("POST", JOBS, job)["name"]

    def unfinished(self) -> list[str]:
        jobs = self.call("GET", JOBS)["customJobs"]
        return [job["name"] for job in jobs if job["state"] in {"JOB_STATE_PENDING", "JOB_STATE_RUNNING"}]

    def state(self, job: str) -> str:
        return self.call("GET", f"/v1/{job}")["state"].removeprefix("JOB_STATE_")

    def wait(self, job: str, state: str) -> None:
        wait_until(lambda: self.state(job) == state, self.activity, what=f"{job} is not {state}")

    def pids(self, name: str) -> list[psutil.Process]:
        """Waits until the component of a job runs; returns it and its child in another session."""
        said = self.folder / name / "pids"
        wait_until(said.exists, self.activity, what=f"{name} does not run")
        return [psutil.Process(int(pid)) for pid in said.read_text().split()]

    def let_go(self, name: str) -> None:
        (self.folder / name / "go_on").touch()


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    # Importing Google's messages takes seconds; the tests tell their jobs apart by name.
    server = Server(tmp_path_factory.mktemp("cloud"))
    yield server
    server.stop()


@pytest.fixture
def server(one_server):
    yield one_server
    for job in one_server.unfinished():
        # One that ends meanwhile is no longer to be cancelled.
        with suppress(urllib.error.HTTPError):
            one_server.call("POST", f"/v1/{job}:cancel", {})
        wait_until(lambda job=job: job not in one_server.unfinished(), one_server.activity, what=job)


def gone(processes) -> bool:
    return psutil.wait_procs(processes, timeout=PATIENCE_S)[1] == []


def test_jobs_survive_any_number_of_ordered_stops(server):
    first = server.submit("kept")
    second = server.submit("kept-next")
    for _ in range(2):
        running = server.pids("kept")
        assert (server.state(first), server.state(second)) == ("RUNNING", "PENDING")
        server.end()
        assert gone(running)
        (server.folder / "kept" / "pids").unlink()
        server.start()
        assert server.state(second) == "PENDING"
    server.let_go("kept")
    server.let_go("kept-next")
    server.wait(first, "SUCCEEDED")
    server.wait(second, "SUCCEEDED")


def test_killed_server_runs_the_command_again_and_knows_what_had_ended(server):
    ended = server.submit("ended")
    server.let_go("ended")
    server.wait(ended, "SUCCEEDED")
    before = server.call("GET", f"/v1/{ended}")
    job = server.submit("restarted")
    running = server.pids("restarted")
    server.kill()
    assert gone(running)
    (server.folder / "restarted" / "pids").unlink()
    server.start()
    server.pids("restarted")
    server.let_go("restarted")
    server.wait(job, "SUCCEEDED")
    assert server.call("GET", f"/v1/{ended}") == before


def test_job_that_waits_for_a_slot_is_cancelled_at_once(server):
    first = server.submit("held")
    second = server.submit("held-next")
    server.pids("held")
    server.call("POST", f"/v1/{second}:cancel", {})
    server.wait(second, "CANCELLED")
    assert server.state(first) == "RUNNING"


def test_cancel_that_comes_late_changes_nothing(server):
    job = server.submit("late")
    server.let_go("late")
    server.wait(job, "SUCCEEDED")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        server.call("POST", f"/v1/{job}:cancel", {})
    assert server.state(job) == "SUCCEEDED"


def test_cancelled_component_takes_a_child_in_another_session_with_it(server):
    job = server.submit("cancelled")
    running = server.pids("cancelled")
    server.call("POST", f"/v1/{job}:cancel", {})
    server.wait(job, "CANCELLED")
    assert gone(running)


def test_finished_component_leaves_no_child_behind(server):
    job = server.submit("finished")
    running = server.pids("finished")
    server.let_go("finished")
    server.wait(job, "SUCCEEDED")
    assert gone(running)


@pytest.mark.parametrize("generations", [1, 2], ids=["supervisor", "host"])
def test_killed_parent_of_a_component_leaves_none_of_it_behind(server, generations):
    server.submit(f"killed-{generations}")
    running = server.pids(f"killed-{generations}")
    running[0].parents()[generations - 1].kill()
    assert gone(running)
