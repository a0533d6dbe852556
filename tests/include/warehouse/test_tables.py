from datetime import UTC, datetime, timedelta

import pytest

from include.warehouse.errors import TableNotFound

pytestmark = pytest.mark.emulator


def test_tables_of_a_dataset_are_listed_without_views(warehouse, query):
    warehouse.stage(query)
    name = query.table.rpartition(".")[2]
    warehouse.query(f"CREATE OR REPLACE VIEW `{query.table}_view` AS SELECT 1 AS one", (), {}, 60)

    names = warehouse.tables.names("warehouse_test")

    assert name in names
    assert f"{name}_view" not in names


def test_a_dataset_that_is_not_there_has_no_tables(warehouse):
    assert warehouse.tables.names("no_such_dataset") == []


def test_a_table_tells_when_it_changed(warehouse, query):
    # BigQuery tells it in whole milliseconds.
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    warehouse.stage(query)

    listed = warehouse.tables.listed(query.table)

    assert listed.name == query.table
    assert before <= listed.changed <= datetime.now(UTC)
    assert listed.created <= listed.changed


def test_a_dropped_table_is_gone_and_dropping_it_again_does_nothing(warehouse, query):
    warehouse.stage(query)
    for _ in range(2):
        warehouse.tables.drop(query.table)
        with pytest.raises(TableNotFound):
            warehouse.tables.listed(query.table)

    assert not warehouse.stage(query).reused
