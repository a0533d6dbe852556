"""Tables that take no query without a filter on their partitions are read, of the window alone."""

from datetime import UTC, datetime

import pytest

from include.errors import ConfigError
from include.experiment.resolve.history import check_history
from include.warehouse.cold_rows import cold_rows
from include.warehouse.errors import QueryFailed, QueryTooExpensive
from include.warehouse.join_checks import check_joins
from include.warehouse.limits import SpendingLimits
from include.warehouse.partitions import check_partitions
from include.warehouse.profile import interaction_dates
from include.warehouse.row_account import row_account
from include.warehouse.spending import check_spending
from tests.include.warehouse.small_shop import ORDERS, PRODUCTS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

MEBIBYTE = 2**20
KEPT = [("ann", "fuel"), ("ann", "milk"), ("bob", "bread"), ("bob", "milk")]


def problems(check, shop, **parameters):
    return [str(problem) for problem in check(shop.unread(**parameters), shop.warehouse)]


def counts(shop):
    account = row_account(shop.resolve(), shop.warehouse, timeout_s=PATIENCE_S)
    return account.in_window, account.undated, account.kept


@pytest.fixture
def by_date(small_shop):
    """Orders are partitioned by the day that they were bought."""
    small_shop.partition("orders", ORDERS, "DATE(bought)")
    small_shop.config["tables"][0]["partition_column"] = "bought"
    return small_shop


@pytest.fixture
def by_loading(small_shop):
    """Orders are partitioned by the day of their load, the day after; products by a snapshot's day."""
    small_shop.run(
        f"CREATE OR REPLACE TABLE {small_shop.table('orders')} AS SELECT *, "
        f"DATE_ADD(DATE(bought), INTERVAL 1 DAY) AS loaded FROM {small_shop.table('orders')}"
    )
    small_shop.partition("orders", f"{ORDERS}, loaded DATE", "loaded")
    small_shop.partition("products", PRODUCTS, "valid_from")
    small_shop.config["tables"][0]["partition_column"] = "loaded"
    small_shop.config["tables"][1]["partition_column"] = "valid_from"
    return small_shop


def test_every_query_of_a_run_reads_a_table_that_is_partitioned_by_date(by_date):
    assert problems(check_partitions, by_date) == []
    assert problems(check_joins, by_date) == []
    assert by_date.rows("customer, product") == KEPT
    # As without partitions: seven rows in the window, one without a date, four kept.
    assert counts(by_date) == (7, 1, 4)
    assert cold_rows(by_date.warehouse, by_date.query().table, ["customer"]).keys() == {"customer"}
    assert by_date.warehouse.scanned_bytes(by_date.query()) > 0


def test_the_metadata_of_partitions_tell_the_first_and_the_last_date(by_date):
    dates = interaction_dates(by_date.unread(), by_date.warehouse)

    # Of nine rows, one has no date and so lies in no day's partition.
    assert (dates.first, dates.last, dates.rows) == (
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 3, 1, tzinfo=UTC),
        8,
    )


def test_a_view_over_such_a_table_is_read_for_its_checksum_and_for_its_dates(by_date):
    by_date.run(f"CREATE VIEW {by_date.table('v')} AS SELECT * FROM {by_date.table('orders')}")
    by_date.config["tables"][0]["table"] = f"{by_date.dataset}.v"

    assert by_date.rows("customer, product") == KEPT
    assert interaction_dates(by_date.unread(), by_date.warehouse).last == datetime(2024, 1, 7, tzinfo=UTC)


def test_a_past_state_of_such_a_table_is_read(by_date):
    moment = datetime.now(UTC).isoformat()
    by_date.run(f"DELETE FROM {by_date.table('orders')} WHERE bought > TIMESTAMP '2000-01-01'")

    assert by_date.rows("customer, product", source_as_of=moment) == KEPT
    dates = interaction_dates(by_date.unread(source_as_of=moment), by_date.warehouse)
    assert dates.first == datetime(2024, 1, 1, tzinfo=UTC)


