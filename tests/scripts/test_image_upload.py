"""What a build of the trainer image uploads, by gcloud's own rules, which are those of git's ignore files."""

import os
import shutil
import subprocess
from pathlib import Path

import pathspec
import pytest

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "trainer_image"
# Beside the library: what the Dockerfile reads and what the build runs.
BUILD_FILES = {".dockerignore", "Dockerfile", "check_bases.sh", "pyproject.toml", "uv.lock"}


@pytest.fixture
def folder(tmp_path):
    """The sources with what building and testing leave beside them."""
    copy = tmp_path / "trainer_image"
    for name in subprocess.check_output(["git", "ls-files"], cwd=FOLDER, text=True).splitlines():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(FOLDER / name, copy / name)
    for name in (".venv/lib/python3.12/site-packages/tensorflow/__init__.py", ".venv/pyproject.toml"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("large = True\n")
    (copy / ".venv/lib64").symlink_to("lib")
    for name in ("recsflow_trainer/__pycache__/errors.cpython-312.pyc", "run/model.bin", "spec.json"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("left over\n")
    return copy


def needed(folder):
    sources = {str(path.relative_to(folder)) for path in (folder / "recsflow_trainer").rglob("*.py")}
    return BUILD_FILES | sources


def by_the_rules(folder):
    spec = pathspec.GitIgnoreSpec.from_lines((folder / ".gcloudignore").read_text().splitlines())
    return set(spec.match_tree_files(folder, negate=True, follow_links=False))


def test_upload_is_what_the_image_needs(folder):
    assert by_the_rules(folder) == needed(folder)


@pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")
def test_gcloud_itself_lists_the_same(folder, tmp_path):
    listed = subprocess.run(
        ["gcloud", "meta", "list-files-for-upload", str(folder)],
        env={**os.environ, "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"), "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(listed.stdout.splitlines()) == needed(folder)


def test_upload_of_this_checkout_is_small():
    size = sum((FOLDER / name).stat().st_size for name in by_the_rules(FOLDER))
    assert size < 5_000_000
