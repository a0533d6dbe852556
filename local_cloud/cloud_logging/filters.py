"""The logging query language, as far as the product writes it; what is beyond it is refused.

Comparisons joined by AND, or by nothing but white space, which means the same
(https://cloud.google.com/logging/docs/view/logging-query-language).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.vertex.errors import InvalidArgumentError
from local_cloud.vertex.listing import COMPARISONS

# https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
MAX_FILTER = 20_000
# https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity
SEVERITIES = {
    name: 100 * rank
    for rank, name in enumerate(
        ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")
    )
}
COMPARISON = re.compile(
    r"""\s*(?P<field>[\w.]+)\s*(?P<operator>!=|>=|<=|=|>|<)\s*("(?P<quoted>[^"\\]*)"|(?P<bare>[\w.-]+))\s*"""
)
AND = re.compile(r"AND\b\s*")
TEXT_FIELDS = {
    "logName": ("logName",),
    "resource.type": ("resource", "type"),
    "resource.labels.job_id": ("resource", "labels", "job_id"),
    "resource.labels.task_name": ("resource", "labels", "task_name"),
    "resource.labels.build_id": ("resource", "labels", "build_id"),
    "resource.labels.project_id": ("resource", "labels", "project_id"),
}
IDS = ("resource.labels.job_id", "resource.labels.build_id")
KNOWN = ", ".join([*TEXT_FIELDS, "severity", "timestamp"])


@dataclass(frozen=True)
class Comparison:
    """One comparison of a filter; a value of a severity or a time is what it is compared as."""

    field: str
    operator: str
    value: Any

    def holds(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry passes."""
        return COMPARISONS[self.operator](self._value_in(entry), self.value)

    def _value_in(self, entry: Mapping[str, Any]) -> Any:
        if self.field == "severity":
            return SEVERITIES[entry["severity"]]
        if self.field == "timestamp":
            return dt.datetime.fromisoformat(entry["timestamp"])
        value: Any = entry
        for key in TEXT_FIELDS[self.field]:
            # A build has no job, a job no build.
            value = value.get(key, "")
        return value


def parse(text: str) -> list[Comparison]:
    """Returns the comparisons of a filter, all of which must hold."""
    if len(text) > MAX_FILTER:
        raise InvalidArgumentError(f"filter has {len(text)} characters; write at most {MAX_FILTER}.")
    found: list[Comparison] = []
    position = 0
    while position < len(text.rstrip()):
        if found and (joint := AND.match(text, position)):
            position = joint.end()
        match = COMPARISON.match(text, position)
        if match is None:
            raise InvalidArgumentError(
                f"filter has {text[position : position + 60]!r}; the local Cloud Logging reads comparisons "
                'such as resource.type="ml_job" joined by AND.'
            )
        found.append(_comparison(match))
        position = match.end()
    return found


def resource_id_of(comparisons: list[Comparison]) -> str | None:
    """Returns the one job or build that a filter asks for; None where it asks for no certain one."""
    return next((each.value for each in comparisons if each.field in IDS and each.operator == "="), None)


def _comparison(match: re.Match[str]) -> Comparison:
    field, sign = match["field"], match["operator"]
    value = match["quoted"] if match["quoted"] is not None else match["bare"]
    if field == "severity":
        return Comparison(field, sign, _severity(value))
    if field == "timestamp":
        return Comparison(field, sign, _time(value))
    if field not in TEXT_FIELDS:
        raise InvalidArgumentError(f"filter names {field!r}; the local Cloud Logging knows {KNOWN}.")
    if sign not in ("=", "!="):
        raise InvalidArgumentError(f"filter compares {field} with {sign}; use = or !=.")
    return Comparison(field, sign, value)


def _severity(value: str) -> int:
    if value not in SEVERITIES:
        raise InvalidArgumentError(f"filter has the severity {value!r}; use one of {', '.join(SEVERITIES)}.")
    return SEVERITIES[value]


def _time(value: str) -> dt.datetime:
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError:
        raise InvalidArgumentError(
            f"filter has the time {value!r}; write it as 2026-01-31T00:00:00Z."
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)
