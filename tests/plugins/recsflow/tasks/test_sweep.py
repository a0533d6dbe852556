"""A sweep's own tasks: mistakes end in one sentence, and repeating changes nothing."""

import json
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.context import set_current_context

from include import storage
from include.artifacts.sweep import SweepFolder
from include.cards.card import Card, Kind
from include.configs import config_root
from include.experiment.resolve.experiment import Experiment
from include.sweep.objective import TrialState
from include.sweep.plan import SweepPlan
from include.sweep.trial import Trial, write_trial
from include.warehouse.connection import connect
from recsflow.errors import InvalidExperiment, SweepFailed
from recsflow.tasks.sweep import plan_sweep, resolve_trial, summarize_sweep

pytestmark = pytest.mark.emulator

# 2,000 purchases over 100 days until 2017-12-31.
PURCHASES = """
CREATE OR REPLACE TABLE `local.swept.purchases` AS
SELECT
  MOD(n * 7, 50) AS household_id,
  MOD(n * 13, 80) AS product_id,
  TIMESTAMP_ADD(TIMESTAMP '2017-09-23 12:00:00', INTERVAL MOD(n, 100) DAY) AS transaction_timestamp
FROM UNNEST(GENERATE_ARRAY(1, 2000)) AS n
"""
DATASET = """
tables:
  - {table: swept.purchases, alias: purchases}
columns:
  - {name: household_id, role: customer_id}
  - {name: product_id, role: product_id}
  - {name: transaction_timestamp, role: date}
history_ends: 2018-01-01
"""
SPACE = {"learning_rate": {"type": "log_uniform", "low": 0.01, "high": 0.5}}
MIDNIGHT = datetime(2018, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def purchases(bigquery_emulator):
    """A small table, in an emulator of the tests' own."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    client = bigquery.Client(project="local", credentials=AnonymousCredentials())
    client.create_dataset("swept", exists_ok=True)
    connect("local", location="US").query(PURCHASES, (), {}, 60)


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


class User:
    """Somebody who starts a sweep of the dataset `swept`, task by task."""

    def __init__(self, root, context):
        self.root = root
        self.context = context

    def plan(self, **form):
        usual = {
            "dataset": "swept",
            "features": "basic",
            "model": "shallow",
            "search_space": SPACE,
            "trials": 2,
        }
        with set_current_context({**self.context, "params": {**usual, **form}}):
            return plan_sweep.function()

    def refusal(self, **form):
        with pytest.raises(InvalidExperiment) as refused:
            self.plan(**form)
        return str(refused.value)

    def suggest(self, trials, number, **changes):
        plan = SweepPlan.from_json(storage.read_bytes(trials[0]["sweep"]))
        suggested = Trial(
            number=number,
            experiment_id=plan.trial_id(number),
            point={"learning_rate": 0.1},
            parameters={**plan.parameters, "learning_rate": 0.1},
            started_at=MIDNIGHT,
            **changes,
        )
        return write_trial(SweepFolder.holding(trials[0]["sweep"]), suggested)

    def resolve(self, trial):
        with set_current_context({**self.context, "params": {}}):
            return Experiment.from_json(storage.read_text(resolve_trial.function(trial)))

    def summarize(self, trials):
        with set_current_context(self.context):
            return summarize_sweep.function(trials)


@pytest.fixture
def user(purchases, pipeline_jobs, context, tmp_path, tracking_uri, settings_values, monkeypatch):
    root = tmp_path / "configs"
    shutil.copytree(config_root(), root)
    (root / "datasets" / "swept.yaml").write_text(DATASET)
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(root))
    values = {**settings_values, "mlflow_tracking_uri": tracking_uri, "mlflow_experiment": tmp_path.name}
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    monkeypatch.chdir(tmp_path)  # MLflow keeps files of runs below it
    # A second plan is of the same run, which is cleared.
    run = SimpleNamespace(
        clear_number=1, data_interval_end=MIDNIGHT, logical_date=MIDNIGHT, run_after=MIDNIGHT
    )
    whole = {"dag": SimpleNamespace(dag_id="sweep", tasks=[]), "run_id": "manual__1", "dag_run": run}
    return User(root, {**context, **whole})


def test_a_trial_is_resolved_on_the_days_before_the_runs_test_window(user, tmp_path):
    trials = user.plan()
    experiment = user.resolve(user.suggest(trials, 1))
    # Holdout of 28 days before 2018-01-01.
    assert experiment.window_end == datetime(2017, 12, 4, tzinfo=UTC)
    assert (experiment.trial, experiment.training["learning_rate"]) == (1, 0.1)
    assert experiment.sweep_id in trials[0]["sweep"]
    assert experiment.sources["learning_rate"] == f"sweep {experiment.sweep_id}"
    [card] = (Card.from_json(path.read_bytes()) for path in tmp_path.glob("cards/*.json"))
    assert (card.kind, card.trial, card.sweep_id) == (Kind.TRIAL, 1, experiment.sweep_id)
    assert card.experiment_id == experiment.experiment_id


def test_planning_again_is_the_same_sweep_and_the_same_mlflow_run(user, tracking_uri, tmp_path):
    from mlflow import MlflowClient

    first = user.plan()
    text = storage.read_text(first[0]["sweep"])
    assert user.plan() == first
    assert storage.read_text(first[0]["sweep"]) == text
    client = MlflowClient(tracking_uri)
    experiment = client.get_experiment_by_name(tmp_path.name)
    assert len(client.search_runs([experiment.experiment_id])) == 1


def test_a_resumed_sweep_keeps_its_id_and_window_and_may_have_more_trials(user):
    first = user.plan()
    sweep_id = first[0]["sweep"].split("/")[-2]
    form = dict.fromkeys(("dataset", "features", "model", "search_space"))
    user.context["run_id"] = "manual__2"
    again = user.plan(**form, resume=sweep_id, trials=3)
    assert again == [{"sweep": first[0]["sweep"], "number": number} for number in range(3)]


def test_mistakes_are_told_before_a_trial_begins(user, tmp_path):
    said = user.refusal(resume="sweep-unknown", search_space=None)
    assert "resume is 'sweep-unknown', which file://" in said
    features = {"type": "categorical", "choices": ["basic", "rich"]}
    said = user.refusal(features=None, search_space={**SPACE, "features": features})
    assert "features/rich.yaml: " in said
    # Two holdouts of 28 days leave 43 of the 99 whole days for training, two of 50 leave none.
    assert "the data before 2017-11-12 span 49 days" in user.refusal(holdout_days=50)
    assert not (tmp_path / "sweeps").exists()


def test_a_sweep_without_a_model_fails_after_its_table_is_kept(user):
    trials = user.plan()
    for number in range(2):
        user.suggest(trials, number, state=TrialState.FAILED, reason="no quota", ended_at=MIDNIGHT)
    with pytest.raises(SweepFailed, match="No trial of sweep-manual"):
        user.summarize(trials)
    table = storage.read_text(trials[0]["sweep"].replace("sweep.json", "trials.txt"))
    assert "trial 1 failed: no quota" in table


def test_a_failed_plan_is_said_to_be_the_cause(user):
    with pytest.raises(SweepFailed, match="plan_sweep failed"):
        user.summarize(None)
