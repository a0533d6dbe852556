"""Reads which state the tables of an experiment are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.errors import ConfigError, Problem
from include.experiment.config.run_parameters import RUN_PARAMETERS
from include.experiment.resolve.experiment import ConfigWarning, Severity
from include.experiment.resolve.source_state import MOMENT, SourceState, TableState
from include.sql.checksum import checksum_query

if TYPE_CHECKING:
    from google.cloud.bigquery import Table as DescribedTable

    from include.experiment.config.dataset_config import Table
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse

STORED = "TABLE"
# Before rows are taken, at the start of that and after it.
CHECKSUMS_OF_A_RUN = 3


def with_source_state(experiment: Experiment, warehouse: Warehouse) -> Experiment:
    """Return an experiment with the state that its tables are in now, or that it asks for.

    The state of a stored table is known from its metadata, for nothing. What has none to trust (a view, an
    external table, rows in a streaming buffer) has a checksum of its rows instead, which reads them, and a
    warning says so.

    Raises:
        ConfigError: A past state is asked for of something that keeps none.
        WarehouseError: The warehouse did not answer, or refused what it was asked.
    """
    dataset, as_of = experiment.dataset, experiment.parameters.source_as_of
    described = [warehouse.describe(table.table) for table in dataset.tables]
    if as_of is not None:
        if problems := _without_past(experiment, described):
            raise ConfigError(problems)
        return experiment.model_copy(update={"source_state": SourceState(as_of=as_of)})
    states, warnings = [], []
    for index, (table, found) in enumerate(zip(dataset.tables, described, strict=True)):
        if reason := _without_metadata(found):
            warnings.append(_warning(index, table.table, reason))
            states.append(_checksum(experiment, table, warehouse))
        else:
            states.append(TableState(table=table.table, rows=found.num_rows, changed=found.modified))
    fresh = [each for each in warnings if each not in experiment.warnings]
    changes = {"source_state": SourceState(tables=tuple(states)), "warnings": (*experiment.warnings, *fresh)}
    return experiment.model_copy(update=changes)


def needs_checksum(found: DescribedTable) -> bool:
    """Return whether the metadata of a table do not tell its state, so that its rows have to."""
    return bool(_without_metadata(found))


def _without_past(experiment: Experiment, described: list[DescribedTable]) -> list[Problem]:
    as_of = experiment.parameters.source_as_of
    remedy = "leave it empty, or name the stored tables behind it in datasets/{}.yaml"
    return [
        Problem(
            RUN_PARAMETERS,
            "source_as_of",
            f"is {as_of:{MOMENT}}, but {table.table} is {_kind(found)}, which keeps no past state",
            remedy.format(experiment.dataset.name),
        )
        for table, found in zip(experiment.dataset.tables, described, strict=True)
        if found.table_type != STORED
    ]


def _without_metadata(found: DescribedTable) -> str:
    """Return why a table's metadata do not tell its state; empty where they do."""
    if found.table_type != STORED:
        return f"is {_kind(found)}, of which the warehouse tells neither a last change nor rows"
    if found.streaming_buffer is not None:
        return "has rows in its streaming buffer, which its last change and number of rows leave out"
    if found.modified is None or found.num_rows is None:
        return "comes without a last change or a number of rows"
    return ""


def _kind(found: DescribedTable) -> str:
    name = str(found.table_type).lower().replace("_", " ")
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _warning(index: int, table: str, reason: str) -> ConfigWarning:
    return ConfigWarning(
        severity=Severity.LOW,
        field=f"tables[{index}].table",
        message=f"{table} {reason}: each run reads its rows for a checksum, and again to stage them.",
        recommended="a stored table that is loaded in batches, or source_as_of",
    )


def _checksum(experiment: Experiment, table: Table, warehouse: Warehouse) -> TableState:
    (row,) = warehouse.ask(checksum_query(experiment, table, warehouse.project))
    return TableState(table=table.table, rows=row["row_count"], checksum=str(row["checksum"]))
