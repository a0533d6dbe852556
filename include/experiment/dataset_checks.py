"""What must hold within a dataset config, and between it and the warehouse."""

from collections import Counter
from collections.abc import Iterator, Mapping

from include.errors import Problem
from include.experiment.column_types import Use, base_type, staged_type, type_remedy
from include.experiment.dataset_config import Column, Condition, DatasetConfig, JoinKey, Role, Table
from include.experiment.problems import did_you_mean, shown

RESERVED_COLUMNS = ("split", "interaction_date", "interaction_revenue", "split_bucket", "sample_bucket")
TableSchemas = Mapping[str, Mapping[str, str]]
_CONDITION_VALUES: dict[str, type | tuple[type, ...]] = {
    "INT64": int,
    "FLOAT64": (int, float),
    "NUMERIC": (int, float),
    "BIGNUMERIC": (int, float),
    "STRING": str,
    "BOOL": bool,
    "DATE": str,
    "DATETIME": str,
    "TIMESTAMP": str,
}


def check_dataset(dataset: DatasetConfig) -> list[Problem]:
    """Return what is wrong with a dataset config by itself."""
    return [*_roles(dataset), *_tables(dataset), *_columns(dataset), *_names_in_use(dataset)]


def check_schema(dataset: DatasetConfig, schemas: TableSchemas) -> list[Problem]:
    """Return where a dataset config and the tables of the warehouse disagree.

    Args:
        dataset: A config without problems of its own.
        schemas: Reported type by column, by table as written in the config; a table that the warehouse does
            not have is absent.
    """
    return [
        *_missing_tables(dataset, schemas),
        *_missing_columns(dataset, schemas),
        *_missing_keys(dataset, schemas),
        *_condition_types(dataset, schemas),
    ]


def column_type(dataset: DatasetConfig, name: str, schemas: TableSchemas) -> str | None:
    """Return the reported type of a dataset's column, or None where it cannot be found."""
    column = dataset.column(name)
    table = dataset.table_of(column) if column else None
    if column is None or table is None:
        return None
    return schemas.get(table.table, {}).get(column.source or column.name)


def _where(dataset: DatasetConfig) -> str:
    return f"datasets/{dataset.name}.yaml"


def _roles(dataset: DatasetConfig) -> Iterator[Problem]:
    count = Counter(column.role for column in dataset.columns)
    for role in (Role.CUSTOMER_ID, Role.PRODUCT_ID, Role.DATE):
        if count[role] == 0:
            received = f"has no column with role {role.value}"
            yield Problem(_where(dataset), "columns", received, f"give one column `role: {role.value}`")
    for role, number in count.items():
        if role is not Role.FEATURE and number > 1:
            names = ", ".join(column.name for column in dataset.columns if column.role is role)
            received = f"has {number} columns with role {role.value} ({names})"
            yield Problem(_where(dataset), "columns", received, "keep one and give the others role feature")


def _tables(dataset: DatasetConfig) -> Iterator[Problem]:
    where = _where(dataset)
    first, *joined = dataset.tables
    if first.join or first.keys:
        remedy = "remove join and keys, since the first table is what the others are joined to"
        yield Problem(where, "tables[0]", f"is {first.alias} with a join", remedy)
    for index, table in enumerate(joined, start=1):
        if table.join is None:
            yield Problem(where, f"tables[{index}].join", "is missing", "use left or inner")
        if not table.keys:
            remedy = "list the columns that both tables share, e.g. [product_id]"
            yield Problem(where, f"tables[{index}].keys", "is missing", remedy)
        earlier = [other.alias for other in dataset.tables[:index]]
        if table.alias in earlier:
            remedy = "give each table an alias of its own"
            yield Problem(where, f"tables[{index}].alias", f"is {table.alias!r} again", remedy)
        yield from _left_aliases(where, f"tables[{index}]", table, earlier)


def _left_aliases(where: str, field: str, table: Table, earlier: list[str]) -> Iterator[Problem]:
    for index, key in enumerate(table.keys):
        alias, dot, column = key.left.rpartition(".") if isinstance(key, JoinKey) else ("", "", key)
        path = f"{field}.keys[{index}].left"
        if (dot and alias not in earlier) or not column.isidentifier() or not column.isascii():
            remedy = f"write column or alias.column of an earlier table ({', '.join(earlier)})"
            yield Problem(where, path, f"is {shown(f'{alias}{dot}{column}')}", remedy)


def _columns(dataset: DatasetConfig) -> Iterator[Problem]:
    aliases = [table.alias for table in dataset.tables]
    seen: dict[str, str] = {}
    for index, column in enumerate(dataset.columns):
        field = f"columns[{index}]"
        if column.table is not None and column.table not in aliases:
            received = f"is {column.table!r}"
            yield Problem(_where(dataset), f"{field}.table", received, did_you_mean(column.table, aliases))
        if column.name.lower() in RESERVED_COLUMNS:
            remedy = "choose another name and set `source` to the column's name in the table"
            yield Problem(_where(dataset), f"{field}.name", f"is {column.name!r}, which is ours", remedy)
        if column.name.lower() in seen:
            remedy = f"rename it, since {seen[column.name.lower()]} has that name (BigQuery ignores case)"
            yield Problem(_where(dataset), f"{field}.name", f"is {column.name!r} again", remedy)
        seen.setdefault(column.name.lower(), field)


