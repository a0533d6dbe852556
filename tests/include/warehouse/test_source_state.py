"""Rows that changed get another name, and rows of a past moment can be had again."""

import time
from datetime import UTC, datetime

import pytest

from include.errors import ConfigError

pytestmark = pytest.mark.emulator

CHANGES = {
    "replaced": "CREATE OR REPLACE TABLE {0} AS SELECT * FROM {0}",
    "late row": "INSERT INTO {0} (customer, product, bought) VALUES ('zoe', 'milk', TIMESTAMP '2024-01-09')",
    "every value gone": "UPDATE {0} SET price = NULL WHERE TRUE",
    "row removed": "DELETE FROM {0} WHERE product = 'fuel'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_rows_of_a_source_that_changed_have_another_table(change, small_shop):
    before = small_shop.query()
    assert small_shop.query().table == before.table

    small_shop.run(CHANGES[change].format(small_shop.table("orders")))

    assert small_shop.query().table != before.table


def test_rows_of_a_joined_table_that_changed_have_another_table(small_shop):
    assert ("bob", "milk", "FOOD") in small_shop.rows("customer, product, department")

    small_shop.run(f"UPDATE {small_shop.table('products')} SET department = 'DAIRY' WHERE product = 'milk'")

    assert ("bob", "milk", "DAIRY") in small_shop.rows("customer, product, department")


def test_streamed_rows_are_taken(small_shop, bigquery_emulator):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    before = small_shop.rows("customer")
    client = bigquery.Client(project="local", credentials=AnonymousCredentials())
    row = {"customer": "zoe", "product": "milk", "bought": "2024-01-09T00:00:00Z"}
    assert client.insert_rows_json(f"local.{small_shop.dataset}.orders", [row]) == []

    assert small_shop.rows("customer") == [*before, ("zoe",)]


def test_the_state_says_when_each_table_changed_and_how_many_rows_it_has(small_shop):
    small_shop.run(f"DELETE FROM {small_shop.table('orders')} WHERE product = 'fuel'")
    query = small_shop.query()
    changed = small_shop.warehouse.describe(f"{small_shop.dataset}.orders").modified

    orders, products = query.source.split("; ")
    assert orders == f"{small_shop.dataset}.orders changed {changed:%Y-%m-%d %H:%M:%S} UTC, 8 rows"
    assert products.endswith("2 rows")
    assert query.document().startswith(f"-- state of the source: {orders}")


def test_a_view_is_known_by_its_rows_of_the_window_and_a_warning_says_what_that_costs(small_shop):
    orders = small_shop.table("orders")
    small_shop.run(f"CREATE VIEW {small_shop.table('v')} AS SELECT * FROM {orders}")
    small_shop.config["tables"][0]["table"] = f"{small_shop.dataset}.v"
    experiment, before = small_shop.resolve(), small_shop.query()
    # Seven of nine rows are before 2024-02-01.
    assert "v has checksum" in before.source
    assert ", 7 rows; " in before.source
    assert [warning.message for warning in experiment.warnings] == [
        f"{small_shop.dataset}.v is a view, of which the warehouse tells neither a last change nor rows: "
        "each run reads its rows for a checksum, and again to stage them."
    ]

    small_shop.run(
        f"INSERT INTO {orders} (customer, product, bought) VALUES ('z', 'p', TIMESTAMP '2024-02-09')"
    )
    assert small_shop.query().table == before.table

    # A second row that is equal to another one counts, too.
    small_shop.run(f"INSERT INTO {orders} SELECT * FROM {orders} WHERE product = 'fuel'")
    assert small_shop.query().table != before.table


def test_a_past_state_is_read_and_has_a_name_of_its_own(small_shop):
    small_shop.run(f"DELETE FROM {small_shop.table('orders')} WHERE product = 'fuel'")
    small_shop.run(f"DELETE FROM {small_shop.table('products')} WHERE product = 'fuel'")
    rows = small_shop.rows("customer, product, department")
    # The emulator keeps a state from each change on.
    time.sleep(0.01)
    moment = datetime.now(UTC)
    small_shop.run(f"DELETE FROM {small_shop.table('orders')} WHERE TRUE")
    small_shop.run(f"UPDATE {small_shop.table('products')} SET department = 'X' WHERE TRUE")

    assert small_shop.rows("customer") == []
    assert small_shop.rows("customer, product, department", source_as_of=moment.isoformat()) == rows
    past = small_shop.query(source_as_of=moment.isoformat())
    assert past.sql.count(f"FOR SYSTEM_TIME AS OF TIMESTAMP '{moment.isoformat(sep=' ')}'") == 2
    assert past.source == f"all tables as of {moment:%Y-%m-%d %H:%M:%S} UTC"
    small_shop.run(f"UPDATE {small_shop.table('products')} SET department = 'Y' WHERE TRUE")
    assert small_shop.query(source_as_of=moment.isoformat()).table == past.table


def test_a_view_has_no_past_state(small_shop):
    small_shop.run(f"CREATE VIEW {small_shop.table('v')} AS SELECT * FROM {small_shop.table('orders')}")
    small_shop.config["tables"][0]["table"] = f"{small_shop.dataset}.v"

    with pytest.raises(ConfigError, match=r"source_as_of is 2024-05-01 .*\.v is a view, which keeps no past"):
        small_shop.resolve(source_as_of="2024-05-01")


def test_a_moment_to_come_is_no_past_state(small_shop):
    with pytest.raises(ConfigError, match="source_as_of is '2999-01-01'; use a moment that has passed"):
        small_shop.resolve(source_as_of="2999-01-01")
