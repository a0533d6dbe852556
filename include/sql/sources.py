"""The tables that staging reads: where from, as of when, and one row a key of those that are joined."""

from dataclasses import dataclass
from datetime import datetime

from include.experiment.config.column_types import base_type
from include.experiment.config.dataset_config import DatasetConfig, JoinKey, Table
from include.experiment.resolve.experiment import Experiment
from include.sql.identifiers import identifier, table
from include.sql.parameters import QueryParameter, moment_parameter
from include.sql.partitions import partition_bounds

_DATES = ("DATE", "DATETIME", "TIMESTAMP")


@dataclass(frozen=True)
class Latest:
    """How the newest of several rows with the same keys is found, its parts ready for SQL.

    Attributes:
        keys: Columns that tell rows apart.
        column: The column that is highest in the newest row.
        condition: What a row must fulfil to be looked at.
    """

    keys: tuple[str, ...]
    column: str
    condition: str


@dataclass(frozen=True)
class Join:
    """A JOIN of the statement, its parts ready for SQL.

    Attributes:
        table: The table in the warehouse.
        keys: Equalities that must hold.
        matched: A column that has a value in each row that found one.
        latest: Which of several rows is joined; None where the keys tell rows apart.
        conditions: What its rows must fulfil to be looked at.
        cte: Name of the CTE that holds those rows; None where all are.
    """

    kind: str
    table: str
    alias: str
    keys: tuple[str, ...]
    matched: str
    latest: Latest | None
    conditions: tuple[str, ...] = ()
    cte: str | None = None


def base_alias(dataset: DatasetConfig) -> str:
    """Return the alias of the table that holds the interactions."""
    return identifier(dataset.tables[0].alias)


def as_of(experiment: Experiment) -> str:
    """Return the clause after each table that asks for a past state; empty where none is asked for.

    It is a literal, since it is part of what is read and not a value that is compared.
    """
    moment = experiment.parameters.source_as_of
    return f"FOR SYSTEM_TIME AS OF TIMESTAMP '{_literal(moment)}'" if moment else ""


def joins(experiment: Experiment, project: str | None) -> list[Join]:
    """Return the joins in the order of the config."""
    return [_join(experiment, joined, project) for joined in experiment.dataset.tables[1:]]


def join_parameters(experiment: Experiment) -> list[QueryParameter]:
    """Return the parameters of all `Join.conditions`."""
    return [
        parameter
        for joined in experiment.dataset.tables[1:]
        for parameter in conditions_parameters(experiment, joined)
    ]


def conditions_parameters(experiment: Experiment, joined: Table) -> list[QueryParameter]:
    """Return the parameters of one joined table's conditions."""
    _, bounds = partition_bounds(experiment, joined)
    if not (joined.latest_by and _is_date(experiment, joined)):
        return bounds
    reported = experiment.recency_types[joined.alias]
    return [moment_parameter(_end(joined), experiment.window_end, reported), *bounds]


def _join(experiment: Experiment, joined: Table, project: str | None) -> Join:
    latest = _latest(experiment, joined)
    bounds, _ = partition_bounds(experiment, joined)
    conditions = (*([latest.condition] if latest else []), *bounds)
    kept = "latest" if latest else "window"
    return Join(
        kind=(joined.join or "left").upper(),
        table=table(joined.table, project),
        alias=identifier(joined.alias),
        keys=tuple(_key(experiment.dataset, joined, key) for key in joined.keys),
        matched=f"{identifier(joined.alias)}.{identifier(joined.key_columns[0])}",
        latest=latest,
        conditions=conditions,
        cte=f"{kept}_{joined.alias}" if conditions else None,
    )


def _latest(experiment: Experiment, joined: Table) -> Latest | None:
    if joined.latest_by is None:
        return None
    alias = identifier(joined.alias)
    column = f"{alias}.{identifier(joined.latest_by)}"
    # A row of after the window would tell the model what was not known then.
    known = f"< @{_end(joined)}" if _is_date(experiment, joined) else "IS NOT NULL"
    keys = tuple(f"{alias}.{identifier(key)}" for key in joined.key_columns)
    return Latest(keys, column, f"{column} {known}")


def _is_date(experiment: Experiment, joined: Table) -> bool:
    return base_type(experiment.recency_types[joined.alias]) in _DATES


def _end(joined: Table) -> str:
    return f"latest_{joined.alias}_before"


def _literal(moment: datetime) -> str:
    return moment.isoformat(sep=" ")


def _key(dataset: DatasetConfig, joined: Table, key: str | JoinKey) -> str:
    left, right = (key.left, key.right) if isinstance(key, JoinKey) else (key, key)
    alias, _, column = left.rpartition(".")
    left_sql = f"{identifier(alias or dataset.tables[0].alias)}.{identifier(column)}"
    return f"{left_sql} = {identifier(joined.alias)}.{identifier(right)}"
