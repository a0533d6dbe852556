"""Clean-ups of a real local cloud, where the clock that is given makes everything old."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient

from include import storage
from include.experiment.resolve.identity import content_hash
from include.labels import APPLICATION, APPLICATION_LABEL, TOPOLOGY_LABEL
from include.process_activity import Activity, wait_until
from include.sql.renderer import StagingQuery
from include.tracking.champions import RegisteredChampion, promote, register
from include.warehouse.parquet_export import export_parquet
from local_cloud.settings import REPOSITORY
from recsflow.cleaning.clean_up import CleanUp
from recsflow.cleaning.services import Services
from recsflow.cleaning.task import clean_up
from recsflow.compilers.spec_cache import compiled_here
from recsflow.errors import InvalidRetention
from recsflow.settings import parse_settings
from recsflow.vertex.jobs import ENDED, JobState
from recsflow.vertex.requests.pipeline import PipelineRequest
from recsflow.vertex.requests.topology import Topology

pytestmark = pytest.mark.emulator

TABLE = "local.recsflow_staging.rows_0123456789ab"
SELECT = """
SELECT
  n AS customer,
  CONCAT('p', CAST(MOD(n, 7) AS STRING)) AS product,
  CASE MOD(n, 6) WHEN 0 THEN 'test' WHEN 1 THEN 'eval' ELSE 'train' END AS split
FROM UNNEST(GENERATE_ARRAY(1, 120)) AS n
"""
TRANSFORM_MODULE = """
import tensorflow_transform as tft

def preprocessing_fn(inputs):
    return {"product": tft.compute_and_apply_vocabulary(inputs["product"], num_oov_buckets=1)}
"""
TRAINER_MODULE = """
import pathlib
import time

def run_fn(fn_args):
    while not pathlib.Path(fn_args.custom_config["go_on"]).exists():
        time.sleep(0.1)
    folder = pathlib.Path(fn_args.serving_model_dir)
    folder.mkdir(parents=True)
    (folder / "weights.txt").write_text(str(fn_args.custom_config["learning_rate"]))
"""
MODULES = {"transform_module": TRANSFORM_MODULE, "trainer_module": TRAINER_MODULE}
COMPILE_ONCE = (sys.executable, str(REPOSITORY / "tests" / "plugins" / "compile_once.py"))
BEFORE_THE_TRAINER = {"ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform"}


@dataclass
class Deployment:
    """A local cloud, and runs of a small pipeline on it."""

    settings: object
    services: Services
    folder: Path
    vertex_pid: int

    @property
    def root(self):
        return self.settings.artifact_root

    def start(self, name, learning_rate=0.1, *, go_on=True):
        """Stage, export, write modules and submit, as the tasks of an experiment do; return the job's id."""
        job_id = f"quick-test-{name}-0123456789"
        folder = f"{self.root}/experiments/{job_id}"
        sql = f"CREATE TABLE IF NOT EXISTS `{TABLE}` AS {SELECT}"
        storage.write_text(f"{folder}/experiment.json", json.dumps({"parent_experiment_id": None}))
        storage.write_text(f"{folder}/query.sql", sql)
        self.staged = self.services.warehouse.stage(StagingQuery(sql, (), TABLE, "0123456789ab", SELECT))
        rows = export_parquet(self.services.warehouse, TABLE, self.root)
        uris = {
            f"{module}_uri": storage.write_text(
                f"{self.root}/modules/{content_hash(text)[:12]}/{module}.py", text
            )
            for module, text in MODULES.items()
        }
        if go_on:
            (self.folder / name).touch()
        config = {"learning_rate": learning_rate, "go_on": str(self.folder / name)}
        topology = Topology(
            pipeline_name="shop-basic",
            trainer_image=self.settings.trainer_image,
            project="local",
            location="us-central1",
            trainer_input="examples",
            accelerator="cpu",
            beam_args=("--runner=DirectRunner",),
        )
        parameters = {
            "rows_uri": storage.local_path(rows),
            **{key: storage.local_path(uri) for key, uri in uris.items()},
            "trainer_config": json.dumps(config),
        }
        labels = {APPLICATION_LABEL: APPLICATION, TOPOLOGY_LABEL: topology.key}
        request = PipelineRequest(job_id, topology, parameters, labels, f"{folder}/training_metrics.json")
        spec = compiled_here(topology, self.settings.compiler, self.settings)
        self.services.pipeline_jobs.submit(job_id, spec.text, request, self.settings)
        return job_id

    def wait(self, job_id, until=ENDED):
        def found():
            return self.services.pipeline_jobs.find(job_id)

        wait_until(lambda: found().state in until, Activity(self.vertex_pid), what=f"{job_id} goes on")
        return found()

    def run(self, name, learning_rate=0.1):
        job = self.wait(self.start(name, learning_rate))
        assert job.state is JobState.SUCCEEDED, job
        return job

    def clean(self, *, now, dry_run=False):
        return clean_up(self.settings, 1, dry_run=dry_run, now=now)

    def listing(self):
        """All files, tables and jobs that are there."""
        files = {file.path for file in storage.list_files(self.root) if not file.is_folder}
        tables = {f"tables/{name}" for name in self.services.warehouse.tables.names("recsflow_staging")}
        return files | tables | {f"jobs/{job.job.job_id}" for job in self.services.jobs()}


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory):
    """The folder of specs that a clean-up does not services."""
    return tmp_path_factory.mktemp("compiled_once")


