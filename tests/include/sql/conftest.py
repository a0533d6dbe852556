"""A small shop: 40,000 purchases of 400 customers over 120 days, with dates in every BigQuery type."""

import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.resolver import resolve
from tests.patience import PATIENCE_S

PURCHASES = 40_000
DAYS = 120
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
LAST_DAY = FIRST_DAY + timedelta(days=DAYS)
NASTY = 'it\'s `quoted`, "double",\nnew line \\ and @window_end; DROP TABLE x --'

PURCHASE_TYPES = {
    "customer": "STRING",
    "product": "INTEGER",
    "bought_at": "TIMESTAMP",
    "bought_on": "DATE",
    "bought_local": "DATETIME",
    "clock": "TIME",
    "paid": "NUMERIC",
    "is_gift": "BOOLEAN",
    "order": "INTEGER",
}
PRODUCT_TYPES = {"product": "INTEGER", "brand": "STRING", "weight": "FLOAT"}
ARROW_TYPES = {
    "STRING": pa.string(),
    "INTEGER": pa.int64(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "DATE": pa.date32(),
    "DATETIME": pa.timestamp("us"),
    "TIME": pa.time64("us"),
    "NUMERIC": pa.decimal128(38, 9),
    "BOOLEAN": pa.bool_(),
    "FLOAT": pa.float64(),
}
SCHEMAS = {"shop.purchases": PURCHASE_TYPES, "shop.products": PRODUCT_TYPES}


def _purchases() -> list[dict[str, Any]]:
    chance = random.Random(7)
    rows = []
    for number in range(PURCHASES):
        moment = FIRST_DAY + timedelta(seconds=chance.randrange(DAYS * 86_400))
        product = min(int(chance.expovariate(0.02)), 299)
        row = {
            "customer": None if number % 1000 == 999 else f"c{chance.randrange(400)}",
            "product": product,
            "bought_at": moment,
            "bought_on": moment.date(),
            "bought_local": moment.replace(tzinfo=None),
            "clock": moment.time(),
            "paid": Decimal(chance.randrange(100, 5000)) / 100,
            "is_gift": chance.random() < 0.1,
            "order": number,
        }
        # Every fiftieth purchase was recorded twice.
        rows += [row, dict(row)] if number % 50 == 0 else [row]
    return rows


def _products() -> list[dict[str, Any]]:
    brands = ["brand 0", "brand 1", "brand 2", NASTY, *(f"brand {digit}" for digit in range(4, 10))]
    return [{"product": n, "brand": brands[n % 10], "weight": n / 7} for n in range(300)]


def _load(client: bigquery.Client, name: str, types: dict[str, str], rows: list[dict[str, Any]]) -> None:
    schema = [bigquery.SchemaField(column, kind) for column, kind in types.items()]
    arrow = pa.schema([(column, ARROW_TYPES[kind]) for column, kind in types.items()])
    client.create_table(bigquery.Table(f"{client.project}.{name}", schema=schema))
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=arrow), file)
    config = bigquery.LoadJobConfig(source_format=bigquery.SourceFormat.PARQUET, schema=schema)
    client.load_table_from_file(file, name, rewind=True, job_config=config).result(timeout=PATIENCE_S)


@pytest.fixture(scope="session")
def shop(bigquery_emulator):
    """A client of the emulator, with the shop's tables loaded."""
    client = bigquery.Client(project=bigquery_emulator.project, credentials=AnonymousCredentials())
    for dataset in ("shop", "staging"):
        client.create_dataset(dataset)
    _load(client, "shop.purchases", PURCHASE_TYPES, _purchases())
    _load(client, "shop.products", PRODUCT_TYPES, _products())
    return client


@pytest.fixture
def shop_experiment():
    """Resolves an experiment on the shop, at the end of its last day unless told otherwise."""

    def make(window_end: datetime = LAST_DAY, **parameters: Any) -> Experiment:
        chosen = {"dataset": "shop", "features": "ids", "model": "plain", "sample_percent": 100, **parameters}
        return resolve(
            chosen,
            dag_id="quick_test",
            run_id="manual",
            window_end=window_end,
            table_schemas=SCHEMAS,
            root=Path(__file__).parent / "shop",
        )

    return make
