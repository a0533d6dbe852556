"""Rows of a test as a staged table of the emulator, where the check looks at them."""

import hashlib
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from include.experiment.resolve.experiment import Experiment
from include.quality import check
from include.quality.check import QualityReport, StagedRows
from include.warehouse.connection import connect
from tests.patience import PATIENCE_S

PROJECT, DATASET = "local", "quality_test"
TYPES = {pa.int64(): "INT64", pa.float64(): "FLOAT64", pa.string(): "STRING"}


def staged(table: pa.Table) -> StagedRows:
    """The rows of a table in the emulator, which equal rows share."""
    client = bigquery.Client(project=PROJECT, credentials=AnonymousCredentials())
    stream = io.BytesIO()
    pq.write_table(table, stream)
    name = f"{PROJECT}.{DATASET}.rows_{hashlib.sha256(stream.getvalue()).hexdigest()[:16]}"
    client.create_dataset(DATASET, exists_ok=True)
    if name.rpartition(".")[2] not in {each.table_id for each in client.list_tables(DATASET)}:
        schema = [bigquery.SchemaField(field.name, TYPES[field.type]) for field in table.schema]
        client.create_table(bigquery.Table(name, schema=schema))
        config = bigquery.LoadJobConfig(source_format=bigquery.SourceFormat.PARQUET)
        client.load_table_from_file(stream, name, rewind=True, job_config=config).result(timeout=PATIENCE_S)
    return StagedRows(connect(PROJECT, location="US"), name)


def check_rows(table: pa.Table, experiment: Experiment, **options: Any) -> QualityReport:
    """The report on the rows of a table."""
    return check.check_rows(staged(table), experiment, **options)


def check_values(table: pa.Table, experiment: Experiment) -> QualityReport:
    """The report on the values of a table's rows, without what Great Expectations finds."""
    rows = staged(table)
    counts = check.count_rows(rows, experiment)
    findings = check.findings_on_values(rows, counts, experiment)
    return QualityReport(experiment.experiment_id, experiment.dataset.name, tuple(findings), {})
