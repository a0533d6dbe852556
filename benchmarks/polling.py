"""How many requests 500 waiting jobs cost, and how soon each end is seen.

The real triggers wait in one event loop, through Google's client library, for 400 pipeline jobs and 100
custom jobs of the local Vertex AI. Fifty of them end every ten seconds, the last hundred together.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.result import Result
from local_cloud.settings import HOST, LOCATION, PROJECT, REPOSITORY

PIPELINES, CUSTOMS, TOGETHER = 400, 100, 100
POLL_INTERVAL_S = 15.0
STEP, STEP_S = 50, 10.0
MAX_DELAY_S = 40.0


def main() -> None:
    """Measures, and states the calls in the busiest minute."""
    with tempfile.TemporaryDirectory(prefix="recsflow-") as folder, _server(Path(folder)) as process:
        seen, ended = asyncio.run(_wait(process))
        requests = [float(line.split()[0]) for line in (Path(folder) / "requests.log").open()]
    delays = [seen[number] - ended[number] for number in ended]
    busiest = max(sum(0 <= other - each < 60 for other in requests) for each in requests)
    print(f"{len(requests)} requests in {requests[-1] - requests[0]:.0f} s, {busiest} in the busiest minute")
    print(f"an end was seen after {sum(delays) / len(delays):.1f} s on average, {max(delays):.1f} s at most")
    alone = round((PIPELINES + CUSTOMS) * 60 / POLL_INTERVAL_S)
    details = {
        "jobs": PIPELINES + CUSTOMS,
        "longest_delay_s": round(max(delays), 1),
        "mean_delay_s": round(sum(delays) / len(delays), 1),
        "calls_a_minute_of_triggers_that_ask_alone": alone,
    }
    Result("polling", busiest, "calls a minute", "<= 120", "none; the goal is absolute", details).report()
    if max(delays) > MAX_DELAY_S:
        raise SystemExit(f"an end was seen only after {max(delays):.1f} s, more than {MAX_DELAY_S:.0f} s")


async def _wait(server: subprocess.Popen[str]) -> tuple[dict[int, float], dict[int, float]]:
    """Returns when the end of each job was seen, and when it was."""
    seen: dict[int, float] = {}
    ended: dict[int, float] = {}

    async def see(number: int) -> None:
        event = await anext(aiter(_trigger(number).run()))
        if event.payload["status"] != "succeeded":
            raise SystemExit(event.payload["message"])
        seen[number] = time.time()

    waiting = [asyncio.create_task(see(number)) for number in range(PIPELINES + CUSTOMS)]
    await asyncio.sleep(2 * POLL_INTERVAL_S)
    # The last ones are custom jobs; those before them are spread over both kinds of lists.
    steps = [(first, first + STEP) for first in range(0, PIPELINES + CUSTOMS - TOGETHER, STEP)]
    for first, last in [*steps, (PIPELINES + CUSTOMS - TOGETHER, PIPELINES + CUSTOMS)]:
        ended.update(dict.fromkeys(range(first, last), await asyncio.to_thread(_end, server, first, last)))
        await asyncio.sleep(STEP_S)
    await asyncio.gather(*waiting)
    return seen, ended


def _end(server: subprocess.Popen[str], first: int, last: int) -> float:
    if server.stdin is None or server.stdout is None:
        raise SystemExit("the server of the benchmark has no pipes")
    server.stdin.write(f"{first} {last}\n")
    server.stdin.flush()
    return float(server.stdout.readline())


def _trigger(number: int) -> Any:
    from recsflow.triggers.vertex_job import VertexJobTrigger
    from recsflow.vertex.job_kinds import CUSTOM_JOBS, PIPELINE_JOBS

    is_pipeline = number < PIPELINES
    return VertexJobTrigger(
        kind=(PIPELINE_JOBS if is_pipeline else CUSTOM_JOBS).name,
        task_id="wait",
        gcp_conn_id="recsflow_gcp",
        project=PROJECT,
        location=LOCATION,
        job_id=f"job-{number}" if is_pipeline else str(number),
        metrics_uri="file:///nowhere/training_metrics.json",
        poll_interval_s=POLL_INTERVAL_S,
        deadline_s=time.time() + 3600,
        max_outage_s=300.0,
    )


@contextmanager
def _server(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Starts the local Vertex AI with its jobs, and points Airflow's connection at it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    extra = {"is_anonymous": True, "project": PROJECT, "vertex_endpoint": f"http://{HOST}:{port}"}
    os.environ["AIRFLOW_CONN_RECSFLOW_GCP"] = json.dumps(
        {"conn_type": "google_cloud_platform", "extra": extra}
    )
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    arguments = [str(home), str(port), str(PIPELINES), str(CUSTOMS)]
    process = subprocess.Popen(
        [str(python), "-m", "benchmarks.polling_server", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    try:
        _end(process, 0, 0)  # answers when it has started
        yield process
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
