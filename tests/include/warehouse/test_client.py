import contextlib
from datetime import UTC, datetime

import pytest

from include.warehouse.connection import connect
from include.warehouse.errors import (
    QueryFailed,
    QueryTimeout,
    TableNotFound,
    WarehouseError,
    WarehouseUnavailable,
)
from tests.include.warehouse.conftest import read_arrow

pytestmark = pytest.mark.emulator


def test_staging_creates_the_table_and_counts_each_split(warehouse, query):
    staged = warehouse.stage(query)

    assert staged.table == query.table
    assert staged.rows == 1000
    assert staged.rows_by_split == {"train": 800, "eval": 100, "test": 100}
    assert not staged.reused


def test_staging_again_finds_the_same_table(warehouse, query):
    first = warehouse.stage(query)
    created = warehouse.describe(query.table).created

    again = warehouse.stage(query, keep_days=7)

    assert again.reused
    assert again.rows_by_split == first.rows_by_split
    assert warehouse.describe(query.table).created == created


def test_a_table_that_appears_meanwhile_is_reused(warehouse, query):
    warehouse.stage(query)

    job = warehouse._create(warehouse.name(query.table), query, {}, 60)

    assert job.ddl_operation_performed == "SKIP"


def test_an_empty_split_counts_as_zero(warehouse, with_select):
    staged = warehouse.stage(with_select("SELECT 1 AS id, 'train' AS split"))

    assert staged.rows_by_split == {"train": 1, "eval": 0, "test": 0}


def test_an_unknown_split_is_an_error(warehouse, with_select):
    with pytest.raises(WarehouseError, match=r"split holds \['validation'\]; use train, eval, test"):
        warehouse.stage(with_select("SELECT 1 AS id, 'validation' AS split"))


def test_jobs_run_in_our_project_whatever_the_environment_says(monkeypatch, bigquery_emulator, query):
    for variable in ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"):
        monkeypatch.setenv(variable, "somebody-elses")
    warehouse = connect("local", location="US")

    staged = warehouse.stage(query)

    job = warehouse._client.get_job(staged.job_id, project="local")
    assert job.project == "local"
    assert warehouse.describe("warehouse_test." + query.table.rpartition(".")[2]).num_rows == 1000


def test_sql_arrives_intact(warehouse, with_select):
    query = with_select(
        'SELECT\n  1 AS `id`, -- it\'s a "comment" with `ticks`\n'
        "  '''it's `quoted`,\n\"twice\" \\\\''' AS name,\n  'train' AS split\n"
    )

    staged = warehouse.stage(query)

    assert warehouse._client.get_job(staged.job_id).query == query.sql
    assert read_arrow(warehouse, staged.table)["name"].to_pylist() == ['it\'s `quoted`,\n"twice" \\']


def test_parameters_arrive_intact(warehouse, query):
    staged = warehouse.stage(query)

    names = read_arrow(warehouse, staged.table, ["id", "name"]).sort_by("id")["name"].to_pylist()
    assert names[0] == 'it\'s `n` "x"\n1'
    assert names[6] is None


def test_schema_keeps_names_and_order(warehouse, query):
    warehouse.stage(query)

    assert list(warehouse.table_schema(query.table).items()) == [
        ("id", "INTEGER"),
        ("at", "TIMESTAMP"),
        ("seconds", "INTEGER"),
        ("name", "STRING"),
        ("split", "STRING"),
    ]


def test_a_repeated_column_is_an_array(warehouse, with_select):
    query = with_select("SELECT [1, 2] AS ids, 'train' AS split")
    warehouse.stage(query)

    assert warehouse.table_schema(query.table)["ids"] == "ARRAY<INTEGER>"


def test_one_split_and_some_columns_are_read(warehouse, query):
    warehouse.stage(query)

    rows = read_arrow(warehouse, query.table, ["name", "id"], "eval")

    assert rows.column_names == ["name", "id"]
    assert sorted(rows["id"].to_pylist()) == [*range(1, 1000, 10)]


def test_reading_an_empty_split_gives_the_schema(warehouse, with_select):
    query = with_select("SELECT 1 AS id, 'train' AS split")
    warehouse.stage(query)

    rows = read_arrow(warehouse, query.table, split="test")

    assert rows.num_rows == 0
    assert rows.column_names == ["id", "split"]


def test_an_unknown_split_is_not_read(warehouse, query):
    with pytest.raises(WarehouseError, match="received \"x' OR '1' = '1\"; use train, eval, test"):
        read_arrow(warehouse, query.table, split="x' OR '1' = '1")


@pytest.mark.parametrize("ask", ["table_schema", "describe", "read_batches"])
def test_a_missing_table_is_named(warehouse, ask):
    with pytest.raises(TableNotFound, match=r"(?s)local\.nowhere\.rows.*; check project, dataset"):
        getattr(warehouse, ask)("nowhere.rows")


def test_a_refused_query_says_why_and_names_the_job(warehouse, with_select):
    with pytest.raises(QueryFailed, match=r"project local, job recsflow-.*nonsense"):
        warehouse.stage(with_select("SELECT nonsense AS id, 'train' AS split"))


def test_a_query_past_its_deadline_says_so(warehouse, with_select):
    slow = with_select("SELECT COUNT(*) AS x, 'train' AS split FROM UNNEST(GENERATE_ARRAY(1, 700000)) AS a")
    with pytest.raises(QueryTimeout, match="no answer within the deadline; raise timeout_s"):
        warehouse.stage(slow, timeout_s=0.001)


def test_a_table_without_an_end_is_left_alone(warehouse, query):
    warehouse.stage(query, keep_days=3)

    assert warehouse.describe(query.table).expires is None


def test_a_table_that_would_end_too_soon_lives_on(warehouse, query):
    """The emulator keeps no expiration, so the server's part is played by the answer to `get_table`."""
    warehouse.stage(query)
    table = warehouse.describe(query.table)
    table.expires = datetime(2030, 1, 1, tzinfo=UTC)
    sent, needed_until = [], datetime(2030, 1, 7, tzinfo=UTC)

    class Service:
        project, location = "local", "US"

        def get_table(self, name, **_):
            return table

        def update_table(self, changed, fields, **_):
            sent.append((fields, changed.expires))

    long_lived = type(warehouse)(Service(), None, None)
    long_lived.tables.keep(query.table, needed_until)

    assert sent == [(["expires"], needed_until)]


def test_a_library_that_swallows_an_outage_does_not_hide_it(bigquery_emulator, monkeypatch):
    from google.cloud.bigquery import QueryJobConfig

    warehouse = connect(bigquery_emulator.project, location="US")
    monkeypatch.setattr(warehouse._client._connection, "API_BASE_URL", "http://127.0.0.1:1")

    def swallow():
        with (
            warehouse.sql_client(warehouse.name("staging.rows_1")) as client,
            contextlib.suppress(WarehouseError),
        ):
            client.query_and_wait("SELECT 1", job_config=QueryJobConfig())

    with pytest.raises(WarehouseUnavailable):
        swallow()
