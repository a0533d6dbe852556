"""Files become rows as on BigQuery: no line is lost, no column is swapped."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.cloud import bigquery

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

SCHEMA = [bigquery.SchemaField("product", "STRING"), bigquery.SchemaField("price", "FLOAT64")]
CSV = bigquery.SourceFormat.CSV


@pytest.fixture
def load(client, dataset):
    """Loads bytes into a new table and returns its rows."""

    def load(content: bytes, schema=SCHEMA, **options) -> list[tuple]:
        config = bigquery.LoadJobConfig(**{"source_format": CSV, "schema": schema, **options})
        table = f"{client.project}.{dataset}.prices"
        client.load_table_from_file(io.BytesIO(content), table, job_config=config).result(timeout=PATIENCE_S)
        rows = client.query(f"SELECT * FROM `{table}` ORDER BY 1").result(timeout=PATIENCE_S)
        return [tuple(row.values()) for row in rows]

    return load


def test_first_line_is_a_row_unless_it_is_to_be_skipped(load):
    assert load(b"apple,1.5\nbread,2\n") == [("apple", 1.5), ("bread", 2.0)]


def test_header_is_skipped_where_the_job_says_so(load):
    assert load(b"product,price\napple,1.5\n", skip_leading_rows=1) == [("apple", 1.5)]


def test_schema_names_the_columns_of_the_file_in_their_order(client, dataset, load):
    client.create_table(bigquery.Table(f"{client.project}.{dataset}.prices", schema=SCHEMA))
    assert load(b"1.5,apple\n", schema=SCHEMA[::-1]) == [("apple", 1.5)]


def test_header_is_recognised_where_the_schema_is_detected(load):
    assert load(b"product;price\napple;1.5\n", schema=None, autodetect=True) == [("apple", 1.5)]


def test_file_without_a_header_keeps_its_first_row_where_the_schema_is_detected(load):
    assert load(b"1,1.5\n2,2.5\n", schema=None, autodetect=True) == [(1, 1.5), (2, 2.5)]


def test_options_of_the_job_count(load):
    options = {
        "field_delimiter": "\t",
        "quote_character": "'",
        "null_marker": "none",
        "encoding": "ISO-8859-1",
    }
    assert load("'caf\xe9\t1'\tnone\n".encode("latin-1"), **options) == [("café\t1", None)]


def test_missing_and_empty_texts_stay_apart(load):
    assert load(b'"",1\n,2\n') == [(None, 2.0), ("", 1.0)]


def test_compressed_file_is_read(load):
    assert load(gzip.compress(b"apple,1.5\r\nbread,2\r\n")) == [("apple", 1.5), ("bread", 2.0)]


def test_columns_of_parquet_are_taken_by_name(load):
    stream = io.BytesIO()
    pq.write_table(pa.table({"price": [1.5], "product": ["2"]}), stream)
    assert load(stream.getvalue(), source_format=bigquery.SourceFormat.PARQUET) == [("2", 1.5)]
