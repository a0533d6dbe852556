import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from absl import logging

from include.process_activity import Activity, wait_until
from recsflow_trainer.errors import ExamplesError, TrainingConfigError
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.training.run_fn import train
from tests.contracts.reported_metrics import check_metrics_file
from tests.trainer_image.small_experiment import declared

pytestmark = pytest.mark.tensorflow


class BrokenEvaluation(Retrieval):
    """Trains, then raises."""

    def evaluate(self, model, inputs):
        raise RuntimeError("the disk is full")


def _metrics(folder: Path) -> dict:
    return json.loads((folder / "training_metrics.json").read_text())


@pytest.fixture(scope="module")
def trained(small_experiment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    train(declared(), small_experiment.fn_args(folder, epochs=3, batch_size=32))
    return folder


def test_leaves_metrics_that_tell_everything(trained, small_experiment):
    metrics = _metrics(trained)
    assert metrics["status"] == "succeeded"
    assert metrics["experiment_id"] == "small"
    assert metrics["rows"] == {"train": 1500, "eval": 200, "test": 300}
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == [1, 2, 3]
    assert set(metrics["epochs"][0]["metrics"]) == {
        "loss",
        "val_loss",
        "learning_rate",
        *(f"val_{kind}@{k}" for kind in ("recall", "unbought_recall") for k in (10, 100)),
        "query_spread",
        "candidate_spread",
    }
    check_metrics_file(metrics)
    assert set(metrics["epochs"][0]["towers"]) == {"query", "candidate"}
    measured = {
        f"{kind}@{k}"
        for kind in ("recall", "repeat_recall", "novel_recall", "unbought_recall")
        for k in (5, 10, 50, 100)
    }
    assert set(metrics["test"]) == {"loss", *measured}
    assert set(metrics["baselines"]) == {"popularity", "recent_popularity", "repeat_purchases"}
    assert all(set(baseline) == measured for baseline in metrics["baselines"].values())
    assert metrics["comparison"]["recall@5"]["value"] == metrics["test"]["recall@5"]
    assert metrics["headline"]["metric"] == "recall@100"
    assert metrics["headline"]["reason"].endswith("so lists may hold what a customer had bought")
    assert metrics["cold"]["customers"]["rows"] == 0
    assert metrics["cold"]["products"] == {
        "rows": 1,
        "share": 1 / 300,
        "measures": {"recall@100": 0.0},
        "others": {"recall@100": pytest.approx(metrics["test"]["recall@100"] * 300 / 299)},
    }
    assert metrics["diagnosis"]["verdict"] == "healthy"
    assert {"list_overlap@10", "query_effective_rank", "score_std"} <= set(metrics["diagnosis"]["measures"])
    assert metrics["params"]["optimizer"] == "adagrad"
    assert metrics["params"]["clipnorm"] == 1.0
    assert set(metrics["durations_s"]) == {"read", "train", "finish", "evaluate", "save"}
    assert metrics["error"] is None
    assert Path(metrics["model_uri"], "saved_model.pb").exists()


def test_learns_what_customers_buy(trained):
    metrics = _metrics(trained)
    losses = [epoch["metrics"]["loss"] for epoch in metrics["epochs"]]
    assert losses == sorted(losses, reverse=True)
    assert metrics["test"]["recall@5"] > 1.2 * metrics["baselines"]["popularity"]["recall@5"]


def test_the_same_seed_gives_the_same_model(trained, small_experiment, tmp_path):
    train(declared(), small_experiment.fn_args(tmp_path, epochs=3, batch_size=32))
    assert _metrics(tmp_path)["test"] == pytest.approx(_metrics(trained)["test"], rel=1e-4)


def test_config_may_come_as_json(small_experiment, tmp_path):
    fn_args = small_experiment.fn_args(tmp_path, epochs=1)
    fn_args.custom_config = json.dumps(fn_args.custom_config)
    train(declared(), fn_args)
    assert len(_metrics(tmp_path)["epochs"]) == 1


def test_metrics_survive_a_failure_after_training(small_experiment, tmp_path):
    broken = BrokenEvaluation(**vars(declared()))
    with pytest.raises(RuntimeError, match="the disk is full"):
        train(broken, small_experiment.fn_args(tmp_path))
    metrics = _metrics(tmp_path)
    assert metrics["status"] == "failed"
    assert len(metrics["epochs"]) == 2
    assert metrics["error"]["type"] == "RuntimeError"
    assert metrics["error"]["message"] == "the disk is full"
    assert "BrokenEvaluation" not in metrics["error"]["message"]
    assert "evaluate" in metrics["error"]["traceback"]


def test_wrong_parameters_fail_before_reading_and_are_recorded(small_experiment, tmp_path):
    fn_args = small_experiment.fn_args(tmp_path, epochs=0)
    fn_args.train_files = ["/nowhere/Split-train/*"]
    with pytest.raises(TrainingConfigError, match=r"training\.epochs is 0"):
        train(declared(), fn_args)
    assert _metrics(tmp_path)["error"]["type"] == "TrainingConfigError"


def test_missing_test_split_is_recorded(small_experiment, tmp_path):
    fn_args = small_experiment.fn_args(tmp_path)
    fn_args.train_files = ["/nowhere/Split-train/*"]
    with pytest.raises(ExamplesError, match="Split 'train' has no files"):
        train(declared(), fn_args)
    assert _metrics(tmp_path)["status"] == "failed"


def test_without_metrics_uri_there_is_a_clear_error(small_experiment, tmp_path):
    fn_args = small_experiment.fn_args(tmp_path)
    del fn_args.custom_config["metrics_uri"]
    with pytest.raises(TrainingConfigError, match=r"metrics_uri is None; give the URI"):
        train(declared(), fn_args)


@pytest.mark.parametrize(
    "parameters",
    [
        {"optimizer": "sgd", "learning_rate": 1e6, "clipnorm": None},
        {"optimizer": "sgd", "learning_rate": 1e6},
        {"optimizer": "adagrad", "learning_rate": 1e6},
    ],
)
def test_learning_that_explodes_stops_early_and_says_so(small_experiment, tmp_path, parameters):
    train(declared(), small_experiment.fn_args(tmp_path, epochs=20, **parameters))
    metrics = _metrics(tmp_path)
    assert metrics["status"] == "succeeded"
    assert metrics["diagnosis"]["verdict"] == "diverged"
    assert len(metrics["epochs"]) < 5
    assert metrics["diagnosis"]["epoch"] == len(metrics["epochs"])
    assert metrics["diagnosis"]["evidence"]
    assert "learning rate" in metrics["diagnosis"]["suggestion"]


def test_a_verdict_is_logged_when_it_is_made_and_is_no_warning_beside_itself(
    small_experiment, tmp_path, caplog
):
    logging.use_absl_handler()
    train(declared(), small_experiment.fn_args(tmp_path, epochs=20, optimizer="sgd", learning_rate=1e6))
    metrics = _metrics(tmp_path)
    logged = [record for record in caplog.records if record.getMessage().startswith("diverged: ")]
    assert metrics["diagnosis"]["verdict"] == "diverged"
    assert [record.levelname for record in logged] == ["WARNING"]
    assert metrics["diagnosis"]["suggestion"] in logged[0].getMessage()
    assert metrics["warnings"] == []


def test_dead_towers_are_called_collapsed(small_experiment, tmp_path):
    parameters = {"optimizer": "adam", "learning_rate": 1.0, "clipnorm": None, "epochs": 20, "batch_size": 32}
    train(declared(hidden=[16, 16, 16]), small_experiment.fn_args(tmp_path, **parameters))
    metrics = _metrics(tmp_path)
    assert metrics["diagnosis"]["verdict"] in {"collapsed", "diverged"}
    assert len(metrics["epochs"]) < 20


def test_early_stopping_says_which_epoch_it_restored(small_experiment, tmp_path, caplog):
    logging.use_absl_handler()
    with caplog.at_level("INFO"):
        train(
            declared(),
            small_experiment.fn_args(
                tmp_path, epochs=40, optimizer="adam", learning_rate=0.05, early_stopping_patience=1
            ),
        )
    metrics = _metrics(tmp_path)
    recalls = [epoch["metrics"]["val_recall@100"] for epoch in metrics["epochs"]]
    assert len(recalls) < 40
    best = recalls.index(max(recalls)) + 1
    assert metrics["early_stopping"] == {
        "metric": "val_recall@100",
        "patience": 1,
        "stopped_after": len(recalls),
        "restored_epoch": best,
    }
    said = f"so training stopped after epoch {len(recalls)}; epoch {best}, the best one, is restored"
    assert [record for record in caplog.records if said in record.getMessage()]


class Watched(Retrieval):
    """Keeps the loss that the evaluated model has on the test rows, as it is saved."""

    losses: ClassVar[list[float]] = []

    def save(self, model, inputs, folder):
        batches = self.batches(inputs, "test", 64, seed=7, reshuffle=False)
        self.losses.append(float(model.evaluate(batches.dataset, verbose=0, return_dict=True)["loss"]))


def test_the_test_loss_is_that_of_the_model_that_is_saved(small_experiment, tmp_path):
    train(Watched(**vars(declared())), small_experiment.fn_args(tmp_path))
    assert _metrics(tmp_path)["test"]["loss"] == pytest.approx(Watched.losses[-1], rel=1e-6)


def test_a_batch_larger_than_the_rows_trains_on_all_of_them(small_experiment, tmp_path):
    train(declared(), small_experiment.fn_args(tmp_path, batch_size=100_000))
    metrics = _metrics(tmp_path)
    assert metrics["epochs"][-1]["metrics"]["loss"] > 0
    assert "more than the 1500 training rows" in metrics["warnings"][0]


def test_few_rows_are_learned_in_as_many_steps_of_smaller_batches(small_experiment, tmp_path, caplog):
    logging.use_absl_handler()
    with caplog.at_level("INFO"):
        train(declared(), small_experiment.fn_args(tmp_path, batch_size=100_000, min_steps_per_epoch=30))
    assert "batches of 50 rows, so that an epoch has 30" in caplog.text
    assert not any("batch_size" in warning for warning in _metrics(tmp_path)["warnings"])


def test_progress_is_one_line_an_epoch(small_experiment, tmp_path, caplog):
    logging.use_absl_handler()
    with caplog.at_level("INFO"):
        train(declared(), small_experiment.fn_args(tmp_path, epochs=2))
    lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("epoch ")]
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2 loss ")
    assert " val_loss " in lines[1]
    assert lines[1].endswith(" examples/s")


