"""How a line of a plan looks."""

from __future__ import annotations

from include.plan.plan import KeptFile

RULE = "-" * 60
NAME_WIDTH = 22


def row(name: str, text: str) -> str:
    """Return a line of a plan: what it is about, and what is said of it."""
    return f"  {name:<{NAME_WIDTH - 1}} {text}"


def kept(file: KeptFile, there: str, missing: str) -> str:
    """Return whether a file is there.

    Args:
        file: The file.
        there: What is said where it is.
        missing: What is said where it is not.
    """
    said = {True: there, False: missing, None: "not asked whether it is there"}[file.there]
    return f"{file.name} {file.key} ({said})"
