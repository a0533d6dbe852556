"""A plan and the run after it, through the real tasks against the emulator: one says what the other does."""

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from airflow.sdk.execution_time.context import set_current_context

from include.configs import config_root
from include.errors import RecsflowError
from include.plan.text import render_plan
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.warehouse.client import Warehouse
from include.warehouse.connection import connect
from include.warehouse.errors import SourceChanged
from recsflow.errors import QualityCheckFailed
from recsflow.operators.submit_pipeline import SubmitPipelineJob
from recsflow.planning.plan import JobLimits, Reach, make_plan
from recsflow.planning.resolution import RunIdentity, resolve_run
from recsflow.settings import load_settings
from recsflow.tasks.experiment import render_query, resolve_experiment
from recsflow.tasks.files import read_experiment
from recsflow.tasks.modules import generate_modules
from recsflow.tasks.rows import check_data_quality, stage_dataset

pytestmark = pytest.mark.emulator

MOMENT = datetime(2018, 1, 1, tzinfo=UTC)
# 2,000 purchases over 100 days until 2017-12-31.
PURCHASES = """
CREATE OR REPLACE TABLE `local.planned.purchases` AS
SELECT
  MOD(n * 7, 50) AS household_id,
  MOD(n * 13, 80) AS product_id,
  TIMESTAMP_ADD(TIMESTAMP '2017-09-23 12:00:00', INTERVAL MOD(n, 100) DAY) AS transaction_timestamp,
  1.5 AS sales_value,
  'a' AS kind
FROM UNNEST(GENERATE_ARRAY(1, 2000)) AS n
"""
DATASET = """
tables:
  - {table: planned.purchases, alias: purchases}
columns:
  - {name: household_id, role: customer_id}
  - {name: product_id, role: product_id}
  - {name: transaction_timestamp, role: date}
  - {name: sales_value}
  - {name: kind}
history_ends: 2018-01-01
"""
READS = {
    "ExampleGen": (None, ["rows_uri"]),
    "Transform": ("ExampleGen", ["transform_module_uri"]),
    "Trainer": ("Transform", ["trainer_module_uri", "trainer_config"]),
}


def _task(name, producer, parameters):
    artifacts = {"examples": {"taskOutputArtifact": {"producerTask": producer}}} if producer else {}
    given = {each: {"componentInputParameter": each} for each in parameters}
    return {"componentRef": {"name": name}, "inputs": {"artifacts": artifacts, "parameters": given}}


# Stands for what the trainer environment compiles, three components of six.
SPEC = {
    "pipelineSpec": {
        "schemaVersion": "2.0.0",
        "root": {"dag": {"tasks": {name: _task(name, *reads) for name, reads in READS.items()}}},
        "components": {name: {"executorLabel": name} for name in READS},
        "deploymentSpec": {"executors": {name: {"container": {"image": "trainer:1"}} for name in READS}},
    }
}
COMPILER = """
import pathlib, sys
pathlib.Path(sys.argv[sys.argv.index("--output") + 1]).write_text(sys.argv[1])
"""


@pytest.fixture(scope="module")
def purchases(bigquery_emulator):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    client = bigquery.Client(project="local", credentials=AnonymousCredentials())
    client.create_dataset("planned", exists_ok=True)
    connect("local", location="US").query(PURCHASES, (), {}, 60)
    return client


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


def _customers(folder):
    files = Path(folder.removeprefix("file://")).rglob("*.parquet")
    return {each for file in files for each in pq.read_table(file)["household_id"].to_pylist()}


