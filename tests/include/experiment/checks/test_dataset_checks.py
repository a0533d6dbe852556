from datetime import UTC, date, datetime

import pytest

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda d: d["columns"][2].pop("role"),
            "columns has no column with role date; give one column `role: date`.",
        ),
        (
            lambda d: d["columns"][3].update(role="date"),
            "columns has 2 columns with role date (sold_at, sold_on); "
            "keep one and give the others role feature.",
        ),
        (
            lambda d: d["columns"].append({"name": "Colour", "source": "colour", "table": "items"}),
            "columns[6].name is 'Colour' again; "
            "rename it, since columns[5] has that name (BigQuery ignores case).",
        ),
        (
            lambda d: d["columns"].append({"name": "split", "source": "amount"}),
            "columns[6].name is 'split', which is ours; choose another name and set `source` to the column's "
            "name in the table.",
        ),
        (
            lambda d: d["columns"][5].update(table="item"),
            "columns[5].table is 'item'; did you mean 'items'? Otherwise use one of sales, items.",
        ),
        (
            lambda d: d["tables"][0].update(join="left"),
            "tables[0] is sales with a join; remove join, keys and latest_by, since the first table is "
            "what the others are joined to.",
        ),
        (lambda d: d["tables"][1].pop("join"), "tables[1].join is missing; use left or inner."),
        (
            lambda d: d["tables"][1].pop("keys"),
            "tables[1].keys is missing; list the columns that both tables share, e.g. [product_id].",
        ),
        (
            lambda d: d["tables"].append({**d["tables"][1]}),
            "tables[2].alias is 'items' again; give each table an alias of its own.",
        ),
        (
            lambda d: d["tables"][1].update(keys=[{"left": "items.sku", "right": "sku"}]),
            "tables[1].keys[0].left is 'items.sku'; "
            "write column or alias.column of an earlier table (sales).",
        ),
        (
            lambda d: d["tables"][1].update(keys=[{"left": "sku) OR (1=1", "right": "sku"}]),
            "tables[1].keys[0].left is 'sku) OR (1=1'; "
            "write column or alias.column of an earlier table (sales).",
        ),
        (
            lambda d: d.update(quality={"ranges": {"amont": {"min": 0}}}),
            "quality.ranges.amont is 'amont', which columns does not declare; did you mean 'amount'? "
            "Otherwise use one of customer, sku, sold_at, sold_on, amount, colour.",
        ),
    ],
)
def test_dataset_that_contradicts_itself(change, sentence, configs):
    configs.edit("datasets/shop.yaml", change)
    assert f"datasets/shop.yaml: {sentence}" in configs.problems()


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (
            {"min": 5, "max": 1},
            "quality.ranges.amount is {'max': 1, 'min': 5}; use a min of at most 1, which is",
        ),
        (
            {"severity": "critical"},
            "quality.ranges.amount is {'severity': 'critical'}; give min, max or both.",
        ),
    ],
)
def test_a_range_that_no_value_or_every_value_is_in_is_refused(configs, limits, sentence):
    configs.edit("datasets/shop.yaml", lambda dataset: dataset.update(quality={"ranges": {"amount": limits}}))
    assert configs.problems()[0].startswith(f"datasets/shop.yaml: {sentence}")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"history_days": 1_000_000}, "history_days is 1000000; use at least 1 and at most 36500."),
        ({"history_ends": date(1, 1, 1)}, "history_ends is datetime.date(1, 1, 1); use at least 1900-01-01."),
        (
            {"quality": {"freshness_days": 10**9}},
            "quality.freshness_days is 1000000000; use at least 0 and at",
        ),
    ],
)
def test_days_that_no_calendar_has_are_refused(configs, change, sentence):
    configs.edit("datasets/shop.yaml", lambda dataset: dataset.update(change))
    assert configs.problems()[0].startswith(f"datasets/shop.yaml: {sentence}")


def test_a_run_before_the_calendar_is_refused(configs):
    assert configs.problems(window_end=datetime(50, 1, 1, tzinfo=UTC)) == [
        "run parameters: the logical date is 0050-01-01; use one from 1900-01-01 on."
    ]
