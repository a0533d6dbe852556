"""The configs that are shipped, and their index."""

import itertools
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import include.configs
from include.configs import list_configs
from include.errors import ConfigError
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.loader import load_dataset, load_model
from include.experiment.config.models import ModelConfig
from include.experiment.config.optimizers import OPTIMIZERS
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.resolver import resolve

pytestmark = pytest.mark.unit

# As the warehouse reports the sample data.
SCHEMAS = {
    "complete_journey.transactions": {
        "household_id": "INTEGER",
        "store_id": "INTEGER",
        "basket_id": "INTEGER",
        "product_id": "INTEGER",
        "quantity": "INTEGER",
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


def shipped(dataset, features, model):
    return resolve(
        {"dataset": dataset, "features": features, "model": model},
        dag_id="quick_test",
        run_id="manual",
        window_end=datetime(2026, 1, 1, tzinfo=UTC),
        table_schemas=SCHEMAS,
    )


def reads_the_label(features, model):
    """The price of `rich` is the label that these models predict."""
    return features == "rich" and load_model(model).type in {"ranking", "multitask"}


def has_no_place_in_a_graph(features, model):
    """Crosses, buckets and the time of a purchase are no properties of a node."""
    return features in {"rich", "catalogue"} and load_model(model).type == "graph_ranking"


KINDS = ("datasets", "features", "models")
COMBINATIONS = [
    (dataset, features, model)
    for dataset, features, model in itertools.product(*map(list_configs, KINDS))
    if not reads_the_label(features, model) and not has_no_place_in_a_graph(features, model)
]


@pytest.mark.parametrize("model", ["ranking", "ranking_pairwise", "multitask"])
def test_price_is_refused_where_it_is_predicted(model):
    with pytest.raises(ConfigError, match=r"features/rich\.yaml: candidate\[5\]\.column is 'sales_value'"):
        shipped("complete_journey", "rich", model)


@pytest.mark.parametrize(("dataset", "features", "model"), COMBINATIONS)
def test_every_shipped_combination_resolves_without_warnings(dataset, features, model):
    experiment = shipped(dataset, features, model)
    assert experiment.warnings == ()
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_sample_is_tested_on_the_last_four_weeks_of_2017():
    experiment = shipped("complete_journey", "basic", "shallow")
    assert experiment.test_start == datetime(2017, 12, 4, tzinfo=UTC)
    assert experiment.window_end == datetime(2018, 1, 1, tzinfo=UTC)


def test_sample_names_its_ids():
    dataset = load_dataset("complete_journey")
    assert (dataset.customer_id, dataset.product_id) == ("household_id", "product_id")


def test_index_lists_names_in_order():
    assert list_configs("models") == sorted(list_configs("models"))
    assert {"shallow", "two_layer", "deep"} <= set(list_configs("models"))


def test_index_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="'towers'; use one of datasets, features, models"):
        list_configs("towers")


def test_index_is_cheap_enough_for_a_dag_file():
    code = "import sys, include.configs as c; c.list_configs('datasets'); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"pydantic", "yaml", "jinja2"} & set(modules.split())


def test_readme_names_every_key_and_choice():
    text = (Path(include.configs.__file__).parent / "README.md").read_text()
    schemas = [TypeAdapter(model).json_schema() for model in (DatasetConfig, FeatureConfig, ModelConfig)]
    parts = [part for schema in schemas for part in (schema, *schema["$defs"].values())]
    words = {word for part in parts for word in (*part.get("properties", {}), *part.get("enum", ()))}
    assert {word for word in words if word not in text} == set()


def test_readme_lists_the_optimizers_that_there_are():
    text = (Path(include.configs.__file__).parent / "README.md").read_text()
    (row,) = (line for line in text.splitlines() if line.startswith("| `optimizer` |"))
    listed = re.search(r"`name` \((.+?)\)", row)
    assert listed
    assert re.findall(r"`(\w+)`", listed[1]) == list(OPTIMIZERS)


@pytest.mark.parametrize("name", list_configs("schedules"))
def test_every_shipped_schedule_resolves(name):
    schedule = load_schedule(name)
    experiment = shipped(schedule.dataset, schedule.features, schedule.model)
    assert experiment.warnings == ()
