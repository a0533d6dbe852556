from datetime import UTC, datetime

import pytest

from include.experiment.config.accelerators import Accelerator
from include.experiment.config.push_config import PushConfig
from include.plan.cache_hits import predict
from include.plan.cost import Prices, Usage
from include.plan.plan import KeptFile, Plan
from include.plan.rows import RowsPlan, StagedRows
from include.plan.text import render_plan
from include.sql.renderer import render_staging_query
from tests.include.complete_journey import resolved
from tests.include.plan.pipelines import PARAMETERS, past, pipeline, told

pytestmark = pytest.mark.unit

PRICES = Prices(
    currency="EUR",
    basis="list prices of europe-west4",
    query_per_tib=6,
    component_per_hour=0.5,
    trainer_per_hour={Accelerator.CPU: 1},
)
TABLE_ROWS = {"complete_journey.transactions": 1_469_307, "complete_journey.products": 92_331}


def rows_of(experiment, **changes):
    query = render_staging_query(experiment, staging_dataset="staging", project="shop")
    values = {"staged": None, "scanned_bytes": 2**30, "table_rows": TABLE_ROWS}
    return RowsPlan(query, **{**values, **changes})


def plan(experiment=None, *, new=None, runs=(), **changes):
    experiment = experiment or resolved()
    new = new or pipeline()
    prediction = predict(new, runs, lambda uri: True)
    rows = rows_of(experiment)
    values = {
        "experiment": experiment,
        "column_names": ("household_id",),
        "rows": rows,
        "modules": (
            KeptFile("trainer_module", "abc", there=True),
            KeptFile("transform_module", "def", there=False),
        ),
        "spec": KeptFile("pipeline", "key1", there=True),
        "pipeline": new,
        "prediction": prediction,
        "usage": Usage(rows.scanned_bytes, prediction.components, Accelerator.CPU, 3600),
        "prices": None,
    }
    return Plan(**{**values, **changes})


def lines(*args, whole=True, **kwargs):
    return [" ".join(line.split()) for line in render_plan(plan(*args, **kwargs), whole=whole).splitlines()]


def test_rows_are_told_with_their_window_their_splits_and_the_cast_of_each_column():
    said = lines()
    assert "window the first row to 2018-01-01, that day not included" in said
    assert "split time_holdout: test from 2017-12-04; what is older by hash: train 0.9, eval 0.1" in said
    assert "transaction_timestamp TIMESTAMP -> INT64, UNIX_SECONDS(transaction_timestamp)" in said
    assert "household_id INTEGER -> INT64, as it is" in said


@pytest.mark.parametrize(
    ("parameters", "split"),
    [
        (
            {"split_strategy": "strict_time", "holdout_days": 7},
            "strict_time: test from 2017-12-25, eval from 2017-12-18, train before",
        ),
        (
            {"split_strategy": "custom", "train_ratio": 0.6, "eval_ratio": 0.3},
            "custom, by hash: train 0.6, eval 0.3, test 0.1",
        ),
        (
            {"split_strategy": "custom", "train_ratio": 0.8, "eval_ratio": 0},
            "custom, by hash: train 0.784, eval 0.016, test 0.2",
        ),
        ({"split_strategy": "random", "train_ratio": 0.8}, "random, by hash: train 0.8, eval 0.1, test 0.1"),
    ],
)
def test_every_strategy_says_where_its_splits_are(parameters, split):
    assert f"split {split}" in lines(resolved(**parameters))


def test_rows_that_are_not_staged_are_bounded_by_their_table():
    said = next(line for line in lines() if line.startswith("stage_dataset"))
    assert "is not there; reads 1.0 GiB; at most 1,469,307 rows, all of complete_journey.transactions" in said
    assert "export runs" in lines()


def test_bytes_that_a_service_does_not_count_are_not_called_none():
    said = "\n".join(lines(rows=rows_of(resolved(), scanned_bytes=None)))
    assert "reads an amount of bytes that the service does not tell" in said


def test_rows_that_are_staged_are_counted_by_split():
    staged = StagedRows(
        {"train": 900, "eval": 50, "test": 1050}, datetime(2026, 1, 1, tzinfo=UTC), exported=True
    )
    said = lines(rows=rows_of(resolved(), staged=staged, scanned_bytes=0))
    assert any(line.endswith("is there: 2,000 rows, train 900, eval 50, test 1,050") for line in said)
    assert "export re-used, the rows of that table are exported" in said


