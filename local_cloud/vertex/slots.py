"""The bound on tasks that run at once, over all jobs of a server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Slots:
    """Places for tasks; whoever waits for one can give up.

    Args:
        count: how many tasks run at once.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, given_up: Callable[[], bool]) -> Iterator[bool]:
        """Waits for a slot and holds it; yields False, and holds none, once `given_up` says so."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0 or given_up())
            got = not given_up()
            self._free -= got
        try:
            yield got
        finally:
            with self._changed:
                self._free += got
                self._changed.notify_all()

    def look_again(self) -> None:
        """Makes whoever waits ask again whether to give up."""
        with self._changed:
            self._changed.notify_all()
