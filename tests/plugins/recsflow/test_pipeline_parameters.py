import json

import pytest

from include.generators.graph_options import graph_options
from recsflow.pipeline_parameters import PipelineRequest
from recsflow.settings import parse_settings
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

ROWS = {"experiment": "file:///e.json", "table": "local.staging.rows_1", "rows_uri": "file:///rows/1"}


@pytest.mark.parametrize("source", ["parquet", "bigquery"])
def test_graphs_are_made_of_files_wherever_examples_are_read(settings_values, source):
    settings = parse_settings(json.dumps({**settings_values, "example_source": source}))
    experiment = resolved(model="graph", features="basket")
    modules = {"trainer_module_uri": "file:///modules/1/trainer_module.py"}
    request = PipelineRequest.of(experiment, ROWS, modules, settings)
    config = json.loads(request.parameters.pop("trainer_config"))
    assert request.parameters == {
        "rows_uri": "/rows/1",
        "graph_options": graph_options(experiment),
        "trainer_module_uri": "/modules/1/trainer_module.py",
    }
    assert config["training"]["optimizer"] == "adam"
    assert request.topology.trainer_input == "graphs"


def test_other_models_get_both_modules(settings_values):
    settings = parse_settings(json.dumps(settings_values))
    modules = {
        "transform_module_uri": "file:///modules/2/transform_module.py",
        "trainer_module_uri": "file:///modules/1/trainer_module.py",
    }
    request = PipelineRequest.of(resolved(), ROWS, modules, settings)
    assert set(request.parameters) == {
        "rows_uri",
        "transform_module_uri",
        "trainer_module_uri",
        "trainer_config",
    }
