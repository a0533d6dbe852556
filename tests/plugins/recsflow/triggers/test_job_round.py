"""What one look at many jobs finds, and what it leaves to the next."""

from datetime import UTC, datetime

import pytest

from recsflow.vertex.job_kinds import PIPELINE_JOBS
from recsflow.vertex.jobs import JobState

pytestmark = pytest.mark.emulator

OURS = {"labels": {"application": "recsflow"}}


@pytest.fixture
def look(pipeline_jobs):
    from recsflow.triggers.job_round import JobKey, JobRound
    from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook

    hook = PipelineJobsHook(gcp_conn_id="recsflow_gcp", project="local", location="us-central1")

    def look(job_ids, created=None):
        keys = [JobKey(PIPELINE_JOBS, job_id) for job_id in job_ids]
        looked = JobRound(keys, dict.fromkeys(keys, created) if created else {})
        looked.read({PIPELINE_JOBS: hook})
        return {key.job_id: answer for key, answer in looked.answers.items()}, looked.calls

    return look


def add(pipeline_jobs, count, state, **message):
    job_ids = [f"job-{number}" for number in range(count)]
    for job_id in job_ids:
        pipeline_jobs.add(job_id, state, **message)
    return job_ids


def test_few_jobs_are_read_with_their_components(pipeline_jobs, look):
    running = {"taskName": "Trainer", "state": "RUNNING", "startTime": "2026-01-01T00:00:00Z"}
    add(pipeline_jobs, 15, "RUNNING", **OURS, jobDetail={"taskDetails": [running]})
    answers, calls = look(pipeline_jobs.jobs)
    assert {job.components[0].name for job in answers.values()} == {"Trainer"}
    assert calls == 15


def test_many_jobs_are_listed_and_take_turns_with_their_components(pipeline_jobs, look):
    running = {"taskName": "Trainer", "state": "RUNNING", "startTime": "2026-01-01T00:00:00Z"}
    job_ids = add(pipeline_jobs, 120, "RUNNING", **OURS, jobDetail={"taskDetails": [running]})
    answers, calls = look(job_ids)
    assert {job.state for job in answers.values()} == {JobState.RUNNING}
    assert [job_id for job_id in job_ids if answers[job_id].components] == job_ids[:15]
    # Two pages of 100, and 15 jobs.
    assert calls == 17


def test_many_that_ended_together_are_listed(pipeline_jobs, look):
    job_ids = add(pipeline_jobs, 250, "SUCCEEDED", **OURS)
    answers, calls = look(job_ids, created=datetime(2026, 1, 1, tzinfo=UTC))
    assert answers.keys() == set(job_ids)
    # An empty list of those that have not ended, three pages of those that have, and 15 jobs.
    assert calls == 19
    assert pipeline_jobs.listed[-1]["filter"].endswith('create_time>="2026-01-01T00:00:00.000000Z"')


def test_what_failed_is_read_before_what_succeeded_and_never_told_without_its_components(pipeline_jobs, look):
    job_ids = add(pipeline_jobs, 40, "SUCCEEDED", **OURS)
    for job_id in job_ids[20:]:
        pipeline_jobs.set_state(job_id, "FAILED")
    answers, _ = look(job_ids)
    # The last five failed ones wait for the next round.
    assert answers.keys() == set(job_ids[:35])
    assert sorted(filter(None, pipeline_jobs.read)) == job_ids[20:35]


def test_what_no_list_shows_is_read_in_turns(pipeline_jobs, look):
    job_ids = add(pipeline_jobs, 20, "SUCCEEDED")
    answers, _ = look(job_ids)
    rest = [job_id for job_id in job_ids if job_id not in answers]
    assert rest == job_ids[15:]
    assert look(rest)[0].keys() == set(rest)


def test_a_job_that_is_gone_is_so_for_its_own_waiter_only(pipeline_jobs, look):
    pipeline_jobs.add("job-1", "RUNNING", **OURS)
    answers, _ = look(["job-1", "job-2"])
    assert answers["job-1"].state is JobState.RUNNING
    assert "no such job" in str(answers["job-2"])
