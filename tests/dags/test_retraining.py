import os
import runpy
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

pytestmark = pytest.mark.unit

DAGS = Path(__file__).resolve().parents[2] / "dags"


@pytest.fixture(scope="module")
def dag():
    return runpy.run_path(str(DAGS / "retraining.py"))["retraining_weekly"]


@pytest.fixture(scope="module")
def quick_test():
    return runpy.run_path(str(DAGS / "quick_test.py"))["dag_object"]


def shape(dag):
    return {
        task.task_id: (type(task).__name__, task.upstream_task_ids, task.trigger_rule, task.retries)
        for task in dag.tasks
    }


def test_tasks_are_those_of_a_quick_test_and_the_gate_after_them(dag, quick_test):
    tasks = shape(dag)
    added = {
        "score_models": "cache_metrics",
        "wait_for_scores": "score_models",
        "promote": "wait_for_scores",
        "report_backtest": "promote",
    }
    for task_id, before in added.items():
        assert before in tasks.pop(task_id)[1]
    assert tasks == shape(quick_test)
    assert shape(DagSerialization.from_dict(DagSerialization.to_dict(dag))).keys() == shape(dag).keys()


def test_form_offers_what_a_quick_test_offers(dag, quick_test):
    assert {name: dag.params.get_param(name).schema for name in dag.params} == {
        name: quick_test.params.get_param(name).schema for name in quick_test.params
    }


def test_only_schedules_become_dags_and_the_checking_file_none():
    found = {}
    for file in ("retraining.py", "retraining_problems.py"):
        bag = DagBag(dag_folder=os.fspath(DAGS / file))
        assert bag.import_errors == {}
        found[file] = sorted(bag.dags)
    assert found == {"retraining.py": ["retraining_weekly"], "retraining_problems.py": []}


def test_files_stay_short():
    for file in ("retraining.py", "retraining_problems.py"):
        assert len((DAGS / file).read_text().splitlines()) < 100
