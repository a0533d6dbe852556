"""A shop's configs in a folder of their own, which each test may spoil."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.errors import ConfigError
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.resolver import resolve

SCHEMAS = {
    "shop.sales": {
        "customer": "STRING",
        "sku": "INTEGER",
        "sold_at": "TIMESTAMP",
        "sold_on": "DATE",
        "amount": "NUMERIC",
        "tags": "ARRAY<STRING>",
    },
    "shop.items": {"sku": "INTEGER", "colour": "STRING"},
}
DATASET = """
tables:
  - {table: shop.sales, alias: sales}
  - {table: shop.items, alias: items, join: left, keys: [sku]}
columns:
  - {name: customer, role: customer_id}
  - {name: sku, role: product_id}
  - {name: sold_at, role: date}
  - {name: sold_on}
  - {name: amount}
  - {name: colour, table: items}
split: {holdout_days: 14}
"""
FEATURES = """
query:
  - {column: customer, kind: vocabulary, is_primary_id: true}
  - {column: sold_at, kind: cyclical, period: day_of_week}
candidate:
  - {column: sku, kind: vocabulary, is_primary_id: true}
  - {column: colour, kind: vocabulary, embedding_dim: 4}
"""
MODEL = """
type: retrieval
query_tower:
  - {type: dense, units: 16}
learning_rate: 0.03
"""


class Configs:
    """The folder of configs, and what comes of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for kind, name, text in (
            ("datasets", "shop", DATASET),
            ("features", "ids", FEATURES),
            ("models", "one", MODEL),
        ):
            (root / kind).mkdir()
            (root / kind / f"{name}.yaml").write_text(text)

    def edit(self, file: str, change: Callable[[Any], object]) -> None:
        """Change the content of a file in place."""
        path = self.root / file
        content = yaml.safe_load(path.read_text())
        change(content)
        path.write_text(yaml.safe_dump(content))

    def resolve(
        self, window_end: datetime = datetime(2024, 5, 1, tzinfo=UTC), **parameters: Any
    ) -> Experiment:
        """Resolve an experiment; `schemas` replaces the warehouse's, `schedule` names what triggers it."""
        schemas = parameters.pop("schemas", SCHEMAS)
        schedule = parameters.pop("schedule", None)
        chosen = {"dataset": "shop", "features": "ids", "model": "one", **parameters}
        return resolve(
            chosen,
            dag_id="quick_test",
            run_id="manual__1",
            window_end=window_end,
            table_schemas=schemas,
            schedule=schedule,
            root=self.root,
        )

    def problems(self, **parameters: Any) -> list[str]:
        """Return the sentences of the problems that `resolve` finds."""
        with pytest.raises(ConfigError) as caught:
            self.resolve(**parameters)
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def configs(tmp_path):
    return Configs(tmp_path)
