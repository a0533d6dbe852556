"""Queries are refused as BigQuery refuses them: without a partition filter, or beyond what they may cost."""

from datetime import date

import pytest
from google.api_core.exceptions import BadRequest, GoogleAPICallError, NotFound
from google.cloud import bigquery

pytestmark = pytest.mark.emulator

MEBIBYTE = 2**20
ROWS = "(DATE '2024-01-01', 'ab', 1), (DATE '2024-01-02', NULL, 2), (DATE '2024-02-01', 'c', NULL)"


@pytest.fixture
def ask(client):
    """Returns the rows of a statement."""

    def ask(sql, **options):
        config = bigquery.QueryJobConfig(**options)
        rows = client.query(sql, job_config=config, retry=None, job_retry=None).result(
            retry=None, job_retry=None
        )
        return [tuple(row.values()) for row in rows]

    return ask


@pytest.fixture
def orders(client, dataset, ask):
    """A table of three rows in two months that requires a partition filter."""
    schema = [
        bigquery.SchemaField(name, kind)
        for name, kind in (("day", "DATE"), ("item", "STRING"), ("n", "INT64"))
    ]
    table = bigquery.Table(f"{client.project}.{dataset}.orders", schema=schema)
    table.time_partitioning = bigquery.TimePartitioning(field="day")
    table.require_partition_filter = True
    client.create_table(table)
    ask(f"INSERT INTO `{table}` VALUES {ROWS}")
    return str(table)


def test_a_table_tells_that_it_requires_a_filter(client, orders):
    told = client.get_table(orders)

    assert told.require_partition_filter is True
    assert (told.time_partitioning.field, told.time_partitioning.type_) == ("day", "DAY")


@pytest.mark.parametrize(
    "rest",
    [
        "",
        " WHERE n > 1",
        " WHERE day >= '2024-01-01' OR n = 1",
        " WHERE DATE_ADD(day, INTERVAL 1 DAY) > '2024-01-01'",
        " WHERE day > (SELECT DATE '2024-01-01')",
    ],
)
def test_a_statement_without_a_filter_is_refused_also_where_it_is_only_tried(ask, orders, rest):
    said = (
        f"Cannot query over table '{orders}' without a filter over column(s) 'day' that can be used for "
        "partition elimination"
    )
    for options in ({}, {"dry_run": True}):
        with pytest.raises(BadRequest) as refused:
            ask(f"SELECT item FROM `{orders}`{rest}", **options)
        assert refused.value.errors[0]["message"] == said
        assert refused.value.errors[0]["reason"] == "invalidQuery"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("WHERE day >= '2024-01-02'", ["c", None]),
        ("AS o WHERE o.day < @end AND n = 1", ["ab"]),
        ("WHERE day = '2024-01-01' OR day > '2024-01-31'", ["ab", "c"]),
        ("WHERE DATE_TRUNC(day, MONTH) = '2024-02-01'", ["c"]),
        ("WHERE day BETWEEN '2024-01-01' AND '2024-01-01'", ["ab"]),
        ("WHERE day IS NULL", []),
        ("WHERE day IS NULL OR (day > '2024-01-31' AND n IS NULL)", ["c"]),
    ],
)
def test_a_statement_with_a_filter_is_answered(ask, orders, rest, expected):
    end = bigquery.ScalarQueryParameter("end", "DATE", date(2024, 1, 2))

    rows = ask(f"SELECT item FROM `{orders}` {rest}", query_parameters=[end])

    assert sorted((item for (item,) in rows), key=str) == sorted(expected, key=str)


def test_a_filter_counts_through_a_view_that_only_selects(ask, orders):
    view = orders.replace("orders", "v")
    ask(f"CREATE VIEW `{view}` AS SELECT day, item FROM `{orders}`")

    assert ask(f"SELECT item FROM `{view}` WHERE day > '2024-01-31'") == [("c",)]
    with pytest.raises(BadRequest, match="without a filter over column"):
        ask(f"SELECT item FROM `{view}`")