def test_staged_test_rows_that_training_cannot_know_are_counted():
    staged = StagedRows(
        {"train": 900, "eval": 50, "test": 1_000},
        datetime(2026, 1, 1, tzinfo=UTC),
        exported=True,
        cold={"household_id": 710, "product_id": 0},
    )
    said = lines(rows=rows_of(resolved(), staged=staged, scanned_bytes=0))
    assert any(
        line.endswith("test 1,000; 710 test rows (71%) are of a household_id without a train row")
        for line in said
    )


def test_a_statement_that_the_service_would_refuse_is_not_promised():
    said = "\n".join(lines(rows=rows_of(resolved(), scanned_bytes=None, refusal="no such function: NEAR")))
    assert "WOULD FAIL, BigQuery refuses the statement: no such function: NEAR" in said


def test_the_log_of_a_run_leaves_out_what_the_run_says_elsewhere():
    hasty = resolved(model="deep", learning_rate=0.5)
    whole, logged = lines(hasty), lines(hasty, whole=False)
    assert "WITH interactions AS (" in whole
    assert any("] learning_rate: 0.5" in line for line in whole)
    assert not any("interactions AS" in line or "] learning_rate" in line for line in logged)
    assert len(logged) < 45


def test_what_the_last_run_was_told_otherwise_is_listed_old_and_new():
    slow = told(trainer_config=PARAMETERS["trainer_config"].replace("0.2", "0.02"))
    said = lines(new=slow, runs=[past("quick-1")])
    at = said.index("compared with quick-1, the last run of pipeline complete-journey-basic")
    assert said[at + 1] == "trainer_config training.learning_rate 0.2 -> 0.02"
    assert "Read re-used, as in quick-1" in said


def test_equal_runs_are_said_to_differ_in_nothing():
    assert "nothing but the names of the runs" in lines(runs=[past("quick-1")])


def test_the_bound_on_cost_adds_up_and_says_where_prices_are_from():
    said = lines(prices=PRICES)
    # A 1,024th of 6; an hour at 1; two components, an hour each at 0.5.
    assert "staging query 1.0 GiB at 6 EUR per TiB = 0.01 EUR" in said
    assert "Trainer (cpu) 1 h at 1 EUR per hour = 1.00 EUR" in said
    assert "2 other components 2 x 1 h at 0.5 EUR per hour = 1.00 EUR" in said
    assert "in all 2.01 EUR" in said
    assert "prices list prices of europe-west4" in said


def test_a_bound_of_which_a_part_is_not_known_is_not_called_whole():
    without = Usage(None, plan().prediction.components, Accelerator.CPU, 3600)
    said = lines(prices=PRICES, usage=without)
    assert "in all not known, since a part of it is not; the other parts come to 2.00 EUR" in said


def test_without_prices_quantities_are_told_and_no_amount():
    said = "\n".join(lines())
    assert "staging query 1.0 GiB\n" in said
    assert "prices none given; set `prices` in the Airflow Variable `recsflow` to see amounts" in said


def test_what_costs_nothing_says_why():
    basis = "this machine bills nobody"
    free = Prices(
        currency="USD",
        basis=basis,
        query_per_tib=0,
        component_per_hour=0,
        trainer_per_hour={Accelerator.CPU: 0},
    )
    assert f"nothing {basis}" in lines(prices=free)


def test_what_could_not_be_found_out_is_said():
    said = lines(rows=None, prediction=None, unknown=("MLflow did not answer.",))
    assert "stage_dataset not known" in said
    assert "components not known" in said
    assert said[said.index("what is not known") + 1] == "MLflow did not answer."


@pytest.mark.parametrize(
    ("push", "said"),
    [
        (PushConfig(), "a version in the Model Registry, served by nobody"),
        (
            PushConfig(endpoint="shop-home", max_replicas=2),
            "served at shop-home by 1 to 2 n1-standard-4, paid until it is replaced",
        ),
    ],
)
def test_machines_that_a_promotion_would_start_are_told(push, said):
    assert f"push_model runs where the model is promoted: {said}" in lines(push=push)
    assert not any("push_model" in line for line in lines())
