"""The names that generated modules import, and those that the trainer's library has for them."""

import ast
import re
import sys
from typing import get_args

import pytest
from pydantic import TypeAdapter

from include.experiment.config.loader import load_dataset, load_features
from include.experiment.config.models import ModelConfig
from include.experiment.config.models.rating import RatingLoss
from include.generators.trainer_module import render_trainer_module
from include.generators.transform_module import render_transform_module
from tests.include.generators.checks import ROOT, imported_names
from tests.include.generators.declarations.rated import rated_experiment
from tests.include.generators.experiments import experiment_of, full_experiment, shipped_experiments

pytestmark = pytest.mark.unit

API = "recsflow_trainer.api"
LOSSES = [get_args(loss.model_fields["type"].annotation)[0] for loss in get_args(get_args(RatingLoss)[0])]


def graph_experiment():
    values = {"name": "visits", "type": "graph_ranking", "layers": [{"units": 8, "heads": 1}]}
    model = TypeAdapter(ModelConfig).validate_python(values)
    return experiment_of(load_dataset("complete_journey"), load_features("basket"), model)


def experiments_with_trainer_modules():
    yield from (*shipped_experiments(), full_experiment(), graph_experiment())
    for loss in LOSSES:
        yield rated_experiment(type="ranking", rating_loss={"type": loss})
    yield rated_experiment(type="multitask")


@pytest.fixture(scope="module")
def modules():
    """Texts of modules by the component that runs them: every kind of feature, model, layer and loss."""
    experiments = [*shipped_experiments(), full_experiment()]
    return {
        "transform": {render_transform_module(e) for e in experiments if not e.reads_graphs},
        "trainer": {render_trainer_module(e) for e in experiments_with_trainer_modules()},
    }


@pytest.mark.parametrize("component", ["transform", "trainer"])
def test_modules_import_from_the_api_of_their_component_alone(modules, component):
    for source in modules[component]:
        assert re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE) == ["typing", f"{API}.{component}"]


@pytest.mark.parametrize("component", ["transform", "trainer"])
def test_the_api_has_the_names_that_modules_import_and_no_other(modules, component):
    used = set().union(*map(imported_names, modules[component])) - {"Any"}
    source = (ROOT / f"trainer_image/{API.replace('.', '/')}/{component}.py").read_text()
    listed = next(node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assign))
    assert used == imported_names(source) == set(ast.literal_eval(listed))


def loaded_with(module):
    """Modules that an import of one of the library loads; those of other libraries by their first name."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        path = ROOT / "trainer_image" / name.replace(".", "/")
        files = [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()]
        if not name.startswith("recsflow_trainer"):
            found.add(name.partition(".")[0])
        elif files and name not in found:
            found.add(name)
            waiting.append(name.rpartition(".")[0] or name)
            for node in ast.walk(ast.parse(files[0].read_text())):
                if isinstance(node, ast.ImportFrom):
                    waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                elif isinstance(node, ast.Import):
                    waiting += [alias.name for alias in node.names]
    return found - sys.stdlib_module_names


def test_a_module_for_transform_loads_no_model():
    loaded = loaded_with(f"{API}.transform")
    ours = {name for name in loaded if name.startswith("recsflow_trainer")}
    assert {name.split(".")[1] for name in ours if "." in name} == {
        "api",
        "errors",
        "features",
        "keras",
        "preprocessing",
    }
    assert loaded - ours == {"tensorflow", "tensorflow_transform", "tf_keras"}
    assert "recsflow_trainer.retrieval.declaration" in loaded_with(f"{API}.trainer")
