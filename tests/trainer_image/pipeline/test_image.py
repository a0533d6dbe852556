import re
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).resolve().parents[3] / "trainer_image"


def test_workers_start_with_the_locked_version_of_beam():
    packages = tomllib.loads((FOLDER / "uv.lock").read_text())["package"]
    locked = {package["name"]: package["version"] for package in packages}
    used = re.search(
        r"^FROM apache/beam_python3\.12_sdk:(\S+)", (FOLDER / "Dockerfile").read_text(), re.MULTILINE
    )
    assert used is not None
    assert used[1] == locked["apache-beam"]
