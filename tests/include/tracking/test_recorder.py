import contextlib
from pathlib import Path

import pytest
from mlflow import MlflowClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from include import storage
from include.tracking.errors import TrackingUnavailable
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from tests.include.hang_up import hanging_up

pytestmark = pytest.mark.unit


def test_final_numbers_have_names_that_people_find(store, the_run, metrics, experiment, succeeded):
    record(metrics, experiment, outcome=succeeded, **store)

    found = the_run().data.metrics
    assert found["test_recall_at_10"] == 0.08
    assert found["popularity_recall_at_10"] == 0.045
    # 0.08 / 0.045
    assert found["lift_recall_at_10"] == pytest.approx(0.08 / 0.112)
    assert found["best_baseline_recall_at_10"] == 0.112
    assert found["measure_list_overlap_at_10"] == 0.12
    assert found["test_loss"] == 6.72
    assert found["rows_test"] == 113_390
    assert found["candidates"] == 36_338
    assert found["component_Trainer_s"] == 16.2
    assert found["training_evaluate_s"] == 1.2


def test_series_have_the_epoch_as_their_step(store, the_run, metrics, experiment, succeeded):
    recorded = record(metrics, experiment, outcome=succeeded, **store)

    client = MlflowClient(store["tracking_uri"])
    losses = client.get_metric_history(recorded.run_id, "loss")
    assert [each.step for each in losses] == [1, 2]
    assert losses[0].value == 7.16
    norms = client.get_metric_history(recorded.run_id, "query/gradient_norm")
    assert [each.step for each in norms] == [1, 2]
    # The first epoch took 3.1 s from the start of training.
    assert losses[0].timestamp == int(metrics.started_at.timestamp() * 1000) + 3100


def test_params_and_tags_say_what_was_run(store, the_run, metrics, experiment, succeeded):
    record(metrics, experiment, outcome=succeeded, **store)

    run = the_run()
    params, tags = run.data.params, run.data.tags
    assert params["dataset"] == "complete_journey"
    assert params["learning_rate"] == "0.5"
    assert params["sample_percent"] == "25"
    assert params["split_strategy"] == "time_holdout"
    assert params["holdout_days"] == "28"
    assert (tags["recsflow.dataset"], tags["recsflow.features"]) == ("complete_journey", "basic")
    assert (tags["recsflow.status"], tags["recsflow.verdict"]) == ("succeeded", "healthy")
    assert tags["recsflow.pipeline_job"] == "quick-test-1"
    assert run.info.run_name == "quick_test #12 · deep · basic"
    assert tags["recsflow.number"] == "12"
    assert run.info.status == "FINISHED"
    assert run.info.start_time == int(metrics.started_at.timestamp() * 1000)


def test_warnings_and_notes_are_in_the_description(store, the_run, metrics, experiment, succeeded):
    record(metrics, experiment, outcome=succeeded, **store)

    note = the_run().data.tags["mlflow.note.content"]
    assert "does a fast rate hurt?" in note
    assert "[medium] learning_rate: 0.5 is fast for adagrad." in note
    assert "recall@5 is close to popularity." in note


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (["the weights have hardly moved yet"], ["Verdict: **unknown**. the weights have hardly moved yet"]),
        ([], []),
    ],
)
def test_the_description_tells_a_verdict_once_and_none_where_nothing_was_judged(
    store, the_run, metrics_with, experiment, succeeded, evidence, told
):
    diagnosis = {"verdict": "unknown", "epoch": 1, "evidence": evidence, "suggestion": None, "measures": {}}

    record(metrics_with(diagnosis=diagnosis), experiment, outcome=succeeded, **store)

    lines = the_run().data.tags["mlflow.note.content"].splitlines()
    assert [line for line in lines if "unknown" in line or "hardly moved" in line] == told


def test_an_unreadable_folder_is_not_blamed_on_mlflow(store, runs_in, metrics, experiment, folder, succeeded):
    Path(storage.local_path(folder.experiment)).mkdir(parents=True)

    with pytest.raises(IsADirectoryError):
        record(metrics, experiment, outcome=succeeded, folder=folder, **store)

    assert runs_in() == []


