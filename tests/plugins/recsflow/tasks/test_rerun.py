"""What a person gets who reruns a recorded experiment: its rows, or one sentence."""

import json
import logging
import re
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.context import set_current_context

from include import storage
from include.cards.card import Card, Kind
from include.cards.tested_rows import rows_tested_on
from include.experiment.resolve.experiment import Experiment
from include.generators.transform_module import render_transform_module
from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.tracking.search import ExperimentFilter, find_experiments
from recsflow.errors import InvalidExperiment
from recsflow.extensions.links import MlflowRunLink
from recsflow.tasks.rerun import resolve_rerun
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.emulator


class User:
    """Somebody with one recorded experiment, `quick-1`, and its pipeline job."""

    def __init__(self, folder, mlflow, jobs, context):
        self.folder = folder
        self.mlflow = mlflow
        self.jobs = jobs
        self.context = context
        self.experiment = resolved().model_copy(update={"experiment_id": "quick-1"})
        self.keep(self.experiment, "transform_module.py", render_transform_module(self.experiment))
        for name in ("transform_graph", "transformed_examples"):
            (folder / name).mkdir()
        self.record(self.experiment, "quick-1")
        self.history = folder / "rows" / "rows_1" / "history"
        self.history.mkdir(parents=True)
        self.transform("SUCCEEDED")

    def keep(self, experiment, name, text):
        storage.write_text(f"{self.folder.as_uri()}/experiments/{experiment.experiment_id}/{name}", text)

    def record(self, experiment, job_id):
        self.keep(experiment, "experiment.json", experiment.to_json())
        record(None, experiment, outcome=PipelineOutcome("succeeded", job_id=job_id), **self.mlflow)

    def transform(self, state, job_state="SUCCEEDED", **config):
        names = ("transform_graph", "transformed_examples")
        outputs = {name: {"artifacts": [{"uri": str(self.folder / name)}]} for name in names}
        detail = {"taskName": "Transform", "state": state, "outputs": outputs}
        told = config or {"history": {"uri": str(self.history), "date": "transaction_timestamp"}}
        parameters = {"trainer_config": {"stringValue": json.dumps(told)}}
        self.jobs.add(
            "quick-1",
            job_state,
            jobDetail={"taskDetails": [detail]},
            runtimeConfig={"parameters": parameters},
        )

    def rerun(self, **parameters):
        with set_current_context({**self.context, "params": parameters}):
            return resolve_rerun.function()

    def refusal(self, **parameters):
        with pytest.raises(InvalidExperiment) as refused:
            self.rerun(**parameters)
        return str(refused.value)


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def user(tmp_path, tracking_uri, settings_values, pipeline_jobs, context, monkeypatch):
    mlflow = {"tracking_uri": tracking_uri, "experiment_name": tmp_path.name}
    values = {**settings_values, "mlflow_tracking_uri": tracking_uri, "mlflow_experiment": tmp_path.name}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    # MLflow keeps files of runs below the working directory unless told otherwise.
    monkeypatch.chdir(tmp_path)
    dag = SimpleNamespace(dag_id="trainer_rerun", tasks=[])
    whole = {"dag": dag, "run_id": "manual__1", "dag_run": SimpleNamespace(logical_date=None)}
    return User(tmp_path, mlflow, pipeline_jobs, {**context, **whole})


def test_rerun_trains_on_what_the_parents_transform_left(user):
    rerun = user.rerun(experiment="quick-1", learning_rate=0.02)
    assert rerun["examples"] == str(user.folder / "transformed_examples")
    assert rerun["transform_graph"] == str(user.folder / "transform_graph")
    experiment = Experiment.from_json(storage.read_text(rerun["experiment"]))
    assert experiment.parent_experiment_id == "quick-1"
    assert experiment.training["learning_rate"] == 0.02
    [card] = (Card.from_json(path.read_bytes()) for path in user.folder.glob("cards/*.json"))
    assert (card.kind, card.parent_experiment_id, card.params["learning_rate"]) == (
        Kind.RERUN,
        "quick-1",
        0.02,
    )
    assert card.test_rows == rows_tested_on(user.experiment)


