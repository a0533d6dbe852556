"""Where the parameters of two runs of a pipeline differ, in words."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from include.experiment.resolve.identity import SHORT_HASH, STAGED_TABLE
from include.generators.module import CONTENT

NONE = "none"
# A run's own names, which differ between any two runs.
IDENTITY = frozenset({"experiment_id", "metrics_uri"})
# Rows outside the sample are other ones where the rows are, which a parameter of their own says.
OF_THE_ROWS = frozenset({"history.uri", "history.date", "history.label"})
MAX_CHARACTERS = 72
_STAGED_TABLE = re.compile(STAGED_TABLE)
_OWN_HASH = re.compile(f"{STAGED_TABLE}|{CONTENT}{SHORT_HASH}")


@dataclass(frozen=True)
class Difference:
    """A value of an earlier run, and what it is now.

    Attributes:
        name: The runtime parameter, with the path of the value inside it where it is JSON.
        old: The earlier value, shortened.
        new: The value now, shortened.
        detail: Where the two are addresses of texts, their first lines that differ.
    """

    name: str
    old: str
    new: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.old} -> {self.new}"

    @property
    def reason(self) -> str:
        """The difference as the reason for something."""
        return f"{self.name}: {self.detail}" if self.detail else str(self)


def value_differences(
    name: str, old: str | None, new: str | None, texts: tuple[str, str] | None = None
) -> list[Difference]:
    """Return where two values of a runtime parameter differ, apart from the names of their runs.

    Args:
        name: The parameter.
        old: Its earlier value; None where it had none.
        new: Its value now; None where it has none.
        texts: What stands behind the two values, where they are addresses.
    """
    if old == new:
        return []
    if texts:
        return [Difference(name, _short(old), _short(new), first_line_that_differs(*texts))]
    before, now = _parsed(old), _parsed(new)
    if before is None or now is None:
        return [Difference(name, _short(old), _short(new))]
    return [
        Difference(f"{name}: {each.name}", each.old, each.new) for each in mapping_differences(before, now)
    ]


def mapping_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return the values that differ between two nested mappings, by their paths."""
    before, now = dict(_leaves(old)), dict(_leaves(new))
    return [
        Difference(path, _text(before, path), _text(now, path))
        for path in sorted({*before, *now})
        if path not in IDENTITY | OF_THE_ROWS and _text(before, path) != _text(now, path)
    ]


def first_line_that_differs(old: str, new: str) -> str:
    """Return the first line in which two texts differ, as `old -> new`; empty where they say the same.

    The name of a staged table and the header of a module are left out: hashes of everything else in the text.
    """
    before, now = (_OWN_HASH.sub("", text).splitlines() for text in (old, new))
    matcher = difflib.SequenceMatcher(None, before, now, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            return f"{_line(before[first:last])} -> {_line(now[start:end])}"
    return ""


def _line(lines: list[str]) -> str:
    return shortened(lines[0].strip().removeprefix("-- ")) if lines else NONE


def _parsed(value: str | None) -> dict[str, Any] | None:
    try:
        parsed = json.loads(value or "")
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _leaves(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        path = f"{prefix}{name}"
        if isinstance(inner, Mapping):
            yield from _leaves(inner, f"{path}.")
        else:
            yield path, inner


def _text(leaves: Mapping[str, Any], path: str) -> str:
    value = leaves.get(path)
    if value is None:
        return NONE
    if isinstance(value, float):
        return f"{value:.10g}"
    return shortened(value if isinstance(value, str) else json.dumps(value))


def _short(value: str | None) -> str:
    """What tells two addresses apart: the end of a path, or the table that a query reads."""
    if value is None:
        return NONE
    if table := _STAGED_TABLE.search(value):
        return table[0]
    return shortened("/".join(value.split("/")[-2:]))


def shortened(text: str) -> str:
    """Return a text that fits on a line."""
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"
