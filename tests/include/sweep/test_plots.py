import pytest

from include.sweep.objective import TrialState
from include.sweep.plots import history_png, importance_png, importances
from tests.include.sweep.sweeps import planned, trial

pytestmark = pytest.mark.unit

PNG = b"\x89PNG"


def test_the_dimension_that_the_value_follows_matters_most():
    plan = planned()
    trials = [
        trial(plan, number, rate, learning_rate=rate, embedding_dim=(16, 32)[number % 2])
        for number, rate in enumerate((0.05, 0.1, 0.2, 0.4, 0.6, 0.8))
    ]
    shares = importances(plan, trials)
    assert next(iter(shares)) == "learning_rate"
    assert shares["learning_rate"] > 0.8
    assert importance_png(plan, shares, trials).startswith(PNG)


def test_three_trials_or_equal_ones_tell_nothing_of_importance():
    plan = planned()
    assert importances(plan, [trial(plan, number, 0.1 * number) for number in range(3)]) == {}
    assert importances(plan, [trial(plan, number, 0.1) for number in range(6)]) == {}


def test_history_is_drawn_with_one_trial_and_with_pruned_ones():
    plan = planned()
    trials = [trial(plan, 0, 0.2), trial(plan, 1, state=TrialState.PRUNED)]
    assert history_png(plan, trials[:1]).startswith(PNG)
    assert history_png(plan, trials) != history_png(plan, trials[:1])
