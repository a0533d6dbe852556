"""TensorFlow's own client and Beam's, unchanged, in one process of the trainer environment."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.local_cloud.storage.conftest import BUCKET, REPOSITORY

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def said(storage_server):
    script = Path(__file__).with_name("tensorflow_calls.py")
    process = subprocess.run(
        [REPOSITORY / "trainer_image" / ".venv" / "bin" / "python", script, f"gs://{BUCKET}/tensorflow"],
        env={**os.environ, **storage_server.component_environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-4000:]
    return json.loads(process.stdout.splitlines()[-1])


def test_files_and_their_folders(said):
    assert (said["absent"], said["made folder"], said["removed"]) == (False, True, False)
    assert said["appended"] == "one\ntwo\n"
    assert said["glob"] == ["/folder/a.txt", "/folder/b.txt"]
    assert said["listdir"] == ["b.txt", "c.txt", "d.txt", "inner/"]
    assert said["moved"] == ["b.txt", "c.txt", "d.txt", "inner/"]
    assert said["size"] == 8


def test_records_and_models(said):
    assert (said["records"], said["sum"]) == (20_000, 20_000 * 19_999 // 2)
    assert said["model"] == 6.0


def test_beam_and_tensorflow_see_the_same_objects(said):
    assert said["beam opens"] == said["tensorflow sees"] == "from beam"
    assert said["beam matches"] == [["/beam/b.txt", 9]]
    assert said["beam deleted"] is False
