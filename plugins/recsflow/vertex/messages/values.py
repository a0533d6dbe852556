"""Values of Google's messages: labels as it takes them, times as we keep them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from recsflow.vertex.jobs import ENDED, JobState

MAX_LABEL = 63


def label(value: str) -> str:
    """Return a label that Google takes: lower-case letters, digits, '_' and '-', 63 at most."""
    return re.sub(r"[^a-z0-9_-]", "-", value.lower())[:MAX_LABEL]


def not_ended(states: Mapping[Any, JobState]) -> str:
    """Return the filter of the list calls for jobs that have not ended.

    Args:
        states: What each of the service's states is to us.
    """
    return " AND ".join(f'state!="{theirs.name}"' for theirs, ours in states.items() if ours in ENDED)


def utc(value: Any) -> datetime | None:
    """Return a message's time; None where it is not set."""
    # proto-plus gives a datetime of its own, whatever it is annotated as.
    return datetime.fromtimestamp(value.timestamp(), UTC) if value else None