@pytest.fixture
def deployment(tfx_cloud, compiled_once, tmp_path, monkeypatch):
    variable = tfx_cloud.settings.recsflow_variable()
    compiler = variable["compiler"]
    variable |= {
        "mlflow_tracking_uri": f"sqlite:///{tmp_path}/mlflow.db",
        "compiler": {**compiler, "argv": [*COMPILE_ONCE, str(compiled_once), *compiler["argv"]]},
    }
    environment = {**tfx_cloud.settings.environment(), "AIRFLOW_VAR_RECSFLOW": json.dumps(variable)}
    for name, value in environment.items():
        if name.startswith(("AIRFLOW_CONN", "AIRFLOW_VAR", "BIGQUERY")):
            monkeypatch.setenv(name, value)
    settings = parse_settings(json.dumps(variable))
    deployment = Deployment(settings, Services.of(settings), tmp_path, tfx_cloud.pid("vertex"))
    deployment.clean(now=later())
    return deployment


def later():
    return datetime.now(UTC) + timedelta(days=31)


def states(job):
    return {component.name: component.state for component in job.components}


def test_what_is_needed_stays_and_all_else_goes_and_the_next_run_makes_it_anew(deployment):
    foreign = {"holdouts/weekly.html", "sweeps/winners/history.json", "rows/rows_of_mine/a.txt"}
    for path in foreign:
        storage.write_text(f"{deployment.root}/{path}", "mine")
    first = deployment.run("first")
    deployment.services.warehouse.query(
        "CREATE TABLE `local.recsflow_staging.mine` AS SELECT 1 AS n", (), {}, 60
    )

    # A job is old, but a younger one took its results: both stay, and a third one is given them again.
    between = datetime.now(UTC)
    second = deployment.run("second", 0.02)
    assert {name for name, state in states(second).items() if state is JobState.CACHED} == BEFORE_THE_TRAINER
    before = deployment.listing()
    counts = deployment.clean(now=between + timedelta(days=1))
    assert counts["going"] == counts["removed"] == 0
    assert counts["kept"] >= 3
    assert deployment.listing() == before
    third = deployment.run("third", 0.03)
    assert states(third)["Transform"] is JobState.CACHED
    transform = next(each for each in third.components if each.name == "Transform")
    assert all(
        storage.exists(transform.outputs[name]) for name in ("transformed_examples", "transform_graph")
    )

    # All are old, and one has the champion's model.
    model = next(each for each in first.components if each.name == "Trainer").outputs["model"]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    champion = RegisteredChampion("", first.job_id, f"{model}/Format-Serving", moment, moment)
    tracking_uri = deployment.settings.mlflow_tracking_uri
    run_id = MlflowClient(tracking_uri).create_run("0").info.run_id
    promote(
        "shop", register("shop", run_id, champion, "", tracking_uri=tracking_uri), tracking_uri=tracking_uri
    )
    before = deployment.listing()
    counts = deployment.clean(now=later(), dry_run=True)
    assert counts["going"] > 0
    assert deployment.listing() == before
    assert deployment.clean(now=later())["removed"] == counts["going"]
    left = deployment.listing()
    assert storage.exists(f"{model}/Format-Serving/weights.txt")
    assert f"experiments/{first.job_id}/experiment.json" in left
    assert {name for name in left if name.startswith("jobs/")} == {f"jobs/{first.job_id}"}
    assert {name for name in left if name.startswith("tables/")} == {"tables/mine"}
    assert foreign <= left
    assert not any(name.startswith(("rows/rows_0", "modules/", "compiled/")) for name in left)

    # The champion abdicated; a second clean-up finds nothing left to do.
    MlflowClient(tracking_uri).delete_registered_model("shop")
    assert deployment.clean(now=later())["removed"] > 0
    assert deployment.listing() == foreign | {"tables/mine"}
    assert deployment.clean(now=later()) == {"going": 0, "kept": 0, "removed": 0}

    # The very same run once more: staged, exported and computed anew.
    again = deployment.run("again")
    assert not deployment.staged.reused
    assert set(states(again).values()) == {JobState.SUCCEEDED}


def test_a_job_that_runs_keeps_all_that_it_needs_and_one_that_came_since_too(deployment):
    deployment.run("fourth")
    plan = CleanUp.plan(
        deployment.services, deployment.settings.mlflow_tracking_uri, retention_days=1, now=later()
    )
    assert {item.id for item in plan.decision.going} >= {"quick-test-fourth-0123456789", "rows_0123456789ab"}
    running = deployment.start("fifth", 0.05, go_on=False)
    before = deployment.listing()

    # It began after a clean-up had looked around: nothing that it may use is removed.
    removal = plan.carry_out()
    assert (removal.removed, removal.failed) == ((), ())
    assert deployment.listing() == before

    # It runs when the next one looks around.
    deployment.wait(running, {JobState.RUNNING})
    counts = deployment.clean(now=later())
    assert (counts["going"], counts["removed"]) == (0, 0)
    (deployment.folder / "fifth").touch()
    assert deployment.wait(running).state is JobState.SUCCEEDED
    assert deployment.clean(now=later())["removed"] > 0


@pytest.mark.parametrize("days", [0, -7, 10**12])
def test_bad_retention_is_one_sentence(deployment, days):
    with pytest.raises(InvalidRetention) as caught:
        clean_up(deployment.settings, days, dry_run=True, now=later())
    assert str(caught.value) == (
        f"run parameters: retention_days is {days}; use a whole number of days, 1 to 36500."
    )
