"""Quotas as Cloud Quotas tells them.

https://cloud.google.com/docs/quotas/reference/rest/v1/projects.locations.services.quotaInfos
"""

from collections.abc import Mapping
from typing import Any

from local_cloud.vertex import capacity
from local_cloud.vertex.errors import NotFoundError

BIGQUERY = "bigquery.googleapis.com"
# https://cloud.google.com/bigquery/docs/custom-quotas, in MiB; the emulator counts no days.
QUERY_USAGE = "quota/query/usage"
# Of https://cloud.google.com/docs/quotas/reference/rest/v1/QuotaConfig: 'If set to -1, it means "unlimited"'.
UNLIMITED = -1


def quota_infos(project: str, service: str, quotas: Mapping[str, int]) -> list[dict[str, Any]]:
    """Returns the quotas of a service.

    Args:
        project: whose they are.
        service: its name.
        quotas: units of Vertex AI's that have a bound, by quota metric without the service's name.
    """
    if service == capacity.SERVICE:
        metrics = sorted({capacity.CPUS_METRIC, *quotas})
        return [_regional(project, metric, quotas.get(metric, UNLIMITED)) for metric in metrics]
    if service == BIGQUERY:
        daily = {"refreshInterval": "day", "metricUnit": "MiBy", "dimensions": []}
        return [_info(project, BIGQUERY, QUERY_USAGE, "QueryUsagePerDay", UNLIMITED) | daily]
    raise NotFoundError(f"Service '{service}' is not found, or has no quotas here.")


def _regional(project: str, metric: str, value: int) -> dict[str, Any]:
    words = "".join(word.capitalize() for word in metric.split("_"))
    info = _info(project, capacity.SERVICE, metric, f"{words}PerProjectPerRegion", value)
    return info | {"metricUnit": "1", "dimensions": ["region"]}


def _info(project: str, service: str, metric: str, quota_id: str, value: int) -> dict[str, Any]:
    parent = f"projects/{project}/locations/global/services/{service}"
    # JSON of protobuf messages leaves a number out that is 0, and writes one of 64 bits as text.
    details = {"value": str(value)} if value else {}
    return {
        "name": f"{parent}/quotaInfos/{quota_id}",
        "quotaId": quota_id,
        "metric": f"{service}/{metric}",
        "service": service,
        "containerType": "PROJECT",
        "dimensionsInfos": [{"details": details}],
    }
