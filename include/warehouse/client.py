"""What an experiment asks of BigQuery: a schema, a date range, staged rows, and those rows again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from include.labels import APPLICATION, APPLICATION_LABEL
from include.sql.template import ReadQuery
from include.warehouse.calls import translated_errors
from include.warehouse.errors import QueryTimeout, TableNotFound, WarehouseError
from include.warehouse.limits import Spending, SpendingLimits, billed_bytes, tables_of
from include.warehouse.results import StagedTable
from include.warehouse.table_name import TableName

if TYPE_CHECKING:
    import pyarrow as pa
    from google.api_core.retry import Retry
    from google.cloud.bigquery import Client, QueryJob, ScalarQueryParameter, Table
    from google.cloud.bigquery.table import Row, RowIterator
    from google.cloud.bigquery_storage import BigQueryReadClient

    from include.sql.parameters import QueryParameter
    from include.sql.renderer import StagingQuery
    from include.warehouse.sql_client import SqlClient
    from include.warehouse.tables import Tables

__all__ = ["StagedTable", "Warehouse"]
SPLITS = ("train", "eval", "test")
# Rows of train and eval that a sample leaves out: they only tell what customers had bought.
HISTORY = "history"
METADATA_TIMEOUT_S = 60.0
QUERY_TIMEOUT_S = 600.0
_ROWS_BY_SPLIT = "SELECT split, COUNT(*) AS row_count FROM `{table}` GROUP BY split"


class Warehouse:
    """One project's BigQuery. Build it with `include.warehouse.connection.connect`.

    Args:
        client: Client whose project runs every job.
        storage_client: Reads rows as Arrow; needed by `read_batches` only.
        retry: Repeats a call after a transient error; None means every error is final.
        limits: What queries may be billed.
    """

    def __init__(
        self,
        client: Client,
        storage_client: BigQueryReadClient | None,
        retry: Retry | None,
        limits: SpendingLimits = SpendingLimits(),  # noqa: B008 (frozen)
    ) -> None:
        self._client = client
        self._storage_client = storage_client
        self._retry = retry
        self.spending = Spending(limits)

    @property
    def project(self) -> str:
        """The project that runs every job."""
        return str(self._client.project)

    @property
    def location(self) -> str | None:
        """Where every job runs."""
        location: str | None = self._client.location
        return location

    @property
    def tables(self) -> Tables:
        """Its tables as things that come and go."""
        from include.warehouse.tables import Tables

        return Tables(self._client, self._metadata_call)

    @property
    def _metadata_call(self) -> dict[str, Any]:
        return {"retry": self._retry, "timeout": METADATA_TIMEOUT_S}

    def table_schema(self, table: str) -> dict[str, str]:
        """Column names in order, each with its BigQuery type; that of a repeated column is `ARRAY<…>`."""
        fields = self.describe(table).schema
        return {
            field.name: f"ARRAY<{field.field_type}>" if field.mode == "REPEATED" else field.field_type
            for field in fields
        }

    def describe(self, table: str) -> Table:
        """A table's metadata: schema, rows, created, expires."""
        name = self.name(table)
        with translated_errors(f"table `{name}`"):
            return self._client.get_table(str(name), **self._metadata_call)

    def ask(self, query: ReadQuery, *, timeout_s: float = QUERY_TIMEOUT_S) -> list[Row]:
        """Return the few rows that answer a question."""
        _, rows = self.query(query.sql, _parameters(query.parameters), {}, timeout_s)
        return list(rows)

    def ask_arrow(self, query: ReadQuery, *, timeout_s: float = QUERY_TIMEOUT_S) -> pa.Table:
        """Return the rows that answer a question as columns; they have to fit in memory."""
        _, rows = self.query(query.sql, _parameters(query.parameters), {}, timeout_s)
        with translated_errors(f"query in project {self.project}"):
            return rows.to_arrow(create_bqstorage_client=False)

    def sql_client(self, table: TableName) -> SqlClient:
        """Google's client for a library that asks for a table's rows through SQLAlchemy, by its bare name."""
        from google.cloud.bigquery.retry import DEFAULT_JOB_RETRY

        from include.warehouse.dry_run import read_bytes
        from include.warehouse.sql_client import SqlClient

        options = {
            "project": self.project,
            "location": self.location,
            "retry": self._retry,
            "job_retry": self._retry and DEFAULT_JOB_RETRY.with_timeout(QUERY_TIMEOUT_S),
            "wait_timeout": QUERY_TIMEOUT_S,
        }
        dataset = f"{table.project}.{table.dataset}"

        def tried(sql: str, parameters: Sequence[ScalarQueryParameter]) -> int:
            return read_bytes(self._client, sql, parameters, self._metadata_call, default_dataset=dataset)

        return SqlClient(self._client, table, self.spending, options, tried)

    def scanned_bytes(self, query: StagingQuery) -> int | None:
        """Bytes that a staging statement would read, by a dry run; None where the service does not tell."""
        return self.read_bytes(ReadQuery(query.select, query.parameters)) or None

    def read_bytes(self, query: ReadQuery) -> int:
        """Bytes that a query would read, by a dry run; 0 where the service does not count them."""
        from include.warehouse.dry_run import read_bytes

        return read_bytes(self._client, query.sql, _parameters(query.parameters), self._metadata_call)

    def stage(
        self,
        query: StagingQuery,
        *,
        timeout_s: float = QUERY_TIMEOUT_S,
        labels: Mapping[str, str] | None = None,
        keep_days: int | None = None,
    ) -> StagedTable:
        """Run the statement that creates the staged table, or find the table there already.

        Args:
            query: The rendered statement; its text is sent as it is.
            timeout_s: Deadline of the statement, after which it is cancelled.
            labels: BigQuery job labels.
            keep_days: Days from now that the table must live at least, where it expires at all; so that a
                re-used table does not vanish under a running pipeline.
        """
        name = self.name(query.table)
        # Asked for first: even where it creates nothing, the statement renews the table's date of creation on
        # the emulator, and what was exported from the table would look outdated.
        job = None if self._exists(name) else self._create(name, query, dict(labels or {}), timeout_s)
        if keep_days is not None:
            self.tables.keep(str(name), datetime.now(UTC) + timedelta(days=keep_days))
        counts = self._row_counts(str(name), timeout_s)
        history_rows = counts.pop(HISTORY)
        return StagedTable(
            table=str(name),
            rows=sum(counts.values()),
            rows_by_split=counts,
            history_rows=history_rows,
            bytes_billed=(job and job.total_bytes_billed) or 0,
            reused=job is None or job.ddl_operation_performed == "SKIP",
            job_id=job.job_id if job else None,
        )

    def rows_by_split(self, table: str, *, timeout_s: float = QUERY_TIMEOUT_S) -> dict[str, int]:
        """Rows of each split of a staged table; those outside the sample are in none."""
        counts = self._row_counts(table, timeout_s)
        return {split: counts[split] for split in SPLITS}

    def _row_counts(self, table: str, timeout_s: float) -> dict[str, int]:
        _, rows = self.query(_ROWS_BY_SPLIT.format(table=self.name(table)), (), {}, timeout_s)
        counts = {row["split"]: row["row_count"] for row in rows}
        if unknown := set(counts) - {*SPLITS, HISTORY}:
            raise WarehouseError(
                f"{table}: split holds {sorted(map(str, unknown))}; use {', '.join((*SPLITS, HISTORY))}."
            )
        return {split: counts.get(split, 0) for split in (*SPLITS, HISTORY)}

    def read_batches(
        self, table: str, columns: Sequence[str] | None = None, split: str | None = None
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Read a staged table as a stream of batches that need not fit in memory together."""
        from include.warehouse.row_stream import stream_rows

        if self._storage_client is None:
            raise WarehouseError("warehouse: opened without a storage client; use connection.connect.")
        if split is not None and split not in {*SPLITS, HISTORY}:
            raise WarehouseError(f"split: received {split!r}; use {', '.join((*SPLITS, HISTORY))}.")
        restriction = f"split = '{split}'" if split else f"split != '{HISTORY}'"
        name = self.name(table)
        return stream_rows(self._storage_client, self.project, name, columns or (), restriction)

    def name(self, table: str) -> TableName:
        """The full name of a table; one without a project belongs to ours."""
        return TableName.parse(table, project=self.project)

    def query(
        self,
        sql: str,
        parameters: Sequence[ScalarQueryParameter],
        labels: dict[str, str],
        timeout_s: float,
    ) -> tuple[QueryJob, RowIterator]:
        """Run a statement as it is, and wait for its rows; it is cancelled at its deadline.

        Raises:
            QueryTooExpensive: It would be billed more than the limits allow, by a dry run before it runs.
        """
        from google.cloud import bigquery
        from google.cloud.bigquery.retry import DEFAULT_JOB_RETRY

        from include.warehouse.dry_run import read_bytes

        config = bigquery.QueryJobConfig(
            query_parameters=parameters,
            labels={APPLICATION_LABEL: APPLICATION, **labels},
            job_timeout_ms=int(timeout_s * 1000),
            use_legacy_sql=False,
        )
        expected = 0
        if self.spending.of_query is not None:
            tried = read_bytes(self._client, sql, parameters, self._metadata_call)
            self.spending.refuse(tables_of(sql), tried)
            config.maximum_bytes_billed, expected = self.spending.of_query, billed_bytes(tried)
        options: dict[str, Any] = {"retry": self._retry, "timeout": timeout_s}
        job_retry = self._retry and DEFAULT_JOB_RETRY.with_timeout(timeout_s)
        where = f"query in project {self.project}"
        with translated_errors(where):
            # The project is passed with each job: the environment's default may be another.
            job = self._client.query(
                sql,
                job_config=config,
                project=self.project,
                location=self.location,
                job_retry=job_retry,
                job_id_prefix="recsflow-",
                **options,
            )
        try:
            with translated_errors(f"{where}, job {job.job_id}"):
                rows = job.result(job_retry=job_retry, **options)
        except QueryTimeout:
            job.cancel(retry=None, timeout=METADATA_TIMEOUT_S)
            raise
        # The emulator bills nothing, and says nothing of it.
        self.spending.add(expected if job.total_bytes_billed is None else job.total_bytes_billed)
        return job, rows

    def _exists(self, name: TableName) -> bool:
        try:
            self.describe(str(name))
        except TableNotFound:
            return False
        return True

    def _create(
        self, name: TableName, query: StagingQuery, labels: dict[str, str], timeout_s: float
    ) -> QueryJob:
        self._ensure_dataset(name)
        job, _ = self.query(query.sql, _parameters(query.parameters), labels, timeout_s)
        return job

    def _ensure_dataset(self, name: TableName) -> None:
        from google.api_core.exceptions import NotFound
        from google.cloud import bigquery

        dataset = bigquery.Dataset(f"{name.project}.{name.dataset}")
        dataset.location = self.location
        with translated_errors(f"dataset `{name.project}.{name.dataset}`"):
            try:
                # Asked for first: whoever may write tables need not be allowed to create datasets.
                self._client.get_dataset(dataset.reference, **self._metadata_call)
            except NotFound:
                self._client.create_dataset(dataset, exists_ok=True, **self._metadata_call)


def _parameters(listed: Sequence[QueryParameter]) -> list[ScalarQueryParameter]:
    from google.cloud import bigquery

    return [bigquery.ScalarQueryParameter(each.name, each.type, each.value) for each in listed]
