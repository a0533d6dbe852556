import json

import pytest

from recsflow.pipeline_parameters import trainer_config
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def config(**parameters):
    return json.loads(trainer_config(resolved(**parameters), "/metrics.json"))


def test_an_overfit_check_is_asked_for_with_its_own_epochs_and_learning_rate():
    asked = config(model="shallow", overfit_rows=16, epochs=200, learning_rate=0.02, learning_rate_factor=10)
    assert asked["overfit_check"] == {"rows": 16}
    assert (asked["training"]["epochs"], asked["training"]["learning_rate"]) == (200, pytest.approx(0.2))


def test_other_runs_ask_for_none():
    assert "overfit_check" not in config()
