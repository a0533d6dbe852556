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


@dataclass
class Spending:
    """What queries may be billed, and those of one run have been.

    Attributes:
        limits: Bytes billed at most.
        billed: Bytes that earlier queries of the run were billed; None outside a run, whose queries are
            bounded one by one.
    """

    limits: SpendingLimits = SpendingLimits()
    billed: int | None = None

    @property
    def of_query(self) -> int | None:
        """What the next query may be billed: no more than is left of its run."""
        per_query, per_run = self.limits.per_query, self.limits.per_run
        left = None if per_run is None else max(per_run - (self.billed or 0), 0)
        return min((limit for limit in (per_query, left) if limit is not None), default=None)

    def refuse(self, tables: str, read_bytes: int) -> None:
        """Refuse a query that would be billed more.

        Args:
            tables: What the query reads, in words.
            read_bytes: How much of it, as a dry run says.

        Raises:
            QueryTooExpensive: Names the limit, the tables and the bytes.
        """
        limit, billed = self.of_query, billed_bytes(read_bytes)
        if limit is None or billed <= limit:
            return
        said = f"a query of {tables} would be billed {billed:,}; {REMEDY}."
        if limit == self.limits.per_query:
            raise QueryTooExpensive(f"settings: {PER_QUERY} is {limit:,} bytes, but {said}")
        before = f", of which the run was billed {self.billed:,} before" if self.billed else ""
        raise QueryTooExpensive(f"settings: {PER_RUN} is {self.limits.per_run:,} bytes{before}, but {said}")

    def add(self, billed: int) -> None:
        """Count what a query of the run was billed."""
        if self.billed is not None:
            self.billed += billed


def tables_of(sql: str) -> str:
    """Return which tables a statement of ours reads, in words."""
    return " and ".join(dict.fromkeys(_TABLES.findall(sql))) or "no table"


def billed_bytes(read_bytes: int) -> int:
    """Return what a query is billed at least that reads so many bytes."""
    return max(-(-read_bytes // MEBIBYTE) * MEBIBYTE, LEAST_BILLED)
