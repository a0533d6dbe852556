"""The verdict on a run in words: a few for a table, one sentence for whoever reads nothing else."""

from __future__ import annotations

from include.tracking.entries import lift
from include.tracking.training_metrics import Diagnosis, TrainingMetrics, Verdict

_OF_AN_EPOCH = {Verdict.COLLAPSED, Verdict.DIVERGED, Verdict.DEAD_TOWER, Verdict.UNKNOWN}


def verdict_words(diagnosis: Diagnosis) -> str:
    """Return the verdict, and since when: `collapsed since epoch 3`."""
    since = diagnosis.epoch if diagnosis.verdict in _OF_AN_EPOCH else None
    at = f" since epoch {since}" if since else ""
    return f"{diagnosis.verdict.value.replace('_', ' ')}{at}"


def verdict_sentence(metrics: TrainingMetrics) -> str:
    """Return the verdict with what it rests on first, which for a healthy run is how it compares."""
    words = verdict_words(metrics.diagnosis)
    reasons = (*metrics.diagnosis.evidence[:1], *_compared(metrics))
    return f"{words.capitalize()}: {reasons[0]}" if reasons else f"{words.capitalize()}."


def _compared(metrics: TrainingMetrics) -> list[str]:
    """Say how the model compares with the best baseline in the metric that it is judged by."""
    judged_by = metrics.headline.metric if metrics.headline else ""
    compared = metrics.comparison.get(judged_by)
    if compared is None or compared.value is None or compared.baseline_value is None:
        return []
    times = lift(compared)
    better = "beats" if compared.better else "does not beat"
    by = f", {times:.2f} x" if times is not None else ""
    return [
        f"it {better} the best baseline, {compared.best_baseline}, in {judged_by} "
        f"({compared.value:.4f} against {compared.baseline_value:.4f}{by})."
    ]
