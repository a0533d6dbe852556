"""Loads tables of one's own into the BigQuery emulator: `python -m local_cloud load DATASET FILE…`."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from google.api_core.exceptions import GoogleAPIError
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from local_cloud.errors import LoadError
from local_cloud.settings import BIGQUERY_LOCATION, PROJECT

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FORMATS = {".parquet": bigquery.SourceFormat.PARQUET, ".csv": bigquery.SourceFormat.CSV}
# What BigQuery makes of Parquet's types.
TYPES = (
    (pa.types.is_boolean, "BOOL"),
    (pa.types.is_integer, "INT64"),
    (pa.types.is_floating, "FLOAT64"),
    (pa.types.is_decimal, "NUMERIC"),
    (pa.types.is_date, "DATE"),
    (pa.types.is_time, "TIME"),
    (pa.types.is_string, "STRING"),
    (pa.types.is_large_string, "STRING"),
    (pa.types.is_binary, "BYTES"),
)


# Names of the older API, which BigQuery answers, as they are written in SQL.
SQL_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}


@dataclass(frozen=True)
class LoadedTable:
    """A table as it is after its load.

    Attributes:
        name: dataset and table.
        file: where its rows come from.
        rows: their number.
        columns: name and BigQuery type of each column.
    """

    name: str
    file: Path
    rows: int
    columns: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """The table for a person who writes its dataset config."""
        width = max(len(name) for name, _ in self.columns)
        lines = [f"{self.name}: {self.rows:,} rows from {self.file}"]
        return "\n".join([*lines, *(f"    {name:{width}}  {kind}" for name, kind in self.columns)])


def tables_of(dataset: str, files: Sequence[str]) -> dict[str, Path]:
    """Returns the file of each table, which has the file's name.

    Raises:
        LoadError: A name cannot be a table's, a file is not there or of another format, or two are one table.
    """
    if not NAME.fullmatch(dataset):
        raise LoadError(f"DATASET is {dataset!r}; use letters, digits and '_', not a digit first.")
    tables: dict[str, Path] = {}
    for file in map(Path, files):
        if not file.is_file():
            raise LoadError(f"FILES: {file} is no file; give the paths of .parquet and .csv files.")
        if file.suffix not in FORMATS:
            raise LoadError(f"FILES: {file} is neither {' nor '.join(FORMATS)}; convert it to one of them.")
        if not NAME.fullmatch(file.stem):
            raise LoadError(
                f"FILES: {file} would become table {file.stem!r}; rename it to letters, digits and '_'."
            )
        if file.stem in tables:
            raise LoadError(f"FILES: {tables[file.stem]} and {file} are both table {file.stem}; rename one.")
        tables[file.stem] = file
    return tables


def load(client: bigquery.Client, dataset: str, table: str, file: Path) -> LoadedTable:
    """Loads one file as a table, in the place of what is there under this name."""
    reference = f"{client.project}.{dataset}.{table}"
    config = bigquery.LoadJobConfig(source_format=FORMATS[file.suffix])
    if file.suffix == ".parquet":
        config.schema = parquet_schema(file)
    else:
        config.autodetect = True
    client.delete_table(reference, not_found_ok=True, timeout=None)
    # No call has a time limit of its own: whoever runs this sees whether the emulator gets on.
    with file.open("rb") as stream:
        client.load_table_from_file(stream, reference, job_config=config, timeout=None).result(timeout=None)
    schema = client.get_table(reference, timeout=None).schema
    columns = tuple((field.name, SQL_NAMES.get(field.field_type, field.field_type)) for field in schema)
    count = client.query(f"SELECT COUNT(*) FROM `{reference}`", job_retry=None).result(timeout=None)  # noqa: S608
    return LoadedTable(f"{dataset}.{table}", file, next(iter(count))[0], columns)


def parquet_schema(file: Path) -> list[bigquery.SchemaField]:
    """Returns a Parquet file's columns as BigQuery's.

    Raises:
        LoadError: A column is of a type that has none there, or that no feature could read.
    """
    return [bigquery.SchemaField(field.name, _bigquery_type(file, field)) for field in pq.read_schema(file)]


def _bigquery_type(file: Path, field: pa.Field) -> str:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP" if kind.tz else "DATETIME"
    for holds, name in TYPES:
        if holds(kind):
            return name
    raise LoadError(
        f"FILES: column {field.name} of {file} is of type {kind}; write it as a text, number, date or time."
    )


def main(arguments: Sequence[str]) -> int:
    """Loads every file and prints each table with its columns; returns the exit status."""
    name, *files = arguments
    client = bigquery.Client(project=PROJECT, credentials=AnonymousCredentials())
    try:
        tables = tables_of(name, files)
        dataset = bigquery.Dataset(f"{PROJECT}.{name}")
        dataset.location = BIGQUERY_LOCATION
        client.create_dataset(dataset, exists_ok=True, timeout=None)
        for table, file in tables.items():
            try:
                print(load(client, name, table, file))
            except (GoogleAPIError, pa.ArrowInvalid) as error:
                raise LoadError(f"FILES: {file} is not loaded: {error}") from error
    except (LoadError, GoogleAPIError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
