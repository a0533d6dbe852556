import json

import pytest
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import Examples

from recsflow_trainer.graphs.manifest import read_manifest
from recsflow_trainer.pipeline.graph_gen import GraphGen
from tests.trainer_image.graphs.baskets.shop import OPTIONS, stage

pytestmark = pytest.mark.tensorflow


def test_artifact_has_the_manifest_at_its_root_and_names_the_splits(tmp_path):
    graphs = Examples()
    graphs.uri = str(tmp_path / "graphs")
    component = GraphGen(rows_uri="", graph_options="")
    parameters = {"rows_uri": stage(tmp_path / "rows"), "graph_options": json.dumps(OPTIONS)}
    component.executor_spec.executor_class().Do({}, {"graphs": [graphs]}, parameters)
    assert artifact_utils.decode_split_names(graphs.split_names) == ["train", "eval", "test"]
    manifest = read_manifest(f"{graphs.uri}/manifest.csv")
    assert {split: members.rows for split, members in manifest.items()} == {"train": 3, "eval": 1, "test": 1}
