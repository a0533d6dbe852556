import json

import pytest

from recsflow.vertex.requests.pipeline import trainer_config
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def config(history_uri=None, **parameters):
    return json.loads(trainer_config(resolved(**parameters), "/metrics.json", history_uri))


def test_an_overfit_check_is_asked_for_with_its_own_epochs_and_learning_rate():
    asked = config(model="shallow", overfit_rows=16, epochs=200, learning_rate=0.02, learning_rate_factor=10)
    assert asked["overfit_check"] == {"rows": 16}
    assert (asked["training"]["epochs"], asked["training"]["learning_rate"]) == (200, pytest.approx(0.2))


def test_other_runs_ask_for_none():
    assert "overfit_check" not in config()


def test_the_trainer_is_told_where_rows_outside_the_sample_are_and_what_their_columns_mean():
    told = config("file:///root/rows/rows_1/history", model="shallow")["history"]
    assert told == {
        "uri": "/root/rows/rows_1/history",
        "date": "transaction_timestamp",
        "label": "sales_value",
    }
    assert config(model="shallow")["history"] is None


def test_the_trainer_of_graphs_finds_the_history_in_them():
    assert config("file:///root/rows/rows_1/history", model="graph")["history"] is None
