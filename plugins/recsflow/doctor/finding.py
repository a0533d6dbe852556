"""What was found out about one thing that a run needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """Whether a run can do with it; `doubtful` is for a person to decide."""

    GOOD = "ok"
    DOUBTFUL = "warning"
    BAD = "FAILED"


@dataclass(frozen=True)
class Finding:
    """One sentence, with its remedy where something is wrong."""

    subject: str
    health: Health
    said: str

    def __str__(self) -> str:
        return f"{self.health:<8} {self.subject:<12} {self.said}"


def good(subject: str, said: str) -> Finding:
    """Return a finding that needs no remedy."""
    return Finding(subject, Health.GOOD, said)


def doubtful(subject: str, said: str) -> Finding:
    """Return a finding that a person has to judge."""
    return Finding(subject, Health.DOUBTFUL, said)


def bad(subject: str, said: str) -> Finding:
    """Return a finding that no run survives."""
    return Finding(subject, Health.BAD, said)
