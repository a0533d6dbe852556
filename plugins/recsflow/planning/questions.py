"""What is asked for a plan, within a time where there is one, and sentences about what gave no answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from include.errors import RecsflowError
from recsflow.errors import ImageRefused, JobRefused, RecsflowTaskError

Answer = TypeVar("Answer")


class Questions(list[str]):
    """Asks services, and keeps a sentence about each that gave no answer.

    Args:
        sentences: What is not known from the start.
        deadline_s: After this time of the monotonic clock nothing more is asked; None for no such limit.
    """

    def __init__(self, sentences: Iterable[str] = (), deadline_s: float | None = None) -> None:
        super().__init__(sentences)
        self._deadline_s = deadline_s

    def ask(self, what: str, question: Callable[[], Answer]) -> Answer | None:
        """Return the answer; None, with a sentence kept, where there is none or no time for it."""
        try:
            self._refuse_late()
            return question()
        except (RecsflowError, RecsflowTaskError, ImageRefused, JobRefused, OSError) as error:
            self.append(f"{what}: {error}")
        return None

    def in_time(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """Yield answers, each of which costs a request, and raise when the time is over."""
        for answer in answers:
            yield answer
            self._refuse_late()

    def _refuse_late(self) -> None:
        if self._deadline_s is not None and time.monotonic() > self._deadline_s:
            raise TimeoutError("not asked any more, since the services were slow and the run goes on")
