import pytest

from include.errors import ConfigError
from include.tracking.outcome import PipelineOutcome
from include.tracking.parent import comparison, find_parent
from include.tracking.recorder import record
from include.tracking.search import ExperimentFilter, find_experiments
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def experiment(experiment_id, **changes):
    return resolved(learning_rate=changes.pop("learning_rate", 0.05)).model_copy(
        update={"experiment_id": experiment_id, **changes}
    )


def refusal(store, name):
    with pytest.raises(ConfigError) as refused:
        find_parent(name, **store)
    (problem,) = refused.value.problems
    return str(problem)


def test_parent_is_found_by_its_id_with_its_job(store, metrics, succeeded):
    record(metrics, experiment("parent-1"), outcome=succeeded, **store)
    record(metrics, experiment("parent-2"), outcome=succeeded, **store)
    found = find_parent("parent-1", **store)
    assert (found.experiment_id, found.job_id) == ("parent-1", "quick-test-1")


def test_failed_experiment_can_be_a_parent_since_only_its_trainer_may_have_failed(store, metrics, failed):
    record(metrics, experiment("parent-1"), outcome=failed, **store)
    assert find_parent("parent-1", **store).status == "failed"


@pytest.mark.parametrize(
    ("name", "received"),
    [
        (None, "experiment is missing;"),
        ("parent-9", "experiment is 'parent-9', which MLflow does not have: it is unknown, or not finished;"),
        ("checked-1", "experiment is 'checked-1', which ended before a pipeline ran;"),
    ],
)
def test_unusable_parent_is_refused_with_the_most_recent_ones(store, metrics, succeeded, name, received):
    record(None, experiment("checked-1"), outcome=PipelineOutcome("not_submitted"), **store)
    record(metrics, experiment("parent-1"), outcome=succeeded, **store)
    said = refusal(store, name)
    assert received in said
    assert "give the id of a finished experiment, the most recent are parent-1 (shallow, " in said
    assert ", recall@100 " in said  # what that run was judged by
    assert "checked-1 (" not in said


def test_without_any_experiment_the_remedy_is_to_run_one(store):
    assert refusal(store, "parent-1").endswith(
        "trigger quick_test first, then give the id of its experiment."
    )


def test_child_stands_below_its_parent_and_is_found_from_it(store, metrics, succeeded, runs_in):
    parent = record(metrics, experiment("parent-1"), outcome=succeeded, **store)
    child = experiment("child-1", parent_experiment_id="parent-1")
    recorded = record(metrics, child, outcome=succeeded, **store)
    tags = {run.info.run_id: run.data.tags for run in runs_in()}[recorded.run_id]
    assert tags["mlflow.parentRunId"] == parent.run_id
    assert tags["recsflow.custom_job"] == "quick-test-1"
    found = find_experiments(ExperimentFilter(parent_experiment_id="parent-1"), **store)
    assert [each.experiment_id for each in found] == ["child-1"]


def test_child_of_a_deleted_parent_is_recorded_all_the_same(store, metrics, succeeded):
    record(metrics, experiment("child-1", parent_experiment_id="parent-1"), outcome=succeeded, **store)
    (found,) = find_experiments(**store)
    assert found.parent_experiment_id == "parent-1"


def test_comparison_shows_what_changed_and_what_came_of_it(store, metrics_with, succeeded):
    before = metrics_with(test={"recall@10": 0.04, "recall@100": 0.2})
    record(before, experiment("parent-1"), outcome=succeeded, **store)
    parent = find_parent("parent-1", **store)
    after = metrics_with(test={"recall@10": 0.05, "recall@100": 0.19})
    child = experiment("child-1", parent_experiment_id="parent-1", learning_rate=0.02)
    assert comparison(child, after, parent) == [
        "rerun of parent-1",
        "  learning_rate: 0.05 -> 0.02",
        "on the test split           parent       rerun      change",
        "recall@10                   0.0400      0.0500     +25.0 %",
        "recall@100                  0.2000      0.1900      -5.0 %",
    ]
