"""A server that runs jobs in real forks, but without TFX."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import psutil

from include.process_activity import Activity, wait_until
from local_cloud.settings import REPOSITORY, LocalSettings
from tests.local_cloud.vertex.app_server import PYTHON, AppServer

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
if "--fail" in sys.argv:
    print("reading rows", flush=True)
    raise KeyError("brand")
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
(folder / "pids.part").write_text(f"{os.getpid()} {child.pid}")
(folder / "pids.part").rename(folder / "pids")
while not (folder / "go_on").exists():
    time.sleep(0.05)
"""
# Stands for the compiler: a topology says what it does.
COMPILER = """
import json, os, pathlib, subprocess, sys, time
given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
topology = json.loads(pathlib.Path(given["--topology"]).read_text())
if topology.get("wait"):
    folder = pathlib.Path(topology["wait"])
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    (folder / "pids.part").write_text(f"{os.getpid()} {child.pid}")
    (folder / "pids.part").rename(folder / "pids")
    time.sleep(600)
if topology.get("fail"):
    print("reading", given["--topology"], flush=True)
    sys.exit(f"error: {topology['fail']}")
pathlib.Path(given["--output"]).write_text(json.dumps({"compiled": topology, "in": os.getcwd()}))
"""
JOBS = "/v1/projects/local/locations/us-central1/customJobs"


class ForkingServer(AppServer):
    """The server with what the fake trainer image needs, and jobs that run it.

    Args:
        folder: Of all that it keeps, and of what its jobs say.
        storage: Address of a Cloud Storage.
    """

    def __init__(self, folder: Path, storage: str) -> None:
        self.folder = folder
        self._storage = storage
        package = folder / "recsflow_trainer"
        (package / "pipeline").mkdir(parents=True)
        (package / "scoring.py").write_text(MODULE)
        (package / "pipeline" / "compile.py").write_text(COMPILER)
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
                env={
                    **os.environ,
                    "PYTHONPATH": f"{self.folder}:{REPOSITORY}",
                    "STORAGE_EMULATOR_HOST": self._storage,
                },
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

    def submit(self, name: str, *options: str) -> str:
        (self.folder / name).mkdir()
        return self.call("POST", JOBS, self.job(name, *options))["name"]

    def job(self, name: str, *options: str) -> dict:
        """A create request as JSON."""
        container = {
            "imageUri": LocalSettings(self.home).trainer_image,
            "command": ["python", "-m", "recsflow_trainer.scoring"],
            "args": [str(self.folder / name), *options],
        }
        pool = {
            "machineSpec": {"machineType": "n1-standard-4"},
            "replicaCount": 1,
            "containerSpec": container,
        }
        return {"displayName": name, "jobSpec": {"workerPoolSpecs": [pool]}}

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
