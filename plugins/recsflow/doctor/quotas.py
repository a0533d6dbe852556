"""Whether the project's quotas leave a run what it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from include.experiment.config.accelerators import Accelerator
from include.warehouse.limits import LEAST_BILLED, MEBIBYTE, PER_RUN
from recsflow.doctor.finding import Finding, bad, doubtful, good
from recsflow.doctor.quota_readings import Quota, QuotasHook
from recsflow.errors import QuotasUnknown
from recsflow.vertex.quota import SERVICE, gpus_metric, units_of

if TYPE_CHECKING:
    from recsflow.settings import Settings

BIGQUERY = "bigquery.googleapis.com"
# https://cloud.google.com/bigquery/docs/custom-quotas: in MiB, from midnight to midnight, Pacific time.
QUERIES, OF_PROJECT = f"{BIGQUERY}/quota/query/usage", "QueryUsagePerDay"
DAYS_OF_QUOTAS = ZoneInfo("America/Los_Angeles")
CONSOLE = "https://console.cloud.google.com/iam-admin/quotas?project="


@dataclass(frozen=True)
class Allowance:
    """What a region may use of machines, and uses now.

    Attributes:
        limits: Units by quota metric; one that is not there has no bound.
        used: Units in use, by the same.
    """

    limits: Mapping[str, int]
    used: Mapping[str, int]

    def left(self, metric: str) -> int:
        """Units that are left of a metric that has a bound."""
        return max(self.limits[metric] - self.used.get(metric, 0), 0)

    def lacking(self, accelerator: Accelerator) -> list[str]:
        """Quota metrics of which too little is left for one machine."""
        needed = units_of(accelerator)
        return [metric for metric in needed if metric in self.limits and self.left(metric) < needed[metric]]


def check_quotas(settings: Settings) -> Iterator[Finding]:
    """Compare what is left of machines and of a day's queries with what a run needs."""
    hook = QuotasHook(gcp_conn_id=settings.gcp_conn_id)
    project, location = settings.project, settings.location
    today = dt.datetime.now(DAYS_OF_QUOTAS).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        limits = _limits(hook.quotas(project, SERVICE), location)
        machines = Allowance(limits, hook.in_use(project, SERVICE, location))
        daily = [quota for quota in hook.quotas(project, BIGQUERY) if quota.quota_id == OF_PROJECT]
        read_mib = hook.consumed(project, QUERIES, today)
    except QuotasUnknown as error:
        yield doubtful("quota", str(error))
        return
    yield _components(machines, settings)
    yield from _accelerators(machines, settings)
    yield _queries(_limits(daily, location).get(QUERIES), read_mib, settings)


def _limits(quotas: Sequence[Quota], location: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for quota in quotas:
        if (limit := quota.limit(location)) is not None:
            found[quota.metric] = min(limit, found.get(quota.metric, limit))
    return found


def _components(machines: Allowance, settings: Settings) -> Finding:
    ((metric, needed),) = units_of(Accelerator.CPU).items()
    where, more = f"{metric} in {settings.location}", f"ask for more at {CONSOLE}{settings.project}"
    if metric not in machines.limits:
        return good("quota", f"nothing bounds {where}")
    limit, left = machines.limits[metric], machines.left(metric)
    if limit < needed:
        return bad(
            "quota", f"{where} is {limit}, and a component takes {needed}, so that each is refused; {more}"
        )
    if left < needed:
        return doubtful(
            "quota",
            f"{left} of {limit} are left of {where}, and a component takes {needed}, so that it waits for "
            f"other jobs' end; {more}",
        )
    return good("quota", f"{left} of {limit} are left of {where}; a component takes {needed}")


def _accelerators(machines: Allowance, settings: Settings) -> Iterator[Finding]:
    """Say with which accelerators a Trainer finds a machine; only who has an image for them is warned."""
    bounded = [each for each in Accelerator if gpus_metric(each) in machines.limits]
    lacking = [each for each in bounded if machines.lacking(each)]
    usable = [each.value for each in bounded if each not in lacking]
    if usable:
        yield good("quota", f"{', '.join(usable)}: enough is left in {settings.location} for one machine")
    if not lacking:
        return
    listed = ", ".join(f"{each.value} ({_needs(machines, each)})" for each in lacking)
    said = (
        f"too little is left in {settings.location} for {listed}; ask for more at {CONSOLE}{settings.project}"
    )
    yield doubtful("quota", said) if settings.accelerator_image else good("quota", said)


def _needs(machines: Allowance, accelerator: Accelerator) -> str:
    needed = units_of(accelerator)
    return " and ".join(
        f"needs {needed[metric]} of {metric}, {machines.left(metric)} left"
        for metric in machines.lacking(accelerator)
    )


def _queries(limit_mib: int | None, read_mib: int, settings: Settings) -> Finding:
    project, per_run = settings.project, settings.maximum_bytes_billed_per_run
    if limit_mib is None:
        return good("quota", f"nothing bounds what queries of project {project} read in a day")
    left = max(limit_mib - read_mib, 0) * MEBIBYTE
    said = f"queries of project {project} may read {left:,} bytes more until midnight, Pacific time"
    if left < LEAST_BILLED:
        return bad("quota", f"{said}; wait, or raise {OF_PROJECT} at {CONSOLE}{project}")
    if per_run is not None and left < per_run:
        return doubtful(
            "quota",
            f"{said}, and {PER_RUN} lets a run be billed {per_run:,}; wait, or raise {OF_PROJECT} at "
            f"{CONSOLE}{project}",
        )
    return good("quota", said)