def test_partitions_of_other_days_than_the_rows_dates_are_bounded_too(by_loading):
    by_loading.config["history_days"] = 29

    # Rows of 2024-01-03 to 2024-01-31, loaded the day after each: bob's two, and two without an id.
    assert problems(check_partitions, by_loading) == []
    assert by_loading.rows("customer, product") == [("bob", "bread"), ("bob", "milk")]


def test_a_margin_reads_the_partitions_of_the_days_around(by_loading):
    by_loading.config["history_days"] = 30
    joined = by_loading.config["tables"][1]
    # The products' snapshot is of 2023-01-01, 366 days before the window.
    assert {row[2] for row in by_loading.rows("customer, product, department")} == {None}

    joined["partition_margin_days"] = 366

    assert ("bob", "milk", "FOOD") in by_loading.rows("customer, product, department")
    assert problems(check_joins, by_loading) == []


def test_the_newest_row_of_a_joined_table_is_one_of_the_windows_partitions(by_loading):
    products = by_loading.table("products")
    by_loading.run(
        f"INSERT INTO {products} (product, department, valid_from) "
        "VALUES ('milk', 'DAIRY', DATE '2024-02-03')"
    )
    by_loading.config["tables"][1] |= {"latest_by": "valid_from", "partition_margin_days": 9}

    # What is known from 2024-02-03 on is not known in a window that ends at 2024-02-01.
    assert ("bob", "milk", "FOOD") in by_loading.rows("customer, product, department")


def test_a_window_without_partitions_says_so(by_loading):
    by_loading.config |= {"history_days": 3}
    experiment = by_loading.unread()
    dates = interaction_dates(experiment, by_loading.warehouse)

    (problem,) = check_history(experiment, dates.first, dates.last)

    assert str(problem) == (
        "datasets/shop.yaml: the window is 2024-01-29 to 2024-02-01, but the partitions of "
        f"{by_loading.dataset}.orders by loaded hold no bought there; run for a logical date within the "
        "data, or raise partition_margin_days of the table."
    )


def test_the_time_of_ingestion_bounds_a_table_without_a_column_for_it(small_shop):
    small_shop.partition("orders", ORDERS, "_PARTITIONDATE")
    orders = small_shop.config["tables"][0]
    orders["partition_column"] = "_PARTITIONTIME"
    # Loaded today, by the emulator: after the window, unless a margin is given.
    assert small_shop.rows("customer, product") == []

    orders["partition_margin_days"] = 36_500

    assert problems(check_partitions, small_shop) == []
    assert small_shop.rows("customer, product") == KEPT
    assert counts(small_shop) == (7, 1, 4)


@pytest.mark.parametrize(
    ("clause", "written", "said"),
    [
        (
            "DATE(bought)",
            None,
            "is missing, but {0} takes no query without a filter on its partitions; set it",
        ),
        (
            "DATE(bought)",
            "_PARTITIONTIME",
            "is '_PARTITIONTIME', but {0} is partitioned by bought; use bought.",
        ),
        ("_PARTITIONDATE", "bought", "is 'bought', but {0} is partitioned by _PARTITIONTIME; use _PARTITI"),
    ],
)
def test_a_table_that_is_partitioned_otherwise_is_refused(clause, written, said, small_shop):
    small_shop.partition("orders", ORDERS, clause)
    small_shop.config["tables"][0]["partition_column"] = written

    (problem,) = problems(check_partitions, small_shop)

    place = "datasets/shop.yaml: tables[0].partition_column "
    assert problem.startswith(place + said.format(f"{small_shop.dataset}.orders"))


