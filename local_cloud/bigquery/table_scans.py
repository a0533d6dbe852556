"""Which tables a statement reads, and by which conditions on their partition column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from bqemulator.api.dependencies import AppContext
from bqemulator.catalog.models import TableMeta
from sqlglot import exp

INGESTION_TIME = ("_PARTITION_LOAD_TIME", "_PARTITIONDATE", "_PARTITIONTIME")
COMPARISONS = (exp.EQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
# By which a partition column may be compared: each keeps the order of its argument.
KEEPS_ORDER = (exp.Cast, exp.Date, exp.TsOrDsToDate, exp.DateTrunc, exp.TimestampTrunc, exp.DatetimeTrunc)


@dataclass(frozen=True)
class TableScan:
    """A place of a statement where rows of a stored table are read.

    Attributes:
        table: the table.
        alias: its name in the conditions.
        bounds: conditions that its rows fulfil and that partitions can be left out by.
        statement: the SELECT, UPDATE or DELETE that reads it.
    """

    table: TableMeta
    alias: str
    bounds: tuple[exp.Expression, ...]
    statement: exp.Expression

    @property
    def partition_columns(self) -> tuple[str, ...]:
        """Names of the column that it is partitioned by, none where it is not."""
        return partition_columns(self.table)


def table_scans(bq_sql: str, project: str, ctx: AppContext) -> list[TableScan]:
    """Returns where a statement reads stored tables, those behind views too.

    Conditions count where they stand beside the table, and through a view that does nothing but select.
    """
    try:
        parsed = [each for each in sqlglot.parse(bq_sql, read="bigquery") if each]
    except sqlglot.errors.ParseError:
        return []
    # What a view reads is read when it is asked.
    asked = [each for each in parsed if not (isinstance(each, exp.Create) and each.kind == "VIEW")]
    return [scan for statement in asked for scan in _scans(statement, project, ctx)]


def partition_columns(table: TableMeta) -> tuple[str, ...]:
    """Returns the names that a table's partition column has in conditions."""
    if table.time_partitioning is None:
        return ()
    return (table.time_partitioning.field,) if table.time_partitioning.field else INGESTION_TIME


def _scans(
    statement: exp.Expression, project: str, ctx: AppContext, outer: Sequence[exp.Expression] = ()
) -> Iterator[TableScan]:
    for found in statement.find_all(exp.Table):
        reader = found.find_ancestor(exp.Select, exp.Update, exp.Delete)
        if reader is None or not found.db:
            continue
        table = ctx.catalog.get_table(found.catalog or project, found.db, found.name)
        if table is None:
            continue
        conditions = [*_conditions(found, reader), *outer]
        if table.view_query:
            yield from _behind_view(found, table, conditions, ctx)
        else:
            names = partition_columns(table)
            bounds = tuple(each for each in conditions if _bounds(each, found.alias_or_name, names))
            yield TableScan(table, found.alias_or_name, bounds, reader)


def _behind_view(
    found: exp.Table, view: TableMeta, conditions: Sequence[exp.Expression], ctx: AppContext
) -> Iterator[TableScan]:
    inner = sqlglot.parse_one(view.view_query or "", read="bigquery")
    plain = isinstance(inner, exp.Select) and not (
        any(inner.args.get(clause) for clause in ("group", "having", "qualify", "distinct", "limit"))
        or inner.find(exp.AggFunc, exp.Window, exp.Join)
    )
    # Of a plain view, a column has the name that it has in the table.
    passed = [_without_qualifier(each, found.alias_or_name) for each in conditions] if plain else []
    yield from _scans(inner, view.project_id, ctx, passed)


def _conditions(found: exp.Table, reader: exp.Expression) -> list[exp.Expression]:
    """Returns what the rows of a table fulfil: WHERE, and ON of its own join."""
    where = reader.args.get("where")
    clauses = [where.this] if where else []
    if isinstance(found.parent, exp.Join) and (on := found.parent.args.get("on")):
        clauses.append(on)
    parts = [list(each.flatten()) if isinstance(each, exp.And) else [each] for each in clauses]
    return [condition for each in parts for condition in each]


def _bounds(condition: exp.Expression, alias: str, names: Sequence[str]) -> bool:
    """Whether a condition leaves partitions out: any part of an AND does, and each part of an OR has to."""
    plain = condition.unnest()
    if isinstance(plain, exp.And | exp.Or):
        enough = any if isinstance(plain, exp.And) else all
        return enough(_bounds(part, alias, names) for part in plain.flatten())
    return _is_bound(plain, alias, names)


def _is_bound(condition: exp.Expression, alias: str, names: Sequence[str]) -> bool:
    if isinstance(condition, COMPARISONS):
        sides = (condition.this, condition.expression)
        return any(
            _is_column(one, alias, names) and _is_constant(other) for one, other in (sides, reversed(sides))
        )
    if isinstance(condition, exp.Between):
        limits = (condition.args["low"], condition.args["high"])
        return _is_column(condition.this, alias, names) and all(map(_is_constant, limits))
    if isinstance(condition, exp.In):
        return _is_column(condition.this, alias, names) and all(map(_is_constant, condition.expressions))
    is_null = isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null)
    return is_null and _is_column(condition.this, alias, names)


def _is_column(side: exp.Expression, alias: str, names: Sequence[str]) -> bool:
    inner = side.this if isinstance(side, KEEPS_ORDER) else side
    if not isinstance(inner, exp.Column) or inner.table.lower() not in {"", alias.lower()}:
        return False
    return inner.name.lower() in {name.lower() for name in names}


def _is_constant(side: exp.Expression) -> bool:
    return side.find(exp.Column, exp.Query) is None


def _without_qualifier(condition: exp.Expression, alias: str) -> exp.Expression:
    changed = condition.copy()
    for column in changed.find_all(exp.Column):
        if column.table.lower() == alias.lower():
            column.set("table", None)
    return changed
