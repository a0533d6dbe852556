from dataclasses import replace

import pyarrow as pa
import pytest

from include.sql.renderer import StagingQuery
from include.warehouse.connection import connect
from tests.include.warehouse.small_shop import SmallShop

ROWS = """
SELECT
  n AS id,
  TIMESTAMP_SECONDS(1500000000 + n) AS at,
  1500000000 + n AS seconds,
  IF(MOD(n, 7) = 0, NULL, CONCAT(@text, CAST(n AS STRING))) AS name,
  CASE MOD(n, 10) WHEN 0 THEN 'test' WHEN 1 THEN 'eval' ELSE 'train' END AS split
FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n
"""


class Parameter:
    """A query parameter, as the renderer gives it."""

    def __init__(self, name, type, value):
        self.name, self.type, self.value = name, type, value


@pytest.fixture(scope="session")
def warehouse(bigquery_emulator):
    return connect(bigquery_emulator.project, location="US")


@pytest.fixture
def query(request):
    """A statement that stages 1000 rows, 800, 100 and 100, in a table of the test's own."""
    name = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)
    table = f"local.warehouse_test.rows_{name}"
    sql = f"CREATE TABLE IF NOT EXISTS `{table}` AS {ROWS}"
    return StagingQuery(sql, (Parameter("text", "STRING", 'it\'s `n` "x"\n'),), table, name, ROWS)


@pytest.fixture
def with_select(query):
    """The statement with another SELECT."""
    return lambda select: replace(
        query, sql=f"CREATE TABLE IF NOT EXISTS `{query.table}` AS {select}", parameters=()
    )


@pytest.fixture
def small_shop(bigquery_emulator, request, tmp_path):
    """A shop of a few rows, in a dataset of the test's own."""
    warehouse = connect(bigquery_emulator.project, location="US")
    name = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)
    return SmallShop(warehouse, name, tmp_path)


def read_arrow(warehouse, table, columns=None, split=None):
    """The rows of `read_batches` together."""
    schema, batches = warehouse.read_batches(table, columns, split)
    rows = pa.Table.from_batches(batches, schema=schema)
    return rows.select(columns) if columns else rows
