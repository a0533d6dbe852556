import pytest

from recsflow.jobs import Component, Job, JobState
from recsflow.transform_output import transform_output

pytestmark = pytest.mark.unit


@pytest.fixture
def outputs(tmp_path):
    names = ("transform_graph", "transformed_examples", "updated_analyzer_cache")
    for name in names:
        (tmp_path / name).mkdir()
    return {name: str(tmp_path / name) for name in names}


def job(outputs, state=JobState.SUCCEEDED, transform=JobState.SUCCEEDED):
    return Job(
        "job-1", state, (Component("ExampleGen", state), Component("Transform", transform, outputs=outputs))
    )


@pytest.mark.parametrize(
    ("state", "transform"),
    [
        (JobState.SUCCEEDED, JobState.SUCCEEDED),
        (JobState.SUCCEEDED, JobState.CACHED),
        (JobState.FAILED, JobState.SUCCEEDED),  # its Trainer failed, which is a reason to train again
    ],
)
def test_output_of_a_finished_transform_is_found(outputs, state, transform):
    found = transform_output(job(outputs, state, transform))
    assert found == {name: outputs[name] for name in ("transform_graph", "transformed_examples")}


def test_running_job_is_not_finished(outputs):
    with pytest.raises(LookupError, match="pipeline job job-1 is running, not finished"):
        transform_output(job(outputs, JobState.RUNNING))


def test_failed_transform_left_nothing():
    with pytest.raises(LookupError, match="left no transformed rows: its Transform is failed"):
        transform_output(job({}, JobState.FAILED, JobState.FAILED))


def test_deleted_output_is_named(outputs, tmp_path):
    (tmp_path / "transformed_examples").rmdir()
    with pytest.raises(LookupError, match=f"transformed rows are gone: {tmp_path}/transformed_examples"):
        transform_output(job(outputs))
