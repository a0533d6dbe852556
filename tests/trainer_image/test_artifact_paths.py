"""Where the orchestrator's layout keeps things is where the trainer's library reads them.

The library cannot import `include`; these tests hold both sides together.
"""

import hashlib
import json
from pathlib import Path

import pytest

from include.artifacts.layout import ArtifactLayout
from include.experiment.resolve.identity import short_hash
from recsflow_trainer.exported_rows import exported_files
from recsflow_trainer.generated_source import verified_source

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def layout(tmp_path):
    return ArtifactLayout(str(tmp_path))


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def test_a_module_is_at_the_address_that_its_text_has(layout, tmp_path):
    uri = layout.module(short_hash("x = 1\n")).source("trainer_module")
    assert uri == f"{tmp_path}/modules/d6eab58ccc60/trainer_module.py"
    write(uri, "x = 1\n")
    assert verified_source(uri) == "x = 1\n"


def test_exported_rows_are_those_that_the_marker_names(layout):
    rows = layout.rows("local.recsflow_staging.rows_0123456789ab")
    write(f"{rows.uri}/train/rows.parquet", "abc")
    write(rows.marker, json.dumps({"files": {"train/rows.parquet": hashlib.sha256(b"abc").hexdigest()}}))
    assert [file.read() for file in exported_files(rows.uri, "train")] == [b"abc"]
