import json

import pytest

from recsflow_trainer.overfit.__main__ import main

pytestmark = pytest.mark.tensorflow

# Stands for a generated module: tells what it was called with, and fails where it is asked for seed 13.
MODULE = """
import json, pathlib
from recsflow_trainer.errors import OverfitCheckFailed

def run_fn(fn_args):
    config = fn_args.custom_config
    pathlib.Path(__file__).with_name("called.json").write_text(json.dumps(config))
    if config["training"]["seed"] == 13:
        raise OverfitCheckFailed("RED FLAG wrong_sign, look at the loss")
"""


@pytest.fixture
def options(tmp_path):
    module = tmp_path / "trainer_module.py"
    module.write_text(MODULE.replace("__file__", repr(str(module))))
    for folder in ("transform_graph", "examples"):
        (tmp_path / folder).mkdir()
    return [
        *("--trainer-module", str(module)),
        *("--transform-graph", str(tmp_path / "transform_graph")),
        *("--examples", str(tmp_path / "examples")),
    ]


def test_the_module_is_asked_for_a_check_of_32_rows(options, tmp_path, capsys):
    assert main(options) == 0
    config = json.loads((tmp_path / "called.json").read_text())
    assert config["overfit_check"] == {"rows": 32}
    assert config["training"] == {
        "epochs": 500,
        "batch_size": 32,
        "learning_rate": 0.01,
        "optimizer": "adam",
        "seed": 42,
    }
    assert capsys.readouterr().out == "passed\n"


def test_a_red_flag_is_an_error_with_a_status(options, capsys):
    assert main([*options, "--seed", "13"]) == 1
    assert capsys.readouterr().err == "error: RED FLAG wrong_sign, look at the loss\n"
