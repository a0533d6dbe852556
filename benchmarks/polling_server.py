"""The local Vertex AI with jobs that nobody runs: they end when the benchmark says so.

Arguments: its folder, its port, how many pipeline jobs and how many custom jobs. Each line that it reads,
`first last`, ends the jobs of these numbers, and it answers with the time; each request is a line of
`requests.log`.
"""

import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn

from local_cloud.settings import LOCATION, PROJECT, LocalSettings
from local_cloud.vertex.app import build_app
from local_cloud.vertex.states import Collection, JobKey, JobRecord, JobState, TaskState, now
from local_cloud.vertex.store import Store

COMPONENTS = ("ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform", "Trainer")


def main(home: Path, port: int, pipelines: int, customs: int) -> None:
    """Serves until its input ends."""
    app: Any = build_app(LocalSettings(home))
    store = Store(home / "vertex.sqlite")
    jobs = [_running(store, number, number < pipelines) for number in range(pipelines + customs)]
    log = (home / "requests.log").open("a", buffering=1)

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        log.write(f"{time.time()} {scope['path']}\n")
        await app(scope, receive, send)

    server = uvicorn.Server(
        uvicorn.Config(counted, host="127.0.0.1", port=port, lifespan="off", log_level="error")
    )
    threading.Thread(target=server.run, daemon=True).start()
    for line in sys.stdin:
        first, last = map(int, line.split())
        for job in jobs[first:last]:
            job.state, job.end_time = JobState.SUCCEEDED, now()
            store.update_job(job)
        print(time.time(), flush=True)


def _running(store: Store, number: int, is_pipeline: bool) -> JobRecord:
    collection = Collection.PIPELINE_JOBS if is_pipeline else Collection.CUSTOM_JOBS
    key = JobKey(PROJECT, LOCATION, f"job-{number}" if is_pipeline else str(number), collection)
    labels = {"application": "recsflow"}
    request: dict[str, Any] = {"displayName": key.job_id, "labels": labels}
    if is_pipeline:
        request["pipelineSpec"] = {"pipelineInfo": {"name": "benchmark"}}
    else:
        request["jobSpec"] = {"workerPoolSpecs": [{"replicaCount": "1"}]}
    job = store.create_job(JobRecord(key, request), COMPONENTS if is_pipeline else ("Trainer",))
    job.state, job.start_time = JobState.RUNNING, now()
    store.update_job(job)
    for task in job.tasks:
        task.state, task.start_time = TaskState.RUNNING, now()
        store.update_task(key, task)
    return job


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
