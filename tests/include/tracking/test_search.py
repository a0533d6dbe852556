import pytest

from include.tracking.errors import TrackingError
from include.tracking.recorder import record
from include.tracking.search import ExperimentFilter, best_experiment, find_experiments
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


@pytest.fixture
def recorded(store, metrics_with, succeeded, failed):
    """Four records: two that went well, a collapsed one with a better number, and a failed one."""

    def write(name, day, outcome, recall=None, verdict="healthy", **parameters):
        experiment = resolved(**parameters).model_copy(update={"experiment_id": name})
        metrics = None
        if recall is not None:
            diagnosis = {"verdict": verdict, "epoch": 1, "evidence": [], "suggestion": None, "measures": {}}
            started = f"2026-01-{day:02}T00:00:00+00:00"
            metrics = metrics_with(started_at=started, test={"recall@10": recall}, diagnosis=diagnosis)
        record(metrics, experiment, outcome=outcome, **store)

    write("good", 1, succeeded, 0.08)
    write("better", 2, succeeded, 0.09, model="deep", features="rich")
    write("collapsed", 3, succeeded, 0.50, "collapsed")
    write("broken", 4, failed)
    return store


def names(found):
    return [each.experiment_id for each in found]


def test_the_newest_comes_first(recorded):
    assert names(find_experiments(**recorded)) == ["broken", "collapsed", "better", "good"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"dataset": "complete_journey", "status": "succeeded"}, ["collapsed", "better", "good"]),
        ({"features": "rich"}, ["better"]),
        ({"model": "deep"}, ["better"]),
        ({"status": "failed"}, ["broken"]),
        ({"verdict": "collapsed"}, ["collapsed"]),
        ({"dataset": "another"}, []),
    ],
)
def test_experiments_are_found_by(recorded, where, expected):
    assert names(find_experiments(ExperimentFilter(**where), **recorded)) == expected


def test_a_metric_orders_with_runs_that_lack_it_last(recorded):
    found = find_experiments(order_by="recall@10", **recorded)

    assert names(found) == ["collapsed", "better", "good", "broken"]
    assert found[1].metrics["test_recall_at_10"] == 0.09
    assert found[1].params["model"] == "deep"


def test_of_an_error_the_smallest_is_the_best(store, metrics_with, succeeded):
    for name, rmse in (("near", 0.4), ("nearer", 0.3), ("far", 2.0)):
        ranked = resolved(model="ranking", features="catalogue").model_copy(update={"experiment_id": name})
        record(metrics_with(test={"rmse": rmse}), ranked, outcome=succeeded, **store)
    record(metrics_with(test={"mae": 0.1}), resolved(), outcome=succeeded, **store)

    assert names(find_experiments(order_by="rmse", **store))[:3] == ["nearer", "near", "far"]
    assert best_experiment(ExperimentFilter(), "rmse", **store).experiment_id == "nearer"


def test_the_best_one_is_healthy(recorded):
    best = best_experiment(ExperimentFilter(dataset="complete_journey"), "recall@10", **recorded)

    assert best.experiment_id == "better"
    assert best.verdict == "healthy"


def test_there_is_no_best_one_without_the_metric(recorded):
    assert best_experiment(ExperimentFilter(), "rmse", **recorded) is None


def test_nothing_was_recorded_yet(tracking_uri):
    assert find_experiments(tracking_uri=tracking_uri, experiment_name="never used") == []


@pytest.mark.parametrize("name", ["it's", "a' OR tags.x = 'b", "`"])
def test_a_name_cannot_carry_a_condition(store, name):
    with pytest.raises(TrackingError, match="dataset: received"):
        find_experiments(ExperimentFilter(dataset=name), **store)
