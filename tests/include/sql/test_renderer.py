"""The text of the staging statement, and what its name depends on."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.sql.identifiers import InvalidIdentifier
from include.sql.renderer import render_staging_query

pytestmark = pytest.mark.unit

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "random": {"split_strategy": "random", "train_ratio": 0.8},
    "time_holdout": {"split_strategy": "time_holdout", "sample_percent": 5},
    "strict_time": {"split_strategy": "strict_time", "date_column": "bought_local"},
    "custom": {"split_strategy": "custom", "train_ratio": 0.6, "eval_ratio": 0.3, "sample_unit": "customer"},
    "all_types": {"features": "all_types", "sample_percent": 25, "sample_unit": "customer"},
    "filtered": {"dataset": "filtered_shop", "sample_percent": 10},
    "past": {"dataset": "newest_shop", "source_as_of": "2024-05-01T03:00:00Z"},
}


def render(experiment):
    return render_staging_query(experiment, staging_dataset="staging", project="local")


@pytest.mark.parametrize("name", CASES)
def test_statement_reads_like_its_golden_file(name, shop_experiment):
    text = render(shop_experiment(**CASES[name])).document()
    file = GOLDEN / f"{name}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


@pytest.mark.parametrize("name", CASES)
def test_every_parameter_is_used_and_every_used_one_is_given(name, shop_experiment):
    query = render(shop_experiment(**CASES[name]))
    assert set(re.findall(r"@(\w+)", query.sql)) == {parameter.name for parameter in query.parameters}


@pytest.mark.parametrize("name", CASES)
def test_lines_fit_a_screen_and_do_not_trail(name, shop_experiment):
    for line in render(shop_experiment(**CASES[name])).sql.splitlines():
        assert len(line) <= 110
        assert line == line.rstrip()


def test_the_values_of_an_array_are_joined_by_a_parameter(shop_experiment):
    experiment = shop_experiment(features="all_types")
    array = {"bigquery_type": "ARRAY<STRING>", "separator": "'; DROP"}
    columns = [
        column.model_copy(update=array) if column.name == "brand" else column for column in experiment.columns
    ]
    query = render(experiment.model_copy(update={"columns": tuple(columns)}))
    (parameter,) = [each for each in query.parameters if each.name.startswith("separator")]
    assert parameter.value == "'; DROP"
    assert f"ARRAY_TO_STRING(products.brand, @{parameter.name}) AS brand" in query.sql


def test_the_same_rows_have_the_same_table(shop_experiment):
    table = render(shop_experiment()).table
    assert re.fullmatch(r"local\.staging\.rows_[0-9a-f]{12}", table)
    assert render(shop_experiment(learning_rate=0.02, epochs=7, notes="again", seed=1)).table == table


@pytest.mark.parametrize(
    "change",
    [
        {"sample_percent": 25},
        {"holdout_days": 15},
        {"train_ratio": 0.81},
        {"split_strategy": "strict_time"},
        {"features": "all_types"},
        {"window_end": datetime(2024, 4, 1, tzinfo=UTC)},
    ],
)
def test_other_rows_have_another_table(change, shop_experiment):
    assert render(shop_experiment(**change)).table != render(shop_experiment()).table


def test_other_project_has_another_fingerprint(shop_experiment):
    experiment = shop_experiment()
    other = render_staging_query(experiment, staging_dataset="local.staging", project="elsewhere")
    assert other.fingerprint != render(experiment).fingerprint
    assert "`elsewhere.shop.purchases`" in other.sql


def test_expiration_is_no_part_of_the_name(shop_experiment):
    experiment = shop_experiment()
    longer = render_staging_query(experiment, staging_dataset="staging", project="local", expiration_days=90)
    assert longer.table == render(experiment).table
    assert "INTERVAL 90 DAY" in longer.sql


def test_runs_of_one_day_share_their_rows(shop_experiment):
    morning = datetime(2024, 4, 1, 6, 30, tzinfo=UTC)
    afternoon = morning + timedelta(hours=9)
    assert render(shop_experiment(morning)).table == render(shop_experiment(afternoon)).table


@pytest.mark.parametrize("name", ["staging; DROP TABLE x", "a`b", "a.b.c.d", "", "x\ny"])
def test_staging_dataset_that_is_no_name_is_refused(name, shop_experiment):
    with pytest.raises(InvalidIdentifier):
        render_staging_query(shop_experiment(), staging_dataset=name, project="local")
