"""What a failed component wrote last: the lines that say why it failed.

Vertex AI tells the exit status alone; the lines are in Cloud Logging.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_LINES = 30
MAX_STACK_LINES = 12
MAX_CHARACTERS = 4_000
TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True)
class ComponentLog:
    """What could be read of a failed component's log.

    Attributes:
        text: Its own last error; empty where nothing could be read.
        problem: What could not be read, with the remedy; empty where there is nothing to say.
        is_complete: Whether another look would find no more: entries may arrive seconds after a job's end.
    """

    text: str = ""
    problem: str = ""
    is_complete: bool = True


def last_error(lines: Sequence[str]) -> str:
    """Return a log's last traceback, or else its last lines.

    The exception comes first, since that is what a reader looks for; where it was raised follows.
    """
    lines = [line for line in lines if line.strip()]
    starts = [index for index, line in enumerate(lines) if TRACEBACK in line]
    if not starts:
        return "\n".join(lines[-MAX_LINES:])[-MAX_CHARACTERS:]
    # Everything up to the first line that is neither a frame nor its source is the stack.
    stack_end = starts[-1] + 1
    while stack_end < len(lines) and lines[stack_end].startswith(" "):
        stack_end += 1
    exception = "\n".join(lines[stack_end : stack_end + MAX_LINES])[:MAX_CHARACTERS]
    stack = lines[starts[-1] : stack_end]
    return "\n".join([exception, TRACEBACK, *stack[1:][-MAX_STACK_LINES:]])


def has_exception(lines: Sequence[str]) -> bool:
    """Whether a log has a traceback down to its exception."""
    starts = [index for index, line in enumerate(lines) if TRACEBACK in line]
    return bool(starts) and any(line.strip() and not line.startswith(" ") for line in lines[starts[-1] + 1 :])
