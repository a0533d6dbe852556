import pytest

from include.artifacts.sweep import SweepFolder
from include.sweep.objective import TrialState
from include.sweep.trial import read_trial, read_trials, write_trial
from tests.include.sweep.sweeps import planned, trial

pytestmark = pytest.mark.unit


def test_trials_are_read_back_as_written_and_absent_ones_left_out(tmp_path):
    plan, sweep = planned(), SweepFolder(tmp_path.as_uri(), "sweep-1")
    written = [trial(plan, 0, 0.25), trial(plan, 2, state=TrialState.RUNNING, learning_rate=0.5)]
    for each in written:
        assert write_trial(sweep, each) == sweep.trial(each.number)
    assert read_trials(sweep, plan.trials) == {0: written[0], 2: written[1]}
    with pytest.raises(FileNotFoundError):
        read_trial(sweep.trial(1))


def test_what_is_left_to_do_when_a_sweep_goes_on():
    plan = planned()
    unrecorded = trial(plan, 1, 0.25).model_copy(update={"mlflow_run_id": None})
    finished = {
        "complete": trial(plan, 0, 0.25).is_finished,
        "complete but not in MLflow": unrecorded.is_finished,
        "pruned": trial(plan, 2, state=TrialState.PRUNED).is_finished,
        "failed": trial(plan, 3, state=TrialState.FAILED).is_finished,
        "running": trial(plan, 4, state=TrialState.RUNNING).is_finished,
    }
    assert [name for name, done in finished.items() if done] == ["complete", "pruned"]
