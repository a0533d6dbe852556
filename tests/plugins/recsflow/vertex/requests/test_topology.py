import json

import pytest

from recsflow.settings import parse_settings
from recsflow.vertex.requests.topology import Topology
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(settings_values):
    return parse_settings(json.dumps(settings_values))


def test_accelerator_of_the_run_is_the_pipelines(settings):
    plain, fast = (Topology.of(resolved(accelerator=name), settings) for name in ("cpu", "NVIDIA_TESLA_A100"))
    assert json.loads(plain.to_json())["accelerator"] == "cpu"
    assert json.loads(fast.to_json())["accelerator"] == "NVIDIA_TESLA_A100"
    assert plain.key != fast.key


def test_graphs_have_a_pipeline_of_their_own(settings):
    rows, graphs = (Topology.of(resolved(model=name), settings) for name in ("shallow", "graph"))
    assert json.loads(rows.to_json())["trainer_input"] == "examples"
    assert json.loads(graphs.to_json())["trainer_input"] == "graphs"
    assert rows.key != graphs.key


def test_hyperparameters_do_not_change_the_pipeline(settings):
    first, second = (Topology.of(resolved(learning_rate=rate), settings) for rate in (0.01, 0.02))
    assert first.key == second.key
