"""Experiments on the shipped sample dataset, resolved against its schema as the warehouse reports it."""

from datetime import UTC, datetime
from typing import Any

from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.resolver import resolve

SCHEMAS = {
    "complete_journey.transactions": {
        "household_id": "INTEGER",
        "store_id": "INTEGER",
        "basket_id": "INTEGER",
        "product_id": "INTEGER",
        "quantity": "FLOAT",
        "sales_value": "FLOAT",
        "transaction_timestamp": "TIMESTAMP",
    },
    "complete_journey.products": {
        "product_id": "INTEGER",
        "department": "STRING",
        "brand": "STRING",
        "product_category": "STRING",
        "product_type": "STRING",
    },
}


def resolved(**parameters: Any) -> Experiment:
    """The plainest experiment, unless parameters say otherwise."""
    return resolve(
        {"features": "basic", "model": "shallow", **parameters},
        dag_id="quick_test",
        run_id="manual__2018-01-01",
        window_end=datetime(2018, 1, 1, tzinfo=UTC),
        table_schemas=SCHEMAS,
    )


def with_quality(experiment: Experiment, **quality: Any) -> Experiment:
    """The experiment with another `quality` section in its dataset config."""
    config = type(experiment.dataset.quality).model_validate(quality)
    return experiment.model_copy(
        update={"dataset": experiment.dataset.model_copy(update={"quality": config})}
    )
