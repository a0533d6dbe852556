"""The whole DAG on real rows, as `make run` does it: train once, then again with another learning rate."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from include.tracking.search import ExperimentFilter, find_experiments
from local_cloud.machine import Machine
from local_cloud.settings import REPOSITORY
from tests.e2e.dag_runs import PARAMETERS, Run, experiments, follow

pytestmark = pytest.mark.e2e


def test_the_model_beats_popularity_on_the_same_test_rows(first: Run) -> None:
    metrics = first.json("training_metrics.json")
    assert metrics["status"] == "succeeded"
    assert metrics["diagnosis"]["verdict"] == "healthy"
    for k in (5, 10, 50, 100):
        assert metrics["test"][f"recall@{k}"] > metrics["baselines"]["popularity"][f"recall@{k}"]


def test_the_whole_test_split_is_evaluated(first: Run) -> None:
    # Rows of the sample data from 2017-12-04 to 2017-12-31, by UTC.
    assert first.json("training_metrics.json")["rows"]["test"] == 114_660


def test_a_person_sees_tasks_components_epochs_and_the_result(first: Run) -> None:
    seen = [
        *("- resolve_experiment", " · history · assortment", "- submit_pipeline"),
        *("compiles the pipeline", "pipeline compiled: gs://"),
        *("- wait_for_pipeline", "Transform succeeded", "Trainer epoch 1/2"),
        *("Trainer epoch 2/2", "best baseline", "recall@100", "MLflow run", "pipeline job"),
    ]
    place = 0
    for text in seen:
        place = first.output.find(text, place)
        assert place >= 0, f"{text!r} is not in its place:\n{first.output}"


def test_the_record_is_found_in_mlflow_by_dataset_and_status(machine: Machine, first: Run) -> None:
    found = find_experiments(
        ExperimentFilter(dataset="complete_journey", status="succeeded"),
        tracking_uri=machine.settings.url("mlflow"),
        experiment_name="recsflow",
    )
    (recorded,) = [run for run in found if run.experiment_id == first.folder.name]
    recall = first.json("training_metrics.json")["test"]["recall@10"]
    assert recorded.metrics["test_recall_at_10"] == pytest.approx(recall)
    assert recorded.tags["recsflow.trainer_image"] == machine.settings.trainer_image


def test_another_learning_rate_trains_anew_and_re_uses_the_rest(first: Run, second: Run) -> None:
    for component in ("ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform"):
        assert f"{component} cached" in second.output
    assert "Trainer succeeded" in second.output
    assert "compiled before" in second.output
    assert second.json("training_metrics.json")["params"]["learning_rate"] == 0.02
    assert first.json("training_metrics.json")["params"]["learning_rate"] != 0.02


def test_two_runs_with_one_seed_agree_on_the_candidates_and_the_baseline(first: Run, second: Run) -> None:
    one, other = first.json("training_metrics.json"), second.json("training_metrics.json")
    assert one["candidates"] == other["candidates"]
    assert one["baselines"] == other["baselines"]


def test_the_saved_model_serves_products_for_a_raw_customer(machine: Machine, first: Run) -> None:
    model = first.json("training_metrics.json")["model_uri"]
    program = f"""
import tensorflow as tf
model = tf.saved_model.load({model!r})
out = model.signatures["serving_default"](household_id=tf.constant([900, 1228], tf.int64))
print("shape", out["product_id"].shape, out["score"].shape)
"""
    # A fresh process with TensorFlow alone, as a model server is one.
    done = subprocess.run(
        [str(machine.settings.trainer_python), "-c", program],
        cwd=REPOSITORY / "docs",
        env=os.environ | machine.settings.storage_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"shape \(2, 100\) \(2, 100\)", done.stdout), done.stderr[-2000:]


def test_a_config_error_stops_the_run_before_anything_is_staged(machine: Machine, first: Run) -> None:
    before = experiments(machine)
    output = follow(machine, "quick_test", **PARAMETERS, holdout_days=3000)
    assert "quick_test failed" in output
    assert "holdout_days is 3000" in output
    assert "- render_query" not in output
    assert experiments(machine) == before
    # The last run that was refused.
    refused, *_ = find_experiments(
        ExperimentFilter(status="not_submitted"),
        tracking_uri=machine.settings.url("mlflow"),
        experiment_name="recsflow",
    )
    assert "holdout_days is 3000" in refused.tags["recsflow.diagnosis"]
    assert f"runs/{refused.run_id}?workflowType=machine_learning" in output
