import pytest

from include.sweep.objective import TrialState
from include.sweep.sampler import random_trials, suggest
from tests.include.sweep.sweeps import planned, trial

pytestmark = pytest.mark.unit


def test_the_same_trials_and_seed_give_the_same_point():
    plan = planned()
    known = [trial(plan, number, 0.1 * number, learning_rate=0.02 * (number + 1)) for number in range(5)]
    assert suggest(plan, 5, known) == suggest(plan, 5, list(reversed(known)))
    assert suggest(plan, 5, known) != suggest(plan.model_copy(update={"seed": 7}), 5, known)


def test_trials_that_begin_together_get_different_points():
    plan = planned()
    points = [suggest(plan, number, []) for number in range(4)]
    assert len({point["learning_rate"] for point in points}) == 4


def test_points_lie_in_the_space_and_are_plain_values():
    plan = planned(
        search_space={
            "learning_rate": {"type": "log_uniform", "low": 0.01, "high": 1},
            "epochs": {"type": "integer", "low": 2, "high": 8, "step": 3},
            "hidden_layers": {"type": "categorical", "choices": [[], [64], [64, 32]]},
        }
    )
    for number in range(20):
        point = suggest(plan, number, [])
        assert 0.01 <= point["learning_rate"] <= 1
        assert point["epochs"] in (2, 5, 8)
        assert type(point["epochs"]) is int
        assert point["hidden_layers"] in ([], [64], [64, 32])


def test_later_trials_are_drawn_where_good_ones_were():
    # Good around 0.5, bad around 0.02: with a hundred times more room in logarithms below 0.1.
    plan = planned(trials=20)
    good = [trial(plan, number, 0.3, learning_rate=0.4 + 0.02 * number) for number in range(5)]
    bad = [trial(plan, 5 + number, 0.1, learning_rate=0.012 * (number + 1)) for number in range(10)]
    drawn = [suggest(plan, number, good + bad)["learning_rate"] for number in range(15, 25)]
    assert sum(rate > 0.2 for rate in drawn) >= 8


def test_pruned_trials_repel_although_they_have_no_value():
    plan = planned(trials=20)
    complete = [trial(plan, number, 0.1, learning_rate=0.02 + 0.01 * number) for number in range(6)]
    pruned = [
        trial(plan, 6 + number, state=TrialState.PRUNED, learning_rate=0.5 + 0.08 * number)
        for number in range(6)
    ]
    drawn = [suggest(plan, number, complete + pruned)["learning_rate"] for number in range(12, 22)]
    assert sum(rate < 0.3 for rate in drawn) >= 8


def test_running_trials_count_and_a_small_space_is_not_tried_twice():
    plan = planned(
        search_space={
            "embedding_dim": {"type": "categorical", "choices": [16, 32]},
            "normalize": {"type": "categorical", "choices": [True, False]},
        },
        trials=4,
    )
    known = []
    for number in range(4):
        point = suggest(plan, number, known)
        running = trial(plan, number, state=TrialState.RUNNING).model_copy(update={"point": point})
        known.append(running)
    assert len({str(each.point) for each in known}) == 4


def test_a_third_of_the_trials_is_random():
    assert [random_trials(count) for count in (1, 3, 12, 20, 100)] == [2, 2, 4, 6, 10]
