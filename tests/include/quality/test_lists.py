import itertools

import pyarrow as pa
import pytest

from include.experiment.config.column_types import StagedType
from include.experiment.config.feature_config import FeatureConfig
from include.quality.lists import likely_separator
from tests.include.complete_journey import resolved, with_quality
from tests.include.quality.staging import check_values

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]

GENRES = ("comedy", "drama", "war", "western", "crime")
PAIRS = list(itertools.combinations(GENRES, 2))  # 10 lists of 5 parts
NAMES = ("frozen pizza", "ice cream", "ground coffee", "baby food", "orange juice", "white bread") * 2


@pytest.mark.parametrize("separator", ["|", ", ", ";", " ", "/"])
def test_lists_of_few_parts_are_told(separator):
    values = [separator.join(pair) for pair in PAIRS + list(itertools.combinations(GENRES, 3))]
    assert likely_separator([*values, "comedy"]) == separator.strip() or separator


@pytest.mark.parametrize(
    "values",
    [
        [f"{name} {n}" for n, name in enumerate(NAMES)],
        [f"Town {n}, State {n % 9}" for n in range(30)],
        ["a|b", "a|c"],
        [f"product {n}" for n in range(50)],
        [],
    ],
    ids=["names", "towns", "too few", "numbered", "none"],
)
def test_names_are_no_lists(values):
    assert likely_separator(values) is None


def report_of(columns, texts, **feature):
    """The quality report of sound rows with a text of the product beside them."""
    experiment = with_quality(resolved(), min_rows=500)
    features = experiment.features.model_dump()
    features["candidate"] = [*features["candidate"], {"column": "genres", "kind": "vocabulary", **feature}]
    column = experiment.columns[0].model_copy(update={"name": "genres", "staged_type": StagedType.STRING})
    changed = {"features": FeatureConfig.model_validate(features), "columns": (*experiment.columns, column)}
    values = pa.array([texts[n % len(texts)] for n in range(500)], pa.string())
    return check_values(pa.table({**columns, "genres": values}), experiment.model_copy(update=changed))


def test_a_text_that_looks_like_lists_is_warned_of_with_the_separator(columns):
    report = report_of(columns, [*("|".join(pair) for pair in PAIRS), None, ""])
    assert report.warnings == (
        "a row has one value of genres: 10 of 10 different values have '|' between 5 different parts, for "
        "example 'comedy|crime', and each counts as a value of its own; give features/basic.yaml: "
        "candidate[1] `separator: '|'` to have the parts apart",
    )
    assert report.passed


def test_lists_that_are_read_as_such_pass_without_a_word(columns):
    assert report_of(columns, ["|".join(pair) for pair in PAIRS], separator="|").warnings == ()


def test_a_separator_that_no_value_has_is_warned_of(columns):
    report = report_of(columns, ["|".join(pair) for pair in PAIRS], separator=";")
    assert report.warnings == (
        "values of genres are separated by ';': none of 10 different values has it; correct "
        "features/basic.yaml: candidate[1].separator, or remove it",
    )


def test_rows_with_more_values_than_are_kept_are_counted(columns):
    report = report_of(columns, ["a|b", "a||b|", "a|b|c|d"], separator="|", max_values=2)
    # Every third of 500 rows, from the third on.
    assert report.warnings == (
        "a row has at most 2 values of genres: 166 rows have more, up to 4, and those that follow are left "
        "out; raise features/basic.yaml: candidate[1].max_values",
    )


def test_a_number_that_stands_for_a_missing_one_is_counted(changed):
    missing = -9_007_199_254_740_991
    experiment = with_quality(resolved(), min_rows=500)
    report = check_values(changed("household_id", 7, missing), experiment)
    assert report.critical_failures == (
        "household_id is never -9007199254740991, which stands for a missing number: 1 of 500 rows have it",
    )
