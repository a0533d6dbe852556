"""What queries may be billed."""

import re
from dataclasses import dataclass

from include.warehouse.errors import QueryTooExpensive

MEBIBYTE = 2**20
# Billed for each table of a query at least: https://cloud.google.com/bigquery/pricing#on_demand_pricing
LEAST_BILLED = 10 * MEBIBYTE
PER_QUERY, PER_RUN = "maximum_bytes_billed_per_query", "maximum_bytes_billed_per_run"
REMEDY = "raise it, or read less: a shorter history_days, and partition_column where a table is partitioned"
_TABLES = re.compile(r"\b(?:FROM|JOIN)\s+`([^`]+)`")


@dataclass(frozen=True)
class SpendingLimits:
    """Bytes billed at most; no limit where None."""

    per_query: int | None = None
    per_run: int | None = None

    @property
    def of_query(self) -> int | None:
        """What one query may be billed; no more than its run."""
        limits = [limit for limit in (self.per_query, self.per_run) if limit is not None]
        return min(limits, default=None)

    def refuse(self, sql: str, read_bytes: int) -> None:
        """Refuse a query that would be billed more.

        Args:
            sql: The query.
            read_bytes: What a dry run says it reads.

        Raises:
            QueryTooExpensive: Names the limit, the tables and the bytes.
        """
        limit, billed = self.of_query, billed_bytes(read_bytes)
        if limit is not None and billed > limit:
            name = PER_QUERY if limit == self.per_query else PER_RUN
            tables = " and ".join(dict.fromkeys(_TABLES.findall(sql))) or "no table"
            raise QueryTooExpensive(
                f"settings: {name} is {limit:,} bytes, but a query of {tables} would be billed {billed:,}; "
                f"{REMEDY}."
            )


def billed_bytes(read_bytes: int) -> int:
    """Return what a query is billed at least that reads so many bytes."""
    return max(-(-read_bytes // MEBIBYTE) * MEBIBYTE, LEAST_BILLED)
