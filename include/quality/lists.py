"""Texts that hold several values a row: whether the features read them so, and whether they should."""

from __future__ import annotations

from collections.abc import Iterator

from include.experiment.config.feature_config import VocabularyFeature
from include.experiment.resolve.experiment import Experiment
from include.quality.rules import WARNING, Rule
from include.quality.staged_rows import OF_SPLITS, StagedRows
from include.quality.validation import Finding
from include.sql.identifiers import identifier
from include.sql.parameters import QueryParameter

# Between the values of a list, and how many different parts there are at most for each different value. Words
# of names are parts too, but few names share them all.
SEPARATORS = {"|": 0.5, ";": 0.5, "\x1f": 0.5, "\t": 0.5, ",": 0.5, "/": 0.25, " ": 0.25}
FEWEST_VALUES = 10
LOOKED_AT = 10_000
_LISTS = """
SELECT
  COUNT(DISTINCT IF(TRIM(value) != '', value, NULL)) AS different,
  COUNTIF(STRPOS(value, @separator) > 0) AS separated,
  COUNTIF(parts > {most}) AS longer,
  MAX(parts) AS longest
FROM (
  SELECT
    {column} AS value,
    (SELECT COUNTIF(TRIM(part) != '') FROM UNNEST(SPLIT({column}, @separator)) AS part) AS parts
  FROM `{table}`
  WHERE {of_splits}
)
"""
# In the order of a hash: the same ones in each run, whatever they begin with.
_VALUES = """
SELECT
  {column} AS value,
  COUNT(*) OVER () AS different
FROM `{table}`
WHERE {of_splits} AND TRIM({column}) != ''
GROUP BY {column}
ORDER BY FARM_FINGERPRINT({column})
LIMIT {limit}
"""


def list_findings(rows: StagedRows, experiment: Experiment) -> list[Finding]:
    """Check the texts that vocabularies read.

    Args:
        rows: The staged rows.
        experiment: What they were staged for.
    """
    return [
        finding
        for tower, features in experiment.features.towers.items()
        for index, feature in enumerate(features)
        if isinstance(feature, VocabularyFeature)
        and rows.types.get(feature.column) == "STRING"
        and not feature.is_primary_id
        for finding in _findings(rows, feature, f"features/{experiment.features.name}.yaml: {tower}[{index}]")
    ]


def _findings(rows: StagedRows, feature: VocabularyFeature, place: str) -> Iterator[Finding]:
    column = identifier(feature.column)
    if feature.separator:
        sql = _LISTS.format(column=column, table=rows.name, most=feature.max_values, of_splits=OF_SPLITS)
        (found,) = rows.ask(sql, [QueryParameter("separator", "STRING", feature.separator)])
        yield _is_used(found["different"], found["separated"], feature, place)
        yield _fits(found["longer"], found["longest"] or 0, feature, place)
        return
    sql = _VALUES.format(column=column, table=rows.name, of_splits=OF_SPLITS, limit=LOOKED_AT)
    listed = rows.ask(sql)
    values = sorted(row["value"] for row in listed)
    if separator := likely_separator(values):
        yield _looks_like_lists(values, listed[0]["different"], feature, place, separator)


def likely_separator(values: list[str]) -> str | None:
    """Return what most of the different values seem to be lists by, or None.

    Lists differ from names in their parts: many lists are made of few different ones.
    """
    if len(values) < FEWEST_VALUES:
        return None
    for separator, most_parts in SEPARATORS.items():
        lists = sum(separator in value.strip() for value in values)
        if 2 * lists >= len(values) and len(_parts(values, separator)) <= most_parts * len(values):
            return separator
    return None


def _parts(values: list[str], separator: str) -> set[str]:
    return {part.strip() for value in values for part in value.split(separator)} - {""}


def _looks_like_lists(
    values: list[str], different: int, feature: VocabularyFeature, place: str, separator: str
) -> Finding:
    lists = [value for value in values if separator in value.strip()]
    parts = len(_parts(values, separator))
    sampled = f" (a sample of {different:,})" if different > len(values) else ""
    rule = Rule(
        f"a row has one value of {feature.column}", "lists", severity=WARNING, field=f"{place}.separator"
    )
    observed = (
        f"{len(lists):,} of {len(values):,} different values{sampled} have {separator!r} between {parts:,} "
        f"different parts, for example {lists[0][:80]!r}, and each counts as a value of its own; give "
        f"{place} `separator: {separator!r}` to have the parts apart"
    )
    return Finding(rule, met=False, observed=observed)


def _is_used(different: int, separated: int, feature: VocabularyFeature, place: str) -> Finding:
    rule = Rule(
        f"values of {feature.column} are separated by {feature.separator!r}",
        "lists",
        severity=WARNING,
        field=place,
    )
    observed = f"none of {different:,} different values has it; correct {place}.separator, or remove it"
    return Finding(rule, met=bool(separated), observed="" if separated else observed)


def _fits(longer: int, longest: int, feature: VocabularyFeature, place: str) -> Finding:
    rule = Rule(
        f"a row has at most {feature.max_values} values of {feature.column}",
        "lists",
        severity=WARNING,
        field=place,
    )
    observed = (
        f"{longer:,} rows have more, up to {longest:,}, and those that follow are "
        f"left out; raise {place}.max_values"
    )
    return Finding(rule, met=not longer, observed=observed if longer else "")