def test_the_time_of_ingestion_is_a_filter_and_is_of_today(ask, dataset):
    table = f"local.{dataset}.clicks"
    ask(
        f"CREATE TABLE `{table}` (item STRING) PARTITION BY _PARTITIONDATE "
        "OPTIONS (require_partition_filter = TRUE)"
    )
    ask(f"INSERT INTO `{table}` (item) VALUES ('a')")

    today = "TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), DAY)"
    assert ask(f"SELECT item FROM `{table}` AS c WHERE c._PARTITIONTIME = {today}") == [("a",)]
    assert ask(f"SELECT item FROM `{table}` WHERE _PARTITIONTIME < {today}") == []
    with pytest.raises(
        BadRequest, match=r"'_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME' that can"
    ):
        ask(f"SELECT item FROM `{table}`")


@pytest.mark.parametrize(
    ("clause", "granularity"),
    [
        ("DATE(sold)", "DAY"),
        ("TIMESTAMP_TRUNC(sold, HOUR)", "HOUR"),
        ("TIMESTAMP_TRUNC(sold, MONTH)", "MONTH"),
    ],
)
def test_a_statement_says_how_a_table_is_partitioned(client, ask, dataset, clause, granularity):
    ask(f"CREATE TABLE `local.{dataset}.sales` (sold TIMESTAMP) PARTITION BY {clause}")

    told = client.get_table(f"local.{dataset}.sales").time_partitioning
    assert (told.field, told.type_) == ("sold", granularity)


@pytest.mark.parametrize(
    ("select", "read"),
    [
        # DATE has 8 bytes; 'ab' 2 + 2, NULL none, 'c' 2 + 1; INT64 8, NULL none.
        ("day FROM `{0}` WHERE day > '2000-01-01'", 3 * 8),
        ("item FROM `{0}` WHERE day > '2000-01-01'", 3 * 8 + 4 + 3),
        ("* FROM `{0}` WHERE day > '2000-01-01'", 3 * 8 + 4 + 3 + 2 * 8),
        ("n FROM `{0}` WHERE day < '2024-01-02'", 8 + 8),
        ("COUNT(*) FROM `{0}` WHERE day >= '2024-02-01'", 8),
    ],
)
def test_a_dry_run_tells_the_bytes_of_the_columns_and_partitions_that_are_read(client, orders, select, read):
    config = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False)

    job = client.query(f"SELECT {select}".format(orders), job_config=config)

    assert job.total_bytes_processed == read


def test_a_query_beyond_its_limit_is_refused_with_what_it_needs(ask, orders):
    sql = f"SELECT item FROM `{orders}` WHERE day > '2000-01-01'"

    # Each table is billed as 10 MiB at least.
    assert len(ask(sql, maximum_bytes_billed=10 * MEBIBYTE)) == 3
    with pytest.raises(GoogleAPICallError) as refused:
        ask(sql, maximum_bytes_billed=10 * MEBIBYTE - 1)

    assert refused.value.errors[0]["reason"] == "bytesBilledLimitExceeded"
    assert refused.value.errors[0]["message"] == (
        "Query exceeded limit for bytes billed: 10485759. 10485760 or higher required."
    )


def test_what_fails_at_once_is_no_empty_answer(client, dataset):
    with pytest.raises(NotFound):
        list(client.query_and_wait(f"SELECT * FROM `local.{dataset}.nothing`", retry=None, job_retry=None))


def test_quoted_parameters_and_a_default_dataset_are_read(client, orders):
    config = bigquery.QueryJobConfig(
        default_dataset=orders.rpartition(".")[0],
        query_parameters=[bigquery.ScalarQueryParameter("day_1", "DATE", date(2024, 1, 1))],
    )
    sql = "SELECT item, '@`day_1`' AS text FROM orders WHERE day = @`day_1`"

    rows = [tuple(row.values()) for row in client.query_and_wait(sql, job_config=config)]

    assert rows == [("ab", "@`day_1`")]
