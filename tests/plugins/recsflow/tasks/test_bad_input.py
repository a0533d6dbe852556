"""Mistakes of a user, through the real tasks against the emulator: each ends in one sentence, for good."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.execution_time.context import set_current_context

from include import storage
from include.cards.card import Card, Kind, State
from include.configs import config_root
from include.quality.errors import ExpectationError
from include.storage_errors import StorageError
from include.warehouse.connection import connect
from include.warehouse.errors import QueryTooExpensive, WarehouseUnavailable
from recsflow.errors import InvalidExperiment, QualityCheckFailed, SettingsError
from recsflow.tasks.experiment import render_query, resolve_experiment
from recsflow.tasks.rows import check_data_quality, stage_dataset

pytestmark = pytest.mark.emulator

# 2,000 purchases over 100 days until 2017-12-31; every hundredth has no household, 20 rows. The last five
# days alone have shades; 40 rows, with a household, have infinite stars.
PURCHASES = """
CREATE OR REPLACE TABLE `local.small.purchases` AS
SELECT
  IF(MOD(n, 100) = 0, NULL, MOD(n * 7, 50)) AS buyer,
  MOD(n * 13, 80) AS product_id,
  TIMESTAMP_ADD(TIMESTAMP '2017-09-23 12:00:00', INTERVAL MOD(n, 100) DAY) AS transaction_timestamp,
  1.5 AS sales_value,
  ['a', 'b'] AS tags,
  IF(MOD(n, 100) >= 95, 'dark', NULL) AS shade,
  IF(MOD(n, 50) = 7, CAST('inf' AS FLOAT64), 1.0 + MOD(n, 5)) AS stars
FROM UNNEST(GENERATE_ARRAY(1, 2000)) AS n
"""
PARTITIONED = """
CREATE OR REPLACE TABLE `local.small.visits`
PARTITION BY DATE(transaction_timestamp)
OPTIONS (require_partition_filter = TRUE)
AS SELECT * FROM `local.small.purchases`
"""
DATASET = """
tables:
  - {table: small.purchases, alias: purchases}
columns:
  - {name: household_id, role: customer_id, source: buyer}
  - {name: product_id, role: product_id}
  - {name: transaction_timestamp, role: date}
  - {name: sales_value}
  - {name: tags}
history_ends: 2018-01-01
quality: {min_rows: 100}
"""


@pytest.fixture(scope="module")
def purchases(bigquery_emulator):
    """A small table, in an emulator of the tests' own."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    client = bigquery.Client(project="local", credentials=AnonymousCredentials())
    client.create_dataset("small", exists_ok=True)
    connect("local", location="US").query(PURCHASES, (), {}, 60)


class User:
    """Somebody with a config folder who starts a run, task by task."""

    def __init__(self, root, context):
        self.root = root
        self.context = context
        self.write("datasets/small.yaml", DATASET)

    def write(self, name, text):
        (self.root / name).write_text(text)

    def append(self, name, text):
        with (self.root / name).open("a") as config:
            config.write(text)

    def resolve(self, **parameters):
        params = {"dataset": "small", "features": "basic", "model": "shallow", **parameters}
        with set_current_context({**self.context, "params": params}):
            return resolve_experiment.function()

    def stage(self, **parameters):
        experiment = self.resolve(**parameters)
        with set_current_context(self.context):
            return stage_dataset.function(render_query.function(experiment))

    def check(self, **parameters):
        rows = self.stage(**parameters)
        with set_current_context(self.context):
            check_data_quality.function(rows)


@pytest.fixture
def user(purchases, pipeline_jobs, context, tmp_path, monkeypatch):
    root = tmp_path / "configs"
    shutil.copytree(config_root(), root)
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(root))
    moment = datetime(2018, 1, 1, tzinfo=UTC)
    run = SimpleNamespace(data_interval_end=moment, logical_date=moment, run_after=moment)
    whole = {"dag": SimpleNamespace(dag_id="quick_test", tasks=[]), "run_id": "manual__1", "dag_run": run}
    return User(root, {**context, **whole})


def quality_of(tmp_path):
    [report] = tmp_path.glob("experiments/*/quality.json")
    return json.loads(storage.read_text(Path(report).as_uri()))


