"""Milliseconds in which a saved model answers 100 customers with 100 of all products each.

The value is the median with what was bought left out; `details` has the other ways to ask, the fastest times,
and approximate search beside the exact one.
"""

from __future__ import annotations

import sys
from statistics import median

from benchmarks.protocol import bench, in_trainer
from benchmarks.result import Result

MODEL = "history"


def main() -> None:
    """Trains one epoch of a model config, `history` or the one named, and asks the saved model."""
    model = sys.argv[1] if len(sys.argv) > 1 else MODEL
    with bench() as field:
        trained = field.ours(model, epochs=1)
        found = in_trainer("benchmarks.serving_run", f"{trained.folder}/model", field.rows_folder())
    times = found.pop("ms")
    Result(
        name="serving" if model == MODEL else f"serving-{model}",
        value=median(times["exact_unbought"]),
        unit="ms",
        goal="< 50",
        peer="nobody: the goal is absolute",
        details={
            "model": model,
            "median_ms": {name: median(values) for name, values in times.items()},
            "fastest_ms": {name: values[0] for name, values in times.items()},
            **found,
        },
    ).report()


if __name__ == "__main__":
    main()
