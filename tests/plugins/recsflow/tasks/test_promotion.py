"""The gate as its two tasks: what is scored, who becomes champion, what a person finds afterwards."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.execution_time.context import OutletEventAccessors, set_current_context
from mlflow import MlflowClient

from include import storage
from include.tracking.champions import ALIAS, find_champion
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.tracking.training_metrics import parse_training_metrics
from recsflow.errors import ChampionChanged, ModelGone
from recsflow.extensions.assets import champion_asset
from recsflow.operators.submit_custom_job import SubmitScoring
from recsflow.run_notes.keys import DECISION_KEY
from recsflow.tasks.promotion import promote
from tests.include.complete_journey import resolved
from tests.include.tracking.conftest import CONTRACT

pytestmark = pytest.mark.emulator

METRIC = "recall@100"


class Retraining:
    """Runs of a schedule, from the record on."""

    def __init__(self, folder, mlflow, jobs, context):
        self.folder = folder
        self.mlflow = mlflow
        self.jobs = jobs
        self.context = context
        self.name = context["dag"].dag_id

    def train(self, name, served, *, day=1, **changes):
        """Leaves what a run has left when its model is to be scored; returns the argument of its tasks."""
        window_end = datetime(2017, 11, day, tzinfo=UTC)
        ids = {"experiment_id": name, "dag_id": self.name, "window_end": window_end}
        experiment = resolved(holdout_days=7).model_copy(update=ids)
        model, rows = self.folder / name / "model", self.folder / name / "examples"
        model.mkdir(parents=True)
        rows.mkdir()
        (model / "saved_model.pb").touch()
        compared = {"value": served, "best_baseline": "popularity", "baseline_value": 0.1, "better": True}
        metrics = json.loads(CONTRACT.read_text()) | {
            "experiment_id": name,
            "model_uri": str(model),
            "test": {METRIC: served},
            "comparison": {METRIC: compared},
            **changes,
        }
        run_folder = f"{self.folder.as_uri()}/experiments/{name}"
        storage.write_text(f"{run_folder}/experiment.json", experiment.to_json())
        storage.write_text(f"{run_folder}/training_metrics.json", json.dumps(metrics))
        storage.write_text(f"{run_folder}/quality.json", json.dumps({"passed": True}))
        outputs = {"examples": {"artifacts": [{"uri": str(rows)}]}}
        detail = {"taskName": "ExampleGen", "state": "SUCCEEDED", "outputs": outputs}
        # The one server answers for pipeline jobs as well.
        self.jobs.add(name, "SUCCEEDED", jobDetail={"taskDetails": [detail]})
        self.jobs.jobs[name]["state"] = "PIPELINE_STATE_SUCCEEDED"
        outcome = PipelineOutcome("succeeded", job_id=name)
        parsed = parse_training_metrics(json.dumps(metrics))
        self.run_id = record(parsed, experiment, outcome=outcome, **self.mlflow).run_id
        return f"{run_folder}/experiment.json"

    def submit(self, experiment):
        operator = SubmitScoring(
            task_id="score_models", experiment=experiment, job={"job_id": experiment.split("/")[-2]}
        )
        return operator.execute(self.context)

    def arguments(self, scored):
        (pool,) = self.jobs.jobs[scored["job_id"]]["jobSpec"]["workerPoolSpecs"]
        return pool["containerSpec"]["args"]

    def promote(self, experiment, scored, run_type="scheduled", **served):
        models = {name: {METRIC: value} for name, value in served.items()}
        started = "2026-01-01T00:00:00+00:00"
        scores = {"schema_version": 1, "started_at": started, "rows": 9, "models": models, "error": None}
        storage.write_text(scored["metrics_uri"], json.dumps(scores))
        run = SimpleNamespace(run_type=run_type)
        self.events = OutletEventAccessors()
        context = {**self.context, "dag_run": run, "outlet_events": self.events}
        with set_current_context(context):
            return promote.function(experiment, self.run_id, scored)

    def whole(self, name, served, champion=None, **changes):
        """One run from its training on; returns its decision."""
        experiment = self.train(name, served, **changes)
        others = {} if champion is None else {"champion": champion}
        return self.promote(experiment, self.submit(experiment), candidate=served, **others)

    @property
    def champion(self):
        return find_champion(self.name, tracking_uri=self.mlflow["tracking_uri"])

    @property
    def client(self):
        return MlflowClient(self.mlflow["tracking_uri"])


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def retraining(tmp_path, tracking_uri, settings_values, custom_jobs, context, monkeypatch):
    mlflow = {"tracking_uri": tracking_uri, "experiment_name": tmp_path.name}
    values = {**settings_values, "mlflow_tracking_uri": tracking_uri, "mlflow_experiment": tmp_path.name}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    # MLflow keeps files of runs below the working directory unless told otherwise.
    monkeypatch.chdir(tmp_path)
    dag = SimpleNamespace(dag_id=f"retraining_{tmp_path.name}")
    return Retraining(tmp_path, mlflow, custom_jobs, {**context, "dag": dag})


def test_first_model_is_scored_alone_and_becomes_champion(retraining):
    experiment = retraining.train("first", 0.3)
    scored = retraining.submit(experiment)
    folder = retraining.folder
    assert scored["champion_version"] == ""
    assert retraining.arguments(scored) == [
        *("--examples", f"{folder}/first/examples"),
        *("--model", f"candidate={folder}/first/model"),
        *("--customer", "household_id", "--product", "product_id"),
        *("--scores", f"{folder}/experiments/first/scores.json"),
    ]
    decision = retraining.promote(experiment, scored, candidate=0.3)
    assert decision.startswith("promoted: recall@100 is 0.3000")
    assert retraining.champion.experiment_id == "first"
    assert retraining.champion.model_uri == f"{folder}/first/model"
    assert retraining.champion.trained_until == datetime(2017, 10, 25, tzinfo=UTC)


def test_a_better_one_replaces_it_after_both_were_asked_about_the_same_rows(retraining):
    retraining.whole("first", 0.3)
    experiment = retraining.train("second", 0.33, day=8)
    scored = retraining.submit(experiment)
    arguments = retraining.arguments(scored)
    assert scored["champion_version"] == "1"
    assert f"candidate={retraining.folder}/second/model" in arguments
    assert f"champion={retraining.folder}/first/model" in arguments
    assert arguments[:2] == ["--examples", f"{retraining.folder}/second/examples"]
    decision = retraining.promote(experiment, scored, candidate=0.33, champion=0.32)
    assert retraining.events[champion_asset(retraining.name)].extra == {
        "version": "2",
        "experiment_id": "second",
        "model_uri": f"{retraining.folder}/second/model",
        "decision": decision,
    }
    assert (retraining.champion.version, retraining.champion.experiment_id) == ("2", "second")
    found = retraining.client.get_run(retraining.run_id).data
    assert (found.metrics["served_recall_at_100"], found.metrics["champion_recall_at_100"]) == (0.33, 0.32)
    assert found.tags["recsflow.champion_version"] == "1"
    assert found.tags["recsflow.champion_saw_test_rows"] == "false"
    assert found.tags["recsflow.promotion"].startswith("promoted: ")


def test_a_worse_one_is_skipped_and_kept_with_the_reason(retraining):
    retraining.whole("first", 0.3)
    with pytest.raises(AirflowSkipException, match=r"0\.3100 does not beat the champion, version 1"):
        retraining.whole("second", 0.31, champion=0.32, day=8)
    assert retraining.champion.experiment_id == "first"
    version = retraining.client.get_model_version(retraining.name, "2")
    assert "does not beat the champion, version 1, with 0.3200" in version.description
    assert retraining.context["ti"].pushed[DECISION_KEY] == version.description


def test_scores_given_the_wrong_way_round_are_not_promoted(retraining):
    retraining.whole("first", 0.3)
    experiment = retraining.train("second", 0.33, day=8)
    with pytest.raises(AirflowSkipException, match="would not be served as it was trained"):
        retraining.promote(experiment, retraining.submit(experiment), candidate=0.30, champion=0.33)
    assert retraining.champion.experiment_id == "first"


def test_a_backfilled_run_is_compared_but_leaves_no_version(retraining):
    retraining.whole("first", 0.3)
    experiment = retraining.train("past", 0.4, day=8)
    scored = retraining.submit(experiment)
    with pytest.raises(AirflowSkipException, match="A backfilled run never promotes"):
        retraining.promote(experiment, scored, "backfill", candidate=0.4, champion=0.3)
    assert retraining.champion.experiment_id == "first"
    assert len(retraining.client.search_model_versions(f"name = '{retraining.name}'")) == 1
    assert retraining.client.get_run(retraining.run_id).data.metrics["champion_recall_at_100"] == 0.3


def test_repeated_tasks_make_no_second_version_and_keep_the_decision(retraining):
    experiment = retraining.train("first", 0.3)
    scored = retraining.submit(experiment)
    retraining.promote(experiment, scored, candidate=0.3)
    again = retraining.submit(experiment)
    assert again["champion_version"] == "1"
    with pytest.raises(AirflowSkipException, match="It is the champion already, as version 1"):
        retraining.promote(experiment, again, candidate=0.3, champion=0.3)
    (version,) = retraining.client.search_model_versions(f"name = '{retraining.name}'")
    assert version.description.startswith("promoted: ")
    assert retraining.champion.version == "1"


def test_a_try_that_was_interrupted_after_the_alias_moved_is_completed(retraining):
    retraining.whole("first", 0.3)
    experiment = retraining.train("second", 0.33, day=8)
    scored = retraining.submit(experiment)
    before = retraining.promote(experiment, scored, candidate=0.33, champion=0.32)
    assert retraining.promote(experiment, scored, candidate=0.33, champion=0.32) == before
    assert retraining.events[champion_asset(retraining.name)].extra["version"] == "2"
    assert retraining.champion.version == "2"
    assert len(retraining.client.search_model_versions(f"name = '{retraining.name}'")) == 2


def test_a_champion_that_changed_meanwhile_is_not_overrun(retraining):
    slow = retraining.train("slow", 0.35, day=8)
    scored, run_id = retraining.submit(slow), retraining.run_id
    retraining.whole("fast", 0.3)
    retraining.run_id = run_id
    with pytest.raises(ChampionChanged, match="was none when the models were scored and is version 1 now"):
        retraining.promote(slow, scored, candidate=0.35)
    assert retraining.champion.experiment_id == "fast"


def test_a_champion_whose_model_is_gone_stops_the_run_before_a_job_is_started(retraining):
    retraining.whole("first", 0.3)
    experiment = retraining.train("second", 0.33, day=8)
    (retraining.folder / "first" / "model" / "saved_model.pb").unlink()
    before = list(retraining.jobs.created)
    with pytest.raises(
        ModelGone, match=r"version 1, experiment first, has no model at .*first/model any more"
    ):
        retraining.submit(experiment)
    assert retraining.jobs.created == before


def test_an_alias_that_a_person_moves_is_what_counts(retraining):
    retraining.whole("first", 0.3)
    retraining.whole("second", 0.33, champion=0.3, day=8)
    retraining.client.set_registered_model_alias(retraining.name, ALIAS, "1")
    experiment = retraining.train("third", 0.35, day=15)
    assert f"champion={retraining.folder}/first/model" in retraining.arguments(retraining.submit(experiment))


def test_rows_that_are_gone_are_named(retraining):
    experiment = retraining.train("first", 0.3)
    (retraining.folder / "first" / "examples").rmdir()
    with pytest.raises(ModelGone, match=r"examples are gone: .*first/examples does not exist; clear"):
        retraining.submit(experiment)
