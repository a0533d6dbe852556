import importlib.util
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


def test_an_untouched_form_checks_32_rows_of_a_small_sample_for_500_epochs(dag):
    assert {name: value(dag, name) for name in ("overfit_rows", "epochs", "sample_percent")} == {
        "overfit_rows": 32,
        "epochs": 500,
        "sample_percent": 5,
    }
    assert value(dag, "learning_rate_factor") > 1
    assert "batch_size" not in dag.params


@pytest.mark.parametrize(
    ("name", "given"), [("overfit_rows", 7), ("epochs", 505), ("epochs", 0), ("learning_rate_factor", 0)]
)
def test_form_refuses_what_the_check_cannot_use(dag, name, given):
    with pytest.raises(ParamValidationError):
        dag.params.get_param(name).resolve(given)
