import math

import pyarrow as pa
import pytest

from include.experiment.config.column_types import StagedType
from include.experiment.config.dataset_config import Column
from include.experiment.config.feature_config import FeatureConfig
from tests.include.complete_journey import resolved, with_quality
from tests.include.quality.staging import check_values

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]

ARROW = {StagedType.STRING: pa.string(), StagedType.INT64: pa.int64(), StagedType.FLOAT64: pa.float64()}
MISSING_NUMBER = -9_007_199_254_740_991
NONE = [None] * 500
KINDS = [
    ({"kind": "vocabulary", "column": "extra"}, StagedType.STRING, "a"),
    ({"kind": "vocabulary", "column": "extra"}, StagedType.INT64, 5),
    ({"kind": "vocabulary", "column": "extra", "separator": "|"}, StagedType.STRING, "a|b"),
    ({"kind": "numeric", "column": "extra"}, StagedType.FLOAT64, 0.0),
    ({"kind": "bucketized", "column": "extra"}, StagedType.FLOAT64, 1.5),
    ({"kind": "cyclical", "column": "extra", "period": "day_of_week"}, StagedType.INT64, 86_400),
    ({"kind": "hashed_cross", "columns": ["extra", "product_id"]}, StagedType.STRING, "a"),
]


def report_of(columns, feature, staged_type, values, **parameters):
    """The quality report of sound rows with one more column, `extra`, which a candidate feature reads."""
    experiment = with_quality(resolved(**parameters), min_rows=500)
    features = experiment.features.model_dump()
    features["candidate"] = [*features["candidate"], feature]
    staged = experiment.columns[0].model_copy(update={"name": "extra", "staged_type": staged_type})
    dataset = experiment.dataset.model_copy(
        update={"columns": (*experiment.dataset.columns, Column(name="extra"))}
    )
    changed = {
        "features": FeatureConfig.model_validate(features),
        "columns": (*experiment.columns, staged),
        "dataset": dataset,
    }
    rows = pa.table({**columns, "extra": pa.array(values, ARROW[staged_type])})
    return check_values(rows, experiment.model_copy(update=changed))


def column_index():
    return len(resolved().dataset.columns)


@pytest.mark.parametrize(("feature", "staged_type", "value"), KINDS)
def test_a_column_without_any_value_stops_the_run_whatever_reads_it(columns, feature, staged_type, value):
    report = report_of(columns, feature, staged_type, NONE)

    assert report.critical_failures == (
        "extra has values in train: none of 300 train rows has one, so there is nothing to learn; remove "
        "features/basic.yaml: candidate[1], or fill the column, or choose another window",
    )
    broken = next(each for each in report.findings if not each.met)
    assert broken.rule.field == f"datasets/complete_journey.yaml: columns[{column_index()}]"


@pytest.mark.parametrize(("feature", "staged_type", "value"), KINDS)
def test_values_are_counted_in_train_alone(columns, feature, staged_type, value):
    """The rows are 300 of train, 100 of eval and 100 of test."""
    outside = report_of(columns, feature, staged_type, [None] * 300 + [value] * 150 + [None] * 50)
    inside = report_of(columns, feature, staged_type, [None] * 299 + [value] + [None] * 200)

    assert len(outside.critical_failures) == 1
    parts = 2 if feature.get("separator") else 1
    assert (
        f"has one, though eval has {100 * parts} and test has {50 * parts}, so"
        in outside.critical_failures[0]
    )
    assert inside.critical_failures == ()


@pytest.mark.parametrize(
    ("kind", "staged_type", "value"),
    [
        ("vocabulary", StagedType.STRING, ""),
        ("vocabulary", StagedType.INT64, MISSING_NUMBER),
        ("numeric", StagedType.FLOAT64, math.nan),
        ("numeric", StagedType.FLOAT64, -math.inf),
        ("bucketized", StagedType.FLOAT64, 1e39),
        ("bucketized", StagedType.FLOAT64, float(MISSING_NUMBER)),
    ],
)
def test_what_the_trainer_takes_for_missing_is_no_value(columns, kind, staged_type, value):
    report = report_of(columns, {"kind": kind, "column": "extra"}, staged_type, [value] * 500)

    assert any(line.startswith("extra has values in train: none of 300") for line in report.critical_failures)


def test_separators_alone_are_no_values(columns):
    feature = {"kind": "vocabulary", "column": "extra", "separator": "|"}

    report = report_of(columns, feature, StagedType.STRING, ["|", " | "] * 250)

    assert any(line.startswith("extra has values in train: none of 300") for line in report.critical_failures)


@pytest.mark.parametrize("separator", [None, "|"])
def test_a_vocabulary_that_would_keep_no_value_stops_the_run(columns, separator):
    """Of 300 train rows every third has 'b', the others differ; eval and test do not count."""
    values = ["b" if n % 3 == 0 else f"v{n}" for n in range(300)] + ["b"] * 200
    feature = {"kind": "vocabulary", "column": "extra", "separator": separator}

    enough = report_of(columns, {**feature, "min_frequency": 100}, StagedType.STRING, values)
    too_few = report_of(columns, {**feature, "min_frequency": 101}, StagedType.STRING, values)

    assert enough.critical_failures == ()
    assert too_few.critical_failures == (
        "extra has values that occur at least 101 times in train: the most frequent of 201 values, 'b', "
        "occurs 100 times in 300 train rows; use at most 100",
    )
    broken = next(each for each in too_few.findings if each.critical and not each.met)
    assert broken.rule.field == "features/basic.yaml: candidate[1].min_frequency"


def test_an_id_vocabulary_that_would_keep_no_id_stops_the_run(columns):
    experiment = with_quality(resolved(), min_rows=500)
    features = experiment.features.model_dump()
    features["candidate"][0]["min_frequency"] = 6
    changed = experiment.model_copy(update={"features": FeatureConfig.model_validate(features)})

    report = check_values(pa.table(columns), changed)

    # 300 rows count up modulo 70: 20 products occur 5 times, the others 4 times.
    assert report.critical_failures == (
        "product_id has values that occur at least 6 times in train: the most frequent of 70 values, '0', "
        "occurs 5 times in 300 train rows; use at most 5",
    )


@pytest.mark.parametrize("split", ["train", "eval", "test"])
def test_a_split_without_labels_stops_a_model_that_predicts_them(columns, split):
    splits, labels = columns["split"].to_pylist(), columns["sales_value"].to_pylist()
    spoiled = [None if each == split else label for each, label in zip(splits, labels, strict=True)]
    rows = pa.table({**columns, "sales_value": pa.array(spoiled, pa.float64())})

    rating = check_values(rows, with_quality(resolved(model="ranking"), min_rows=500))
    retrieving = check_values(rows, with_quality(resolved(), min_rows=500))

    assert rating.critical_failures == (
        f"label sales_value has values in {split}: no row has one; fill the column, or take `role: label` "
        "from it",
    )
    assert retrieving.critical_failures == ()


def test_a_label_without_any_value_stops_every_model(columns):
    rows = pa.table({**columns, "sales_value": pa.nulls(500, pa.float64())})

    report = check_values(rows, with_quality(resolved(), min_rows=500))

    assert report.critical_failures == (
        "label sales_value has values in all splits: no row has one; fill the column, or take `role: label` "
        "from it",
    )
