"""A source that changes between a plan, a run and the run after it, through the real tasks."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from airflow.sdk.execution_time.context import set_current_context

from include.warehouse.client import Warehouse
from include.warehouse.errors import SourceChanged
from recsflow.errors import QualityCheckFailed
from recsflow.experiments.files import read_experiment
from recsflow.settings import load_settings
from recsflow.tasks.experiment import render_query, resolve_experiment
from recsflow.tasks.rows import check_data_quality, stage_dataset
from tests.plugins.recsflow.planning.engineer import DATASET, PURCHASES

pytestmark = pytest.mark.emulator


def _customers(folder):
    files = Path(folder.removeprefix("file://")).rglob("*.parquet")
    return {each for file in files for each in pq.read_table(file)["household_id"].to_pylist()}


def test_rows_of_a_source_that_changed_are_read_anew_and_plan_and_run_say_which_they_took(engineer):
    first = engineer.run()
    before = engineer.plan()
    assert before["stage_dataset"].startswith("re-used")
    try:
        engineer.query("UPDATE `local.planned.purchases` SET household_id = 8 WHERE household_id = 7")
        plan = engineer.plan()
        second = engineer.run()
    finally:
        engineer.query(PURCHASES)

    changed = plan["source"].removeprefix("planned.purchases changed ").removesuffix(" UTC, 2,000 rows")
    assert changed != before["source"]
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["ExampleGen"].startswith("runs: rows_uri: state of the source: planned.purchases changed ")
    rows = [engineer.jobs.jobs[each]["runtimeConfig"]["parameters"]["rows_uri"] for each in (first, second)]
    assert [_customers(folder["stringValue"]) & {7, 8} for folder in rows] == [{7, 8}, {8}]


def test_a_task_that_is_cleared_stages_the_rows_that_are_there_then(engineer, caplog):
    context = {**engineer.context, "run_id": "manual__cleared", "params": engineer.params({})}
    with set_current_context(context):
        uri = resolve_experiment.function()
        query = render_query.function(uri)
        first = stage_dataset.function(query)
        try:
            engineer.query("DELETE FROM `local.planned.purchases` WHERE household_id = 7")
            second = stage_dataset.function(query)
            check_data_quality.function(second)
        finally:
            engineer.query(PURCHASES)

    assert _customers(first["rows_uri"]) - _customers(second["rows_uri"]) == {7}
    # 2,000 purchases of 50 customers.
    assert str(read_experiment(uri).source_state).endswith("1,960 rows")
    assert "the source has changed since the run was resolved; then, planned.purchases changed" in caplog.text
    query_file, report = (
        (engineer.root / "experiments" / uri.split("/")[-2] / name).read_text()
        for name in ("query.sql", "quality.json")
    )
    assert second["table"] in query_file
    assert json.loads(report)["source"] == str(read_experiment(uri).source_state)


def test_a_broken_rule_says_which_state_of_the_source_broke_it(engineer):
    context = {**engineer.context, "run_id": "manual__broken", "params": engineer.params({})}
    dataset = engineer.root / "configs" / "datasets" / "planned.yaml"
    dataset.write_text(f"{DATASET}quality: {{min_rows: 5000}}\n")
    with set_current_context(context):
        rows = stage_dataset.function(render_query.function(resolve_experiment.function()))
        with pytest.raises(
            QualityCheckFailed, match=r"State of the source: planned\.purchases changed .* UTC, 2,000 rows\."
        ):
            check_data_quality.function(rows)


def test_rows_that_were_taken_while_their_table_changed_are_removed(engineer, monkeypatch):
    staged = Warehouse.stage

    def stage_late(warehouse, *arguments, **options):
        result = staged(warehouse, *arguments, **options)
        engineer.query("UPDATE `local.planned.purchases` SET kind = 'b' WHERE household_id = 7")
        return result

    context = {**engineer.context, "run_id": "manual__late", "params": engineer.params({})}
    try:
        with set_current_context(context):
            query = render_query.function(resolve_experiment.function())
            with monkeypatch.context() as patch:
                # A load that ends between two calls of the task.
                patch.setattr(Warehouse, "stage", stage_late)
                with pytest.raises(SourceChanged, match="The source changed while its rows were taken"):
                    stage_dataset.function(query)
            own = f"{load_settings().staging_dataset}."
            assert [table for table in engineer.everything()[0] if table.startswith(own)] == []
            assert stage_dataset.function(query)["rows_uri"]
    finally:
        engineer.query(PURCHASES)
