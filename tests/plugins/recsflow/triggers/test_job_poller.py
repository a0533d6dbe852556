"""How many requests the triggers of a process cost together, and that each hears what it would hear alone."""

import asyncio
import contextvars
import logging
import time

import pytest

from recsflow.triggers import job_poller
from recsflow.triggers.job_poller import pause_s
from recsflow.triggers.vertex_job import VertexJobTrigger
from recsflow.vertex.job_kinds import PIPELINE_JOBS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

OURS = {"labels": {"application": "recsflow"}}
# Rounds are 15 s apart, give or take a fifth: five in a minute at most.
ROUNDS_A_MINUTE = 5


def trigger(job_id, **changes):
    watched = {
        "kind": PIPELINE_JOBS.name,
        "task_id": f"wait_for_{job_id}",
        "gcp_conn_id": "recsflow_gcp",
        "project": "local",
        "location": "us-central1",
        "job_id": job_id,
        "metrics_uri": "file:///nowhere/training_metrics.json",
        "poll_interval_s": 0.01,
        "deadline_s": time.time() + PATIENCE_S,
        "max_outage_s": 600.0,
    }
    return VertexJobTrigger(**{**watched, **changes})


async def event_of(waiting):
    return (await anext(waiting.run())).payload


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


async def test_500_waiting_jobs_stay_under_120_calls_a_minute(pipeline_jobs, monkeypatch):
    # Rounds are counted here, not seconds.
    monkeypatch.setattr(job_poller, "MIN_S_A_CALL", 0.0)
    job_ids = [f"job-{number}" for number in range(500)]
    for job_id in job_ids:
        pipeline_jobs.add(job_id, "RUNNING", **OURS)
    waiting = [asyncio.create_task(event_of(trigger(job_id))) for job_id in job_ids]
    await until(lambda: pipeline_jobs.rounds() >= 3)
    for job_id in job_ids:
        pipeline_jobs.set_state(job_id, "SUCCEEDED")
    events = await asyncio.gather(*waiting)
    assert {event["job_id"]: event["status"] for event in events} == dict.fromkeys(job_ids, "succeeded")
    assert len(pipeline_jobs.read) / pipeline_jobs.rounds() * ROUNDS_A_MINUTE < 120


async def test_an_outage_reaches_every_trigger(pipeline_jobs, monkeypatch):
    monkeypatch.setattr(job_poller, "MIN_S_A_CALL", 0.0)
    job_ids = [f"job-{number}" for number in range(20)]
    for job_id in job_ids:
        pipeline_jobs.add(job_id, "RUNNING", **OURS)
    pipeline_jobs.outage = 1000
    events = await asyncio.gather(*[event_of(trigger(job_id, max_outage_s=0.0)) for job_id in job_ids])
    assert {event["status"] for event in events} == {"unknown"}
    assert "job job-19 could not be read for" in events[19]["message"]
    assert "down for a moment" in events[19]["message"]


async def test_what_is_not_allowed_ends_every_trigger_at_once(pipeline_jobs):
    pipeline_jobs.unreadable = True
    events = await asyncio.gather(*[event_of(trigger(f"job-{number}")) for number in range(20)])
    assert {event["status"] for event in events} == {"unknown"}
    assert "job job-19 cannot be read: 403" in events[19]["message"]


async def test_too_many_requests_are_no_outage(pipeline_jobs, caplog):
    pipeline_jobs.add("job-1", "SUCCEEDED", **OURS)
    pipeline_jobs.throttled = 3
    event = await event_of(trigger("job-1", max_outage_s=0.0))
    assert event["status"] == "succeeded"
    assert "asked too often about jobs, asking about job-1 later" in caplog.text


async def test_nobody_is_asked_when_nobody_waits(pipeline_jobs):
    for job_id in ("job-1", "job-2"):
        pipeline_jobs.add(job_id, "RUNNING", **OURS)
    waiting = [asyncio.create_task(event_of(trigger(job_id))) for job_id in ("job-1", "job-2")]
    await until(lambda: len(pipeline_jobs.read) >= 3)
    waiting[0].cancel()
    pipeline_jobs.set_state("job-2", "SUCCEEDED")
    assert (await waiting[1])["status"] == "succeeded"
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})


async def test_progress_is_logged_by_the_trigger_of_the_job(pipeline_jobs):
    reader = contextvars.ContextVar("reader", default="nobody")
    said = []

    class Handler(logging.Handler):
        def emit(self, record):
            said.append((reader.get(), record.getMessage()))

    async def waiting_as(name, job_id):
        # As the triggerer does; by this a line reaches the log of the right task.
        reader.set(name)
        return await event_of(trigger(job_id))

    for job_id in ("job-1", "job-2"):
        pipeline_jobs.add(job_id, "SUCCEEDED", **OURS)
    log, handler = logging.getLogger("recsflow.progress"), Handler()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    await asyncio.gather(waiting_as("first", "job-1"), waiting_as("second", "job-2"))
    log.removeHandler(handler)
    lines = [(name, line.rpartition(" succeeded")[0]) for name, line in sorted(said)]
    assert lines == [
        ("first", "recsflow | wait_for_job-1 | job job-1"),
        ("second", "recsflow | wait_for_job-2 | job job-2"),
    ]


@pytest.mark.parametrize(
    ("throttled_rounds", "calls", "chance", "expected"),
    [
        (0, 6, 0.0, 15.0),
        (0, 6, -1.0, 12.0),
        (0, 6, 1.0, 18.0),
        (1, 6, 0.0, 30.0),
        (3, 6, 0.0, 120.0),
        (2000, 6, 0.0, 240.0),
        (0, 60, 0.0, 30.0),  # never more than two calls a second
    ],
)
def test_rounds_keep_their_distance(throttled_rounds, calls, chance, expected):
    assert pause_s(15.0, throttled_rounds, calls, chance) == pytest.approx(expected)
