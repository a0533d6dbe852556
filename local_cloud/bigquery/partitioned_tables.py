"""How tables are partitioned, as statements and requests say it and as they are told.

The emulator reads `PARTITION BY column` alone, takes every granularity of a statement for days, and leaves
out `requirePartitionFilter` of a table (REST reference, Table), which it has for the field's older place.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from bqemulator.catalog.models import TimePartitioning
from sqlglot import exp

GRANULARITIES = ("HOUR", "DAY", "MONTH", "YEAR")
INGESTION_TIME = re.compile(r"(?:`?\w+`?\s*\.\s*)?\b(_PARTITIONDATE|_PARTITIONTIME)\b", re.IGNORECASE)
# Nothing tells when a row came: all are in the partition of today, whose time is its beginning.
NOW = {"_PARTITIONDATE": "CURRENT_DATE()", "_PARTITIONTIME": "TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), DAY)"}


def with_partitions(extract: Callable[[str], Any]) -> Callable[[str], Any]:
    """Returns what reads the properties of a CREATE TABLE, each way of partitioning by time among them."""

    def read(bq_sql: str) -> Any:
        found = extract(bq_sql)
        partitioned = _partitioned_by(bq_sql)
        if partitioned is None:
            return found
        granularity, column = partitioned
        kept = found.time_partitioning.model_dump() if found.time_partitioning else {}
        changed = TimePartitioning(**{**kept, "type": granularity, "field": column})
        return type(found)(description=found.description, time_partitioning=changed)

    return read


def with_required_filter(to_meta: Callable[..., Any]) -> Callable[..., Any]:
    """Returns what makes a table of a request, which may require a partition filter."""

    def make(project_id: str, dataset_id: str, body: Mapping[str, Any], *others: Any, **named: Any) -> Any:
        made = to_meta(project_id, dataset_id, body, *others, **named)
        if "requirePartitionFilter" not in body or made.time_partitioning is None:
            return made
        changes = {"require_partition_filter": bool(body["requirePartitionFilter"])}
        return made.model_copy(
            update={"time_partitioning": made.time_partitioning.model_copy(update=changes)}
        )

    return make


def telling_required_filter(to_rest: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Returns what tells of a table, also that it requires a partition filter."""

    def tell(table: Any) -> dict[str, Any]:
        partitioned = table.time_partitioning
        required = (
            {"requirePartitionFilter": True} if partitioned and partitioned.require_partition_filter else {}
        )
        return {**to_rest(table), **required}

    return tell


def ingestion_time(_rewrite: Callable[[str], str]) -> Callable[[str], str]:
    """Returns what gives the time of ingestion a value, also where it is named with its table."""
    return lambda bq_sql: INGESTION_TIME.sub(lambda found: NOW[found[1].upper()], bq_sql)


def _partitioned_by(bq_sql: str) -> tuple[str, str | None] | None:
    """Returns granularity and column (None for the time of ingestion) of a CREATE TABLE; None without."""
    try:
        parsed = sqlglot.parse_one(bq_sql, read="bigquery")
    except sqlglot.errors.ParseError:
        return None
    clause = parsed.find(exp.PartitionedByProperty) if isinstance(parsed, exp.Create) else None
    if clause is None or clause.find(exp.RangeBucket):
        return None
    units = (each.name.upper() for each in clause.find_all(exp.Var, exp.Literal))
    granularity = next((unit for unit in units if unit in GRANULARITIES), "DAY")
    name = next((each.name for each in clause.find_all(exp.Identifier)), "")
    return granularity, None if name.upper() in NOW else name
