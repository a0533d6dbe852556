"""The lines of a log that a person follows.

Each begins with `recsflow | <task> | `, so that a terminal can filter for it.
"""

from __future__ import annotations

import logging

log = logging.getLogger("recsflow.progress")


def say(task_id: str, text: str, level: int = logging.INFO) -> None:
    """Log a text, one prefixed line for each of its lines."""
    for line in text.splitlines() or [""]:
        log.log(level, "recsflow | %s | %s", task_id, line)
