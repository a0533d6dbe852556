"""Ctrl-C while a DAG test runs: cancels its jobs, so that the run ends by itself and is recorded."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from types import FrameType

JOB = re.compile(
    r"recsflow \| (?P<group>\w+\.)?submit_\w+ \| (?P<kind>pipeline|custom) job (?P<job_id>\S+) "
    r"(?:submitted|is there already)"
)
BUILD = re.compile(
    r"recsflow \| (?P<group>\w+\.)?submit_\w+ \| build (?P<build_id>\S+) compiles the pipeline"
)
MAPPED = re.compile(r"\[DAG TEST\] starting task_id=\S+ map_index=\d")
ENDED = re.compile(r"recsflow \| \S+ \| job (?P<job_id>\S+) (?:succeeded|failed|cancelled)")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CALL_TIMEOUT_S = 10.0
BUILDS = "build"


@dataclass(frozen=True)
class Job:
    """A pipeline job or a custom job, or the build that compiles for one.

    Attributes:
        is_one_of_many: whether it belongs to a mapped group, whose other members have jobs of their own.
    """

    kind: str
    job_id: str
    is_one_of_many: bool = False

    def __str__(self) -> str:
        return f"build {self.job_id}" if self.kind == BUILDS else f"{self.kind} job {self.job_id}"


class Interruption:
    """What a person who interrupts a run sets going.

    `airflow dags test` has no hook for it: its job would go on. So the signals are kept from it; the first
    one cancels the job, and the waiting task then fails as it does when anybody else cancels the job. Before
    there is a job, the task that runs is interrupted and fails; the run is recorded and ends. The second
    signal ends the run at once. So does the first one where tasks are mapped, since the others would go on;
    those of its jobs that run are cancelled. A job that begins after the signal is cancelled.

    Attributes:
        asked: whether a signal came.
        was_cut_off: whether the run was stopped where it stood, so that Airflow believes it to go on.
    """

    def __init__(self) -> None:
        self.asked = False
        self.was_cut_off = False
        self._jobs: dict[str, Job] = {}
        self._is_mapped = False
        self._process: subprocess.Popen[str] | None = None
        for number in SIGNALS:
            signal.signal(number, self._interrupt)

    def watch(self, process: subprocess.Popen[str]) -> None:
        """Look after a process in a process group of its own, started after this object was made.

        Where a shell starts us in the background it has Ctrl-C ignored, and a process started before would be
        born deaf to it too.
        """
        self._process = process

    def read(self, line: str) -> None:
        """Look for a job or a build that begins or ends in the next line of the log."""
        if match := JOB.search(line):
            self._begin(Job(match["kind"], match["job_id"], is_one_of_many=match["group"] is not None))
        elif match := BUILD.search(line):
            self._begin(Job(BUILDS, match["build_id"], is_one_of_many=match["group"] is not None))
        elif MAPPED.search(line):
            self._is_mapped = True
        elif match := ENDED.search(line):
            self._jobs = {
                job_id: job
                for job_id, job in self._jobs.items()
                if job_id != match["job_id"] or not job.is_one_of_many
            }

    def _begin(self, job: Job) -> None:
        # Tasks run one after another here: when the next job begins, what compiled for it has ended.
        others = {name: each for name, each in self._jobs.items() if each.kind != BUILDS}
        self._jobs = {**(others if job.is_one_of_many else {}), job.job_id: job}
        if self.asked:
            _cancelled(job)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._process is None:
            raise KeyboardInterrupt
        if self._process.poll() is not None:
            return
        again, self.asked = self.asked, True
        jobs = list(self._jobs.values())
        refused = [job for job in jobs if not again and not _cancelled(job)]
        if again or self._is_mapped or any(job.is_one_of_many for job in jobs):
            _say("stopping the run.")
            self.was_cut_off = True
            # The whole group, in which a compiler or a query may run.
            os.killpg(self._process.pid, signal.SIGTERM)
        elif not jobs or refused:
            _say("interrupting the task; the run ends with it. Again Ctrl-C stops at once.")
            self._process.send_signal(signal.SIGINT)


def _cancelled(job: Job) -> bool:
    ends = "" if job.is_one_of_many else "; the run ends with it. Again Ctrl-C stops at once"
    _say(f"cancelling {job}{ends}.")
    try:
        cancel(job)
    except (OSError, KeyError, ValueError) as error:
        _say(f"{job} was not cancelled: {error}; stopping the run alone.")
        return False
    return True


def cancel(job: Job) -> None:
    """Ask the Vertex AI of the environment's Airflow connection to cancel a job, or its Cloud Build a build.

    Raises:
        OSError: It does not answer, or does not take the request; carries its own words.
        KeyError: The environment has no connection with an address.
    """
    extra = json.loads(os.environ["AIRFLOW_CONN_RECSFLOW_GCP"])["extra"]
    settings = json.loads(os.environ["AIRFLOW_VAR_RECSFLOW"])
    project = f"projects/{settings['project']}"
    if job.kind == BUILDS:
        location = settings["compiler"].get("location", "global")
        place = f"{extra['cloud_build_endpoint']}/v1/{project}/locations/{location}"
        url = f"{place}/builds/{job.job_id}:cancel"
    else:
        place = f"{extra['vertex_endpoint']}/v1/{project}/locations/{settings['location']}"
        url = f"{place}/{job.kind}Jobs/{job.job_id}:cancel"
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=CALL_TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        raise OSError(json.load(error)["error"]["message"]) from error


def _say(text: str) -> None:
    # Not to standard output, which the signal may have come in the midst of writing to.
    print(f"\n{text}", file=sys.stderr, flush=True)
