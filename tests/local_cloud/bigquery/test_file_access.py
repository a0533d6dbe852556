"""A query reaches tables and nothing else of the machine."""

import pytest
from google.api_core.exceptions import ClientError, GoogleAPIError
from google.api_core.retry import Retry, if_exception_type
from google.cloud import bigquery

from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

NO_RETRY = Retry(predicate=if_exception_type())


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("password,other\nhunter2,1\n")
    return path


def refused(client, sql: str) -> str:
    """What the emulator says to a statement that it must not run."""
    with pytest.raises(ClientError) as caught:
        client.query(sql, retry=NO_RETRY, job_retry=None).result(timeout=PATIENCE_S)
    assert "hunter2" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "reader",
    [
        "read_text('{0}')",
        "read_blob('{0}')",
        "read_csv('{0}')",
        "read_csv_auto('{0}')",
        "read_json('{0}')",
        "read_parquet('{0}')",
        "sniff_csv('{0}')",
        "glob('{0}')",
        "ST_Read('{0}')",
        "`{0}`",
        "'{0}'",
    ],
)
def test_no_function_reads_a_file(client, secret, reader):
    refused(client, f"SELECT * FROM {reader.format(secret)}")


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1 AS x) TO '{0}/out.csv'",
        "COPY (SELECT 1 AS x) TO '{0}/out.parquet' (FORMAT PARQUET)",
        "ATTACH '{0}/other.duckdb' AS other",
        "EXPORT DATABASE '{0}/out'",
        "EXPORT DATA OPTIONS (uri = 'file://{0}/out/*.csv', format = 'CSV') AS SELECT 1 AS x",
        "EXPORT DATA OPTIONS (uri = '{0}/out/*.csv', format = 'CSV') AS SELECT 1 AS x",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ],
)
def test_no_statement_writes_a_file_or_opens_the_way_to_one(client, tmp_path, statement):
    refused(client, statement.format(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["CSV", "AVRO", "ORC", "PARQUET", "NEWLINE_DELIMITED_JSON"])
def test_load_takes_no_file_of_the_machine_by_its_name(client, dataset, secret, kind):
    config = bigquery.LoadJobConfig(source_format=kind, schema=[bigquery.SchemaField("password", "STRING")])
    with pytest.raises(GoogleAPIError, match="is no object of Cloud Storage; give a gs:// URI, or upload"):
        client.load_table_from_uri(
            secret.as_uri(), f"{dataset}.stolen", job_config=config, retry=NO_RETRY
        ).result(timeout=PATIENCE_S)


def test_extract_writes_no_file_of_the_machine(client, dataset, tmp_path):
    client.query(f"CREATE TABLE {dataset}.prices AS SELECT 1 AS price").result(timeout=PATIENCE_S)
    with pytest.raises(GoogleAPIError, match="is no object of Cloud Storage"):
        client.extract_table(f"{dataset}.prices", f"file://{tmp_path}/out.csv", retry=NO_RETRY).result(
            timeout=PATIENCE_S
        )
    assert list(tmp_path.iterdir()) == []
