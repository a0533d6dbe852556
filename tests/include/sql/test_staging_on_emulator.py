"""What the staging statement does, counted on real rows in the emulator."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from google.cloud import bigquery

from include.experiment.config.column_types import StagedType
from include.sql.casts import cast_expression
from include.sql.renderer import render_staging_query
from include.warehouse.connection import connect
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator

# 40,800 rows, of which every thousandth purchase, 40 rows, has no customer.
ROWS_WITH_IDS = 40_760
STRATEGIES = {
    "random": {"split_strategy": "random", "train_ratio": 0.8},
    "time_holdout": {"split_strategy": "time_holdout", "train_ratio": 0.8},
    "strict_time": {"split_strategy": "strict_time"},
    "custom": {"split_strategy": "custom", "train_ratio": 0.6, "eval_ratio": 0.3},
    "train_and_test": {"split_strategy": "custom", "train_ratio": 0.8, "eval_ratio": 0},
}
SHARES = {
    "random": {"train": 0.8, "eval": 0.1, "test": 0.1},
    # 14 of 120 days are 0.1167 of the rows; what is left is divided 4 to 1.
    "time_holdout": {"train": 0.7067, "eval": 0.1767, "test": 0.1167},
    "strict_time": {"train": 0.7667, "eval": 0.1167, "test": 0.1167},
    "custom": {"train": 0.6, "eval": 0.3, "test": 0.1},
    # 2 % of the 0.8 are held back for eval.
    "train_and_test": {"train": 0.784, "eval": 0.016, "test": 0.2},
}
KEY = "customer, product, bought_at"


@pytest.fixture(scope="session")
def warehouse(shop):
    return connect(shop.project, location="US")


@pytest.fixture
def stage(warehouse, shop_experiment):
    """Stages an experiment and returns the table with its counts."""

    def run(**parameters):
        query = render_staging_query(
            shop_experiment(**parameters), staging_dataset="staging", project="local"
        )
        return warehouse.stage(query)

    return run


@pytest.fixture
def select(shop):
    """Runs a query whose `{0}`, `{1}` … are staged tables, and returns its rows as tuples."""

    def run(text, *staged):
        sql = text.format(*(f"`{table.table}`" for table in staged))
        return [tuple(row) for row in shop.query(sql, retry=None).result(timeout=PATIENCE_S, retry=None)]

    return run


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_splits_have_their_shares_of_all_rows_with_ids(strategy, stage):
    staged = stage(**STRATEGIES[strategy])
    assert staged.rows == ROWS_WITH_IDS
    for split, share in SHARES[strategy].items():
        assert staged.rows_by_split[split] / staged.rows == pytest.approx(share, abs=0.01)


def test_eval_rows_of_a_plain_split_come_from_train_and_test_is_what_it_is_with_them(stage, select):
    plain, halved = stage(**STRATEGIES["train_and_test"]), stage(split_strategy="random", train_ratio=0.6)
    counts = dict(select("SELECT split, COUNT(*) FROM {0} GROUP BY split", plain))
    assert counts["train"] + counts["eval"] == pytest.approx(0.8 * ROWS_WITH_IDS, rel=0.01)
    assert 0 < counts["eval"] < 0.025 * counts["train"]
    test = f"SELECT {KEY} FROM {{}} WHERE split = 'test'"
    for one, other in (("{0}", "{1}"), ("{1}", "{0}")):
        assert select(f"{test.format(one)} EXCEPT DISTINCT {test.format(other)}", plain, halved) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_interaction_is_in_two_splits_even_if_recorded_twice(strategy, stage, select):
    staged = stage(**STRATEGIES[strategy])
    twice = f"SELECT {KEY}, COUNT(*) FROM {{0}} GROUP BY {KEY} HAVING COUNT(*) > 1"
    assert len(select(twice, staged)) > 700
    shared = f"SELECT {KEY} FROM {{0}} GROUP BY {KEY} HAVING COUNT(DISTINCT split) > 1"
    assert select(shared, staged) == []


@pytest.mark.parametrize("date_column", ["bought_at", "bought_on", "bought_local"])
def test_strict_time_is_ordered(date_column, stage, select):
    staged = stage(split_strategy="strict_time", date_column=date_column)
    bounds = f"SELECT split, MIN({date_column}), MAX({date_column}) FROM {{0}} GROUP BY split"
    times = {split: (first, last) for split, first, last in select(bounds, staged)}
    assert times["train"][1] < times["eval"][0]
    assert times["eval"][1] < times["test"][0]


@pytest.mark.parametrize("date_column", ["bought_at", "bought_on", "bought_local"])
def test_time_holdout_is_the_last_days_and_no_others(date_column, stage, select):
    staged = stage(split_strategy="time_holdout", holdout_days=14, date_column=date_column)
    # 2024-04-30 00:00 UTC less 14 days is 2024-04-16 00:00 UTC, 1713225600 in unix seconds.
    outside = f"SELECT COUNT(*) FROM {{0}} WHERE (split = 'test') != ({date_column} >= 1713225600)"
    assert select(outside, staged) == [(0,)]
    base = (
        "SELECT COUNT(*) FROM `local.shop.purchases` WHERE customer IS NOT NULL AND bought_on >= '2024-04-16'"
    )
    assert select(base) == [(staged.rows_by_split["test"],)]


def test_an_array_becomes_one_text(shop):
    texts, numbers = (
        cast_expression(name, kind, StagedType.STRING, "@separator_0")
        for name, kind in (("tags", "ARRAY<STRING>"), ("numbers", "ARRAY<INT64>"))
    )
    arrays = [("['a', 'b c']", "[3, -1]"), ("CAST([] AS ARRAY<STRING>)", "CAST([] AS ARRAY<INT64>)")]
    rows = " UNION ALL ".join(f"SELECT {tags} AS tags, {many} AS numbers" for tags, many in arrays)
    separator = bigquery.ScalarQueryParameter("separator_0", "STRING", "|")
    config = bigquery.QueryJobConfig(query_parameters=[separator])
    query = shop.query(f"SELECT {texts}, {numbers} FROM ({rows})", retry=None, job_config=config)
    found = [tuple(row) for row in query.result(timeout=PATIENCE_S, retry=None)]
    assert sorted(found) == [("", ""), ("a|b c", "3|-1")]


def test_rows_after_the_logical_date_are_not_there(stage, select, shop_experiment):
    end = shop_experiment().window_end - timedelta(days=60)
    staged = stage(window_end=end)
    assert select(f"SELECT COUNT(*) FROM {{0}} WHERE bought_at >= {end.timestamp():.0f}", staged) == [(0,)]
    assert staged.rows / ROWS_WITH_IDS == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_test_split_is_equal_at_every_sample_size(strategy, stage, select):
    tests = [
        select(f"SELECT {KEY} FROM {{0}} WHERE split = 'test' ORDER BY 1, 2, 3", staged)
        for percent in (5, 10, 25, 100)
        for unit in ("row", "customer")
        for staged in [stage(**STRATEGIES[strategy], sample_percent=percent, sample_unit=unit)]
    ]
    assert len(tests[0]) > 3000
    assert all(other == tests[0] for other in tests[1:])


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("percent", "tolerance"), [(5, 0.005), (10, 0.007), (25, 0.01)])
def test_sample_has_its_share_of_train_and_of_eval_rows(strategy, percent, tolerance, stage):
    whole = stage(**STRATEGIES[strategy]).rows_by_split
    sample = stage(**STRATEGIES[strategy], sample_percent=percent).rows_by_split
    assert sample["train"] / whole["train"] == pytest.approx(percent / 100, abs=tolerance)
    # Were both decisions made by one hash, a 5 % sample would have no eval rows at all.
    assert sample["eval"] / whole["eval"] == pytest.approx(percent / 100, abs=3 * tolerance)


def test_larger_sample_contains_the_smaller_one(stage, select):
    small, large = stage(sample_percent=5), stage(sample_percent=25)
    chosen = f"SELECT {KEY}, split FROM {{}} WHERE split != 'history'"
    missing = f"{chosen.format('{0}')} EXCEPT DISTINCT {chosen.format('{1}')}"
    assert select(missing, small, large) == []
    assert select(missing, large, small) != []


def test_sampled_customers_keep_all_their_rows_and_others_hardly_one(stage, select):
    whole, sample = stage(), stage(sample_percent=25, sample_unit="customer")
    per_customer = "SELECT customer, COUNT(*) FROM {0} WHERE split IN ('train', 'eval') GROUP BY customer"
    all_counts, counts = dict(select(per_customer, whole)), dict(select(per_customer, sample))
    others = [count for customer, count in counts.items() if count < all_counts[customer]]
    # 400 customers: 100 expected in the sample, standard deviation 8.7; the mean customer has 90 rows.
    assert 70 <= len(counts) - len(others) <= 130
    assert len(counts) == len(all_counts)
    assert sum(others) < 2 * len(others)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_sample_has_all_customers_and_products_of_the_train_split(strategy, stage, select):
    ids = "SELECT DISTINCT {} FROM {{0}} WHERE split = 'train' ORDER BY 1"
    for name in ("customer", "product"):
        found = [
            select(ids.format(name), stage(**STRATEGIES[strategy], sample_percent=percent, sample_unit=unit))
            for percent, unit in ((100, "row"), (25, "row"), (5, "row"), (5, "customer"))
        ]
        assert len(found[0]) >= 280
        assert all(other == found[0] for other in found[1:])


def test_a_sample_of_filtered_rows_has_all_their_customers_and_products(stage, select):
    for name in ("customer", "product"):
        ids = f"SELECT DISTINCT {name} FROM {{0}} WHERE split = 'train' ORDER BY 1"
        whole, sample = (
            select(ids, stage(dataset="filtered_shop", sample_percent=percent)) for percent in (100, 10)
        )
        assert sample == whole


def test_rows_outside_the_sample_are_kept_once_without_their_features(stage, select):
    whole = stage(features="all_types")
    sample = stage(features="all_types", sample_percent=5)
    rows = f"SELECT {KEY}, COUNT(*) FROM {{0}} WHERE split != 'test' GROUP BY {KEY} ORDER BY 1, 2, 3"
    assert select(rows, sample) == select(rows, whole)
    assert whole.history_rows == 0
    assert sample.history_rows + sample.rows == whole.rows
    assert sum(sample.rows_by_split.values()) == sample.rows
    counts = select(
        "SELECT COUNT(customer), COUNT(brand), COUNT(grams) FROM {0} WHERE split = 'history'", sample
    )
    assert counts == [(sample.history_rows, 0, 0)]


def test_features_do_not_change_the_split(stage, select):
    ids, rich = stage(), stage(features="all_types")
    assert ids.table != rich.table
    difference = f"SELECT {KEY}, split FROM {{0}} EXCEPT DISTINCT SELECT {KEY}, split FROM {{1}}"
    assert select(difference, ids, rich) == []
    assert ids.rows == rich.rows


def test_every_type_is_cast_to_one_that_training_reads(stage, warehouse, select):
    staged = stage(features="all_types")
    types = warehouse.table_schema(staged.table)
    assert set(types.values()) == {"STRING", "INTEGER", "FLOAT"}
    wrong = """
        SELECT COUNT(*) FROM {0}
        WHERE bought_on != bought_at - MOD(bought_at, 86400)
          OR bought_local != bought_at
          OR clock != MOD(bought_at, 86400)
          OR is_gift NOT IN (0, 1)
          OR paid < 1 OR paid >= 50
    """
    assert select(wrong, staged) == [(0,)]


def test_second_staging_finds_the_table(stage):
    first = stage(holdout_days=13)
    second = stage(holdout_days=13)
    assert second.table == first.table
    assert second.rows_by_split == first.rows_by_split
    assert second.reused


def test_quotes_backticks_and_newlines_pass_intact(stage, select):
    config = yaml.safe_load((Path(__file__).parent / "shop/datasets/filtered_shop.yaml").read_text())
    nasty = config["filters"]["conditions"][0]["value"][1]
    assert {"`", "'", '"', "\n", "\\", "@"} <= set(nasty)
    kept = select("SELECT DISTINCT brand FROM {0}", stage(features="all_types"))
    assert (nasty,) in kept
    brands = """
        SELECT DISTINCT products.brand
        FROM {0} AS staged JOIN `local.shop.products` AS products ON staged.product = products.product
    """
    left = {brand for (brand,) in select(brands, stage(dataset="filtered_shop"))}
    assert left == {f"brand {digit}" for digit in (0, 2, 4, 5, 6, 7, 8, 9)}


def test_filters_keep_top_products_and_active_customers_of_train_and_eval(stage, select):
    staged = stage(dataset="filtered_shop")
    # The window is 2024-01-21 to 2024-04-29, and its last 14 days are the test split.
    rows = select("""
        SELECT purchases.customer, purchases.product, CAST(purchases.paid AS FLOAT64)
        FROM `local.shop.purchases` AS purchases
        JOIN `local.shop.products` AS products ON purchases.product = products.product
        WHERE purchases.customer IS NOT NULL
          AND purchases.bought_on >= '2024-01-21' AND purchases.bought_on < '2024-04-16'
          AND purchases.paid >= 2.5 AND MOD(products.product, 10) NOT IN (1, 3)
    """)
    revenue = Counter()
    for _, product, paid in rows:
        revenue[product] += paid
    top, above, total = set(), 0.0, sum(revenue.values())
    for product, own in sorted(revenue.items(), key=lambda item: (-item[1], item[0])):
        if above < 0.8 * total:
            top.add(product)
        above += own
    purchases = Counter(customer for customer, product, _ in rows if product in top)
    active = {customer for customer, count in purchases.items() if count >= 60}
    assert 0 < len(top) < len(revenue)
    assert 0 < len(active) < len(purchases)
    expected = sum(count for customer, count in purchases.items() if customer in active)
    assert staged.rows_by_split["train"] + staged.rows_by_split["eval"] == expected
    tested = select("SELECT DISTINCT customer, product FROM {0} WHERE split = 'test'", staged)
    assert tested
    assert {customer for customer, _ in tested} <= active
    assert {product for _, product in tested} <= top
