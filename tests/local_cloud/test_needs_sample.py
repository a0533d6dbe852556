"""The sample is loaded for runs that may read it."""

import json

import pytest

from local_cloud import __main__ as command_line

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def shop(tmp_path, monkeypatch):
    datasets = tmp_path / "include" / "configs" / "datasets"
    datasets.mkdir(parents=True)
    (datasets / "shop.yaml").write_text("tables:\n  - table: shop.orders\n")
    (datasets / "copy.yaml").write_text("tables:\n  - table: complete_journey.transactions\n")
    monkeypatch.setattr(command_line, "REPOSITORY", tmp_path)


def test_run_on_tables_of_ones_own_needs_no_sample():
    assert not command_line.needs_sample(json.dumps({"dataset": "shop", "features": "shop"}))


@pytest.mark.parametrize(
    "run", ['{"dataset": "copy"}', "{}", '{"learning_rate": 0.02}', "{", "[]", '{"dataset": 7}']
)
def test_any_other_run_may_read_it(run):
    assert command_line.needs_sample(run)
