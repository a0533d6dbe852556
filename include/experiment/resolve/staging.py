"""Which columns are staged, and as what."""

from include.experiment.checks.dataset_checks import filter_columns
from include.experiment.checks.feature_checks import use_of
from include.experiment.checks.list_checks import separator_of
from include.experiment.checks.schema_checks import column_type
from include.experiment.config.column_types import LISTS, TableSchemas, Use, base_type, staged_type
from include.experiment.config.dataset_config import DatasetConfig, Role
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.models import ModelConfig
from include.experiment.resolve.experiment import StagedColumn


def staged_columns(
    dataset: DatasetConfig, features: FeatureConfig, model: ModelConfig, schemas: TableSchemas
) -> tuple[StagedColumn, ...]:
    """Return the columns of `column_uses` with their types in the warehouse and in the staged table."""
    columns = []
    for name, use in column_uses(dataset, features, model).items():
        reported = column_type(dataset, name, schemas)
        kind = staged_type(reported, use) if reported else None
        if reported is None or kind is None:
            raise LookupError(f"Column {name} was not checked before staging.")
        separator = separator_of(features, name) if base_type(reported) in LISTS else None
        columns.append(StagedColumn(name=name, bigquery_type=reported, staged_type=kind, separator=separator))
    return tuple(columns)


def column_uses(dataset: DatasetConfig, features: FeatureConfig, model: ModelConfig) -> dict[str, Use]:
    """Return the ids, the date, the label and what features read, in that order, without repetition.

    A model of graphs needs the basket too.
    """
    uses = {dataset.customer_id: Use.ID, dataset.product_id: Use.ID, dataset.date_column: Use.DATE}
    basket = dataset.with_role(Role.BASKET)
    if basket and model.kind.reads_graphs:
        uses[basket.name] = Use.ID
    if dataset.label:
        uses[dataset.label] = Use.NUMBER
    for listed in features.towers.values():
        for feature in listed:
            for name in feature.columns_used:
                uses.setdefault(name, use_of(feature))
    return uses


def recency_types(dataset: DatasetConfig, schemas: TableSchemas) -> dict[str, str]:
    """Return the warehouse types of the columns that `latest_by` names, by alias of their table."""
    found = {
        table.alias: schemas.get(table.table, {}).get(table.latest_by)
        for table in dataset.tables
        if table.latest_by
    }
    return {alias: reported for alias, reported in found.items() if reported}


def filter_types(dataset: DatasetConfig, schemas: TableSchemas) -> dict[str, str]:
    """Return the warehouse types of the columns that filters name."""
    named = {name: column_type(dataset, name, schemas) for _, name in filter_columns(dataset)}
    return {name: reported for name, reported in named.items() if reported}
