"""What must hold within a dataset config."""

from collections import Counter
from collections.abc import Iterator

from include.errors import Problem
from include.experiment.config.dataset_config import DatasetConfig, JoinKey, Role, Table
from include.experiment.config.problems import did_you_mean, shown

RESERVED_COLUMNS = (
    "split",
    "interaction_date",
    "interaction_label",
    "interaction_revenue",
    "split_bucket",
    "sample_bucket",
)


def check_dataset(dataset: DatasetConfig) -> list[Problem]:
    """Return what is wrong with a dataset config by itself."""
    return [*_roles(dataset), *_tables(dataset), *_columns(dataset), *_names_in_use(dataset)]


def filter_columns(dataset: DatasetConfig) -> Iterator[tuple[str, str]]:
    """Yield the YAML path and the column of everything that filters name."""
    for index, condition in enumerate(dataset.filters.conditions):
        yield f"filters.conditions[{index}].column", condition.column
    if dataset.filters.top_revenue_share:
        yield "filters.top_revenue_share.column", dataset.filters.top_revenue_share.column


def file_of(dataset: DatasetConfig) -> str:
    """Return the file of a dataset config, relative to the config folder."""
    return f"datasets/{dataset.name}.yaml"


def _roles(dataset: DatasetConfig) -> Iterator[Problem]:
    count = Counter(column.role for column in dataset.columns)
    for role in (Role.CUSTOMER_ID, Role.PRODUCT_ID, Role.DATE):
        if count[role] == 0:
            received = f"has no column with role {role.value}"
            yield Problem(file_of(dataset), "columns", received, f"give one column `role: {role.value}`")
    for role, number in count.items():
        if role is not Role.FEATURE and number > 1:
            names = ", ".join(column.name for column in dataset.columns if column.role is role)
            received = f"has {number} columns with role {role.value} ({names})"
            yield Problem(file_of(dataset), "columns", received, "keep one and give the others role feature")


def _tables(dataset: DatasetConfig) -> Iterator[Problem]:
    where = file_of(dataset)
    first, *joined = dataset.tables
    if first.join or first.keys or first.latest_by:
        remedy = "remove join, keys and latest_by, since the first table is what the others are joined to"
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
            yield Problem(file_of(dataset), f"{field}.table", received, did_you_mean(column.table, aliases))
        if column.name.lower() in RESERVED_COLUMNS:
            remedy = "choose another name and set `source` to the column's name in the table"
            yield Problem(file_of(dataset), f"{field}.name", f"is {column.name!r}, which is ours", remedy)
        if column.name.lower() in seen:
            remedy = f"rename it, since {seen[column.name.lower()]} has that name (BigQuery ignores case)"
            yield Problem(file_of(dataset), f"{field}.name", f"is {column.name!r} again", remedy)
        seen.setdefault(column.name.lower(), field)


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
            yield Problem(file_of(dataset), field, received, did_you_mean(name, known))
