"""What must hold within a feature config, and between it, the dataset and the warehouse."""

from collections.abc import Iterator

from include.errors import Problem
from include.experiment.checks.dataset_checks import RESERVED_COLUMNS
from include.experiment.checks.list_checks import check_lists, check_separators
from include.experiment.checks.schema_checks import column_type
from include.experiment.config.column_types import (
    StagedType,
    TableSchemas,
    Use,
    base_type,
    staged_type,
    type_remedy,
)
from include.experiment.config.dataset_config import DatasetConfig, Role
from include.experiment.config.feature_config import (
    BucketizedFeature,
    CyclicalFeature,
    Feature,
    FeatureConfig,
    NumericFeature,
    Period,
    VocabularyFeature,
)
from include.experiment.config.problems import did_you_mean

_PRIMARY_ROLES = {"query": Role.CUSTOMER_ID, "candidate": Role.PRODUCT_ID}


def check_features(features: FeatureConfig) -> list[Problem]:
    """Return what is wrong with a feature config by itself."""
    return [*_primary_ids(features), *_duplicates(features), *_names(features), *check_lists(features)]


def check_features_fit(
    features: FeatureConfig, dataset: DatasetConfig, schemas: TableSchemas
) -> list[Problem]:
    """Return where a feature config disagrees with the dataset and the types of its columns."""
    return [
        *_undeclared(features, dataset),
        *_primary_roles(features, dataset),
        *_name_clashes(features, dataset),
        *_types(features, dataset, schemas),
        *_conflicts(features, dataset, schemas),
        *check_separators(features, dataset, schemas),
    ]


def use_of(feature: Feature) -> Use:
    """Return what a feature uses its columns for."""
    if isinstance(feature, NumericFeature | BucketizedFeature):
        return Use.NUMBER
    if isinstance(feature, VocabularyFeature) and feature.separator:
        return Use.LIST
    return Use.CALENDAR if isinstance(feature, CyclicalFeature) else Use.KEY


def _where(features: FeatureConfig) -> str:
    return f"features/{features.name}.yaml"


def _fields(features: FeatureConfig) -> Iterator[tuple[str, Feature]]:
    for tower, listed in features.towers.items():
        for index, feature in enumerate(listed):
            yield f"{tower}[{index}]", feature


def _is_primary(feature: Feature) -> bool:
    return isinstance(feature, VocabularyFeature) and feature.is_primary_id


def _primary_ids(features: FeatureConfig) -> Iterator[Problem]:
    for tower, listed in features.towers.items():
        primary = [feature.name for feature in listed if _is_primary(feature)]
        if not primary:
            remedy = f"set `is_primary_id: true` on the vocabulary of the {_PRIMARY_ROLES[tower].value}"
            yield Problem(_where(features), tower, "has no primary id", remedy)
        if len(primary) > 1:
            received = f"has {len(primary)} primary ids ({', '.join(primary)})"
            yield Problem(_where(features), tower, received, "keep `is_primary_id: true` on one of them")


def _duplicates(features: FeatureConfig) -> Iterator[Problem]:
    for tower, listed in features.towers.items():
        seen: dict[tuple[object, ...], int] = {}
        for index, feature in enumerate(listed):
            key = _identity(feature)
            if key in seen:
                columns = " and ".join(repr(name) for name in feature.columns_used)
                received = f"is {columns} as {feature.kind} again"
                remedy = f"remove it, since {tower}[{seen[key]}] is the same"
                yield Problem(_where(features), f"{tower}[{index}].column", received, remedy)
            seen.setdefault(key, index)


def _identity(feature: Feature) -> tuple[object, ...]:
    """What two features of one tower must not share: one date may be in it once for each period."""
    period = feature.period if isinstance(feature, CyclicalFeature) else None
    return (feature.columns_used, feature.kind, period)


def _names(features: FeatureConfig) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    identities = set()
    for field, feature in _fields(features):
        identity = (field.split("[")[0], _identity(feature))
        if identity in identities:
            continue  # It is refused as a duplicate, whatever its name.
        identities.add(identity)
        if feature.name in RESERVED_COLUMNS:
            received = f"is {feature.name!r}, which is ours"
            yield Problem(_where(features), f"{field}.name", received, "choose another name")
        if feature.name in seen:
            remedy = f"give it a `name` of its own, since {seen[feature.name]} has that one"
            yield Problem(_where(features), f"{field}.name", f"is {feature.name!r} again", remedy)
        seen.setdefault(feature.name, field)


def _undeclared(features: FeatureConfig, dataset: DatasetConfig) -> Iterator[Problem]:
    known = [column.name for column in dataset.columns]
    for field, feature in _fields(features):
        key = "columns" if len(feature.columns_used) > 1 else "column"
        for name in feature.columns_used:
            if name not in known:
                what = "the primary id" if _is_primary(feature) else "a column"
                received = f"is {name!r}, {what} that datasets/{dataset.name}.yaml does not declare"
                yield Problem(_where(features), f"{field}.{key}", received, did_you_mean(name, known))


def _primary_roles(features: FeatureConfig, dataset: DatasetConfig) -> Iterator[Problem]:
    for field, feature in _fields(features):
        role = _PRIMARY_ROLES[field.split("[")[0]]
        expected = dataset.with_role(role)
        column = feature.columns_used[0]
        if _is_primary(feature) and expected and dataset.column(column) and column != expected.name:
            received = f"is {column!r}, the primary id, but the dataset's {role.value} is {expected.name!r}"
            remedy = f"use {expected.name} as the tower's primary id"
            yield Problem(_where(features), f"{field}.column", received, remedy)


def _name_clashes(features: FeatureConfig, dataset: DatasetConfig) -> Iterator[Problem]:
    for field, feature in _fields(features):
        column = dataset.column(feature.name)
        if column and feature.columns_used != (column.name,):
            received = f"is {feature.name!r}, which is another column of the dataset"
            yield Problem(_where(features), f"{field}.name", received, "choose a name that no column has")


def _types(features: FeatureConfig, dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for field, feature in _fields(features):
        for name in feature.columns_used:
            reported = column_type(dataset, name, schemas)
            if reported is None:
                continue
            use = use_of(feature)
            if staged_type(reported, use) is None:
                received = f"is {feature.kind!r} on {name} of type {reported}"
                yield Problem(_where(features), f"{field}.kind", received, type_remedy(reported, use))
            elif isinstance(feature, CyclicalFeature):
                yield from _period(features, field, feature, base_type(reported))


def _period(features: FeatureConfig, field: str, feature: CyclicalFeature, kind: str) -> Iterator[Problem]:
    has_hour, has_day = kind != "DATE", kind != "TIME"
    if not (has_hour if feature.period is Period.HOUR_OF_DAY else has_day):
        received = f"is {feature.period.value}, which {feature.column} of type {kind} does not know"
        remedy = "use hour_of_day" if kind == "TIME" else "use a period of days, or a TIMESTAMP column"
        yield Problem(_where(features), f"{field}.period", received, remedy)


def _conflicts(features: FeatureConfig, dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    staged: dict[str, tuple[str, StagedType]] = {}
    for field, feature in _fields(features):
        for name in feature.columns_used:
            reported = column_type(dataset, name, schemas)
            kind = staged_type(reported, use_of(feature)) if reported else None
            if kind is None:
                continue
            other, first = staged.setdefault(name, (field, kind))
            if first is not kind:
                received = f"needs {name} as {kind.value}, but {other} needs it as {first.value}"
                remedy = "use kind bucketized, or declare the column a second time under another name"
                yield Problem(_where(features), f"{field}.kind", received, remedy)
