"""All queries of a run are billed together, over its tasks, whoever asks them."""

import json

import pytest
from google.cloud.bigquery import QueryJobConfig

from include.warehouse.connection import connect
from include.warehouse.errors import QueryFailed, QueryTooExpensive
from include.warehouse.limits import MEBIBYTE, SpendingLimits
from include.warehouse.spending import check_spending, counted_for_run
from tests.include.warehouse.small_shop import SmallShop

pytestmark = pytest.mark.emulator


@pytest.fixture
def task(bigquery_emulator, tmp_path):
    """Open the warehouse as another task of the same run does."""
    uri = (tmp_path / "spending.json").as_uri()

    def task(per_run=30 * MEBIBYTE):
        warehouse = connect(bigquery_emulator.project, location="US", limits=SpendingLimits(per_run=per_run))
        return warehouse, counted_for_run(warehouse, uri)

    return task


def ask(warehouse, shop: SmallShop):
    warehouse.query(f"SELECT price FROM {shop.table('orders')}", (), {}, 60)


def test_the_query_that_the_run_has_no_bytes_left_for_is_not_asked(small_shop, task):
    first, counted = task()
    with counted:
        ask(first, small_shop)
        ask(first, small_shop)
    second, counted = task()
    with counted:
        ask(second, small_shop)
        with pytest.raises(QueryTooExpensive, match="of which the run was billed 31,457,280 before, but"):
            ask(second, small_shop)


def test_what_a_task_was_billed_counts_also_where_it_fails(small_shop, task):
    first, counted = task()
    with counted:
        ask(first, small_shop)
        with pytest.raises(QueryFailed):
            first.query("SELECT nothing", (), {}, 60)
    second, counted = task()
    with counted:
        assert second.spending.billed == 10 * MEBIBYTE


def test_what_the_quality_gate_asks_counts_and_is_bounded(small_shop, task):
    warehouse, counted = task(per_run=20 * MEBIBYTE)

    def gate():
        with warehouse.sql_client(warehouse.name(f"{small_shop.dataset}.orders")) as client:
            return list(
                client.query_and_wait("SELECT COUNT(price) FROM `orders`", job_config=QueryJobConfig())
            )

    with counted:
        gate()
        assert warehouse.spending.billed == 10 * MEBIBYTE
        ask(warehouse, small_shop)
        with pytest.raises(
            QueryTooExpensive, match=r"a query of local\.\w+\.orders would be billed 10,485,760; raise it"
        ):
            gate()


def test_a_run_that_is_resolved_again_has_what_it_left(small_shop, task):
    # Staging, account, dates and keys are billed ten mebibytes each.
    small_shop.warehouse, counted = task(per_run=45 * MEBIBYTE)
    with counted:
        assert check_spending(small_shop.unread(), small_shop.warehouse) == []
        ask(small_shop.warehouse, small_shop)
        (problem,) = check_spending(small_shop.unread(), small_shop.warehouse)
    assert (
        "maximum_bytes_billed_per_run is 47,185,920 bytes, of which the run was billed 10,485,760 before, "
        "but the queries of the source would be billed 41,943,040 (staging"
    ) in str(problem)


def test_a_run_without_a_limit_keeps_no_sum(small_shop, task, tmp_path):
    warehouse, counted = task(per_run=None)
    with counted:
        ask(warehouse, small_shop)
    assert not (tmp_path / "spending.json").exists()


def test_what_the_service_says_it_billed_is_what_counts(small_shop, task, tmp_path, monkeypatch):
    from google.cloud.bigquery import QueryJob

    # Of a result that its cache had, for one.
    monkeypatch.setattr(QueryJob, "total_bytes_billed", 0)
    warehouse, counted = task()
    with counted:
        ask(warehouse, small_shop)
    assert json.loads((tmp_path / "spending.json").read_text()) == {"billed_bytes": 0}
