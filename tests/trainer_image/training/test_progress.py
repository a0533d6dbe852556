import json

from recsflow_trainer.metrics_file import EpochRecord, TrainingMetrics
from recsflow_trainer.training.progress import Progress


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


def test_epochs_of_a_moment_are_written_together(tmp_path):
    file, clock = tmp_path / "training_metrics.json", Clock()
    metrics = TrainingMetrics("x", "retrieval")
    progress = Progress(metrics, str(file), clock)
    seen = []
    for epoch in range(1, 7):
        metrics.epochs.append(EpochRecord(epoch, 0.5, 10.0, {"loss": 1.0}, {}))
        progress.write()
        seen.append(len(json.loads(file.read_text())["epochs"]))
        clock.now_s += 0.75

    # Written at 0 s, at 2.25 s and not again before 4.25 s: an object in a bucket takes one write a second.
    assert seen == [1, 1, 1, 4, 4, 4]
