"""What is used of quotas, as Cloud Monitoring tells it.

https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list,
https://cloud.google.com/monitoring/api/metrics_gcp#gcp-serviceruntime
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from local_cloud.vertex.capacity import SERVICE
from local_cloud.vertex.errors import InvalidArgumentError

Series = dict[str, Any]

ALLOCATED = "serviceruntime.googleapis.com/quota/allocation/usage"
CONDITION = re.compile(r'\s*([\w.]+)\s*=\s*"([^"]*)"\s*')
# Of https://cloud.google.com/monitoring/api/v3/filters, what the product writes.
FIELDS = (
    "metric.type",
    "metric.labels.quota_metric",
    "resource.type",
    "resource.labels.service",
    "resource.labels.location",
)


def in_use(project: str, location: str, units: Mapping[str, int], now: dt.datetime) -> list[Series]:
    """Returns a series for each quota metric of Vertex AI of which something is used in a region.

    Args:
        project: whose jobs use it.
        location: the region.
        units: what is used, by quota metric without the service's name.
        now: when.
    """
    moment = now.isoformat()
    return [
        {
            "metric": {"type": ALLOCATED, "labels": {"quota_metric": f"{SERVICE}/{metric}"}},
            "resource": {
                "type": "consumer_quota",
                "labels": {"project_id": project, "service": SERVICE, "location": location},
            },
            "metricKind": "GAUGE",
            "valueType": "INT64",
            "points": [
                {"interval": {"startTime": moment, "endTime": moment}, "value": {"int64Value": str(used)}}
            ],
        }
        for metric, used in sorted(units.items())
    ]


def select(series: list[Series], conditions: str) -> list[Series]:
    """Returns the series that a filter keeps.

    Raises:
        InvalidArgumentError: It names no metric, or has what is not written here.
    """
    wanted = dict(_condition(text) for text in conditions.split(" AND "))
    if "metric.type" not in wanted:
        raise InvalidArgumentError(f"filter is {conditions!r}; it must name one metric.type.")
    return [each for each in series if all(_value(each, field) == text for field, text in wanted.items())]


def check_interval(end_time: str) -> None:
    """Refuses a request that does not say for which time it asks.

    Raises:
        InvalidArgumentError: It has no end, or none that is a time.
    """
    try:
        dt.datetime.fromisoformat(end_time)
    except ValueError as error:
        raise InvalidArgumentError(
            f"interval.endTime is {end_time!r}; write a time such as 2026-01-31T00:00:00Z."
        ) from error


def _condition(text: str) -> tuple[str, str]:
    match = CONDITION.fullmatch(text)
    if match is None or match[1] not in FIELDS:
        raise InvalidArgumentError(f'filter has {text!r}; write {" or ".join(FIELDS)} = "…", joined by AND.')
    return match[1], match[2]


def _value(series: Series, field: str) -> str:
    value: Any = series
    for key in field.split("."):
        value = value.get(key, {})
    return str(value)
