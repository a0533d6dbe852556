"""Reading a component's log: the lines that say why it failed."""

from pathlib import Path

TAIL_BYTES = 200_000
MAX_LINES = 30
MAX_STACK_LINES = 12
MAX_CHARACTERS = 4_000
TRACEBACK = "Traceback (most recent call last):"


def error_lines(log: Path) -> str:
    """Returns the component's own last error: its last traceback, or else its last lines.

    The exception comes first, since that is what a reader looks for; where it was raised follows.
    """
    lines = [line for line in _tail(log).splitlines() if line.strip()]
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


def _tail(log: Path) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - TAIL_BYTES, 0))
        return file.read().decode(errors="replace")