CANCELLED = """
import sys
from pathlib import Path
from recsflow_trainer.training.run_fn import train
from tests.trainer_image.small_experiment import SmallExperiment, declared
train(declared(), SmallExperiment(Path(sys.argv[1]), {}).fn_args(Path(sys.argv[2]), epochs=100_000))
"""


@pytest.fixture
def stopped(small_experiment, tmp_path):
    """Trains in a process of its own until its first epoch is written, then sends it a signal."""

    def stop(number: signal.Signals) -> dict:
        command = [sys.executable, "-c", CANCELLED, str(small_experiment.folder), str(tmp_path)]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])})
        path = tmp_path / "training_metrics.json"
        try:
            wait_until(
                lambda: path.exists() and _metrics(tmp_path)["epochs"],
                Activity(process.pid),
                what="no epoch is written",
            )
            assert _metrics(tmp_path)["status"] == "running"
            process.send_signal(number)
            assert process.wait() != 0
        finally:
            process.kill()
        return _metrics(tmp_path)

    return stop


def test_a_cancelled_job_leaves_a_readable_file(stopped):
    metrics = stopped(signal.SIGTERM)
    assert metrics["status"] == "failed"
    assert metrics["epochs"]
    assert metrics["diagnosis"]["verdict"] == "healthy"
    assert metrics["error"]["type"] == "TrainingCancelled"
    assert metrics["error"]["message"].startswith("cancelled")


def test_a_killed_job_leaves_its_last_epoch_with_its_verdict(stopped):
    metrics = stopped(signal.SIGKILL)
    assert metrics["status"] == "running"
    assert metrics["diagnosis"]["verdict"] == "healthy"
    assert metrics["diagnosis"]["epoch"] == metrics["epochs"][-1]["epoch"]
