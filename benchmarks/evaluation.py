"""Rows per second of our recall beside FactorizedTopK's, in turns: 115,194 test rows, 65,803 candidates.

The value is the ratio of the medians, with the candidates in batches of 128 as the tutorial has them;
`details` has the one with batches of 4,096. Ours measures repeat and novel rows as well.
"""

from __future__ import annotations

from statistics import median

from benchmarks.protocol import bench, in_trainer
from benchmarks.result import Result


def main() -> None:
    """Reports the ratio."""
    with bench() as field:
        found = in_trainer("benchmarks.recall_run", field.rows_folder())
    speed = {name: median(turns) for name, turns in found["rows_per_s"].items()}
    Result(
        name="evaluation",
        value=speed["ours"] / speed["peer_128"],
        unit="ratio",
        goal=">= 100",
        peer="FactorizedTopK of TensorFlow Recommenders, candidates in batches of 128",
        details={
            "rows_per_s": found["rows_per_s"],
            "ratio_to_batches_of_4096": speed["ours"] / speed["peer_4096"],
            "rows": found["rows"],
            "peak_gb": found["peak_gb"],
        },
    ).report()


if __name__ == "__main__":
    main()