class Engineer:
    """Somebody who plans runs, and starts some of them."""

    def __init__(self, root, client, jobs, context):
        self.root, self.client, self.jobs, self.context = root, client, jobs, context
        self.runs = 0

    def params(self, parameters):
        return {"dataset": "planned", "features": "basic", "model": "shallow", **parameters}

    def plan(self, *, offline=False, **parameters):
        settings = load_settings()
        warehouse = None if offline else connect("local", location="US")
        identity = RunIdentity("quick_test", "plan", MOMENT)
        experiment = resolve_run(self.params(parameters), identity, warehouse)
        reach = Reach(warehouse, JobLimits(86_400, {}), offline=offline, why_not="offline: nothing was asked")
        text = render_plan(make_plan(experiment, settings, reach), whole=True)
        lines = (line.strip().partition(" ") for line in text.splitlines())
        # What comes later is about cost, and names the Trainer again.
        return {name: " ".join(said.split()) for name, _, said in reversed(list(lines))}

    def run(self, **parameters):
        """Everything up to the record, with a job that succeeds at once."""
        self.runs += 1
        context = {**self.context, "run_id": f"manual__{self.runs}", "params": self.params(parameters)}
        with set_current_context(context):
            uri = resolve_experiment.function()
            rows = stage_dataset.function(render_query.function(uri))
            modules = generate_modules.function(uri)
        job = SubmitPipelineJob(task_id="submit_pipeline", experiment=uri, rows=rows, modules=modules)
        job_id = job.execute(context)["job_id"]
        self.succeed(job_id)
        settings = load_settings()
        record(
            None,
            read_experiment(uri),
            outcome=PipelineOutcome("succeeded", job_id=job_id),
            tracking_uri=settings.mlflow_tracking_uri,
            experiment_name=settings.mlflow_experiment,
        )
        return job_id

    def succeed(self, job_id):
        details = []
        for name in READS:
            made = self.root / "made" / job_id / name
            made.mkdir(parents=True)
            outputs = {"result": {"artifacts": [{"uri": str(made)}]}}
            details.append({"taskName": name, "state": "SUCCEEDED", "outputs": outputs})
        self.jobs.jobs[job_id] |= {
            "jobDetail": {"taskDetails": details},
            "createTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        self.jobs.set_state(job_id, "SUCCEEDED")

    def query(self, sql):
        connect("local", location="US").query(sql, (), {}, 60)

    def everything(self):
        """All that there is in the warehouse, below the artifact root and in MLflow."""
        tables = [
            f"{dataset.dataset_id}.{table.table_id}"
            for dataset in self.client.list_datasets(retry=None)
            for table in self.client.list_tables(dataset.dataset_id, retry=None)
        ]
        files = [str(path) for path in self.root.rglob("*")]
        from mlflow import MlflowClient

        tracking = MlflowClient(load_settings().mlflow_tracking_uri)
        found = tracking.get_experiment_by_name(load_settings().mlflow_experiment)
        runs = tracking.search_runs([found.experiment_id]) if found else []
        return sorted(tables), sorted(files), [run.info.run_id for run in runs], list(self.jobs.jobs)


@pytest.fixture
def engineer(purchases, tmp_path, tracking_uri, settings_values, pipeline_jobs, context, monkeypatch):
    configs = tmp_path / "configs"
    shutil.copytree(config_root(), configs)
    (configs / "datasets" / "planned.yaml").write_text(DATASET)
    more = (configs / "features" / "basic.yaml").read_text()
    more += "  - {column: kind, kind: vocabulary, embedding_dim: 4}\n"
    (configs / "features" / "kinds.yaml").write_text(more)
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(configs))
    values = {
        **settings_values,
        "mlflow_tracking_uri": tracking_uri,
        "mlflow_experiment": tmp_path.name,
        "staging_dataset": f"staging_{tmp_path.name}",
        "compiler": {"kind": "command", "argv": [sys.executable, "-c", COMPILER, json.dumps(SPEC)]},
    }
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    # MLflow keeps files of runs below the working directory unless told otherwise.
    monkeypatch.chdir(tmp_path)
    run = SimpleNamespace(data_interval_end=MOMENT, logical_date=MOMENT, run_after=MOMENT)
    dag = SimpleNamespace(dag_id="quick_test", tasks=[])
    return Engineer(tmp_path, purchases, pipeline_jobs, {**context, "dag": dag, "dag_run": run})


def test_a_plan_before_the_first_run_promises_nothing_and_makes_nothing(engineer):
    engineer.plan()
    before = engineer.everything()
    plan = engineer.plan()
    assert engineer.everything() == before
    assert plan["stage_dataset"].startswith("runs, local.staging_")
    assert plan["stage_dataset"].endswith("at most 2,000 rows, all of planned.purchases")
    assert plan["export"] == "runs"
    assert plan["generate_modules"].count("(new)") == 2
    assert plan["submit_pipeline"].endswith("(compiles anew)")
    assert plan["components"].startswith("all run")


def test_what_a_run_left_is_re_used_and_the_trainer_runs_for_its_learning_rate(engineer):
    engineer.run(learning_rate=0.2)
    plan = engineer.plan(learning_rate=0.02)
    assert plan["stage_dataset"].startswith("re-used, ")
    assert plan["export"].startswith("re-used")
    assert plan["generate_modules"].count("(re-used)") == 2
    assert plan["submit_pipeline"].endswith("(compiled before)")
    assert plan["ExampleGen"].startswith("re-used, as in quick-test-manual-1")
    assert plan["Transform"].startswith("re-used")
    assert plan["Trainer"] == "runs: trainer_config: training.learning_rate 0.2 -> 0.02"
    assert plan["trainer_config"] == "training.learning_rate 0.2 -> 0.02"


