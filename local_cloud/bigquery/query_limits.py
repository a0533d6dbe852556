"""What BigQuery refuses before a query runs, and the emulator does not: no partition filter, too many bytes.

- Require a partition filter (BigQuery, Querying partitioned tables): a table with `require_partition_filter`
  is read only with a condition that partitions can be left out by.
- Maximum bytes billed (BigQuery, Estimate and control costs): a query that would be billed more fails, and
  costs nothing.
- A dry run tells the bytes (Estimate and control costs), by the sizes of data types (BigQuery pricing, Data
  size calculation). Here they are those of the rows that fulfil the conditions on the partition column, not
  of the whole partitions around them.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from bqemulator.api.dependencies import AppContext
from bqemulator.catalog.models import TableFieldSchema
from bqemulator.domain.errors import DomainError, InvalidQueryError
from bqemulator.jobs import executor
from bqemulator.row_access.identity import CallerIdentity
from sqlglot import exp

from local_cloud.bigquery.query_requests import CURRENT_QUERY, QueryRequest
from local_cloud.bigquery.table_scans import TableScan, table_scans

type Execute = Callable[..., Awaitable[Any]]
type DryRun = Callable[..., Awaitable[dict[str, Any]]]

MEBIBYTE = 2**20
LEAST_BILLED = 10 * MEBIBYTE
WIDTHS = {"BOOL": 1, "BOOLEAN": 1, "NUMERIC": 16, "BIGNUMERIC": 32, "INTERVAL": 16}
TEXTS = ("STRING", "BYTES", "JSON", "GEOGRAPHY")
# Bytes of the dry run that is being answered.
TRIED: ContextVar[str] = ContextVar("TRIED", default="0")
NOBODY = CallerIdentity(principal="user:anonymous@bqemulator.local", is_authenticated=False)


class BytesBilledLimitExceeded(InvalidQueryError):
    """A query would be billed more than its request allows."""

    bq_reason = "bytesBilledLimitExceeded"


class FailedAtOnce(DomainError):
    """A failure of `jobs.query`, answered as an HTTP error."""

    def __init__(self, failure: DomainError) -> None:
        super().__init__(failure.message, details=failure.details, location=failure.location)
        self.http_status = failure.http_status
        self.bq_reason = failure.bq_reason
        self.grpc_status_name = failure.grpc_status_name


def within_limits(execute: Execute) -> Execute:
    """Returns what runs a query, unless BigQuery would refuse it before."""

    async def run(
        project_id: str, job_id: str, bq_sql: str, query_params: Any, ctx: AppContext, **others: Any
    ) -> Any:
        request = CURRENT_QUERY.get() or QueryRequest()
        try:
            scans = table_scans(bq_sql, project_id, ctx)
            refuse_missing_filter(scans)
            if request.maximum_bytes_billed is not None:
                read = await bytes_by_table(scans, query_params, project_id, ctx)
                refuse_expensive(read.values(), request.maximum_bytes_billed)
            return await execute(project_id, job_id, bq_sql, query_params, ctx, **others)
        except DomainError as failure:
            raise (FailedAtOnce(failure) if request.fails_at_once else failure) from None

    return run


def with_bytes(dry_run: DryRun) -> DryRun:
    """Returns what answers a dry run, with the bytes that the query would read."""

    async def answer(
        *, project_id: str, bq_sql: str, query_params: Any, ctx: AppContext, **others: Any
    ) -> Any:
        scans = table_scans(bq_sql, project_id, ctx)
        refuse_missing_filter(scans)
        read = await bytes_by_table(scans, query_params, project_id, ctx)
        answered = await dry_run(
            project_id=project_id, bq_sql=bq_sql, query_params=query_params, ctx=ctx, **others
        )
        TRIED.set(str(sum(read.values())))
        return {**answered, "totalBytesProcessed": TRIED.get()}

    return answer


def with_bytes_of_job(insert: DryRun) -> DryRun:
    """Returns what answers a dry run of `jobs.insert`, whose statistics have the bytes of `with_bytes`."""

    async def answer(**arguments: Any) -> dict[str, Any]:
        answered = await insert(**arguments)
        answered["statistics"]["totalBytesProcessed"] = TRIED.get()
        answered["statistics"]["query"]["totalBytesProcessed"] = TRIED.get()
        return answered

    return answer


def refuse_missing_filter(scans: Sequence[TableScan]) -> None:
    """Refuses to read a table that requires a partition filter without one.

    Raises:
        InvalidQueryError: in BigQuery's words.
    """
    for scan in scans:
        required = scan.table.time_partitioning and scan.table.time_partitioning.require_partition_filter
        if required and not scan.bounds:
            listed = ", ".join(f"'{name}'" for name in scan.partition_columns)
            raise InvalidQueryError(
                f"Cannot query over table '{_name(scan)}' without a filter over column(s) {listed} that can "
                "be used for partition elimination",
                location="query",
            )


def refuse_expensive(read: Iterable[int], limit: int) -> None:
    """Refuses a query that would be billed more than a limit.

    Args:
        read: bytes of each table that it reads.
        limit: bytes billed at most.

    Raises:
        BytesBilledLimitExceeded: in BigQuery's words.
    """
    # Rounded up to the mebibyte, and at least ten for each table (BigQuery pricing, On-demand compute).
    billed = sum(max(-(-each // MEBIBYTE) * MEBIBYTE, LEAST_BILLED) for each in read)
    if billed > limit:
        raise BytesBilledLimitExceeded(
            f"Query exceeded limit for bytes billed: {limit}. {billed} or higher required."
        )


async def bytes_by_table(
    scans: Sequence[TableScan], query_params: Any, project_id: str, ctx: AppContext
) -> Mapping[str, int]:
    """Returns the bytes that a statement reads of each table.

    Args:
        scans: its reads.
        query_params: its parameters.
        project_id: the project that runs it.
        ctx: the emulator.
    """
    read: dict[str, int] = {}
    for scan in scans:
        columns = _columns(scan)
        if not columns:
            read.setdefault(_name(scan), 0)
            continue
        sizes = " + ".join(map(_size, columns))
        bounds = " AND ".join(each.sql("bigquery") for each in scan.bounds)
        sql = f"SELECT {sizes} FROM `{_name(scan)}` AS `{scan.alias}`"  # noqa: S608 (names of the catalog)
        counted = await vars(executor)["_run_single_sql"](
            project_id, f"{sql} WHERE {bounds}" if bounds else sql, query_params, ctx, caller=NOBODY
        )
        read[_name(scan)] = read.get(_name(scan), 0) + int(counted.column(0)[0].as_py() or 0)
    return read


def _columns(scan: TableScan) -> list[TableFieldSchema]:
    """Returns the columns of a table that a statement names, or all for a star that counts nothing."""
    root = scan.statement.root()
    everything = any(not isinstance(star.parent, exp.Count) for star in scan.statement.find_all(exp.Star))
    named = {column.name.lower() for column in root.find_all(exp.Column)}
    return [field for field in scan.table.schema_.fields if everything or field.name.lower() in named]


def _size(field: TableFieldSchema) -> str:
    if field.mode == "REPEATED" or field.fields:
        return f"COALESCE(SUM(BYTE_LENGTH(TO_JSON_STRING(`{field.name}`))), 0)"
    if field.type in TEXTS:
        return f"COALESCE(SUM(2 + BYTE_LENGTH(CAST(`{field.name}` AS STRING))), 0)"
    return f"COUNT(`{field.name}`) * {WIDTHS.get(field.type, 8)}"


def _name(scan: TableScan) -> str:
    return f"{scan.table.project_id}.{scan.table.dataset_id}.{scan.table.table_id}"
