from datetime import UTC, datetime

import pytest

from include.retention.item import Item, Kind
from recsflow.cleaning.jobs import with_jobs
from recsflow.vertex.jobs import Component, Job, JobState
from recsflow.vertex.submitted_jobs import SubmittedJob

pytestmark = pytest.mark.unit

ROOT = "gs://bucket/prefix"
CREATED, ENDED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
ONE, TWO = "quick-test-one-0123456789", "quick-test-two-0123456789"


def submitted(job_id, *told, state=JobState.SUCCEEDED, outputs=(), pipeline="shop-basic", **changes):
    components = (Component("Any", state, outputs=dict(enumerate(outputs))),)
    job = Job(job_id, state, components, created=CREATED, ended=ENDED, labels={"topology": "abc"})
    return SubmittedJob(job, job_id.removesuffix("-2"), told, pipeline, **changes)


def stored(kind, name):
    return Item(kind, name, CREATED, ENDED)


def found(*jobs, items=()):
    return {item.name: item for item in with_jobs(items, jobs, ROOT)}


def test_a_job_its_artifacts_and_its_experiment_belong_together():
    artifacts, experiment = f"pipeline_root/7/{ONE}", f"experiments/{ONE}"
    items = found(
        submitted(ONE),
        items=[stored(Kind.ARTIFACTS, artifacts), stored(Kind.EXPERIMENT, experiment)],
    )
    assert items[f"pipelineJobs/{ONE}"].uses == {artifacts, experiment}
    assert items[artifacts].uses == items[experiment].uses == {f"pipelineJobs/{ONE}"}


def test_a_job_that_was_submitted_again_belongs_to_the_same_experiment():
    experiment = f"experiments/{ONE}"
    items = found(submitted(ONE), submitted(f"{ONE}-2"), items=[stored(Kind.EXPERIMENT, experiment)])
    assert items[experiment].uses == {f"pipelineJobs/{ONE}", f"pipelineJobs/{ONE}-2"}


def test_a_job_uses_the_results_that_it_was_given_again():
    outputs = [f"{ROOT}/pipeline_root/7/{ONE}/Transform_1/transform_graph"]
    assert f"pipeline_root/7/{ONE}" in found(submitted(TWO, outputs=outputs))[f"pipelineJobs/{TWO}"].uses


def test_a_job_reads_what_it_was_told_and_its_compiled_pipeline():
    job = submitted(ONE, f"{ROOT}/rows/rows_0123456789ab", f"{ROOT}/modules/0123456789ab/trainer_module.py")
    assert found(job)[f"pipelineJobs/{ONE}"].reads == {
        "rows/rows_0123456789ab",
        "tables/rows_0123456789ab",
        "modules/0123456789ab",
        "compiled/abc",
    }


def test_a_custom_job_reads_the_artifacts_in_its_arguments():
    arguments = ("--model", f"champion={ROOT}/pipeline_root/7/{TWO}/Trainer_1/model/Format-Serving")
    item = found(submitted("123", *arguments, pipeline=""))["customJobs/123"]
    assert item.kind is Kind.CUSTOM_JOB
    assert f"pipeline_root/7/{TWO}" in item.reads


def test_a_job_that_has_not_ended_may_take_results_of_its_own_pipeline_only():
    others = (submitted(TWO), submitted("other-pipeline-0123456789", pipeline="shop-rich"))
    item = found(submitted(ONE, state=JobState.PENDING), *others)[f"pipelineJobs/{ONE}"]
    assert item.runs
    assert f"pipelineJobs/{TWO}" in item.reads
    assert "pipelineJobs/other-pipeline-0123456789" not in item.reads


def test_a_job_is_as_old_as_its_end():
    item = found(submitted(ONE))[f"pipelineJobs/{ONE}"]
    assert (item.oldest, item.newest) == (CREATED, ENDED)
