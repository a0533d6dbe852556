import json
import shutil
from datetime import UTC, datetime

import pytest

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.configs import config_root
from include.experiment.config.schedule_loader import load_schedule
from include.sweep.winner import SweepWinner
from recsflow.errors import InvalidExperiment
from recsflow.experiments.resolution import RunIdentity, resolve_run

pytestmark = pytest.mark.unit

SCHEDULE = """
schedule: "@weekly"
dataset: complete_journey
features: basic
model: shallow
sweep: history
parameters: {epochs: 6}
"""


@pytest.fixture
def weekly(tmp_path, settings_values, monkeypatch):
    """The artifact root of a machine whose schedule `nightly` follows the sweep `history`."""
    shutil.copytree(config_root(), tmp_path / "configs")
    (tmp_path / "configs" / "schedules" / "nightly.yaml").write_text(SCHEDULE)
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(tmp_path / "configs"))
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))
    return str(settings_values["artifact_root"])


def leave_winner(root):
    winner = SweepWinner(
        sweep_id="sweep-1",
        name="history",
        trial=3,
        experiment_id="sweep-1-trial-3",
        metric="recall@100",
        value=0.25,
        baseline=0.2,
        dataset="complete_journey",
        parameters={
            "features": "assortment",
            "model": "history",
            "learning_rate": 0.3,
            "epochs": 9,
            "model_options": {"embedding_dim": 64},
        },
        # What a sweep of 2017-11-01 has seen, with a holdout of 28 days.
        chosen_before=datetime(2017, 10, 4, tzinfo=UTC),
        finished_at=datetime(2017, 11, 1, tzinfo=UTC),
    )
    storage.write_text(ArtifactLayout(root).winner("history").winner, winner.model_dump_json())


def resolved(day, **changed):
    parameters = {**load_schedule("nightly").run_parameters(), **changed}
    run = RunIdentity("retraining_nightly", "scheduled__1", datetime.fromisoformat(f"{day}T00:00:00+00:00"))
    return resolve_run(parameters, run, None)


def test_the_next_run_of_a_schedule_trains_the_winner_and_says_so(weekly):
    leave_winner(weekly)
    experiment = resolved("2017-11-08")
    assert (experiment.model.name, experiment.features.name) == ("history", "assortment")
    assert (experiment.training["learning_rate"], experiment.model.embedding_dim) == (0.3, 64)
    assert experiment.sources["learning_rate"] == experiment.sources["embedding_dim"] == "sweep sweep-1"
    assert (experiment.training["epochs"], experiment.sources["epochs"]) == (6, "schedules/nightly.yaml")
    assert experiment.split.sample_percent == 100
    assert not [warning for warning in experiment.warnings if warning.field == "sweep"]


def test_a_person_changes_the_winner_for_once(weekly):
    leave_winner(weekly)
    experiment = resolved("2017-11-08", learning_rate=0.05)
    assert (experiment.training["learning_rate"], experiment.sources["learning_rate"]) == (
        0.05,
        "run parameter",
    )
    assert resolved("2017-11-08", model="deep").model.name == "deep"


def test_a_backfill_of_days_that_the_sweep_has_seen_warns(weekly):
    leave_winner(weekly)
    (warning,) = [each for each in resolved("2017-10-15").warnings if each.field == "sweep"]
    assert "was chosen by rows until 2017-10-04, but the test split begins on 2017-09-17" in str(warning)


def test_a_sweep_that_never_finished_stops_the_run(weekly):
    with pytest.raises(InvalidExperiment, match="sweep is 'history', of which no run has finished"):
        resolved("2017-11-08")