def filter_columns(dataset: DatasetConfig) -> Iterator[tuple[str, str]]:
    """Yield the YAML path and the column of everything that filters name."""
    for index, condition in enumerate(dataset.filters.conditions):
        yield f"filters.conditions[{index}].column", condition.column
    if dataset.filters.top_revenue_share:
        yield "filters.top_revenue_share.column", dataset.filters.top_revenue_share.column


def _names_in_use(dataset: DatasetConfig) -> Iterator[Problem]:
    known = [column.name for column in dataset.columns]
    quality = dataset.quality
    named = [
        *filter_columns(dataset),
        *((f"quality.max_null_fraction.{name}", name) for name in quality.max_null_fraction),
        *((f"quality.ranges.{name}", name) for name in quality.ranges),
    ]
    for field, name in named:
        if name not in known:
            received = f"is {name!r}, which columns does not declare"
            yield Problem(_where(dataset), field, received, did_you_mean(name, known))


def _missing_tables(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for index, table in enumerate(dataset.tables):
        if table.table not in schemas:
            remedy = "check its name, and that the connection's account may read it"
            received = f"is {table.table!r}, which the warehouse does not have"
            yield Problem(_where(dataset), f"tables[{index}].table", received, remedy)


def _missing_columns(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for index, column in enumerate(dataset.columns):
        table = dataset.table_of(column)
        if table is None or table.table not in schemas:
            continue
        schema = schemas[table.table]
        source = column.source or column.name
        field = f"columns[{index}].{'source' if column.source else 'name'}"
        if source not in schema:
            received = f"is {source!r}, which table {table.table} does not have"
            yield Problem(_where(dataset), field, received, did_you_mean(source, schema))
        else:
            yield from _role_type(dataset, field, column, schema[source])


def _role_type(dataset: DatasetConfig, field: str, column: Column, reported: str) -> Iterator[Problem]:
    uses = {
        Role.CUSTOMER_ID: Use.ID,
        Role.PRODUCT_ID: Use.ID,
        Role.DATE: Use.DATE,
        Role.LABEL: Use.NUMBER,
    }
    use = uses.get(column.role)
    if use and staged_type(reported, use) is None:
        received = f"is {column.name!r} of type {reported}, which cannot be {column.role.value}"
        yield Problem(_where(dataset), field, received, type_remedy(reported, use))


def _missing_keys(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    by_alias = {table.alias: table.table for table in dataset.tables}
    for index, table in enumerate(dataset.tables):
        for position, key in enumerate(table.keys):
            left = key.left if isinstance(key, JoinKey) else key
            right = key.right if isinstance(key, JoinKey) else key
            alias, _, left_column = left.rpartition(".")
            left_table = by_alias[alias or dataset.tables[0].alias]
            for name, holder in ((left_column, left_table), (right, table.table)):
                if holder in schemas and name not in schemas[holder]:
                    field = f"tables[{index}].keys[{position}]"
                    received = f"is {name!r}, which table {holder} does not have"
                    yield Problem(_where(dataset), field, received, did_you_mean(name, schemas[holder]))


def _condition_types(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for index, condition in enumerate(dataset.filters.conditions):
        reported = column_type(dataset, condition.column, schemas)
        if reported:
            yield from _condition_type(_where(dataset), f"filters.conditions[{index}]", condition, reported)
    revenue = dataset.filters.top_revenue_share
    reported = column_type(dataset, revenue.column, schemas) if revenue else None
    if revenue and reported and base_type(reported) not in {"INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC"}:
        received = f"is {revenue.column!r} of type {reported}, which cannot be summed"
        remedy = "use a column of numbers"
        yield Problem(_where(dataset), "filters.top_revenue_share.column", received, remedy)


def _condition_type(where: str, field: str, condition: Condition, reported: str) -> Iterator[Problem]:
    kind = base_type(reported)
    if condition.value is None:
        return
    if kind not in _CONDITION_VALUES:
        received = f"is {condition.column!r} of type {reported}, which cannot be compared with a value"
        yield Problem(where, f"{field}.column", received, f"use a {', '.join(_CONDITION_VALUES)} column")
        return
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    for value in values:
        fits = isinstance(value, _CONDITION_VALUES[kind]) and (kind == "BOOL" or not isinstance(value, bool))
        if not fits:
            received = f"is {shown(value)}, but {condition.column} is {kind}"
            yield Problem(where, f"{field}.value", received, f"use a {kind} value")
