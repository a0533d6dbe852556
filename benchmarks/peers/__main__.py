"""Trains and measures one peer: `python -m benchmarks.peers NAME ROWS_FOLDER SEED`; prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers.rows import read_rows
from benchmarks.peers.system import System, measure


def systems(seed: int) -> dict[str, Callable[[], System]]:
    """Returns every peer by name; what it imports is imported when it is made."""

    def lists() -> dict[str, Callable[[], System]]:
        from benchmarks.peers.lists import Popularity, RepeatPurchases

        return {
            "popularity": Popularity,
            "recent_popularity": lambda: Popularity(days=28),
            "repeat_purchases": RepeatPurchases,
        }

    def als() -> System:
        from benchmarks.peers.factorization import als as make

        return make(seed)

    def item_knn() -> System:
        from benchmarks.peers.factorization import item_knn as make

        return make()

    def tutorial(batch_size: int, corrected: bool) -> Callable[[], System]:
        def make() -> System:
            from benchmarks.peers.tutorial import Tutorial

            return Tutorial(batch_size, corrected, seed)

        return make

    return {
        **lists(),
        "als": als,
        "item_knn": item_knn,
        "tutorial_2048": tutorial(2048, corrected=False),
        "tutorial_8192": tutorial(8192, corrected=False),
        "tutorial_corrected_2048": tutorial(2048, corrected=True),
        "tutorial_corrected_8192": tutorial(8192, corrected=True),
    }


def main() -> None:
    """Prints what was measured."""
    name, folder, seed = sys.argv[1:]
    rows = read_rows(Path(folder))
    system = systems(int(seed))[name]()
    began = time.perf_counter()
    examples = system.fit(rows)
    train_s = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                **measure(system, rows),
                "train_rows": len(rows.train.products),
                "train_s": train_s,
                "examples_per_s": examples / train_s,
                "peak_gb": peak * 1024 / 1e9,
            }
        )
    )


if __name__ == "__main__":
    main()
