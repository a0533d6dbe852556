import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recsflow_trainer import metrics_file
from recsflow_trainer.json_file import local_path
from recsflow_trainer.metrics_file import (
    ColdRows,
    Comparison,
    Diagnosis,
    EarlyStopping,
    EpochRecord,
    ErrorRecord,
    Headline,
    Histogram,
    Rows,
    Status,
    TensorStatistics,
    TowerStatistics,
    TrainingMetrics,
    Verdict,
    write_metrics,
)
from recsflow_trainer.overfit.record import Criterion, OverfitRecord, RedFlag

pytestmark = pytest.mark.tensorflow

CONTRACTS = Path(__file__).parents[1] / "contracts"
GOLDEN = CONTRACTS / "training_metrics_v2.json"


def _statistics(norm: float) -> TensorStatistics:
    edges = [round(-0.5 + 0.04 * index, 2) for index in range(26)]
    counts = [0] * 10 + [3, 40, 914, 40, 3] + [0] * 10
    return TensorStatistics(norm, 0.001, 0.02, -0.41, 0.37, Histogram(edges, counts))


def _finished_run() -> TrainingMetrics:
    metrics = TrainingMetrics(
        experiment_id="quick-test-manual-2017-12-31",
        model_type="retrieval",
        started_at="2026-01-02T03:04:05.000+00:00",
        params={
            "learning_rate": 0.2,
            "epochs": 2,
            "optimizer": "adagrad",
            "temperature": None,
            "normalize": False,
        },
        rows=Rows(train=278_695, eval=31_063, test=113_390),
        candidates=36_338,
        test={"loss": 6.72, "recall@5": 0.05, "recall@10": 0.08, "recall@50": 0.16, "recall@100": 0.21},
        baselines={
            "popularity": {"recall@5": 0.03, "recall@10": 0.045, "recall@50": 0.1, "recall@100": 0.138},
            "repeat_purchases": {"recall@10": 0.112, "recall@100": 0.307},
        },
        comparison={
            "recall@5": Comparison(0.05, "popularity", 0.03, True),
            "recall@10": Comparison(0.08, "repeat_purchases", 0.112, False),
            "recall@100": Comparison(0.21, "repeat_purchases", 0.307, False),
        },
        early_stopping=EarlyStopping("val_loss", patience=1, stopped_after=2, restored_epoch=1),
        headline=Headline(
            "recall@100",
            "28% of the test rows are repeats, so lists may hold what a customer had bought",
            ["recall", "repeat_recall", "novel_recall"],
        ),
        cold={"customers": ColdRows(11_339, 0.1, {"recall@100": 0.05}, {"recall@100": 0.23})},
        diagnosis=Diagnosis(Verdict.HEALTHY, 2, measures={"list_overlap@10": 0.12, "score_std": 1.5}),
        warnings=["recall@5 is close to popularity."],
        environment={"python": "3.12.1", "tensorflow": "2.21.0", "tfx": None},
        model_uri="/pipeline/Trainer/model/7/Format-Serving",
        durations_s={"read": 0.9, "train": 10.5, "evaluate": 1.2, "save": 1.6},
    )
    for epoch, loss in ((1, 7.16), (2, 6.18)):
        towers = {
            name: TowerStatistics(_statistics(0.5 / epoch), _statistics(40.0))
            for name in ("query", "candidate")
        }
        losses = {"loss": loss, "val_loss": float("nan") if epoch == 2 else 6.64, "learning_rate": 0.2}
        metrics.epochs.append(EpochRecord(epoch, 3.1, 91_000.0, losses, towers))
    metrics.finish(None)
    metrics.updated_at = metrics.finished_at = "2026-01-02T03:05:05.000+00:00"
    return metrics


def test_file_equals_the_contract_with_the_orchestrator():
    assert json.loads(_finished_run().to_json()) == json.loads(GOLDEN.read_text())


def test_result_of_an_overfit_check_equals_the_contract():
    metrics = _finished_run()
    metrics.overfit = OverfitRecord(
        passed=False,
        rows=32,
        epochs=500,
        learning_rate=1.0,
        criteria=[
            Criterion("recall@1", 1 / 32, 0.9, met=False),
            Criterion("score_std", float("nan"), 0.1, met=False),
        ],
        red_flags=[
            RedFlag(
                "wrong_sign",
                "loss",
                "97% of the pairs are the wrong way round",
                "Look for a wrong sign.",
            )
        ],
    )
    assert json.loads(metrics.to_json())["overfit"] == json.loads((CONTRACTS / "overfit_v2.json").read_text())


def test_numbers_that_are_not_finite_become_null():
    metrics = TrainingMetrics("x", "retrieval", test={"loss": float("nan"), "recall@5": float("inf")})
    assert json.loads(metrics.to_json())["test"] == {"loss": None, "recall@5": None}


def test_failed_run_keeps_its_epochs_and_tells_the_error():
    metrics = _finished_run()
    metrics.finish(ErrorRecord("ValueError", "no rows", "Traceback…"))
    document = json.loads(metrics.to_json())
    assert document["status"] == "failed"
    assert document["error"] == {"type": "ValueError", "message": "no rows", "traceback": "Traceback…"}
    assert len(document["epochs"]) == 2


@pytest.mark.parametrize("form", ["{path}", "file://{path}"])
def test_writes_local_files_and_makes_their_folder(tmp_path, form):
    path = tmp_path / "new folder" / "training_metrics.json"
    write_metrics(TrainingMetrics("x", "retrieval"), form.format(path=path))
    assert json.loads(path.read_text())["status"] == Status.RUNNING
    assert os.listdir(path.parent) == ["training_metrics.json"]


def test_other_uris_go_through_tensorflow():
    from recsflow_trainer.keras import tf

    write_metrics(TrainingMetrics("x", "retrieval"), "ram://folder/training_metrics.json")
    with tf.io.gfile.GFile("ram://folder/training_metrics.json") as stream:
        assert json.loads(stream.read())["experiment_id"] == "x"


def test_file_uri_may_be_quoted():
    assert local_path("file:///a%20b/c.json") == Path("/a b/c.json")
    assert local_path("gs://bucket/c.json") is None


def test_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "training_metrics.json"
    write_metrics(TrainingMetrics("first", "retrieval"), str(path))

    def full_disk(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_metrics(TrainingMetrics("second", "retrieval"), str(path))
    assert json.loads(path.read_text())["experiment_id"] == "first"
    assert os.listdir(tmp_path) == ["training_metrics.json"]


def test_needs_the_standard_library_only():
    code = "import sys, runpy; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code, metrics_file.__file__], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"tensorflow", "numpy", "fsspec"} & set(output)
