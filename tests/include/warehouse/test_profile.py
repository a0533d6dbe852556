from datetime import UTC, datetime

import pytest

from include.warehouse.errors import WarehouseError
from include.warehouse.profile import date_range

pytestmark = pytest.mark.emulator


def at(n):
    return datetime.fromtimestamp(1_500_000_000 + n, UTC)


@pytest.mark.parametrize("column", ["at", "seconds"])
def test_date_range_of_timestamps_and_of_unix_seconds(warehouse, query, column):
    warehouse.stage(query)

    dates = date_range(warehouse, query.table, column)

    assert (dates.first, dates.last, dates.rows) == (at(1), at(1000), 1000)


@pytest.mark.parametrize("literal", ["DATE '2017-03-04'", "DATETIME '2017-03-04 00:00:00'"])
def test_date_range_of_dates_is_midnight_utc(warehouse, with_select, literal):
    query = with_select(f"SELECT {literal} AS day, 'train' AS split")
    warehouse.stage(query)

    dates = date_range(warehouse, query.table, "day")

    assert dates.first == dates.last == datetime(2017, 3, 4, tzinfo=UTC)


def test_date_range_of_no_rows_is_open(warehouse, with_select):
    query = with_select("SELECT CURRENT_TIMESTAMP() AS at, 'train' AS split FROM UNNEST([]) AS n")
    warehouse.stage(query)

    dates = date_range(warehouse, query.table, "at")

    assert (dates.first, dates.last, dates.rows) == (None, None, 0)


def test_date_range_of_a_missing_column_lists_the_columns(warehouse, query):
    warehouse.stage(query)

    with pytest.raises(WarehouseError, match="no column 'when'; it has id, at, seconds, name, split"):
        date_range(warehouse, query.table, "when")
