"""Which of a location's custom jobs are ours to watch and to remove."""

import pytest

from recsflow.vertex.hooks.custom_jobs import CustomJobsHook

pytestmark = pytest.mark.unit

OURS = {"application": "recsflow", "dag": "quick_test"}


def test_jobs_that_run_the_components_of_our_pipeline_jobs_are_not_among_ours(custom_jobs):
    custom_jobs.add("1", "RUNNING", labels={**OURS, "component": "trainer"})
    # They have the labels of the pipeline job, and one of the service's.
    of_component = {**OURS, "topology": "abc", "vertex-ai-pipelines-run-billing-id": "7"}
    custom_jobs.add("2", "RUNNING", labels=of_component)
    custom_jobs.add("3", "SUCCEEDED", labels=of_component)
    custom_jobs.add("4", "RUNNING", labels={"component": "somebody's"})
    hook = CustomJobsHook(gcp_conn_id="recsflow_gcp", project="local", location="us-central1")

    assert [job.job_id for page in hook.pages_of_live() for job in page] == ["1"]
    assert [job.job_id for page in hook.pages_since(None) for job in page] == ["1"]
    assert [found.job.job_id for found in hook.submitted()] == ["1"]
