"""What gradient statistics cost: a training step with them beside one without, in turns, on real rows.

The value is the largest ratio of medians over batches of 512, 2,048 and 8,192 rows.
"""

from __future__ import annotations

from benchmarks.protocol import FEATURES, bench, in_trainer, retrieval_models
from benchmarks.result import Result


def main() -> None:
    """Reports the largest ratio."""
    with bench() as field:
        transformed = field.transformed(FEATURES, retrieval_models()[0])
        found = in_trainer("benchmarks.gradient_statistics_run", str(transformed))
    Result(
        name="gradient-statistics",
        value=max(found["ratio"].values()),
        unit="ratio",
        goal="<= 1.05",
        peer="the same step without the statistics",
        details=found,
    ).report()


if __name__ == "__main__":
    main()
