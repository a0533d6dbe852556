import json
from types import SimpleNamespace

import pytest
from airflow.serialization.serialized_objects import DagSerialization

from recsflow.extensions.priority import BackfillLast
from recsflow.schedules import retraining_dags

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("run_id", ["scheduled__2026-01-05", "manual__2026-01-05", "asset__2026"])
def test_a_backfill_lets_every_other_run_pass(run_id):
    past, now = (SimpleNamespace(run_id=each) for each in ("backfill__2026-01-05", run_id))
    assert BackfillLast().get_weight(now) > BackfillLast().get_weight(past)


def test_the_scheduler_reads_the_rule_back_from_every_task():
    for dag in retraining_dags().values():
        read = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert {type(task.weight_rule) for task in read.tasks} == {BackfillLast}


def test_the_rule_has_one_name_in_all_versions_of_a_dag_that_airflow_keeps():
    for dag in retraining_dags().values():
        assert '"recsflow.priority.BackfillLast"' in json.dumps(DagSerialization.to_dict(dag))
