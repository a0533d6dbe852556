import importlib.util
import sys
from pathlib import Path

import pytest
from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

pytestmark = pytest.mark.unit

DAG_FILE = Path(__file__).resolve().parents[2] / "dags" / "quick_test.py"
SENTENCE = [
    "resolve_experiment",
    "render_query",
    "stage_dataset",
    "check_data_quality",
    "generate_modules",
    "submit_pipeline",
    "wait_for_pipeline",
    "cache_metrics",
]


@pytest.fixture(scope="module")
def dag():
    spec = importlib.util.spec_from_file_location("quick_test", DAG_FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["quick_test"] = module
    spec.loader.exec_module(module)
    return module.dag_object


def upstream(dag, task_id):
    return dag.get_task(task_id).upstream_task_ids


def test_tasks_run_in_the_order_of_the_sentence(dag):
    assert [task.task_id for task in dag.topological_sort()] == SENTENCE


def test_nothing_is_spent_before_the_rows_are_checked(dag):
    assert "check_data_quality" in upstream(dag, "submit_pipeline")


def test_metrics_are_cached_after_a_failure_too_but_not_without_an_experiment(dag):
    task = dag.get_task("cache_metrics")
    # One direct upstream has to have succeeded: the experiment, or the wait, which implies it.
    assert task.trigger_rule == TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    assert task.upstream_task_ids == {"resolve_experiment", "wait_for_pipeline"}


def test_dag_run_state_is_decided_by_the_last_task(dag):
    assert [task.task_id for task in dag.leaves] == ["cache_metrics"]
    assert not any(task.is_teardown for task in dag.tasks)


def test_file_stays_short():
    assert len(DAG_FILE.read_text().splitlines()) < 100


def test_every_param_is_explained_and_belongs_to_a_section(dag):
    for name in dag.params:
        schema = dag.params.get_param(name).schema
        assert schema["title"], name
        assert schema["section"], name
        assert dag.params.get_param(name).description, name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sample_percent", 30),
        ("dataset", "no_such_dataset"),
        ("learning_rate", 0),
        ("learning_rate", 11),
        ("epochs", 0),
        ("epochs", 2.5),
        ("holdout_days", -1),
        ("split_strategy", "by_week"),
        ("seed", "42"),
        ("train_ratio", 1),
    ],
)
def test_form_refuses_a_value_out_of_range(dag, name, value):
    with pytest.raises(ParamValidationError):
        dag.params.get_param(name).resolve(value)


@pytest.mark.parametrize(("name", "value"), [("epochs", None), ("learning_rate", 0.02), ("epochs", 3)])
def test_form_takes_a_value_in_range_and_an_empty_one(dag, name, value):
    assert dag.params.get_param(name).resolve(value) == value


def test_tasks_carry_their_links_after_serialisation(dag):
    stored = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    links = {task.task_id: sorted(task.operator_extra_link_dict) for task in stored.tasks}
    assert links == {
        "resolve_experiment": ["Experiment", "MLflow run"],
        "render_query": ["SQL"],
        "stage_dataset": ["Staged table"],
        "check_data_quality": ["Quality report", "Staged table"],
        "generate_modules": ["Generated modules"],
        "submit_pipeline": ["Pipeline job"],
        "wait_for_pipeline": ["Pipeline job"],
        "cache_metrics": ["MLflow run"],
    }


def test_only_outages_are_retried(dag):
    from airflow.sdk import RetryAction

    from include.tracking.errors import TrackingRejected, TrackingUnavailable
    from include.warehouse.errors import QueryFailed, WarehouseUnavailable

    policy = dag.get_task("cache_metrics").retry_policy
    actions = {
        error: policy.evaluate(error("x"), 1, 3).action
        for error in (
            TrackingUnavailable,
            WarehouseUnavailable,
            TrackingRejected,
            QueryFailed,
            TypeError,
            OSError,
        )
    }
    assert actions == {
        TrackingUnavailable: RetryAction.RETRY,
        WarehouseUnavailable: RetryAction.RETRY,
        TrackingRejected: RetryAction.FAIL,
        QueryFailed: RetryAction.FAIL,
        TypeError: RetryAction.FAIL,
        OSError: RetryAction.DEFAULT,
    }


def test_an_untouched_form_can_be_sent(dag):
    # Airflow's form disables Trigger while a field that is not nullable is empty.
    unsendable = [
        name
        for name in dag.params
        if dag.params.get_param(name).value in (None, "")
        and "null" not in dag.params.get_param(name).schema.get("type", [])
    ]
    assert unsendable == []
