import json
import pathlib

import pytest

from recsflow_trainer.generated_source import content_hash
from recsflow_trainer.training.rerun import main

pytestmark = pytest.mark.tensorflow

# Stands for a generated module: tells what it was called with.
MODULE = """
import json, pathlib

def run_fn(fn_args):
    pathlib.Path(fn_args.custom_config["called"]).write_text(json.dumps(vars(fn_args)))
"""


def generated(folder, text):
    """Keeps a module where the orchestrator would, and returns its path."""
    path = folder / "modules" / content_hash(text) / "trainer_module.py"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return str(path)


@pytest.fixture
def options(tmp_path):
    for folder in ("transform_graph", "examples"):
        (tmp_path / folder).mkdir()
    return {
        "--trainer-module": generated(tmp_path, MODULE),
        "--transform-graph": str(tmp_path / "transform_graph"),
        "--examples": str(tmp_path / "examples"),
        "--serving-model-dir": str(tmp_path / "model"),
        "--trainer-config": json.dumps({"called": str(tmp_path / "called.json")}),
    }


def argv(options):
    return [word for option in options.items() for word in option]


def test_the_module_gets_transforms_output_by_the_names_of_tfx(options, tmp_path):
    assert main(argv(options)) == 0
    called = json.loads((tmp_path / "called.json").read_text())
    assert called == {
        "train_files": [f"{tmp_path}/examples/Split-train/*"],
        "eval_files": [f"{tmp_path}/examples/Split-eval/*"],
        "transform_graph_path": f"{tmp_path}/transform_graph",
        "transform_output": f"{tmp_path}/transform_graph",
        "serving_model_dir": f"{tmp_path}/model",
        "custom_config": {"called": f"{tmp_path}/called.json"},
    }


def test_graphs_come_without_a_transform_graph(options, tmp_path):
    del options["--transform-graph"]
    assert main(argv(options)) == 0
    assert json.loads((tmp_path / "called.json").read_text())["transform_graph_path"] is None


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--trainer-module", "/nowhere/trainer_module.py", "does not exist; generate the module before"),
        ("--transform-graph", "/nowhere/graph", "is no folder; give the output of a pipeline that is"),
        ("--examples", "/nowhere/rows", "is no folder; give the output of a pipeline that is"),
        ("--trainer-config", "[1]", "is '[1]'; pass a JSON object."),
        ("--trainer-config", "{", "is not JSON"),
    ],
)
def test_what_is_not_there_is_named_in_one_sentence(options, capsys, option, value, words):
    assert main(argv({**options, option: value})) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {option} ")
    assert words in error
    assert len(error.splitlines()) == 1


def test_a_module_without_run_fn_is_refused(options, tmp_path, capsys):
    assert main(argv({**options, "--trainer-module": generated(tmp_path, "MODEL = 1\n")})) == 1
    assert "defines no run_fn; give a generated trainer module." in capsys.readouterr().err


def test_an_error_of_the_training_keeps_its_traceback(options, tmp_path):
    text = "def run_fn(fn_args):\n    raise ValueError('loss is NaN')\n"
    options["--trainer-module"] = generated(tmp_path, text)
    with pytest.raises(ValueError, match="loss is NaN") as failed:
        main(argv(options))
    assert str(failed.traceback[-1].path) == options["--trainer-module"]


def test_a_module_that_was_edited_after_it_was_generated_does_not_run(options, tmp_path, capsys):
    module = pathlib.Path(options["--trainer-module"])
    module.write_text(MODULE + "# a note\n")
    assert main(argv(options)) == 1
    error = capsys.readouterr().err
    assert f"{module} was changed after it was generated" in error
    assert "Clear the task generate_modules" in error
    assert not (tmp_path / "called.json").exists()