def test_rows_without_an_id_are_counted_although_they_are_not_staged(user, tmp_path):
    user.check()
    says = (
        "household_id is never missing in the source: 20 of the 2,000 rows in the window have none and are "
        "left out"
    )
    report = quality_of(tmp_path)
    assert report["passed"]
    assert report["warnings"] == [says]
    [card] = (Card.from_json(path.read_bytes()) for path in tmp_path.glob("cards/*.json"))
    assert (card.dag_id, card.run_id, card.kind) == ("quick_test", "manual__1", Kind.EXPERIMENT)
    assert (card.state, card.dataset, card.features) == (State.CHECKING, "small", "basic")
    assert card.test_rows
    # 20 purchases a day for the last 28 days; those without a household are of the first day of all.
    assert (card.test_rows.first_day, card.test_rows.rows) == ("2017-12-04", 560)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "small.purchases",
            "small.purchase",
            "datasets/small.yaml: tables[0].table is 'small.purchase', which the warehouse does not have",
        ),
        (
            "name: sales_value",
            "name: sales_valu",
            "columns[3].name is 'sales_valu', which table small.purchases does not have; "
            "did you mean 'sales_value'?",
        ),
        ("history_ends", "history_end", "history_end is not a known key; did you mean 'history_ends'?"),
        ("tables:", "tables: [", "datasets/small.yaml: line "),
    ],
)
def test_mistakes_in_a_dataset_are_for_good(user, before, after, sentence):
    user.write("datasets/small.yaml", DATASET.replace(before, after, 1))
    with pytest.raises(InvalidExperiment) as caught:
        user.resolve()
    assert sentence in str(caught.value)
    assert isinstance(caught.value, AirflowFailException)


def test_column_of_lists_is_refused(user):
    user.append("features/basic.yaml", "  - {column: tags, kind: vocabulary, embedding_dim: 8}\n")
    with pytest.raises(
        InvalidExperiment, match=r"candidate\[1\].kind is 'vocabulary' on tags of type ARRAY.*`separator`"
    ):
        user.resolve()


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"holdout_days": 400}, "run parameters: holdout_days is 400, but the data before 2018-01-01 span"),
        (
            {"split_strategy": "custom"},
            "run parameters: eval_ratio is missing; give it for split strategy custom",
        ),
        ({"learning_rate": "fast"}, "run parameters: learning_rate is 'fast'; use a number"),
    ],
)
def test_mistakes_in_the_parameters(user, parameters, sentence):
    with pytest.raises(InvalidExperiment) as caught:
        user.resolve(**parameters)
    assert sentence in str(caught.value)


def test_a_table_that_requires_a_partition_filter_is_refused_until_its_column_is_named(user, tmp_path):
    warehouse = connect("local", location="US")
    warehouse.query(PARTITIONED, (), {}, 60)
    dataset = DATASET.replace("small.purchases", "small.visits")
    user.write("datasets/small.yaml", dataset)
    with pytest.raises(
        InvalidExperiment,
        match=r"tables\[0\].partition_column is missing, .* set it to transaction_timestamp\.",
    ):
        user.resolve()

    named = "alias: purchases, partition_column: transaction_timestamp}"
    user.write("datasets/small.yaml", dataset.replace("alias: purchases}", named) + "history_days: 90\n")
    user.check()

    assert quality_of(tmp_path)["passed"]


@pytest.mark.parametrize("limit", ["maximum_bytes_billed_per_query", "maximum_bytes_billed_per_run"])
def test_what_a_run_may_be_billed_is_the_settings_to_say(user, monkeypatch, settings_values, limit):
    # One query is billed 10 MiB at least, and a run asks more than one.
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps({**settings_values, limit: 10 * 2**20}))

    if limit.endswith("query"):
        user.stage()
    else:
        with pytest.raises(InvalidExperiment, match=r"maximum_bytes_billed_per_run is 10,485,760 bytes, but"):
            user.resolve()


