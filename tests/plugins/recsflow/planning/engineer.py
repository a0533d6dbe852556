"""Somebody who plans runs of a small shop through the real tasks, and starts some of them."""

from datetime import UTC, datetime

from airflow.sdk.execution_time.context import set_current_context

from include.plan.text import render_plan
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.warehouse.connection import connect
from recsflow.experiments.files import read_experiment
from recsflow.experiments.resolution import RunIdentity, resolve_run
from recsflow.operators.submit_pipeline import SubmitPipelineJob
from recsflow.planning.limits import JobLimits
from recsflow.planning.plan import PlanScope, make_plan
from recsflow.settings import load_settings
from recsflow.tasks.experiment import render_query, resolve_experiment
from recsflow.tasks.modules import generate_modules
from recsflow.tasks.rows import stage_dataset

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

OFFLINE = "offline: nothing was asked"


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
        scope = PlanScope(warehouse, JobLimits(86_400, {}), offline=offline, why_not=OFFLINE)
        text = render_plan(make_plan(experiment, settings, scope), whole=True)
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
