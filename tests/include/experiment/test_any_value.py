"""Whatever stands in a config, it is used or refused with sentences: nothing else is raised."""

import copy
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import cycle, islice
from typing import Any

import pytest
import yaml

from include.configs import config_root
from include.errors import ConfigError
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.resolve.history import check_history
from include.experiment.resolve.resolver import resolve
from include.sweep.request import plan_sweep

pytestmark = pytest.mark.unit

END = datetime(2018, 1, 1, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    *(None, "", "a", "a" * 5000, "\n", -1, 0, 1.5, 2**63 - 1, -(2**63), 1e308, float("inf"), float("nan")),
    *(True, date(1, 1, 1), date(9999, 12, 31), datetime(2018, 1, 1, 5, tzinfo=UTC), [], [[]], [None], {}),
    *({1: 2}, {None: 1}, {"a": {"b": 1}}, ["a", "a"], [date(2018, 1, 1)], list(range(60)), "bigquery://a/b"),
)
ODD_KEYS = (None, 1, True, date(2018, 1, 1), "b" * 5000, "")
AT_EACH_PLACE = 4
LONGEST_SENTENCE = 3000
ALL_OF_A_SCHEDULE = """
description: nightly
schedule: "0 5 * * 1"
assets: [x-shop://orders]
dataset: complete_journey
features: assortment
model: history
sweep: history
promotion: {metric: recall@10, margin: 0.01}
push: {endpoint: shop, machine_type: n1-standard-4, min_replicas: 1, max_replicas: 2}
parameters:
  {learning_rate: 0.1, optimizer_options: {epsilon: 1.0e-7}, model_options: {embedding_dim: 4}, notes: a}
"""
MORE_OF_A_DATASET = """
history_days: 300
split: {strategy: strict_time, holdout_days: 28, train_ratio: 0.9, eval_ratio: 0.05}
filters:
  conditions: [{column: quantity, operator: in, value: [1]}]
  top_revenue_share: {column: sales_value, share: 0.5}
  min_interactions_per_customer: 2
quality:
  freshness_days: 3
  ranges: {quantity: {min: 1, max: 3}}
  expectations: [{type: expect_column_to_exist, kwargs: {column: quantity}}]
"""
MORE_OF_A_SPACE = """
epochs: {type: integer, low: 1, high: 9, step: 2, log: false}
batch_size: {type: categorical, choices: [512, 1024]}
"""


def odd_ones(content: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
    """Yield the content with some odd values at each place, and with odd keys."""
    values = cycle(ODD)
    for *way, last in places(content):
        for value in islice(values, AT_EACH_PLACE):
            changed: Any = copy.deepcopy(content)
            holder = changed
            for step in way:
                holder = holder[step]
            holder[last] = value
            yield changed
    for key in ODD_KEYS:
        yield {**content, key: 1}


def places(content: Any) -> Iterator[tuple[Any, ...]]:
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for step, part in list(items):
        yield (step,)
        if isinstance(part, dict | list):
            yield from ((step, *rest) for rest in places(part))


class Folder:
    """The shipped configs, in a folder of their own."""

    def __init__(self, root):
        self.root = root
        shutil.copytree(config_root(), root)

    def read(self, file):
        return yaml.safe_load((self.root / file).read_text())

    def try_all(self, file, content, use):
        """Use the file with each odd content; returns how many were used, and how many refused."""
        outcomes, longest = {"used": 0, "refused": 0}, 0
        for changed in odd_ones(content):
            (self.root / file).write_text(yaml.dump(changed, Dumper=yaml.CSafeDumper))
            try:
                use()
                outcomes["used"] += 1
            except ConfigError as error:
                outcomes["refused"] += 1
                longest = max(longest, *(len(str(problem)) for problem in error.problems), 0)
        assert longest < LONGEST_SENTENCE
        return outcomes

    def resolve(self, **chosen):
        experiment = resolve(
            {"dataset": "complete_journey", "features": "rich", "model": "history", **chosen},
            dag_id="quick_test",
            run_id="manual__1",
            window_end=END,
            table_schemas=None,
            root=self.root,
        )
        experiment.to_json()
        check_history(experiment, datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 12, 31, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "configs")


def test_dataset(folder):
    file = "datasets/complete_journey.yaml"
    content = {**folder.read(file), **yaml.safe_load(MORE_OF_A_DATASET)}
    outcomes = folder.try_all(file, content, folder.resolve)
    assert min(outcomes.values()) > 0


def test_features(folder):
    outcomes = folder.try_all("features/rich.yaml", folder.read("features/rich.yaml"), folder.resolve)
    assert min(outcomes.values()) > 0


@pytest.mark.parametrize("name", ["history", "multitask"])
def test_model(folder, name):
    file = f"models/{name}.yaml"
    outcomes = folder.try_all(file, folder.read(file), lambda: folder.resolve(model=name, features="basic"))
    assert min(outcomes.values()) > 0


def test_schedule(folder):
    outcomes = folder.try_all(
        "schedules/nightly.yaml",
        yaml.safe_load(ALL_OF_A_SCHEDULE),
        lambda: load_schedule("nightly", folder.root),
    )
    assert min(outcomes.values()) > 0


def test_sweep(folder):
    content = folder.read("sweeps/history.yaml")
    content["space"] |= yaml.safe_load(MORE_OF_A_SPACE)
    outcomes = folder.try_all(
        "sweeps/history.yaml",
        content,
        lambda: plan_sweep({"sweep": "history"}, sweep_id="sweep-1", window_end=END, root=folder.root),
    )
    assert min(outcomes.values()) > 0
