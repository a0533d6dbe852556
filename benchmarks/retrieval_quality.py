"""Recall of our retrieval models beside what a user would pick instead, all in one run.

`protocol.py` has the rules. The value is the best recall@100 of a shipped config, divided by the best of the
peers. Names of systems as arguments measure only those, with `SEEDS=1,2,3` in the environment for several
seeds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from statistics import mean, stdev

from benchmarks.protocol import HEADER, Bench, Measured, bench, retrieval_models
from benchmarks.result import Result

PEERS = (
    "popularity",
    "recent_popularity",
    "repeat_purchases",
    "als",
    "item_knn",
    "tutorial_2048",
    "tutorial_8192",
    "tutorial_corrected_2048",
    "tutorial_corrected_8192",
)


def measure(chosen: Sequence[str], seeds: Sequence[int]) -> list[Measured]:
    """Measures systems one after the other and prints each as it is done; by default all of them."""
    measured = []
    with bench() as field:
        print(HEADER, flush=True)
        for seed in seeds:
            for name in (*PEERS, *retrieval_models()):
                if not chosen or name in chosen:
                    measured.append(_one(field, name, seed))
                    print(measured[-1].row(), flush=True)
    return measured


def _one(field: Bench, name: str, seed: int) -> Measured:
    return field.peer(name, seed) if name in PEERS else field.ours(name, seed)


def summary(measured: Sequence[Measured]) -> list[str]:
    """Returns a line a system with mean and spread of its seeds."""
    lines = []
    for name in dict.fromkeys(system.name for system in measured):
        runs = [system for system in measured if system.name == name]
        parts = [name]
        for metric in ("recall@10", "recall@100", "repeat_recall@100", "novel_recall@100"):
            values = [run.metrics[metric] for run in runs if metric in run.metrics]
            if values:
                spread = f" ± {stdev(values):.4f}" if len(values) > 1 else ""
                parts.append(f"{metric} {mean(values):.4f}{spread}")
        lines.append("  ".join(parts))
    return lines


def main() -> None:
    """Prints the table and reports the ratio."""
    seeds = [int(seed) for seed in os.environ.get("SEEDS", "1").split(",")]
    measured = measure(sys.argv[1:], seeds)
    print(*summary(measured), sep="\n", flush=True)
    best = {
        ours: max(
            (m.metrics["recall@100"] for m in measured if m.name.startswith("recsflow ") is ours), default=0
        )
        for ours in (True, False)
    }
    if not all(best.values()):
        return
    Result(
        name="retrieval-quality",
        value=best[True] / best[False],
        unit="ratio",
        goal=">= 1.04",
        peer="the best of popularity, repeat purchases, implicit's ALS and item-kNN, and the TFRS tutorial",
        details={"seeds": seeds, "systems": [system.record() for system in measured]},
    ).report()


if __name__ == "__main__":
    main()
