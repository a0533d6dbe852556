"""Whether the train rows have what features and labels are learned from: values, and frequent enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.experiment.dataset_config import Role
from include.experiment.experiment import Experiment
from include.experiment.feature_config import VocabularyFeature
from include.quality.facts import SPLITS
from include.quality.finite_numbers import column_place, is_number, predicts_label
from include.quality.missing_numbers import MISSING_NUMBER
from include.quality.rules import CRITICAL, Rule
from include.quality.validation import Finding

if TYPE_CHECKING:
    import pyarrow as pa


def learned_value_findings(table: pa.Table, experiment: Experiment) -> list[Finding]:
    """Check the columns that features read, the label and the visit; ids and dates have rules of their own.

    Args:
        table: The staged rows.
        experiment: What they were staged for.
    """
    import pyarrow.compute as pc

    present = set(table.column_names)
    if "split" not in present:
        return []
    splits = {split: table.filter(pc.equal(table["split"], split)) for split in SPLITS}
    places = {name: at for name, at in _readers(experiment).items() if name in present}
    found = [_has_values(splits, name, at, experiment) for name, at in places.items()]
    if experiment.dataset.label in present:
        found += _label(splits, experiment)
    if not experiment.reads_graphs:  # a graph has the most frequent values, however rare
        found += list(_vocabularies(splits["train"], experiment))
    return found


def value_texts(column: pa.ChunkedArray, feature: VocabularyFeature | None = None) -> pa.ChunkedArray:
    """Return the values of a column that are no missing ones; of texts with a separator each value apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        return column.filter(pc.and_(is_number(column), pc.not_equal(column, MISSING_NUMBER)))
    if pa.types.is_integer(column.type):
        return column.filter(pc.fill_null(pc.not_equal(column, MISSING_NUMBER), False))
    if feature and feature.separator:
        rows = pc.fill_null(column, "").to_pylist()
        split = [[part for each in row.split(feature.separator) if (part := each.strip())] for row in rows]
        column = pa.chunked_array(
            [pa.array([part for parts in split for part in parts[: feature.max_values]], pa.string())]
        )
    return column.filter(pc.fill_null(pc.not_equal(column, ""), False))


def _readers(experiment: Experiment) -> dict[str, list[tuple[str, VocabularyFeature | None]]]:
    """The features of each column, by their place, vocabularies themselves; without the ids and the date."""
    dataset = experiment.dataset
    readers: dict[str, list[tuple[str, VocabularyFeature | None]]] = {}
    for tower, features in experiment.features.towers.items():
        for index, feature in enumerate(features):
            vocabulary = feature if isinstance(feature, VocabularyFeature) else None
            for name in feature.columns_used:
                place = f"features/{experiment.features.name}.yaml: {tower}[{index}]"
                readers.setdefault(name, []).append((place, vocabulary))
    basket = dataset.with_role(Role.BASKET) if experiment.reads_graphs else None
    if basket:
        readers.setdefault(basket.name, [])
    for name in (dataset.customer_id, dataset.product_id, dataset.date_column):
        readers.pop(name, None)
    return readers


def _has_values(
    splits: dict[str, pa.Table],
    name: str,
    readers: list[tuple[str, VocabularyFeature | None]],
    experiment: Experiment,
) -> Finding:
    train = splits["train"]
    # A text of separators alone has no value, whatever else reads it.
    separated = next((each for _, each in readers if each and each.separator), None)
    counts = {split: len(value_texts(rows[name], separated)) for split, rows in splits.items()}
    where = f"datasets/{experiment.dataset.name}.yaml: {column_place(experiment, name)}"
    rule = Rule(
        f"{name} has values in train", "learned_values", severity=CRITICAL, field=where, split="train"
    )
    if counts["train"] or not train.num_rows:
        return Finding(rule, met=True, observed="")
    elsewhere = " and ".join(f"{split} has {count:,}" for split, count in counts.items() if count)
    read_by = ", ".join(place for place, _ in readers)
    remedy = f"remove {read_by}, or fill" if read_by else "fill"
    observed = (
        f"none of {train.num_rows:,} train rows has one{f', though {elsewhere}' if elsewhere else ''}, so "
        f"there is nothing to learn; {remedy} the column, or choose another window"
    )
    return Finding(rule, met=False, observed=observed)


def _label(splits: dict[str, pa.Table], experiment: Experiment) -> list[Finding]:
    """A model that predicts the label needs it in each split, any other one somewhere, to be read at all."""
    name = experiment.dataset.label or ""
    counts = {split: len(value_texts(rows[name])) for split, rows in splits.items() if rows.num_rows}
    if not predicts_label(experiment):
        counts = {"all splits": sum(counts.values())}
    elif experiment.reads_graphs:  # a visit's target may come from the rows of another split
        counts = {"train": counts.get("train", 1)}
    where = f"datasets/{experiment.dataset.name}.yaml: {column_place(experiment, name)}"
    return [
        Finding(
            Rule(f"label {name} has values in {split}", "learned_values", severity=CRITICAL, field=where),
            met=bool(count),
            observed="" if count else "no row has one; fill the column, or take `role: label` from it",
        )
        for split, count in counts.items()
    ]


def _vocabularies(train: pa.Table, experiment: Experiment) -> Iterator[Finding]:
    """A vocabulary that keeps none of its values has nothing to look up."""
    import pyarrow.compute as pc

    for tower, features in experiment.features.towers.items():
        for index, feature in enumerate(features):
            if not isinstance(feature, VocabularyFeature) or feature.column not in train.column_names:
                continue
            least = feature.min_frequency or 1
            if least == 1:
                continue
            counts = pc.value_counts(value_texts(train[feature.column], feature)).to_pylist()
            if not counts:
                continue
            most = max(counts, key=lambda each: int(each["counts"]))
            place = f"features/{experiment.features.name}.yaml: {tower}[{index}].min_frequency"
            rule = Rule(
                f"{feature.column} has values that occur at least {least:,} times in train",
                "learned_values",
                severity=CRITICAL,
                field=place,
                split="train",
            )
            met = most["counts"] >= least
            observed = (
                f"the most frequent of {len(counts):,} values, {str(most['values'])[:80]!r}, occurs "
                f"{most['counts']:,} times in {train.num_rows:,} train rows; use at most {most['counts']:,}"
            )
            yield Finding(rule, met=met, observed="" if met else observed)
