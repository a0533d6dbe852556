import importlib.util
import json
from pathlib import Path

import pytest
from airflow.sdk.exceptions import ParamValidationError

pytestmark = pytest.mark.unit

DAGS = Path(__file__).resolve().parents[2] / "dags"


def load(name):
    spec = importlib.util.spec_from_file_location(f"{name}_beside", DAGS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag_object


@pytest.fixture(scope="module")
def dag():
    return load("overfit_check")


def value(dag, name):
    return dag.params.get_param(name).value


def test_tasks_and_their_order_are_those_of_an_experiment(dag):
    def chain(of):
        return {task.task_id: task.upstream_task_ids for task in of.tasks}

    assert chain(dag) == chain(load("quick_test"))


def test_file_stays_short():
    assert len((DAGS / "overfit_check.py").read_text().splitlines()) < 100


def test_params_are_those_that_an_experiment_takes_but_for_the_batch_size(dag):
    from include.experiment.config.run_parameters import RunParameters

    assert set(dag.params) == set(RunParameters.model_fields) - {"batch_size"}


def test_an_untouched_form_checks_32_rows_of_a_small_sample_for_500_epochs(dag):
    assert {name: value(dag, name) for name in ("overfit_rows", "epochs", "sample_percent")} == {
        "overfit_rows": 32,
        "epochs": 500,
        "sample_percent": 5,
    }
    assert value(dag, "learning_rate_factor") > 1


@pytest.mark.parametrize(
    ("name", "given"), [("overfit_rows", 7), ("epochs", 505), ("epochs", 0), ("learning_rate_factor", 0)]
)
def test_form_refuses_what_the_check_cannot_use(dag, name, given):
    with pytest.raises(ParamValidationError):
        dag.params.get_param(name).resolve(given)


def test_choices_are_those_of_the_other_form(dag):
    other = load("quick_test")
    for name in ("dataset", "features", "model", "optimizer"):
        schemas = [json.dumps(of.params.get_param(name).schema) for of in (dag, other)]
        assert schemas[0] == schemas[1]