def test_rerun_counts_what_customers_had_bought_outside_its_parents_sample(user):
    assert user.rerun(experiment="quick-1")["history_uri"] == str(user.history)
    user.transform("SUCCEEDED", history=None)
    assert "history_uri" not in user.rerun(experiment="quick-1")


def test_a_sample_without_the_rows_outside_it_is_not_trained_on(user):
    user.history.rmdir()
    assert f"whose rows outside the sample are gone: {user.history}" in user.refusal(experiment="quick-1")
    user.transform("SUCCEEDED", experiment_id="of an older version")
    assert "whose rows were sampled by another version of recsflow" in user.refusal(experiment="quick-1")
    whole = resolved(sample_percent=100).model_copy(update={"experiment_id": "quick-1"})
    user.keep(whole, "experiment.json", whole.to_json())
    assert "history_uri" not in user.rerun(experiment="quick-1")


def test_rerun_of_a_rerun_trains_on_the_first_ones_rows(user):
    child = user.experiment.model_copy(update={"experiment_id": "rerun-1", "parent_experiment_id": "quick-1"})
    user.record(child, "7")
    rerun = user.rerun(experiment="rerun-1")
    assert rerun["examples"] == str(user.folder / "transformed_examples")
    experiment = Experiment.from_json(storage.read_text(rerun["experiment"]))
    assert experiment.parent_experiment_id == "rerun-1"


def test_what_cannot_be_trained_on_is_told_in_one_sentence_and_leaves_nothing(user):
    user.transform("SUCCEEDED", job_state="RUNNING")
    assert "whose pipeline job quick-1 is running, not finished" in user.refusal(experiment="quick-1")
    user.jobs.jobs.clear()
    assert "whose pipeline job quick-1 is gone" in user.refusal(experiment="quick-1")
    user.transform("SUCCEEDED")
    (user.folder / "transform_graph").rmdir()
    assert "whose examples are gone" in user.refusal(experiment="quick-1")
    user.keep(user.experiment, "transform_module.py", "# by an older version\n")
    assert "transformed by another version of recsflow" in user.refusal(experiment="quick-1")
    assert [folder.name for folder in (user.folder / "experiments").iterdir()] == ["quick-1"]


def test_refusal_is_in_mlflow_with_its_sentence_and_a_link(user, monkeypatch):
    said = user.refusal(experiment="quick-1", epochs=0)
    (recorded,) = find_experiments(ExperimentFilter(status="not_submitted"), **user.mlflow)
    assert recorded.tags["recsflow.diagnosis"] == said
    assert recorded.params == {"experiment": "quick-1", "epochs": "0"}
    # Repaired and cleared, the same run is the experiment's.
    assert recorded.experiment_id.startswith("trainer-rerun-manual-1-")
    link = MlflowRunLink().get_link(None, ti_key=user.context["ti"])
    assert link.endswith(f"/runs/{recorded.run_id}?workflowType=machine_learning")


def test_unknown_parent_is_told_with_those_there_are(user):
    said = user.refusal(experiment="quick-2")
    assert "experiment is 'quick-2', which MLflow does not have: it is unknown, or not finished" in said
    assert "the most recent are quick-1 (shallow, " in said


def test_rerun_goes_on_without_what_slow_services_did_not_say_in_time(user, caplog, monkeypatch):
    caplog.set_level(logging.INFO, logger="recsflow.progress")
    monkeypatch.setattr("recsflow.planning.logged.TIME_LIMIT_S", -1.0)
    assert user.rerun(experiment="quick-1", learning_rate=0.02)["examples"]
    assert "(not asked whether it is there)" in caplog.text
    late = "not asked any more, since the services were slow and the run goes on"
    assert f"What earlier runs left in the artifact root: {late}" in caplog.text
    # What needs nobody's answer is told.
    assert re.search(r"training\.learning_rate +0\.2 -> 0\.02", caplog.text)
