import json
from datetime import UTC, datetime

import pytest
import yaml

from include import storage
from include.artifacts.sweep import KeptWinner
from include.errors import ConfigError
from include.experiment.config.schedule_config import ScheduleConfig
from include.experiment.resolve.resolver import resolve
from include.sweep.objective import TrialState
from include.sweep.report import run_with, schedule_yaml, trials_table, winner_lines
from include.sweep.winner import best_trial, read_winner, tuned, winner_of
from tests.include.complete_journey import SCHEMAS
from tests.include.sweep.sweeps import LOGICAL_DATE, planned, trial

pytestmark = pytest.mark.unit

SCHEDULE = {"name": "weekly", "schedule": "@weekly", "dataset": "complete_journey", "sweep": "small"}


def winner(plan=None, **point):
    plan = plan or planned(sample_percent=5, epochs=2)
    best = trial(plan, 3, 0.25, **{"learning_rate": 0.3, "embedding_dim": 32, **point})
    found = winner_of(plan, best, chosen_before=datetime(2017, 12, 4, tzinfo=UTC), now=LOGICAL_DATE)
    return found.model_copy(update={"name": "small"})


def schedule(**keys):
    return ScheduleConfig.model_validate({**SCHEDULE, "features": "basic", "model": "shallow", **keys})


def sent(config, **changed):
    """What the form of a schedule's DAG sends."""
    empty = dict.fromkeys(("learning_rate", "epochs", "batch_size", "model_options"))
    return {**empty, "seed": 42, **config.run_parameters(), **changed}


@pytest.mark.parametrize(("metric", "number"), [("recall@100", 1), ("val_loss", 0)])
def test_the_best_is_the_complete_trial_with_the_largest_or_smallest_value(metric, number):
    plan = planned(metric=metric)
    pruned = trial(plan, 3, 0.9, TrialState.PRUNED)
    assert (
        best_trial(plan, [trial(plan, 0, 0.1), trial(plan, 1, 0.2), trial(plan, 2, 0.2), pruned]).number
        == number
    )


def test_without_a_complete_trial_there_is_none():
    plan = planned()
    assert best_trial(plan, [trial(plan, 0, state=TrialState.FAILED)]) is None


def test_trials_on_rows_of_different_states_of_the_source_are_named():
    plan = planned()
    states = ["orders, 2,000 rows", "orders, 2,500 rows", "orders, 2,000 rows", ""]
    trials = [
        trial(plan, number, 0.1).model_copy(update={"source_state": state})
        for number, state in enumerate(states)
    ]
    warned = trials_table(plan, trials, None)[-3:]
    assert warned[0].startswith("warning: the source changed during the sweep: trials had rows of 2 states")
    assert warned[1:] == ["  trials 0, 2: orders, 2,000 rows", "  trials 1: orders, 2,500 rows"]
    assert "warning" not in "\n".join(trials_table(plan, trials[:1], None))


def test_a_winner_hands_on_what_makes_the_model_but_not_the_sweeps_rows():
    of_the_sweep = {"sample_percent": 5, "source_as_of": "2017-12-01T00:00:00Z", "accelerator": "NVIDIA_L4"}
    assert winner(planned(epochs=2, **of_the_sweep)).parameters == {
        "features": "basic",
        "model": "shallow",
        "epochs": 2,
        "learning_rate": 0.3,
        "model_options": {"embedding_dim": 32},
    }


def test_a_scheduled_run_takes_the_winners_values_where_nobody_says_otherwise():
    config = schedule(parameters={"epochs": 6})
    parameters, names = tuned(sent(config), config, winner())
    assert (parameters["learning_rate"], parameters["model_options"]) == (0.3, {"embedding_dim": 32})
    assert (parameters["epochs"], parameters["sample_percent"]) == (6, 100)
    assert {"learning_rate", "embedding_dim"} <= names
    assert "epochs" not in names


def test_a_person_wins_over_the_sweep():
    config = schedule()
    parameters, names = tuned(sent(config, learning_rate=0.05), config, winner())
    assert parameters["learning_rate"] == 0.05
    assert "learning_rate" not in names


def test_a_run_with_another_model_takes_nothing():
    config = schedule()
    asked = sent(config, model="deep")
    assert tuned(asked, config, winner()) == (asked, set())


def test_a_winner_of_another_dataset_is_refused():
    config = schedule(dataset="complete_journey_benchmark")
    with pytest.raises(ConfigError) as refused:
        tuned(sent(config), config, winner())
    assert "schedules/weekly.yaml: sweep is 'small', whose winner was found on dataset" in str(refused.value)


def test_a_sweep_that_never_finished_is_told_with_what_to_do(tmp_path):
    with pytest.raises(ConfigError) as refused:
        read_winner(KeptWinner(tmp_path.as_uri(), "small"), "schedules/weekly.yaml")
    assert str(refused.value.problems[0]) == (
        "schedules/weekly.yaml: sweep is 'small', of which no run has finished; "
        'trigger the DAG sweep with {"sweep": "small"} first, or remove the key.'
    )


def test_the_newest_winner_is_read_back(tmp_path):
    found = winner()
    storage.write_text(KeptWinner(tmp_path.as_uri(), "small").winner, found.model_dump_json())
    assert read_winner(KeptWinner(tmp_path.as_uri(), "small"), "schedules/weekly.yaml") == found


def test_what_is_pasted_runs():
    found = winner()
    written = {"name": "pasted", **yaml.safe_load(schedule_yaml(found))}
    for parameters in (run_with(found), ScheduleConfig.model_validate(written).run_parameters()):
        again = resolve(
            json.loads(json.dumps(parameters)),
            dag_id="quick_test",
            run_id="manual",
            window_end=LOGICAL_DATE,
            table_schemas=SCHEMAS,
        )
        assert (again.training["learning_rate"], again.model.embedding_dim) == (0.3, 32)


@pytest.mark.parametrize(
    ("metric", "value", "warned"),
    [("recall@100", 0.25, False), ("recall@100", 0.2, True), ("rmse", 0.25, True), ("rmse", 0.15, False)],
)
def test_a_winner_that_beats_no_baseline_says_so(metric, value, warned):
    found = winner().model_copy(update={"metric": metric, "value": value, "baseline": 0.2})
    assert any("beats the best baseline, 0.2000" in line for line in winner_lines(found)) is warned


def test_a_table_by_the_eval_rows_has_the_test_metric_beside_it():
    plan = planned(metric="val_loss")
    tried = trial(plan, 0, 8.5).model_copy(update={"test": {"loss": 8.9, "recall@100": 0.31}})
    header, row = trials_table(plan, [tried], tried)
    assert "val_loss" in header
    assert "test recall@100" in header
    assert "0.3100" in row


def test_the_table_marks_the_best_and_says_why_a_trial_failed():
    plan = planned()
    failed = trial(plan, 1, state=TrialState.FAILED).model_copy(update={"reason": "no such\ncolumn"})
    trials = [trial(plan, 0, 0.25), failed]
    header, first, second, reason = trials_table(plan, trials, trials[0])
    assert header.split() == ["trial", "state", "recall@100", "lift", "verdict", "time", *plan.space]
    # 0.25 of the model over 0.2 of the best baseline.
    assert first.split() == ["*", "0", "complete", "0.2500", "1.25", "x", "healthy", "60", "s", "0.1", "16"]
    assert second.split() == ["1", "failed", "60", "s", "0.1", "16"]
    assert reason == "trial 1 failed: no such column"