def test_a_table_without_partitions_is_no_partitioned_one(small_shop):
    small_shop.config["tables"][1]["partition_column"] = "valid_from"

    (problem,) = problems(check_partitions, small_shop)

    assert problem == (
        "datasets/shop.yaml: tables[1].partition_column is 'valid_from', but "
        f"{small_shop.dataset}.products is not partitioned by time; remove it."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"partition_column": "bougth"},
            "tables[0].partition_column is 'bougth', which table DATASET.orders does not have; did you mean "
            "'bought'? Otherwise use one of customer, product, bought, price, or _PARTITIONTIME.",
        ),
        (
            {"partition_column": "price"},
            "tables[0].partition_column is 'price' of type FLOAT, which no window bounds; use a column of "
            "type DATE, DATETIME, TIMESTAMP.",
        ),
        (
            {"partition_margin_days": 3},
            "tables[0].partition_margin_days is 3 without a partition_column; name the column that the table "
            "is partitioned by, or remove it.",
        ),
    ],
)
def test_a_partition_column_that_cannot_be_one_is_refused(changes, said, small_shop):
    small_shop.config["tables"][0] |= changes

    with pytest.raises(ConfigError) as refused:
        small_shop.unread()

    (problem,) = refused.value.problems
    assert str(problem) == "datasets/shop.yaml: " + said.replace("DATASET", small_shop.dataset)


def test_a_view_that_hides_a_partitioned_table_is_refused_with_what_to_do(by_date):
    by_date.run(f"CREATE VIEW {by_date.table('v')} AS SELECT * FROM {by_date.table('orders')}")
    by_date.config["tables"][0] = {"table": f"{by_date.dataset}.v", "alias": "orders"}

    with pytest.raises(
        QueryFailed, match=r"without a filter over column.*; give the table, or the view over"
    ):
        interaction_dates(by_date.unread(), by_date.warehouse)


def test_a_query_beyond_its_limit_is_refused_before_it_runs(small_shop):
    # Staging reads two tables.
    small_shop.warehouse.spending.limits = SpendingLimits(per_query=20 * MEBIBYTE)
    assert small_shop.rows("customer, product") == KEPT

    small_shop.warehouse.spending.limits = SpendingLimits(per_query=10 * MEBIBYTE - 1)

    with pytest.raises(QueryTooExpensive) as refused:
        small_shop.run(f"SELECT * FROM {small_shop.table('orders')}")
    assert str(refused.value) == (
        "settings: maximum_bytes_billed_per_query is 10,485,759 bytes, but a query of "
        f"local.{small_shop.dataset}.orders would be billed 10,485,760; raise it, or read less: a shorter "
        "history_days, and partition_column where a table is partitioned."
    )


def test_a_job_carries_its_limit_so_that_the_service_refuses_what_a_dry_run_leaves_out(small_shop):
    small_shop.warehouse.spending.limits = SpendingLimits(per_query=10 * MEBIBYTE)
    both = f"{small_shop.table('orders')} AS o CROSS JOIN {small_shop.table('products')} AS p"

    # Each of two tables is billed 10 MiB at least, which the sum of their bytes does not show.
    with pytest.raises(QueryTooExpensive, match=r"bytes billed: 10485760\. 20971520 or higher required"):
        small_shop.run(f"SELECT o.price, p.department FROM {both}")


def test_a_run_beyond_its_limit_is_refused_with_what_each_query_would_be_billed(small_shop):
    small_shop.run(f"CREATE VIEW {small_shop.table('v')} AS SELECT * FROM {small_shop.table('orders')}")
    small_shop.config["tables"][0]["table"] = f"{small_shop.dataset}.v"
    small_shop.warehouse.spending.limits = SpendingLimits(per_run=70 * MEBIBYTE)
    assert problems(check_spending, small_shop) == []

    small_shop.warehouse.spending.limits = SpendingLimits(per_run=70 * MEBIBYTE - 1)

    (problem,) = problems(check_spending, small_shop)
    # Staging, account, dates, keys, and three checksums of the view, of 10 MiB each.
    assert problem == (
        "settings: maximum_bytes_billed_per_run is 73,400,319 bytes, but the queries of the source would be "
        "billed 73,400,320 (staging 10,485,760, the row account 10,485,760, first and last date 10,485,760, "
        f"the keys of {small_shop.dataset}.products 10,485,760, checksums of {small_shop.dataset}.v "
        "31,457,280); raise it, or read less: a shorter history_days, and partition_column where a table is "
        "partitioned."
    )