def test_what_is_asked_of_staged_rows_is_billed_to_the_run_too(user, monkeypatch, settings_values, tmp_path):
    def allow(per_run):
        values = {**settings_values, "maximum_bytes_billed_per_run": per_run}
        monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))

    def billed():
        [kept] = tmp_path.glob("experiments/*/spending.json")
        return json.loads(kept.read_text())["billed_bytes"]

    allow(2**40)
    rows = user.stage()
    until_then = billed()
    # What the gate asks first is billed ten mebibytes, the least there is.
    allow(until_then + 10 * 2**20)
    said = (
        f"of which the run was billed {until_then + 10 * 2**20:,} before, but a query of "
        r"local\.recsflow_staging\.rows_\w+ would be billed 10,485,760; raise it"
    )
    with set_current_context(user.context), pytest.raises(QueryTooExpensive, match=said):
        check_data_quality.function(rows)

    allow(2**40)
    user.check()
    assert billed() > until_then + 10 * 2**20


def test_filter_that_keeps_nothing_ends_staging(user):
    user.append(
        "datasets/small.yaml", 'filters: {conditions: [{column: sales_value, operator: ">", value: 9}]}\n'
    )
    with pytest.raises(InvalidExperiment, match="which keeps no row before 2018-01-01; loosen it"):
        user.stage()


def test_critical_range_stops_the_run_and_leaves_its_report(user, tmp_path):
    user.write(
        "datasets/small.yaml",
        DATASET.replace(
            "{min_rows: 100}", "{min_rows: 100, ranges: {household_id: {max: 40, severity: critical}}}"
        ),
    )
    with pytest.raises(QualityCheckFailed, match=r"at most 40: .* \(quality.ranges.household_id\)"):
        user.check()
    assert not quality_of(tmp_path)["passed"]


def test_feature_that_only_the_test_rows_have_stops_the_run(user):
    user.write("datasets/small.yaml", DATASET.replace("- {name: tags}", "- {name: shade}"))
    user.append("features/basic.yaml", "  - {column: shade, kind: vocabulary}\n")

    with pytest.raises(QualityCheckFailed) as stopped:
        user.check(sample_percent=100)

    says = str(stopped.value)
    assert "shade has values in train: none of " in says
    assert (
        " train rows has one, though test has 100, so there is nothing to learn; remove features/basic.yaml: "
        in says
    )
    assert (
        "candidate[1], or fill the column, or choose another window (datasets/small.yaml: columns[4])" in says
    )


def test_infinite_labels_stop_a_model_of_ratings_and_are_told_to_others(user, tmp_path):
    user.write("datasets/small.yaml", DATASET.replace("- {name: tags}", "- {name: stars, role: label}"))
    says = "stars is a finite number or missing: of 1,980 rows 40 infinite; "

    user.check(sample_percent=100)
    assert says + "they count as missing" in quality_of(tmp_path)["warnings"]

    with pytest.raises(QualityCheckFailed) as stopped:
        user.check(sample_percent=100, model="ranking")
    assert says + "correct them, or leave these rows out by a view (datasets/small.yaml: columns[4])" in str(
        stopped.value
    )


def test_broken_variable(user, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", '{"project": ')
    with pytest.raises(SettingsError, match="Airflow Variable 'recsflow' is not JSON"):
        user.resolve()


def test_artifact_root_that_cannot_be_written_is_for_good(user, monkeypatch, settings_values, tmp_path):
    (tmp_path / "file").touch()
    root = f"{tmp_path.as_uri()}/file/artifacts"
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps({**settings_values, "artifact_root": root}))
    with pytest.raises(StorageError, match=r"artifact root: .*file/artifacts/.* cannot be written"):
        user.resolve()


def test_unknown_expectation_is_for_good(user):
    user.write(
        "datasets/small.yaml",
        DATASET.replace(
            "{min_rows: 100}", "{expectations: [{type: expect_colum_to_exist, kwargs: {column: a}}]}"
        ),
    )
    with pytest.raises(
        ExpectationError, match=r"expectations\[0\].type is 'expect_colum_to_exist'; did you mean"
    ):
        user.check()


def test_connection_that_airflow_does_not_have_is_for_good(user, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_RECSFLOW_GCP")
    with pytest.raises(
        SettingsError, match="gcp_conn_id is 'recsflow_gcp', a connection that Airflow does not"
    ):
        user.resolve()


def test_warehouse_that_is_away_is_an_outage(user, monkeypatch):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1")
    with pytest.raises(WarehouseUnavailable, match=r"no answer \(\[Errno 111\] Connection refused\)"):
        user.resolve()
