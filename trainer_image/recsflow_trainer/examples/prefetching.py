"""Batches that are made ahead of their use, while the model takes a step."""

from collections.abc import Callable
from typing import Any

from recsflow_trainer.keras import tf

_AHEAD = 4


def prefetched(dataset: tf.data.Dataset, make: Callable[[tf.Tensor], Any]) -> tf.data.Dataset:
    """Returns what `make` returns for each element, in order, some elements ahead of their use.

    Without autotuning: the end of each pass waits for the thread that tunes to wake up, as long again as the
    pass took, and rows in memory need no tuning.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    made = dataset.map(make, num_parallel_calls=_AHEAD, deterministic=True)
    return made.prefetch(_AHEAD).with_options(options)
