"""What jobs may run on this machine."""

import pytest

from include.artifacts.layout import ArtifactLayout
from local_cloud.vertex.allowed_code import (
    CUSTOM_JOBS,
    check_command,
    check_executor,
    check_module,
    option_values,
)
from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError

pytestmark = pytest.mark.unit


def test_the_product_s_own_commands_run():
    check_command(("python", "-m", "recsflow_trainer.scoring", "--help"), CUSTOM_JOBS, "command")
    check_executor(("--executor_class_path", "tfx.components.transform.executor.Executor"), "args")


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("sh", "-c", "id"),
        ("python", "-c", "import os"),
        ("python", "-m"),
        ("python", "-m", "http.server"),
        ("python", "-m", "recsflow_trainer.scoring.other"),
        ("python", "-m", "recsflow_trainer.overfit"),
    ],
)
def test_other_commands_do_not(command):
    with pytest.raises(UnimplementedError, match=r"the module being recsflow_trainer\.scoring or"):
        check_command(command, CUSTOM_JOBS, "command")


@pytest.mark.parametrize(
    "words",
    [
        ("--executor_class_path", "subprocess.Popen"),
        ("--executor_class_path=subprocess.Popen",),
        ("--exec", "subprocess.Popen"),
        ("--executor_class_path", "tfx.components.transform.executor.Executor", "--e=subprocess.Popen"),
    ],
)
def test_no_spelling_of_an_option_hides_an_executor(words):
    with pytest.raises(UnimplementedError, match=r"subprocess\.Popen"):
        check_executor(words, "args")


def test_values_are_found_in_every_spelling():
    words = ("--trainer-module", "a", "--trainer-module=b", "--trainer-mod", "c", "--trainer-modules", "d")
    assert option_values(words, "--trainer-module") == ["a", "b", "c"]


def test_module_is_below_the_generated_ones(tmp_path):
    check_module(ArtifactLayout(str(tmp_path)).module("abc").source("trainer_module"), str(tmp_path), "args")
    for uri in ("", "x", "/tmp/module.py", f"{tmp_path}/modules/../rows/x.py", f"{tmp_path}/modules"):
        with pytest.raises(InvalidArgumentError, match="runs generated modules, which are below"):
            check_module(uri, str(tmp_path), "args")


def test_module_in_a_bucket_is_below_the_generated_ones_too():
    root = "gs://bucket/recsflow"
    check_module(ArtifactLayout(root).module("abc").source("trainer_module"), root, "args")
    for uri in (
        f"{root}/modules/../x.py",
        "gs://bucket/modules/x.py",
        f"{root}/modulesx/x.py",
        "gs://other/x.py",
    ):
        with pytest.raises(InvalidArgumentError, match="below gs://bucket/recsflow/modules"):
            check_module(uri, root, "args")


def test_link_out_of_the_generated_modules_is_refused(tmp_path):
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "abc").symlink_to("/tmp")
    with pytest.raises(InvalidArgumentError):
        check_module(f"{tmp_path}/modules/abc/trainer_module.py", str(tmp_path), "args")
