"""Variables of the environment that last as long as somebody in the process needs them."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class SharedVariables:
    """Sets variables for a while; where several need one at once, the last puts the old value back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: Counter[str] = Counter()
        self._before: dict[str, str | None] = {}

    @contextmanager
    def setting(self, values: Mapping[str, str], *, wins: bool = False) -> Iterator[None]:
        """Set them; one that a user has set stays, unless `wins` is true."""
        with self._lock:
            for name, value in values.items():
                self._take(name, value, wins=wins)
        try:
            yield
        finally:
            with self._lock:
                for name in values:
                    self._give_back(name)

    def _take(self, name: str, value: str, *, wins: bool) -> None:
        self._users[name] += 1
        if self._users[name] == 1:
            self._before[name] = os.environ.get(name)
            if wins or self._before[name] is None:
                os.environ[name] = value

    def _give_back(self, name: str) -> None:
        self._users[name] -= 1
        if self._users[name]:
            return
        before = self._before.pop(name)
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
