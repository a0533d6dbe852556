"""Values of Google's messages: labels as it takes them, times as we keep them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

MAX_LABEL = 63


def label(value: str) -> str:
    """Return a label that Google takes: lower-case letters, digits, '_' and '-', 63 at most."""
    return re.sub(r"[^a-z0-9_-]", "-", value.lower())[:MAX_LABEL]


def utc(value: Any) -> datetime | None:
    """Return a message's time; None where it is not set."""
    # proto-plus gives a datetime of its own, whatever it is annotated as.
    return datetime.fromtimestamp(value.timestamp(), UTC) if value else None
