import pytest

from recsflow.vertex.jobs import Component, Job, JobState
from recsflow.vertex.messages.pipeline_job import Submission
from recsflow.vertex.outputs import raw_examples, trainer_input

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


def submitted(job):
    parameters = {"trainer_config": '{"history": null}'}
    return Submission(job=job, spec={}, parameters=parameters)


@pytest.mark.parametrize(
    ("state", "transform"),
    [
        (JobState.SUCCEEDED, JobState.SUCCEEDED),
        (JobState.SUCCEEDED, JobState.CACHED),
        (JobState.FAILED, JobState.SUCCEEDED),  # its Trainer failed, which is a reason to train again
    ],
)
def test_output_of_a_finished_transform_is_found(outputs, state, transform):
    found = trainer_input(submitted(job(outputs, state, transform)), sampled=False)
    assert found == {
        "examples": outputs["transformed_examples"],
        "transform_graph": outputs["transform_graph"],
    }


def test_graphs_are_found_where_rows_became_graphs(tmp_path):
    component = Component("GraphGen", JobState.SUCCEEDED, outputs={"graphs": str(tmp_path)})
    assert trainer_input(submitted(Job("job-1", JobState.SUCCEEDED, (component,))), sampled=False) == {
        "examples": str(tmp_path)
    }


def test_running_job_is_not_finished(outputs):
    with pytest.raises(LookupError, match="pipeline job job-1 is running, not finished"):
        trainer_input(submitted(job(outputs, JobState.RUNNING)), sampled=False)


def test_failed_transform_left_nothing():
    with pytest.raises(LookupError, match="left no examples: its Transform is failed"):
        trainer_input(submitted(job({}, JobState.FAILED, JobState.FAILED)), sampled=False)


def test_deleted_output_is_named(outputs, tmp_path):
    (tmp_path / "transformed_examples").rmdir()
    with pytest.raises(LookupError, match=f"examples are gone: {tmp_path}/transformed_examples"):
        trainer_input(submitted(job(outputs)), sampled=False)


@pytest.mark.parametrize(
    ("component", "output"),
    [("ExampleGen", "examples"), ("GraphGen", "graphs")],
)
def test_raw_rows_are_found_whatever_read_them(tmp_path, component, output):
    made = Component(component, JobState.CACHED, outputs={output: str(tmp_path)})
    assert raw_examples(Job("job-1", JobState.SUCCEEDED, (made,))) == str(tmp_path)
