"""A shop of a few rows in a dataset of the test's own, with a config that stages them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.resolver import resolve
from include.sql.renderer import StagingQuery, render_staging_query
from include.warehouse.client import Warehouse
from include.warehouse.errors import TableNotFound
from include.warehouse.source_state import with_source_state

ORDERS = "customer STRING, product STRING, bought TIMESTAMP, price FLOAT64"
ORDER_ROWS = """
('ann', 'milk', TIMESTAMP '2024-01-01', 1.0),
('ann', 'fuel', TIMESTAMP '2024-01-02', 2.0),
('bob', 'milk', TIMESTAMP '2024-01-03', 3.0),
('bob', 'bread', TIMESTAMP '2024-01-04', NULL),
('', 'milk', TIMESTAMP '2024-01-05', 5.0),
(NULL, 'milk', TIMESTAMP '2024-01-06', 6.0),
('eve', '', TIMESTAMP '2024-01-07', 7.0),
(NULL, 'milk', TIMESTAMP '2024-03-01', 8.0),
('eve', 'milk', NULL, 9.0)
"""
PRODUCTS = "product STRING, department STRING, valid_from DATE"
PRODUCT_ROWS = "('milk', 'FOOD', DATE '2023-01-01'), ('fuel', 'FUEL', DATE '2023-01-01')"
DATASET = """
tables:
  - {table: DATASET.orders, alias: orders}
  - {table: DATASET.products, alias: products, join: left, keys: [product]}
columns:
  - {name: customer, role: customer_id}
  - {name: product, role: product_id}
  - {name: bought, role: date}
  - {name: price}
  - {name: department, table: products}
split: {strategy: random, train_ratio: 0.8}
"""
FEATURES = """
query: [{column: customer, kind: vocabulary, is_primary_id: true}]
candidate:
  - {column: product, kind: vocabulary, is_primary_id: true}
  - {column: department, kind: vocabulary, embedding_dim: 4}
"""


class SmallShop:
    """Its tables and its config, both easily changed."""

    def __init__(self, warehouse: Warehouse, dataset: str, root: Path) -> None:
        self.warehouse, self.dataset, self.root = warehouse, dataset, root
        self.config = yaml.safe_load(DATASET.replace("DATASET", dataset))
        for kind, name, text in (("features", "ids", FEATURES), ("models", "one", "type: retrieval\n")):
            (root / kind).mkdir()
            (root / kind / f"{name}.yaml").write_text(text)
        (root / "datasets").mkdir()
        self.run(f"CREATE SCHEMA IF NOT EXISTS `local.{dataset}`")
        for name, columns, rows in (
            ("orders", ORDERS, ORDER_ROWS),
            ("products", PRODUCTS, PRODUCT_ROWS),
        ):
            self.run(f"CREATE TABLE {self.table(name)} ({columns})")
            self.run(f"INSERT INTO {self.table(name)} VALUES {rows}")

    def table(self, name: str) -> str:
        """A table's name in SQL."""
        return f"`local.{self.dataset}.{name}`"

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        _, rows = self.warehouse.query(sql, (), {}, 60)
        return [tuple(row.values()) for row in rows]

    def partition(self, name: str, columns: str, clause: str) -> None:
        """Have a table partitioned, so that it takes no query without a filter on its partitions."""
        rows, names = (
            f"`local.{self.dataset}.{name}_rows`",
            ", ".join(c.split()[0] for c in columns.split(", ")),
        )
        self.run(f"CREATE TABLE {rows} AS SELECT * FROM {self.table(name)}")
        self.run(f"DROP TABLE {self.table(name)}")
        options = "OPTIONS (require_partition_filter = TRUE)"
        self.run(f"CREATE TABLE {self.table(name)} ({columns}) PARTITION BY {clause} {options}")
        self.run(f"INSERT INTO {self.table(name)} ({names}) SELECT {names} FROM {rows}")

    def resolve(self, **parameters: Any) -> Experiment:
        """An experiment on the rows before 2024-02-01, with the state of its source."""
        return with_source_state(self.unread(**parameters), self.warehouse)

    def unread(self, **parameters: Any) -> Experiment:
        """The experiment of `resolve`, before its source is asked for its state."""
        (self.root / "datasets" / "shop.yaml").write_text(yaml.safe_dump(self.config))
        config = DatasetConfig.model_validate({"name": "shop", **self.config})
        return resolve(
            {"dataset": "shop", "features": "ids", "model": "one", "sample_percent": 100, **parameters},
            dag_id="quick_test",
            run_id="manual",
            window_end=datetime(2024, 2, 1, tzinfo=UTC),
            table_schemas={table.table: self._schema(table.table) for table in config.tables},
            root=self.root,
        )

    def query(self, **parameters: Any) -> StagingQuery:
        """The statement that stages the rows of `resolve`."""
        return render_staging_query(self.resolve(**parameters), staging_dataset=self.dataset, project="local")

    def rows(self, columns: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Stage the rows of `resolve`, and return some of their columns, in order."""
        staged = self.warehouse.stage(self.query(**parameters))
        return self.run(f"SELECT {columns} FROM `{staged.table}` ORDER BY {columns}")

    def _schema(self, table: str) -> dict[str, str]:
        try:
            return self.warehouse.table_schema(table)
        except TableNotFound:
            return {}
