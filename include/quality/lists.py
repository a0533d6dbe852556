"""Texts that hold several values a row: whether the features read them so, and whether they should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.experiment.experiment import Experiment
from include.experiment.feature_config import VocabularyFeature
from include.quality.rules import WARNING, Rule
from include.quality.validation import Finding

if TYPE_CHECKING:
    import pyarrow as pa

# Between the values of a list, and how many different parts there are at most for each different value. Words
# of names are parts too, but few names share them all.
SEPARATORS = {"|": 0.5, ";": 0.5, "\x1f": 0.5, "\t": 0.5, ",": 0.5, "/": 0.25, " ": 0.25}
FEWEST_VALUES = 10
_LOOKED_AT = 100_000


def list_findings(table: pa.Table, experiment: Experiment) -> list[Finding]:
    """Check the texts that vocabularies read.

    Args:
        table: The staged rows.
        experiment: What they were staged for.
    """
    return [
        finding
        for tower, features in experiment.features.towers.items()
        for index, feature in enumerate(features)
        if isinstance(feature, VocabularyFeature) and feature.column in table.column_names
        for finding in _findings(
            table, feature, f"features/{experiment.features.name}.yaml: {tower}[{index}]"
        )
    ]


def _findings(table: pa.Table, feature: VocabularyFeature, place: str) -> Iterator[Finding]:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table[feature.column]
    if feature.is_primary_id or not (
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    ):
        return
    counts = pc.value_counts(column).slice(0, _LOOKED_AT).to_pylist()
    rows_of = {each["values"]: each["counts"] for each in counts if (each["values"] or "").strip()}
    if feature.separator:
        yield _is_used(rows_of, feature, place)
        yield _fits(rows_of, feature, place)
    elif separator := likely_separator(list(rows_of)):
        yield _looks_like_lists(rows_of, feature, place, separator)


def likely_separator(values: list[str]) -> str | None:
    """Return what most of the different values seem to be lists by, or None.

    Lists are told from names by their parts: many lists are made of few different ones.
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
    rows_of: dict[str, int], feature: VocabularyFeature, place: str, separator: str
) -> Finding:
    values = list(rows_of)
    lists = [value for value in values if separator in value.strip()]
    parts = len(_parts(values, separator))
    rule = Rule(
        f"a row has one value of {feature.column}", "lists", severity=WARNING, field=f"{place}.separator"
    )
    observed = (
        f"{len(lists):,} of {len(values):,} different values have {separator!r} between {parts:,} different "
        f"parts, for example {lists[0][:80]!r}, and each counts as a value of its own; give {place} "
        f"`separator: {separator!r}` to have the parts apart"
    )
    return Finding(rule, met=False, observed=observed)


def _is_used(rows_of: dict[str, int], feature: VocabularyFeature, place: str) -> Finding:
    separator = feature.separator or ""
    used = any(separator in value for value in rows_of)
    rule = Rule(
        f"values of {feature.column} are separated by {separator!r}", "lists", severity=WARNING, field=place
    )
    observed = f"none of {len(rows_of):,} different values has it; correct {place}.separator, or remove it"
    return Finding(rule, met=used, observed="" if used else observed)


def _fits(rows_of: dict[str, int], feature: VocabularyFeature, place: str) -> Finding:
    separator, most = feature.separator or "", feature.max_values
    lengths = {value: sum(bool(part.strip()) for part in value.split(separator)) for value in rows_of}
    longer = sum(rows_of[value] for value, length in lengths.items() if length > most)
    rule = Rule(
        f"a row has at most {most} values of {feature.column}", "lists", severity=WARNING, field=place
    )
    observed = (
        f"{longer:,} rows have more, up to {max(lengths.values(), default=0):,}, and those that follow are "
        f"left out; raise {place}.max_values"
    )
    return Finding(rule, met=not longer, observed=observed if longer else "")
