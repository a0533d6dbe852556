"""Filter, order and pages of the list call, as far as Google's client library uses them."""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local_cloud.vertex.errors import InvalidArgumentError

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
CONDITION = re.compile(r'\s*([\w.-]+)\s*(!=|>=|<=|=|>|<|:)\s*(?:"([^"]*)"|([^\s"()]+))\s*')
TEXT_FIELDS = {"display_name": "displayName", "state": "state"}
TIME_FIELDS = {
    "create_time": "createTime",
    "update_time": "updateTime",
    "start_time": "startTime",
    "end_time": "endTime",
}
DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
Job = Mapping[str, Any]


def select(jobs: Sequence[Job], expression: str) -> list[Job]:
    """Returns the jobs for which a filter holds: conditions on fields, joined by AND."""
    tests = [_condition(part) for part in re.split(r"\s+AND\s+", expression)] if expression.strip() else []
    return [job for job in jobs if all(test(job) for test in tests)]


def order(jobs: Sequence[Job], order_by: str) -> list[Job]:
    """Returns the jobs sorted by fields such as `create_time desc, display_name`."""
    result = list(jobs)
    for part in reversed([part.split() for part in order_by.split(",") if part.strip()]):
        field = {**TEXT_FIELDS, **TIME_FIELDS}.get(part[0])
        if field is None or part[1:] not in ([], ["asc"], ["desc"]):
            raise InvalidArgumentError(
                f"orderBy is {order_by!r}; use {', '.join([*TEXT_FIELDS, *TIME_FIELDS])}, "
                "each with 'desc' or without."
            )
        result.sort(key=_getter(field), reverse=part[1:] == ["desc"])
    return result


def page(jobs: Sequence[Job], size: str, token: str) -> tuple[list[Job], str]:
    """Returns one page and the token of the next, empty at the end."""
    for name, value in (("pageSize", size), ("pageToken", token)):
        if value and not value.isdecimal():
            raise InvalidArgumentError(f"{name} is {value!r}; give a number, or an earlier answer's token.")
    start = int(token or 0)
    end = start + min(int(size or 0) or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    return list(jobs[start:end]), str(end) if end < len(jobs) else ""


def mask(job: Job, read_mask: str) -> dict[str, Any]:
    """Returns the fields of a job that a read mask names, all of them if it is empty."""
    wanted = {path.partition(".")[0] for path in read_mask.split(",") if path}
    names = wanted | {re.sub(r"_(\w)", lambda match: match[1].upper(), name) for name in wanted}
    return {key: value for key, value in job.items() if not wanted or key in names}


def _getter(field: str) -> Callable[[Job], str]:
    return lambda job: job.get(field, "")


def _condition(text: str) -> Callable[[Job], bool]:
    match = CONDITION.fullmatch(text.strip("() "))
    if match is None:
        raise InvalidArgumentError(f'filter has {text!r}; write conditions such as state="…" joined by AND.')
    field, value = match[1], match[3] if match[3] is not None else match[4]
    if match[2] == ":":
        return _has(field, value)
    comparison = COMPARISONS[match[2]]
    if field in TIME_FIELDS:
        limit = _time(value)
        return lambda job: TIME_FIELDS[field] in job and comparison(_time(job[TIME_FIELDS[field]]), limit)
    if match[2] not in ("=", "!="):
        raise InvalidArgumentError(
            f"filter compares {field} with {match[2]}; only times have an order. Use = or !=."
        )
    return lambda job: _matches(_text(field, job), value) is (match[2] == "=")


def _has(field: str, value: str) -> Callable[[Job], bool]:
    """Returns the test of `labels.key:*`, that a label is there; nothing else is asked with a colon."""
    if value != "*" or not field.startswith("labels."):
        raise InvalidArgumentError(
            f"filter has {field}:{value}; only labels.<key>:* asks whether it is there."
        )
    return lambda job: field.removeprefix("labels.") in job.get("labels", {})


def _text(field: str, job: Job) -> str:
    if field in TEXT_FIELDS:
        return str(job.get(TEXT_FIELDS[field], ""))
    if field == "pipeline_name" and "pipelineSpec" in job:
        return str(job["pipelineSpec"]["pipelineInfo"]["name"])
    if field.startswith("labels."):
        return str(job.get("labels", {}).get(field.removeprefix("labels."), ""))
    raise InvalidArgumentError(
        f"filter names {field!r}; use {', '.join([*TEXT_FIELDS, *TIME_FIELDS])}, pipeline_name or "
        "labels.<key>."
    )


def _matches(value: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value) is not None


def _time(text: str) -> dt.datetime:
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidArgumentError(
            f"filter has the time {text!r}; write it as 2026-01-31T00:00:00Z."
        ) from error
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
