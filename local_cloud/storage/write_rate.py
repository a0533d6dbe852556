"""How often one object may be written: https://cloud.google.com/storage/quotas#objects.

'Maximum rate of writes to the same object name: one write per second', and one update of its metadata per
second. More 'might result in throttling errors' there; here it does, so that whoever writes faster hears it.
"""

import time
from collections.abc import Callable

from local_cloud.storage.errors import TooManyRequestsError

INTERVAL_S = 1.0
FORGET_ABOVE = 10_000


class WriteRate:
    """When each object was last written. What is kept here is lost with the process, as is its purpose.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._written: dict[tuple[str, str], float] = {}

    def check(self, bucket: str, name: str) -> None:
        """Refuses a write that comes too early.

        Raises:
            TooManyRequestsError: The object was written less than a second ago.
        """
        if self._clock() - self._written.get((bucket, name), -INTERVAL_S) < INTERVAL_S:
            raise TooManyRequestsError(
                f"The object {bucket}/{name} exceeded the rate limit for object mutation operations (create, "
                "update, and delete). Please reduce your request rate. "
                "See https://cloud.google.com/storage/docs/gcs429."
            )

    def note(self, bucket: str, name: str) -> None:
        """Remembers a write."""
        now = self._clock()
        if len(self._written) >= FORGET_ABOVE:
            self._written = {key: at for key, at in self._written.items() if now - at < INTERVAL_S}
        self._written[bucket, name] = now
