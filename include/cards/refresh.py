"""Keep an index up to date in the background, only while somebody asks for it."""

from __future__ import annotations

import logging
import threading
import time

from include.cards.index import CardIndex, IndexStatus

log = logging.getLogger(__name__)

INTERVAL_S = 2.0
# Whoever looks at a list asks every few seconds; an index that is older than that nobody has asked for.
STALE_S = 10.0


def is_stale(status: IndexStatus) -> bool:
    """Whether cards may have come, or changed, of which the index knows nothing."""
    updated = status.updated_at
    return updated is None or abs(time.time() - updated.timestamp()) > STALE_S


class IndexRefresh:
    """Updates an index in a thread of its own.

    Args:
        index: The index.
        interval_s: Seconds between two looks at the store at least, also of several processes.
    """

    def __init__(self, index: CardIndex, interval_s: float = INTERVAL_S) -> None:
        self.index = index
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._begun: float | None = None

    def ask(self) -> None:
        """Start an update where the last one began long enough ago, and return at once."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            if self._begun is not None and time.monotonic() - self._begun < self._interval_s:
                return
            self._begun = time.monotonic()
            self._thread = threading.Thread(target=self._update, name="card index", daemon=True)
            self._thread.start()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until no update is under way in this process, at most so long."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _update(self) -> None:
        try:
            if not self._is_recent():
                self.index.update()
        except Exception as error:
            # The index keeps the sentence for whoever looks at the page.
            log.warning("The index of cards could not be updated: %s", error)

    def _is_recent(self) -> bool:
        """Whether another process has just done it."""
        updated = self.index.status().updated_at
        return updated is not None and abs(time.time() - updated.timestamp()) < self._interval_s
