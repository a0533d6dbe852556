"""The text of the statements that only read."""

import os
from pathlib import Path

import pytest

from include.sql.checksum import checksum_query
from include.sql.repeated_keys import repeated_keys_query
from include.sql.row_account import row_account_query

pytestmark = pytest.mark.unit

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def queries(shop_experiment):
    newest = shop_experiment(dataset="newest_shop", source_as_of="2024-05-01T03:00:00Z")
    filtered = shop_experiment(dataset="filtered_shop", sample_percent=10)
    interactions, products = filtered.dataset.tables[0], newest.dataset.tables[1]
    return {
        "checksum": checksum_query(filtered, interactions, "local"),
        "repeated_keys": repeated_keys_query(newest, products, "local"),
        "row_account": row_account_query(filtered, "local"),
        "row_account_of_the_newest": row_account_query(newest, "local"),
    }


@pytest.mark.parametrize("name", ["checksum", "repeated_keys", "row_account", "row_account_of_the_newest"])
def test_statement_reads_like_its_golden_file(name, queries):
    text, file = queries[name].sql, GOLDEN / f"{name}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()
