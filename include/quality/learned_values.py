"""Whether the train rows have what features and labels are learned from: values, and frequent enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from include.experiment.config.dataset_config import Role
from include.experiment.config.feature_config import VocabularyFeature
from include.experiment.resolve.experiment import Experiment
from include.quality.facts import SPLITS
from include.quality.finite_numbers import LARGEST, column_place, predicts_label
from include.quality.missing_numbers import MISSING_NUMBER
from include.quality.rules import CRITICAL, Rule
from include.quality.staged_rows import Counts, StagedRows
from include.quality.validation import Finding
from include.sql.identifiers import identifier
from include.sql.parameters import QueryParameter

_IS_VALUE = {
    # No comparison holds for a number that is none.
    "FLOAT64": f"ABS({{0}}) <= @{LARGEST.name} AND {{0}} != {MISSING_NUMBER}",
    "INT64": f"{{0}} != {MISSING_NUMBER}",
    "STRING": "{0} != ''",
}
_PARTS = "(SELECT COUNTIF(TRIM(part) != '') FROM UNNEST(SPLIT({column}, @{separator})) AS part)"
_FREQUENT = """
SELECT
  CAST(value AS STRING) AS most_frequent,
  COUNT(*) AS value_count,
  COUNT(*) OVER () AS different
FROM (
  SELECT {value} AS value
  FROM {source}
  WHERE split = 'train' AND {is_value}
)
GROUP BY value
ORDER BY value_count DESC, value
LIMIT 1
"""
# The first values of a text with separators, as many as are kept of a row.
_SEPARATED = """UNNEST(ARRAY(
    SELECT TRIM(part)
    FROM UNNEST(SPLIT({column}, @separator)) AS part WITH OFFSET AS place
    WHERE TRIM(part) != ''
    ORDER BY place
    LIMIT {most}
  )) AS part"""


@dataclass(frozen=True)
class _Reader:
    """A feature that reads a column; a vocabulary of it where it is one."""

    place: str
    vocabulary: VocabularyFeature | None


def value_expressions(
    experiment: Experiment, types: Mapping[str, str]
) -> tuple[dict[str, str], list[QueryParameter]]:
    """Return the aggregates that `learned_value_findings` reads, by name, and their parameters."""
    expressions, parameters = {}, [LARGEST]
    for place, (name, readers) in enumerate(_readers(experiment, types).items()):
        # A text of separators alone has no value, whatever else reads it.
        separated = next((each.vocabulary for each in readers if _separator(each.vocabulary)), None)
        if separated and types[name] == "STRING":
            parameter = f"separator_{place}"
            parameters.append(QueryParameter(parameter, "STRING", separated.separator or ""))
            counted = _PARTS.format(column=identifier(name), separator=parameter)
            expressions[f"values_{name}"] = f"SUM(LEAST({separated.max_values}, {counted}))"
        else:
            expressions[f"values_{name}"] = f"COUNTIF({_is_value(name, types)})"
    label = experiment.dataset.label
    if label and types.get(label) in _IS_VALUE:
        expressions["label_values"] = f"COUNTIF({_is_value(label, types)})"
    return expressions, parameters


def learned_value_findings(rows: StagedRows, counts: Counts, experiment: Experiment) -> list[Finding]:
    """Check the columns that features read, the label and the visit; ids and dates have rules of their own.

    Args:
        rows: The staged rows, which are asked for the most frequent value of each vocabulary with a limit.
        counts: The aggregates of `value_expressions`.
        experiment: What the rows were staged for.
    """
    readers = _readers(experiment, rows.types)
    found = [_has_values(counts, name, at, experiment) for name, at in readers.items()]
    if rows.types.get(experiment.dataset.label or "") in _IS_VALUE:
        found += _label(counts, experiment)
    if not experiment.reads_graphs:  # a graph has the most frequent values, however rare
        found += list(_vocabularies(rows, counts, experiment))
    return found


def _is_value(name: str, types: Mapping[str, str]) -> str:
    return _IS_VALUE[types[name]].format(identifier(name))


def _separator(feature: VocabularyFeature | None) -> str | None:
    return feature.separator if feature else None


def _readers(experiment: Experiment, types: Mapping[str, str]) -> dict[str, list[_Reader]]:
    """The features of each staged column; without the ids and the date."""
    dataset = experiment.dataset
    readers: dict[str, list[_Reader]] = {}
    for tower, features in experiment.features.towers.items():
        for index, feature in enumerate(features):
            vocabulary = feature if isinstance(feature, VocabularyFeature) else None
            for name in feature.columns_used:
                place = f"features/{experiment.features.name}.yaml: {tower}[{index}]"
                readers.setdefault(name, []).append(_Reader(place, vocabulary))
    basket = dataset.with_role(Role.BASKET) if experiment.reads_graphs else None
    if basket:
        readers.setdefault(basket.name, [])
    others = (dataset.customer_id, dataset.product_id, dataset.date_column)
    return {name: at for name, at in readers.items() if types.get(name) in _IS_VALUE and name not in others}


def _has_values(counts: Counts, name: str, readers: list[_Reader], experiment: Experiment) -> Finding:
    train_rows = counts.of("train", "row_count")
    values = {split: counts.of(split, f"values_{name}") for split in SPLITS}
    where = f"datasets/{experiment.dataset.name}.yaml: {column_place(experiment, name)}"
    rule = Rule(
        f"{name} has values in train", "learned_values", severity=CRITICAL, field=where, split="train"
    )
    if values["train"] or not train_rows:
        return Finding(rule, met=True, observed="")
    elsewhere = " and ".join(f"{split} has {count:,}" for split, count in values.items() if count)
    read_by = ", ".join(each.place for each in readers)
    remedy = f"remove {read_by}, or fill" if read_by else "fill"
    observed = (
        f"none of {train_rows:,} train rows has one{f', though {elsewhere}' if elsewhere else ''}, so "
        f"there is nothing to learn; {remedy} the column, or choose another window"
    )
    return Finding(rule, met=False, observed=observed)


def _label(counts: Counts, experiment: Experiment) -> list[Finding]:
    """A model that predicts the label needs it in each split, any other one somewhere, to be read at all."""
    name = experiment.dataset.label or ""
    values = {split: counts.of(split, "label_values") for split in SPLITS if counts.of(split, "row_count")}
    if not predicts_label(experiment):
        values = {"all splits": sum(values.values())}
    elif experiment.reads_graphs:  # a visit's target may come from the rows of another split
        values = {"train": values.get("train", 1)}
    where = f"datasets/{experiment.dataset.name}.yaml: {column_place(experiment, name)}"
    return [
        Finding(
            Rule(f"label {name} has values in {split}", "learned_values", severity=CRITICAL, field=where),
            met=bool(count),
            observed="" if count else "no row has one; fill the column, or take `role: label` from it",
        )
        for split, count in values.items()
    ]


def _vocabularies(rows: StagedRows, counts: Counts, experiment: Experiment) -> Iterator[Finding]:
    """A vocabulary that keeps none of its values has nothing to look up."""
    for tower, features in experiment.features.towers.items():
        for index, feature in enumerate(features):
            if not isinstance(feature, VocabularyFeature) or rows.types.get(feature.column) not in _IS_VALUE:
                continue
            least = feature.min_frequency or 1
            if least == 1:
                continue
            found = rows.ask(*_frequent(rows, feature))
            if not found:
                continue
            place = f"features/{experiment.features.name}.yaml: {tower}[{index}].min_frequency"
            rule = Rule(
                f"{feature.column} has values that occur at least {least:,} times in train",
                "learned_values",
                severity=CRITICAL,
                field=place,
                split="train",
            )
            most = found[0]["value_count"]
            observed = (
                f"the most frequent of {found[0]['different']:,} values, "
                f"{found[0]['most_frequent'][:80]!r}, occurs {most:,} times in "
                f"{counts.of('train', 'row_count'):,} train rows; use at most {most:,}"
            )
            yield Finding(rule, met=most >= least, observed="" if most >= least else observed)


def _frequent(rows: StagedRows, feature: VocabularyFeature) -> tuple[str, list[QueryParameter]]:
    """Return the query for the most frequent train value of a vocabulary, and its parameters."""
    column, is_value = identifier(feature.column), _is_value(feature.column, rows.types)
    if feature.separator and rows.types[feature.column] == "STRING":
        parts = _SEPARATED.format(column=column, most=feature.max_values)
        sql = _FREQUENT.format(value="part", source=f"`{rows.name}`, {parts}", is_value="TRUE")
        return sql, [QueryParameter("separator", "STRING", feature.separator)]
    sql = _FREQUENT.format(value=column, source=f"`{rows.name}`", is_value=is_value)
    return sql, [LARGEST] if rows.types[feature.column] == "FLOAT64" else []
