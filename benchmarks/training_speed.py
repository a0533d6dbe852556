"""Training speed beside the TFRS tutorial at the same batch sizes, in turns; and the time to ALS's recall.

The value is the ratio of examples per second at a batch of 8,192, ours divided by the tutorial's, the median
of the turns; `details` has the one at 2,048, every measurement, and the seconds of training until our fast
config first has ALS's recall@100, by training it for four epochs, then five, and so on.
"""

from __future__ import annotations

import os
import sys
from statistics import median

from benchmarks.protocol import HEADER, Bench, Measured, bench
from benchmarks.result import Result

MODEL = "fast"
BATCH_SIZES = (2_048, 8_192)
TURNS = int(os.environ.get("TURNS", "3"))


def in_turns(field: Bench, model: str) -> dict[int, list[tuple[Measured, Measured]]]:
    """Measures ours and the corrected tutorial alternately, several times a batch size."""
    turns: dict[int, list[tuple[Measured, Measured]]] = {size: [] for size in BATCH_SIZES}
    for turn in range(TURNS):
        for size in BATCH_SIZES:
            pair = (
                field.ours(model, seed=turn + 1, batch_size=size),
                field.peer(f"tutorial_corrected_{size}", seed=turn + 1),
            )
            print(*(f"{system.row()}  batch {size}" for system in pair), sep="\n", flush=True)
            turns[size].append(pair)
    return turns


def until_recall(field: Bench, model: str, goal: float, most_epochs: int = 10) -> list[Measured]:
    """Trains for one epoch more each time until recall@100 reaches the goal."""
    runs = []
    for epochs in range(4, most_epochs + 1):
        runs.append(field.ours(model, epochs=epochs))
        print(f"{runs[-1].row()}  epochs {epochs}", flush=True)
        if runs[-1].metrics["recall@100"] >= goal:
            break
    return runs


def main() -> None:
    """Reports the ratio at the larger batch."""
    model = sys.argv[1] if len(sys.argv) > 1 else MODEL
    with bench() as field:
        print(HEADER, flush=True)
        turns = in_turns(field, model)
        als = field.peer("als")
        print(als.row(), flush=True)
        runs = until_recall(field, model, als.metrics["recall@100"])
    ratios = {
        size: median(ours.examples_per_s / peer.examples_per_s for ours, peer in pairs)
        for size, pairs in turns.items()
    }
    reached = runs[-1].metrics["recall@100"] >= als.metrics["recall@100"]
    Result(
        name="training-speed",
        value=ratios[8_192],
        unit="ratio",
        goal=">= 30",
        peer="the TFRS tutorial with log-frequency correction at the same batch size",
        details={
            "model": model,
            "ratio_at_2048": ratios[2_048],
            "train_s_until_recall_of_als": runs[-1].train_s if reached else None,
            "als": als.record(),
            "peak_gb": max(ours.peak_gb for pairs in turns.values() for ours, _ in pairs),
            "turns": {size: [[s.record() for s in pair] for pair in pairs] for size, pairs in turns.items()},
            "epochs": [run.record() for run in runs],
        },
    ).report()


if __name__ == "__main__":
    main()