def test_the_run_then_does_as_planned(engineer):
    engineer.run(learning_rate=0.2)
    planned = engineer.plan(learning_rate=0.02)
    tables, files, _, _ = engineer.everything()
    first, second = next(iter(engineer.jobs.jobs)), engineer.run(learning_rate=0.02)
    same = {"rows_uri", "transform_module_uri", "trainer_module_uri"}
    told = [engineer.jobs.jobs[each]["runtimeConfig"]["parameters"] for each in (first, second)]
    assert {name for name in told[0] if told[0][name] == told[1][name]} == same
    assert planned["generate_modules"].count("(re-used)") == 2
    tables_after, files_after, _, _ = engineer.everything()
    assert tables_after == tables
    assert not [each for each in set(files_after) - set(files) if "/modules/" in each or "/rows/" in each]


def test_other_rows_are_read_again_and_everything_after_them(engineer):
    engineer.run()
    plan = engineer.plan(sample_percent=100)
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["ExampleGen"] == "runs: rows_uri: @sample_buckets INT64 = 2500 -> none"
    assert plan["Transform"] == "runs: reads ExampleGen, which runs"
    assert plan["generate_modules"].count("(re-used)") == 2


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


def test_other_features_are_another_pipeline_with_rows_and_modules_of_its_own(engineer):
    engineer.run()
    plan = engineer.plan(features="kinds")
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["generate_modules"].count("(new)") == 2
    assert plan["kind"] == "STRING -> STRING, NULLIF(kind, '')"
    assert plan["components"].startswith("all run: the pipeline was never compiled")


def test_features_that_were_edited_meanwhile_name_the_line(engineer):
    engineer.run()
    features = engineer.root / "configs" / "features" / "basic.yaml"
    features.write_text((engineer.root / "configs" / "features" / "kinds.yaml").read_text())
    plan = engineer.plan()
    # The staged column comes first.
    assert plan["ExampleGen"].startswith("runs: rows_uri: ")
    assert "kind" in plan["ExampleGen"]
    assert plan["Transform"].startswith("runs: transform_module_uri: ")
    assert "kind" in plan["Transform"]


def test_a_table_that_was_dropped_is_staged_and_read_again(engineer):
    engineer.run()
    table = engineer.plan()["stage_dataset"].split()[1]
    engineer.client.delete_table(table, retry=None)
    plan = engineer.plan()
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["ExampleGen"] == "runs: rows_uri: the files are written anew"


def test_a_result_that_somebody_deleted_is_made_again(engineer):
    job_id = engineer.run()
    shutil.rmtree(engineer.root / "made" / job_id / "Transform")
    plan = engineer.plan()
    assert plan["ExampleGen"].startswith("re-used")
    assert plan["Transform"].startswith("runs: its result is gone: ")


def test_services_that_are_away_are_named_and_the_rest_is_told(engineer, monkeypatch):
    engineer.run()
    engineer.jobs.outage = 100
    plan = engineer.plan()
    assert plan["stage_dataset"].startswith("re-used")
    assert plan["components"] == "not known"
    assert "so what is re-used of the pipeline: Vertex AI: " in plan["What"]
    assert "down for a moment" in plan["What"]


def test_a_service_that_this_account_may_not_read_is_named_and_the_rest_is_told(engineer):
    engineer.run()
    engineer.jobs.unreadable = True
    plan = engineer.plan()
    assert plan["stage_dataset"].startswith("re-used")
    assert plan["components"] == "not known"
    assert "reading job quick-test-" in plan["What"]
    assert " was refused: not yours" in plan["What"]


def test_offline_asks_nobody_and_says_so(engineer, monkeypatch):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1")
    engineer.jobs.outage = 100
    plan = engineer.plan(offline=True, learning_rate=0.3)
    assert plan["columns"] == ("household_id, product_id, transaction_timestamp; their types are not known")
    assert plan["generate_modules"].count("(not asked whether it is there)") == 2
    assert plan["stage_dataset"] == plan["components"] == "not known"
    assert plan["offline:"] == "nothing was asked"
    assert engineer.jobs.outage == 100


def test_a_statement_that_cannot_run_is_found_out_before_it_runs(engineer, monkeypatch):
    from include.sql import renderer

    real = renderer.render_staging_query(
        resolve_run(engineer.params({}), RunIdentity("d", "r", MOMENT), connect("local", location="US")),
        staging_dataset="s",
        project="local",
    )
    broken = type(real)(real.sql, real.parameters, real.table, real.fingerprint, "SELECT NO_SUCH(1)")
    with pytest.raises(RecsflowError, match="NO_SUCH"):
        connect("local", location="US").scanned_bytes(broken)
