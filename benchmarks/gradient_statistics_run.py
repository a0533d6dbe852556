"""Times training steps with and without gradient statistics, in turns.

In the trainer environment: `python -m benchmarks.gradient_statistics_run TRANSFORM_FOLDER`; prints JSON. Both
models are the same, but the peer's accumulators count nothing; each turn takes as many steps of each.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.verdict_cases import load, towers

BATCHES = {512: 200, 2_048: 80, 8_192: 12}
TURNS = 7


def _model(inputs: Any, *, tracked: bool) -> Any:
    from recsflow_trainer.training.optimizers import make_optimizer

    model = towers(dim=64, layers=(64,))().build(inputs)
    if not tracked:
        for accumulator in model.accumulators.values():
            accumulator.add = lambda gradients: None
    model.compile(optimizer=make_optimizer("adagrad", 0.05))
    return model


def _turn(model: Any, batches: list[Any], step: Any) -> float:
    began = time.perf_counter()
    for batch in batches:
        step(batch)
    _ = model.trainable_variables[0].numpy()
    return time.perf_counter() - began


def main() -> None:
    """Prints the median ratio by batch size."""
    from recsflow_trainer.keras import tf

    inputs = load(Path(sys.argv[1]))
    ratio, seconds = {}, {}
    for size, steps in BATCHES.items():
        batches = list(inputs.splits.train.batches(size, seed=1, reshuffle=False).dataset.take(steps))
        sides = []
        for tracked in (True, False):
            model = _model(inputs, tracked=tracked)
            step = tf.function(model.train_step, reduce_retracing=True)
            step(batches[0])
            sides.append((model, step))
        turns = []
        for turn in range(TURNS):
            order = (0, 1) if turn % 2 else (1, 0)
            taken = {side: _turn(sides[side][0], batches, sides[side][1]) for side in order}
            turns.append((taken[0], taken[1]))
        ratio[size] = median(with_them / without for with_them, without in turns)
        seconds[size] = [[round(each / len(batches), 5) for each in turn] for turn in turns]
        print(size, ratio[size], flush=True)
    print(json.dumps({"ratio": ratio, "s_per_step": seconds}))


if __name__ == "__main__":
    main()
