"""All 1.47 M rows through the basic config, 3 epochs: peak memory, and the time of each component.

The peer is the same pipeline on a 100,000-row experiment, so that the details show how each component grows.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.experiment import prepare, run_job, trim, use, wait_for_warm_host
from benchmarks.pipeline import ROWS, component_seconds
from benchmarks.result import Result
from local_cloud.machine import temporary_machine
from local_cloud.services import ServiceRunner, build_services

if TYPE_CHECKING:
    from local_cloud.machine import Machine

PARAMETERS = {
    "dataset": "complete_journey",
    "features": "basic",
    "model": "shallow",
    "sample_percent": 100,
    "epochs": 3,
}
BYTES_PER_GB = 1e9
SAMPLE_INTERVAL_S = 0.5


@dataclass
class PeakMemory:
    """Samples the proportional set size of a process and all its descendants while it is entered."""

    pid: int
    bytes: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> PeakMemory:
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_INTERVAL_S):
            self.bytes = max(self.bytes, sum(_proportional_bytes(pid) for pid in _tree(self.pid)))


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, pending = [], [root]
    while pending:
        pid = pending.pop()
        found.append(pid)
        pending += children.get(pid, [])
    return found


def _proportional_bytes(pid: int) -> int:
    # Pages that forked components share with the warm process count once.
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _server_pid(machine: Machine) -> int:
    runner = ServiceRunner(machine.settings)
    pid = runner.process(build_services(machine.settings)["vertex"]).pid()
    if pid is None:
        raise RuntimeError("the pipeline server is not running")
    return pid


def main() -> None:
    """Reports the peak memory of the local cloud while it runs the whole data."""
    with temporary_machine("bigquery", "vertex") as machine:
        settings = use(machine)
        began = time.perf_counter()
        prepared = prepare(settings, PARAMETERS, "all-rows")
        staging_s = time.perf_counter() - began
        rows_uri = trim(prepared.rows_uri, ROWS)
        wait_for_warm_host(machine)
        small, small_s = run_job(replace(prepared, rows_uri=rows_uri, history_uri=None))
        whole = prepare(settings, PARAMETERS, "all-rows-whole")
        with PeakMemory(_server_pid(machine)) as peak:
            job, wall_s = run_job(whole)
    Result(
        name="full-rows",
        value=peak.bytes / BYTES_PER_GB,
        unit="GB",
        goal="< 8",
        peer="the same pipeline on 100,000 rows",
        details={
            "wall_s": round(wall_s, 1),
            "staging_and_export_s": round(staging_s, 1),
            "components_s": component_seconds(job),
            "peer_wall_s": round(small_s, 1),
            "peer_components_s": component_seconds(small),
            "cpus": os.cpu_count(),
        },
    ).report()


if __name__ == "__main__":
    main()
