"""Ctrl-C while a DAG test runs: cancels the pipeline job, so that the run ends by itself and is recorded."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from types import FrameType

JOB = re.compile(r"recsflow \| submit_pipeline \| job (?P<job_id>\S+) (?:submitted|is there already)")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CALL_TIMEOUT_S = 10.0


class Interruption:
    """What a person who interrupts a run sets going.

    `airflow dags test` has no hook for it: it dies where it stands, and its pipeline job would go on. So the
    signals are kept from it; the first one cancels the job, and the waiting task then fails as it does when
    anybody else cancels the job. Before there is a job, and for the second signal, the run itself is stopped.

    Attributes:
        asked: whether a signal came.
    """

    def __init__(self) -> None:
        self.asked = False
        self._job_id: str | None = None
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
        """Look for the job's id in the next line of the log."""
        if match := JOB.search(line):
            self._job_id = match["job_id"]

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._process is None:
            raise KeyboardInterrupt
        again, self.asked = self.asked, True
        if again or self._job_id is None:
            self._process.send_signal(signal.SIGINT)
        else:
            _say(f"cancelling pipeline job {self._job_id}; the run ends with it. Again Ctrl-C stops at once.")
            try:
                cancel(self._job_id)
            except (OSError, KeyError, ValueError) as error:
                _say(f"pipeline job {self._job_id} was not cancelled: {error}; stopping the run alone.")
                self._process.send_signal(signal.SIGINT)


def cancel(job_id: str) -> None:
    """Ask the pipeline server of the environment's Airflow connection to cancel a job.

    Raises:
        OSError: It does not answer, or does not take the request; carries its own words.
        KeyError: The environment has no connection with an address.
    """
    connection = json.loads(os.environ["AIRFLOW_CONN_RECSFLOW_GCP"])
    settings = json.loads(os.environ["AIRFLOW_VAR_RECSFLOW"])
    parent = f"projects/{settings['project']}/locations/{settings['location']}"
    url = f"{connection['extra']['vertex_endpoint']}/v1/{parent}/pipelineJobs/{job_id}:cancel"
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=CALL_TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        raise OSError(json.load(error)["error"]["message"]) from error


def _say(text: str) -> None:
    # Not to standard output, which the signal may have come in the midst of writing to.
    print(f"\n{text}", file=sys.stderr, flush=True)