def test_files_become_artifacts(store, metrics, experiment, succeeded, folder):
    for name in ("experiment.json", "query.sql", "training_metrics.json", "private.key"):
        storage.write_text(f"{folder.uri}/{name}", name)

    recorded = record(metrics, experiment, outcome=succeeded, folder=folder, **store)

    files = MlflowClient(store["tracking_uri"]).list_artifacts(recorded.run_id)
    assert [each.path for each in files] == ["experiment.json", "query.sql", "training_metrics.json"]


def test_a_failed_pipeline_is_recorded_with_its_error(store, the_run, experiment, failed):
    record(None, experiment, outcome=failed, **store)

    run = the_run()
    assert run.info.status == "FAILED"
    assert run.data.tags["recsflow.status"] == "failed"
    assert run.data.tags["recsflow.error"] == "Transform failed\nTransform: ValueError: no such column: price"
    assert "no such column: price" in run.data.tags["mlflow.note.content"]
    assert run.data.params["learning_rate"] == "0.5"


def test_a_failed_training_is_recorded_with_its_diagnosis(store, the_run, metrics_with, experiment, failed):
    diagnosis = {
        "verdict": "diverged",
        "epoch": 2,
        "evidence": ["loss is not finite"],
        "suggestion": "halve it",
        "measures": {},
    }
    error = {"type": "ValueError", "message": "loss", "traceback": "…"}
    metrics = metrics_with(status="failed", diagnosis=diagnosis, error=error, test={}, baselines={})

    record(metrics, experiment, outcome=failed, **store)

    run = the_run()
    assert run.data.tags["recsflow.verdict"] == "diverged"
    assert run.data.tags["recsflow.diagnosis"] == "loss is not finite"
    assert run.data.metrics["loss"] is not None
    assert "test_recall_at_10" not in run.data.metrics


def test_numbers_that_are_not_finite_are_left_out(store, the_run, metrics_with, experiment, succeeded):
    metrics = metrics_with(test={"loss": None, "recall@10": 0.1})

    record(metrics, experiment, outcome=succeeded, **store)

    assert "test_loss" not in the_run().data.metrics
    assert the_run().data.metrics["test_recall_at_10"] == 0.1


@contextlib.contextmanager
def counted_commits():
    """How often something is written in the block: what a server would be asked."""
    commits = []
    note = commits.append
    event.listen(Engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", note)


def test_a_long_run_goes_in_batches(store, metrics_with, document, experiment, succeeded):
    def recorded(epochs):
        listed = [{**document["epochs"][0], "epoch": number} for number in range(1, epochs + 1)]
        own = experiment.model_copy(update={"experiment_id": f"of-{epochs}-epochs"})
        with counted_commits() as commits:
            run = record(metrics_with(epochs=listed), own, outcome=succeeded, **store)
        return len(commits), run.run_id

    short, _ = recorded(1)
    long, run_id = recorded(120)

    history = MlflowClient(store["tracking_uri"]).get_metric_history(run_id, "loss")
    assert [each.step for each in history] == list(range(1, 121))
    # An epoch has 25 numbers: 2,975 more, of which MLflow takes 1,000 in a call; a call is two commits.
    assert short < long <= short + 6


def test_texts_longer_than_mlflow_takes_are_cut(store, the_run, experiment):
    outcome = PipelineOutcome("failed", "x" * 20_000)

    record(None, experiment, outcome=outcome, **store)

    assert the_run().data.tags["recsflow.error"] == "x" * 7999 + "…"


def test_a_server_that_is_down_is_asked_twice_and_no_more(metrics, experiment, succeeded):
    """Left to itself, MLflow's client tries again for minutes."""
    with hanging_up() as server:
        address = f"http://{server.address}"

        with pytest.raises(TrackingUnavailable, match=f"MLflow at {address} did not answer"):
            record(metrics, experiment, tracking_uri=address, experiment_name="recsflow", outcome=succeeded)

    assert server.calls == 2
