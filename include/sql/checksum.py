"""The question what a table holds, where the warehouse does not tell when it changed."""

from include.experiment.config.dataset_config import DatasetConfig, JoinKey, Table
from include.experiment.resolve.experiment import Experiment
from include.sql.conditions import window_conditions
from include.sql.identifiers import identifier, table
from include.sql.partitions import bounds_beside_window, partition_bounds
from include.sql.template import ReadQuery, render


def checksum_query(experiment: Experiment, source: Table, project: str | None) -> ReadQuery:
    """Return the query for a table's number of rows, `row_count`, and the sum of their hashes, `checksum`.

    Of the interactions, rows of the window are read alone: what comes in after it is no change of the source.

    Args:
        experiment: The resolved experiment.
        source: One of its dataset's tables.
        project: Project of a table that is written without one.
    """
    dataset = experiment.dataset
    is_first = source is dataset.tables[0]
    # The date may stand in a joined table, whose columns this query does not have.
    date = dataset.column(dataset.date_column)
    by_date = is_first and date is not None and dataset.table_of(date) is source
    window, parameters = window_conditions(experiment) if by_date else ([], [])
    bounds, bounds_parameters = (
        bounds_beside_window(experiment) if by_date else partition_bounds(experiment, source)
    )
    sql = render(
        "checksum.sql.j2",
        alias=identifier(source.alias),
        table=table(source.table, project),
        columns=[identifier(column) for column in _columns(dataset, source)],
        conditions=[*window, *bounds],
    )
    return ReadQuery(sql, (*parameters, *bounds_parameters))


def _columns(dataset: DatasetConfig, source: Table) -> list[str]:
    """Return the columns of a table that anything reads, each once."""
    declared = [each.source or each.name for each in dataset.columns if dataset.table_of(each) is source]
    compared = [*source.key_columns, *([source.latest_by] if source.latest_by else [])]
    for joined in dataset.tables[1:]:
        for key in joined.keys:
            left = key.left if isinstance(key, JoinKey) else key
            alias, _, column = left.rpartition(".")
            if (alias or dataset.tables[0].alias) == source.alias:
                compared.append(column)
    return sorted({*declared, *compared})
