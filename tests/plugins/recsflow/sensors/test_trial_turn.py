from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from include import storage
from include.artifacts.sweep import SweepFolder
from include.sweep.objective import TrialState
from include.sweep.trial import read_trial, read_trials, write_trial
from recsflow.errors import SweepStopped
from recsflow.sensors.trial_turn import SuggestTrial
from tests.include.sweep.sweeps import planned, trial

pytestmark = pytest.mark.unit

LAST = "trial.finish_trial"


class Sweep:
    """A sweep's folder, and the states of its trials' last tasks as Airflow tells them."""

    def __init__(self, folder, **form):
        self.plan = planned(**form)
        self.folder = SweepFolder(folder, self.plan.sweep_id)
        self.uri = storage.write_text(self.folder.plan, self.plan.to_json())
        self.states = {}

    def sensor(self, number):
        task = {"sweep": self.uri, "number": number}
        return SuggestTrial(task_id=f"suggest_{number}", trial=task, last_task_id=LAST)

    def poke(self, number, sensor=None):
        states = {f"{LAST}_{each}": state for each, state in self.states.items()}
        ti = SimpleNamespace(
            dag_id="sweep", run_id="run-1", get_task_states=lambda **asked: {asked["run_ids"][0]: states}
        )
        return (sensor or self.sensor(number)).poke({"ti": ti})

    def end(self, number, value=0.2, state=TrialState.COMPLETE):
        write_trial(self.folder, trial(self.plan, number, value, state))
        self.states[number] = "success"

    def begins(self, number):
        return self.poke(number).is_done


@pytest.fixture
def sweep(tmp_path):
    return lambda **form: Sweep(tmp_path.as_uri(), **form)


def test_the_first_trial_goes_alone_and_then_so_many_at_once(sweep):
    sweep = sweep(parallel_trials=2)
    assert [sweep.begins(number) for number in range(4)] == [True, False, False, False]
    sweep.end(0)
    assert [sweep.begins(number) for number in range(1, 5)] == [True, True, False, False]
    sweep.end(2)
    assert [sweep.begins(number) for number in (3, 4)] == [True, False]


@pytest.mark.parametrize("state", ["failed", "upstream_failed", "skipped", "removed"])
def test_a_trial_that_ended_anyhow_makes_room(sweep, state):
    sweep = sweep(parallel_trials=1)
    sweep.end(0)
    sweep.states[1] = state
    assert sweep.begins(2)


@pytest.mark.parametrize("state", ["running", "deferred", "up_for_retry", "restarting", None])
def test_a_trial_that_goes_on_does_not_not_even_while_it_is_deferred(sweep, state):
    sweep = sweep(parallel_trials=1)
    sweep.end(0)
    sweep.states[1] = state
    assert not sweep.begins(2)


def test_the_further_the_turn_and_the_longer_trials_take_the_less_often_it_is_asked_for(sweep):
    sweep = sweep(parallel_trials=1)

    def of_a_trial_that_took(**time):
        ended = trial(sweep.plan, 0, 0.2)
        write_trial(sweep.folder, ended.model_copy(update={"ended_at": ended.started_at + timedelta(**time)}))
        return next_looks(sweep)

    assert of_a_trial_that_took(seconds=5) == [10, 20, 50, 60]
    assert of_a_trial_that_took(minutes=10) == [60, 120, 300, 360]
    assert of_a_trial_that_took(days=2) == [120, 240, 600, 720]


def test_a_trial_that_runs_counts_as_long_as_it_has_run(sweep):
    sweep = sweep(parallel_trials=1)
    began = {"started_at": datetime.now(UTC) - timedelta(days=2)}
    running = trial(sweep.plan, 0, state=TrialState.RUNNING).model_copy(update=began)
    write_trial(sweep.folder, running)

    assert next_looks(sweep) == [120, 240, 600, 720]


def next_looks(sweep):
    intervals = []
    for number in (1, 2, 5, 7):
        sensor = sweep.sensor(number)
        sweep.poke(number, sensor)
        intervals.append(sensor._get_next_poke_interval(0.0, lambda: 0.0, 1))
    return intervals


def test_a_repeated_suggestion_changes_nothing(sweep):
    sweep = sweep()
    uri = sweep.poke(0).xcom_value
    first = read_trial(uri)
    assert sweep.poke(0).xcom_value == uri
    assert read_trial(uri) == first
    assert first.state is TrialState.RUNNING
    assert first.parameters["model_options"]["embedding_dim"] == first.point["embedding_dim"]


def test_a_finished_trial_is_skipped_whosever_turn_it_is(sweep):
    sweep = sweep(parallel_trials=1)
    sweep.end(5)
    with pytest.raises(AirflowSkipException, match="trial 5 is complete already"):
        sweep.poke(5)


def test_a_failed_or_interrupted_trial_is_tried_again_with_the_same_values(sweep):
    sweep = sweep(parallel_trials=8)
    sweep.end(0)
    for number, state in ((1, TrialState.FAILED), (2, TrialState.RUNNING)):
        write_trial(sweep.folder, trial(sweep.plan, number, state=state, learning_rate=0.123))
        assert sweep.begins(number)
        again = read_trials(sweep.folder, 8)[number]
        assert (again.point["learning_rate"], again.state) == (0.123, TrialState.RUNNING)
        assert (again.ended_at, again.reason) == (None, "")


def test_a_sweep_whose_first_three_trials_failed_goes_no_further(sweep):
    sweep = sweep(parallel_trials=1)
    for number in range(3):
        failed = trial(sweep.plan, number, state=TrialState.FAILED).model_copy(update={"reason": "no quota"})
        write_trial(sweep.folder, failed)
        sweep.states[number] = "success"
    with pytest.raises(SweepStopped, match=r"All 3 trials so far failed.*no quota"):
        sweep.poke(3)
    sweep.states.clear()  # resumed, once the quota is there
    assert sweep.begins(0)
    sweep.end(1)
    assert not sweep.begins(3)
    sweep.states |= {0: "success", 2: "success"}
    assert sweep.begins(3)
