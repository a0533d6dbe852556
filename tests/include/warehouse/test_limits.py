"""What is left of a run's limit for its next query, which is billed ten mebibytes at least."""

import pytest

from include.warehouse.errors import QueryTooExpensive
from include.warehouse.limits import MEBIBYTE, Spending, SpendingLimits

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("per_query", "per_run", "billed", "next_query"),
    [
        (None, None, None, None),
        (20, None, None, 20),
        (None, 50, None, 50),
        (20, 50, 0, 20),
        (20, 50, 40, 10),
        (None, 50, 60, 0),
        (20, None, 40, 20),
    ],
)
def test_the_next_query_has_its_limit_or_what_is_left_of_the_run(per_query, per_run, billed, next_query):
    limits = SpendingLimits(*(each and each * MEBIBYTE for each in (per_query, per_run)))
    spending = Spending(limits, billed and billed * MEBIBYTE)
    assert spending.of_query == (next_query if next_query is None else next_query * MEBIBYTE)


def test_outside_a_run_nothing_adds_up():
    spending = Spending(SpendingLimits(per_run=10 * MEBIBYTE))
    for _ in range(3):
        spending.refuse("p.shop.orders", 1)
        spending.add(10 * MEBIBYTE)
    assert spending.of_query == 10 * MEBIBYTE


def test_a_run_that_has_nothing_left_is_told_what_it_was_billed():
    spending = Spending(SpendingLimits(per_run=25 * MEBIBYTE), billed=0)
    spending.add(20 * MEBIBYTE)
    with pytest.raises(QueryTooExpensive) as refused:
        spending.refuse("p.staging.rows_1", 100)
    assert str(refused.value) == (
        "settings: maximum_bytes_billed_per_run is 26,214,400 bytes, of which the run was billed 20,971,520 "
        "before, but a query of p.staging.rows_1 would be billed 10,485,760; raise it, or read less: a "
        "shorter history_days, and partition_column where a table is partitioned."
    )
