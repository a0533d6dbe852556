"""What the image is built from: without a Docker engine, its files say enough to be held to."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from recsflow_trainer.pipeline.topology import Topology

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).resolve().parents[3] / "trainer_image"
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
# Of each instruction, the words after it, of the stage that becomes the image.
LAST_STAGE = re.split(r"^FROM .*$", DOCKERFILE, flags=re.MULTILINE)[-1]


def last(instruction):
    return re.findall(rf"^{instruction} (.*)$", LAST_STAGE, re.MULTILINE)[-1]


def test_workers_start_with_the_locked_version_of_beam():
    packages = tomllib.loads((FOLDER / "uv.lock").read_text())["package"]
    locked = {package["name"]: package["version"] for package in packages}
    used = re.search(r"^FROM apache/beam_python3\.12_sdk:([\d.]+)", DOCKERFILE, re.MULTILINE)
    assert used is not None
    assert used[1] == locked["apache-beam"]


def test_container_without_a_command_is_a_dataflow_worker_in_the_image_s_own_environment():
    # Dataflow gives arguments only. Beam's starter makes an environment without TFX unless it is told not to.
    assert last("ENTRYPOINT") == '["/opt/apache/beam/boot"]'
    assert "RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1" in LAST_STAGE
    assert not re.search(r"^CMD", LAST_STAGE, re.MULTILINE)


def test_containers_run_as_a_user_without_rights():
    assert last("USER") == "trainer"
    assert "useradd --create-home --uid 1000 trainer" in LAST_STAGE


def test_build_refuses_bases_without_a_digest_before_it_builds():
    steps = yaml.safe_load((FOLDER / "cloudbuild.yaml").read_text())["steps"]
    assert [step["id"] for step in steps] == ["bases-by-digest", "build", "compile-check"]
    assert (steps[0]["entrypoint"], steps[0]["args"]) == ("bash", ["check_bases.sh", "Dockerfile"])


def test_build_runs_the_image_with_a_command_and_outside_of_its_sources():
    step = yaml.safe_load((FOLDER / "cloudbuild.yaml").read_text())["steps"][-1]
    assert (step["entrypoint"], step["dir"]) == ("bash", "/tmp")
    assert "python -m recsflow_trainer.pipeline.compile" in step["args"][-1]


def test_build_compiles_a_topology_that_the_library_knows():
    command = yaml.safe_load((FOLDER / "cloudbuild.yaml").read_text())["steps"][-1]["args"][-1]
    (given,) = re.findall(r"echo '(.*?)' >", command)
    assert Topology.from_json(given, source="cloudbuild.yaml").pipeline_name == "check"
