"""What is there after a record was written more than once, or only in part."""

import pytest
from mlflow import MlflowClient

from include import storage
from include.tracking.errors import TrackingUnavailable
from include.tracking.recorder import record
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def test_recording_again_changes_nothing(store, the_run, metrics, experiment, succeeded):
    first = record(metrics, experiment, outcome=succeeded, **store)
    before = the_run()

    again = record(metrics, experiment, outcome=succeeded, **store)

    after = the_run()
    assert again == first
    assert after.data.metrics == before.data.metrics
    assert after.data.params == before.data.params
    history = MlflowClient(store["tracking_uri"]).get_metric_history(first.run_id, "loss")
    assert len(history) == 2


def test_a_record_that_broke_off_is_completed_in_the_same_run(
    store, the_run, metrics, experiment, succeeded, tmp_path, folder
):
    """The artifact store cannot be written the first time, after the numbers were sent."""
    storage.write_text(folder.experiment, "{}")
    in_the_way = tmp_path / "artifacts"
    in_the_way.write_text("")
    with pytest.raises(TrackingUnavailable):
        record(metrics, experiment, outcome=succeeded, folder=folder, **store)
    broken = the_run()
    assert broken.info.status == "RUNNING"
    in_the_way.unlink()

    record(metrics, experiment, outcome=succeeded, folder=folder, **store)

    assert the_run().info.run_id == broken.info.run_id
    assert the_run().info.status == "FINISHED"
    assert the_run().data.metrics == broken.data.metrics


def test_a_run_that_was_only_created_is_completed(store, the_run, metrics, experiment, succeeded):
    client = MlflowClient(store["tracking_uri"])
    mlflow_experiment = client.get_experiment_by_name(store["experiment_name"]).experiment_id
    created = client.create_run(mlflow_experiment, tags={"recsflow.experiment_id": experiment.experiment_id})

    recorded = record(metrics, experiment, outcome=succeeded, **store)

    assert recorded.run_id == created.info.run_id
    assert the_run().data.metrics["test_recall_at_10"] == 0.08


def test_success_after_a_failure_updates_the_same_run(store, the_run, metrics, experiment, failed, succeeded):
    first = record(None, experiment, outcome=failed, **store)

    again = record(metrics, experiment, outcome=succeeded, **store)

    assert again == first
    run = the_run()
    assert run.info.status == "FINISHED"
    assert "recsflow.error" not in run.data.tags
    assert run.data.metrics["test_recall_at_10"] == 0.08


def test_another_training_of_the_experiment_replaces_the_record(
    store, the_run, metrics_with, metrics, experiment, succeeded
):
    """Two epochs of the first training would otherwise stand beside one of the second."""
    first = record(metrics, experiment, outcome=succeeded, **store)
    shorter = metrics_with(started_at="2026-01-03T00:00:00+00:00", epochs=[])

    again = record(shorter, experiment, outcome=succeeded, **store)

    assert again.run_id != first.run_id
    assert the_run().info.run_id == again.run_id
    assert "loss" not in the_run().data.metrics


def test_changed_params_replace_the_record(store, the_run, experiment, failed):
    record(None, experiment, outcome=failed, **store)

    record(None, resolved(learning_rate=0.05, model="deep"), outcome=failed, **store)

    assert the_run().data.params["learning_rate"] == "0.05"


def test_experiments_have_runs_of_their_own(store, runs_in, metrics, experiment, succeeded):
    other = experiment.model_copy(update={"experiment_id": "another"})

    record(metrics, experiment, outcome=succeeded, **store)
    record(metrics, other, outcome=succeeded, **store)

    assert len(runs_in()) == 2
