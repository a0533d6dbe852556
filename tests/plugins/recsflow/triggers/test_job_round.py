"""What one look at many jobs finds, and what it leaves to the next."""

from datetime import UTC, datetime

import pytest

from recsflow.job_kinds import JobKind
from recsflow.jobs import JobState

pytestmark = pytest.mark.emulator

OURS = {"labels": {"application": "recsflow"}}


@pytest.fixture
def look(pipeline_jobs):
    from recsflow.hooks.pipeline_jobs import PipelineJobsHook
    from recsflow.triggers.job_round import JobKey, JobRound

    hook = PipelineJobsHook(gcp_conn_id="recsflow_gcp", project="local", location="us-central1")

    def look(job_ids, created=None):
        keys = [JobKey(JobKind.PIPELINE, job_id) for job_id in job_ids]
        looked = JobRound(keys, dict.fromkeys(keys, created) if created else {})
        looked.read({JobKind.PIPELINE: hook})
        return {key.job_id: answer for key, answer in looked.answers.items()}, looked.calls

    return look


def test_a_list_brings_what_progress_is_told_from(pipeline_jobs, look):
    running = {"taskName": "Trainer", "state": "RUNNING", "startTime": "2026-01-01T00:00:00Z"}
    labels = {"application": "recsflow", "components": "6"}
    pipeline_jobs.add("job-1", "RUNNING", labels=labels, jobDetail={"taskDetails": [running]})
    answers, calls = look(["job-1"])
    job = answers["job-1"]
    assert (job.state, job.components_total, job.components[0].name) == (JobState.RUNNING, 6, "Trainer")
    assert job.components[0].started == datetime(2026, 1, 1, tzinfo=UTC)
    assert calls == 1


def test_many_that_ended_together_are_listed(pipeline_jobs, look):
    job_ids = [f"job-{number}" for number in range(250)]
    for job_id in job_ids:
        pipeline_jobs.add(job_id, "SUCCEEDED", **OURS)
    answers, calls = look(job_ids, created=datetime(2026, 1, 1, tzinfo=UTC))
    assert answers.keys() == set(job_ids)
    # An empty list of those that have not ended, and three pages of 100.
    assert calls == 4
    assert pipeline_jobs.listed[-1]["filter"].endswith('create_time>="2026-01-01T00:00:00.000000Z"')


def test_what_a_round_leaves_is_read_in_the_next(pipeline_jobs, look):
    job_ids = [f"job-{number}" for number in range(20)]
    for job_id in job_ids:
        pipeline_jobs.add(job_id, "SUCCEEDED")
    answers, _ = look(job_ids)
    rest = [job_id for job_id in job_ids if job_id not in answers]
    assert rest == job_ids[15:]
    assert look(rest)[0].keys() == set(rest)


def test_a_job_that_is_gone_is_so_for_its_own_waiter_only(pipeline_jobs, look):
    pipeline_jobs.add("job-1", "RUNNING", **OURS)
    answers, _ = look(["job-1", "job-2"])
    assert answers["job-1"].state is JobState.RUNNING
    assert "no such job" in str(answers["job-2"])
