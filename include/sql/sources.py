"""The tables that staging reads: where from, as of when, and one row a key of those that are joined."""

from dataclasses import dataclass
from datetime import datetime

from include.experiment.column_types import base_type
from include.experiment.dataset_config import DatasetConfig, JoinKey, Table
from include.experiment.experiment import Experiment
from include.sql.identifiers import identifier, table
from include.sql.parameters import QueryParameter, moment_parameter

_DATES = ("DATE", "DATETIME", "TIMESTAMP")


@dataclass(frozen=True)
class Latest:
    """How the newest of several rows with the same keys is told, its parts ready for SQL.

    Attributes:
        name: Name of the CTE that holds these rows.
        keys: Columns that tell rows apart.
        column: The column that is highest in the newest row.
        condition: What a row must fulfil to be looked at.
    """

    name: str
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
    """

    kind: str
    table: str
    alias: str
    keys: tuple[str, ...]
    matched: str
    latest: Latest | None


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
    dataset = experiment.dataset
    return [
        Join(
            kind=(joined.join or "left").upper(),
            table=table(joined.table, project),
            alias=identifier(joined.alias),
            keys=tuple(_key(dataset, joined, key) for key in joined.keys),
            matched=f"{identifier(joined.alias)}.{identifier(joined.key_columns[0])}",
            latest=_latest(experiment, joined),
        )
        for joined in dataset.tables[1:]
    ]


def recency_parameters(experiment: Experiment) -> list[QueryParameter]:
    """Return the parameters of the conditions in `Join.latest`."""
    return [
        moment_parameter(_end(joined), experiment.window_end, experiment.recency_types[joined.alias])
        for joined in experiment.dataset.tables[1:]
        if joined.latest_by and _is_date(experiment, joined)
    ]


def recency_parameter(experiment: Experiment, joined: Table) -> list[QueryParameter]:
    """Return the parameters of one joined table's condition: one, or none."""
    return [each for each in recency_parameters(experiment) if each.name == _end(joined)]


def _latest(experiment: Experiment, joined: Table) -> Latest | None:
    if joined.latest_by is None:
        return None
    alias = identifier(joined.alias)
    column = f"{alias}.{identifier(joined.latest_by)}"
    # A row of after the window would tell the model what was not known then.
    known = f"< @{_end(joined)}" if _is_date(experiment, joined) else "IS NOT NULL"
    keys = tuple(f"{alias}.{identifier(key)}" for key in joined.key_columns)
    return Latest(f"latest_{joined.alias}", keys, column, f"{column} {known}")


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
