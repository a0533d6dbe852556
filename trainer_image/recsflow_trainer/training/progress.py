"""What a run has reached, written while it goes on."""

import time
from collections.abc import Callable

from recsflow_trainer.metrics_file import TrainingMetrics, write_metrics

# Cloud Storage takes one write a second of an object (https://cloud.google.com/storage/quotas#objects), and
# TensorFlow's client would wait and try again in the middle of a training.
INTERVAL_S = 2.0


class Progress:
    """Writes a run's metrics now and then; the end of the run writes them whole.

    Args:
        metrics: What is known so far.
        uri: Where they are written.
        clock: Seconds that never go back.
    """

    def __init__(
        self, metrics: TrainingMetrics, uri: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = metrics
        self._uri = uri
        self._clock = clock
        self._next_s = clock()

    def write(self) -> None:
        """Writes the metrics, unless that was done a moment ago."""
        if self._clock() >= self._next_s:
            write_metrics(self._metrics, self._uri)
            self._next_s = self._clock() + INTERVAL_S
