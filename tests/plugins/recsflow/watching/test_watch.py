import logging
from datetime import UTC, datetime, timedelta

import pytest

from recsflow.vertex.component_log import ComponentLog
from recsflow.vertex.jobs import Component, Job, JobEvent, JobState, Outcome
from recsflow.watching.watch import JobReaders, JobWatch

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
NO_LOG = ComponentLog()


class Away(Exception):
    """The service does not answer."""


class Refused(Exception):
    """The service refuses for good."""


class Throttled(Exception):
    """The service wants to be asked less often."""


class World:
    """What a watch sees: answers in order, ten seconds apart."""

    def __init__(self, *answers, metrics=None, logs=(NO_LOG,)):
        self.answers = list(answers)
        self.metrics = metrics
        self.logs = list(logs)
        self.now = START

    def look(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def watch(self, *, deadline_s=3600, max_outage_s=60):
        readers = JobReaders(
            job=self.look,
            metrics=lambda: self.metrics,
            log=lambda *_: self.logs.pop(0) if len(self.logs) > 1 else self.logs[0],
            is_permanent=lambda error: isinstance(error, Refused),
            is_throttled=lambda error: isinstance(error, Throttled),
            clock=self._tick,
        )
        deadline = START + timedelta(seconds=deadline_s)
        return JobWatch(
            task_id="wait", job_id="job-1", readers=readers, deadline=deadline, max_outage_s=max_outage_s
        )

    def _tick(self):
        self.now += timedelta(seconds=10)
        return self.now


def job(state, *components, error=""):
    return Job("job-1", state, components, components_total=6, created=START, error=error)


def looks(watch, count):
    return [watch.look() for _ in range(count)]


@pytest.mark.parametrize("state", [JobState.PENDING, JobState.RUNNING, JobState.PAUSED, JobState.CANCELLING])
def test_job_that_has_not_ended_keeps_waiting(state):
    assert looks(World(job(state)).watch(), 5) == [None] * 5


def test_paused_job_that_resumes_succeeds():
    world = World(job(JobState.PAUSED), job(JobState.RUNNING), job(JobState.SUCCEEDED))
    *waiting, event = looks(world.watch(), 3)
    assert waiting == [None, None]
    assert event.status is Outcome.SUCCEEDED


def test_cancelled_job_is_not_success():
    assert World(job(JobState.CANCELLED)).watch().look().status is Outcome.CANCELLED


def test_failure_names_the_component_and_carries_its_own_lines():
    transform = Component("Transform", JobState.FAILED, START, START, error="Traceback\nKeyError: 'brand'")
    event = World(job(JobState.FAILED, transform, error="The DAG failed.")).watch().look()
    assert event.status is Outcome.FAILED
    assert event.message == "component Transform failed:\nTraceback\nKeyError: 'brand'"


def failed_job():
    component = Component(
        "Transform", JobState.FAILED, START, START, error="exited with status 1", custom_job="7"
    )
    return job(JobState.FAILED, component)


def test_component_that_was_killed_hears_of_memory():
    error = "The replica workerpool0-0 exited with a non-zero status of 137. To find out more"
    killed = Component("Transform", JobState.FAILED, START, START, error=error)
    event = World(job(JobState.FAILED, killed)).watch().look()
    assert event.message.splitlines()[-1] == (
        "It was killed, as a machine out of memory does; choose a larger machine, or fewer rows."
    )


def test_component_that_no_quota_allows_hears_what_to_ask_for():
    error = "The following quota metrics exceed quota limits: aiplatform.googleapis.com/tpu"
    refused = Component("Trainer", JobState.FAILED, START, START, error=error)
    event = World(job(JobState.FAILED, refused)).watch().look()
    assert event.message.splitlines()[-1] == (
        "Ask for a higher quota in this region, or choose a smaller machine or another accelerator."
    )


def test_lines_that_are_late_are_waited_for():
    first, whole = ComponentLog("a warning", is_complete=False), ComponentLog("KeyError: 'brand'")
    world = World(failed_job(), logs=[ComponentLog("", "no line yet", is_complete=False), first, whole])
    *waiting, event = looks(world.watch(), 3)
    assert waiting == [None, None]
    assert event.message == "component Transform failed:\nKeyError: 'brand'\nexited with status 1"


def test_lines_that_never_come_are_not_waited_for_longer_than_half_a_minute():
    world = World(failed_job(), logs=[ComponentLog("", "Cloud Logging has no line.", is_complete=False)])
    # Looks follow every 10 s, so the fourth is 30 s after the first.
    *waiting, event = looks(world.watch(), 4)
    assert waiting == [None] * 3
    assert event.message == ("component Transform failed:\nexited with status 1\nCloud Logging has no line.")


def test_failure_of_the_trainer_adds_what_the_trainer_wrote_itself():
    trainer = Component("Trainer", JobState.FAILED, START, START, error="exited with status 1")
    metrics = {
        "started_at": (START + timedelta(seconds=1)).isoformat(),
        "epochs": [],
        "error": {"type": "ValueError", "message": "loss is NaN", "traceback": ""},
    }
    event = World(job(JobState.FAILED, trainer), metrics=metrics).watch().look()
    assert "ValueError: loss is NaN\nexited with status 1" in event.message


def test_failure_without_a_failed_component_gives_the_services_reason():
    event = World(job(JobState.FAILED, error="no quota")).watch().look()
    assert event.message == "job job-1 failed: no quota"


def test_transient_errors_are_bridged():
    world = World(Away("503"), Away("503"), job(JobState.SUCCEEDED))
    *waiting, event = looks(world.watch(), 3)
    assert waiting == [None, None]
    assert event.status is Outcome.SUCCEEDED


def test_outage_longer_than_the_bound_ends_with_unknown_state():
    # The first look starts the clock; looks follow every 10 s, so the eighth is 70 s later.
    events = looks(World(Away("503 unavailable")).watch(max_outage_s=60), 8)
    assert events[:7] == [None] * 7
    assert events[7].status is Outcome.UNKNOWN
    assert "could not be read for 70 s, last error: 503 unavailable" in events[7].message


def test_each_answer_renews_the_bound():
    answers = [Away(""), Away(""), job(JobState.RUNNING)] * 4
    assert looks(World(*answers).watch(max_outage_s=25), 12) == [None] * 12


def test_service_that_wants_fewer_requests_is_not_away():
    world = World(*[Throttled("429 quota")] * 20, job(JobState.SUCCEEDED))
    *waiting, event = looks(world.watch(max_outage_s=60), 21)
    assert waiting == [None] * 20
    assert event.status is Outcome.SUCCEEDED


def test_deadline_ends_waiting_also_while_requests_are_too_many():
    assert looks(World(Throttled("")).watch(deadline_s=20), 2)[1].status is Outcome.TIMED_OUT


def test_permanent_error_ends_at_once():
    event = World(Refused("403 forbidden")).watch().look()
    assert event.status is Outcome.UNKNOWN
    assert "403 forbidden" in event.message


def test_deadline_ends_waiting_also_during_an_outage():
    assert looks(World(job(JobState.RUNNING)).watch(deadline_s=20), 2)[1].status is Outcome.TIMED_OUT
    assert looks(World(Away("")).watch(deadline_s=20), 2)[1].status is Outcome.TIMED_OUT


def test_job_that_ends_at_its_deadline_counts():
    assert World(job(JobState.SUCCEEDED)).watch(deadline_s=0).look().status is Outcome.SUCCEEDED


def test_progress_is_logged_with_its_prefix(caplog):
    caplog.set_level(logging.INFO, logger="recsflow.progress")
    World(job(JobState.RUNNING, Component("Transform", JobState.RUNNING, START))).watch().look()
    assert caplog.messages == ["recsflow | wait | Transform running 10 s (0 of 6 done, 0 %)"]


def test_event_survives_its_payload():
    trainer = Component("Trainer", JobState.FAILED, START, START + timedelta(seconds=2), error="boom")
    event = World(job(JobState.FAILED, trainer)).watch().look()
    assert JobEvent.from_payload(event.to_payload()) == event
