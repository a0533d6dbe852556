from datetime import UTC, datetime

import pytest

from include.errors import ConfigError
from include.sweep.plan import SweepPlan
from tests.include.complete_journey import resolved
from tests.include.sweep.sweeps import planned

pytestmark = pytest.mark.unit

POINT = {"learning_rate": 0.1, "embedding_dim": 16}


def test_a_trial_sees_no_row_of_the_runs_test_window():
    run = resolved()
    tried = planned().as_trial(run, 3, POINT)
    # Holdout of 28 days: the run tests on 2017-12-04 to 2018-01-01.
    assert run.test_start == datetime(2017, 12, 4, tzinfo=UTC)
    assert tried.window_end == run.test_start
    assert tried.test_start == datetime(2017, 11, 6, tzinfo=UTC)


def test_a_measure_of_the_eval_rows_needs_no_earlier_window():
    run = resolved()
    assert planned(metric="val_loss").as_trial(run, 0, POINT).window_end == run.window_end


def test_without_an_earlier_window_the_test_rows_may_not_choose():
    with pytest.raises(ConfigError) as refused:
        planned().as_trial(resolved(split_strategy="random"), 0, POINT)
    assert "metric is 'headline' beside split strategy random; use time_holdout or strict_time" in str(
        refused.value
    )


def test_a_trial_has_an_id_of_its_own_that_a_resumed_sweep_gives_again():
    plan = planned()
    ids = [plan.as_trial(resolved(), number, POINT).experiment_id for number in range(3)]
    assert len(set(ids)) == 3
    assert ids[1].startswith("sweep-1-trial-1-")
    assert SweepPlan.from_json(plan.to_json()).trial_id(1) == ids[1]


def test_an_id_stays_valid_as_a_job_id_of_a_long_sweep_id():
    plan = planned().model_copy(update={"sweep_id": "sweep-" + "x" * 114})
    assert len(plan.trial_id(199)) <= 120


def test_sources_name_the_sweep_for_what_it_sets():
    sources = planned().as_trial(resolved(learning_rate=0.1), 0, POINT).sources
    assert sources["learning_rate"] == sources["embedding_dim"] == "sweep sweep-1"
    assert sources["batch_size"] == "models/shallow.yaml"
