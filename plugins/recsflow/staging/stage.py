"""Stage the rows of an experiment, and export them for the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.cards.card import State
from include.errors import ConfigError
from include.experiment.resolve.history import check_splits
from include.labels import DAG_LABEL, DATASET_LABEL
from include.warehouse.parquet_export import export_history, export_parquet
from include.warehouse.row_account import RowAccount, account_of_staged
from recsflow.cards.writing import note_staged, note_work
from recsflow.errors import InvalidExperiment
from recsflow.experiments.files import read_experiment
from recsflow.experiments.query import keep_query, staging_query
from recsflow.experiments.source import read_source, refuse_changed_source
from recsflow.extensions.assets import announce_nothing, announce_rows
from recsflow.extensions.links import StagedTableLink
from recsflow.handovers import RowsHandover
from recsflow.log import say
from recsflow.settings import Settings, load_settings
from recsflow.vertex.messages.values import label
from recsflow.warehouse import warehouse_of_run

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import StagedTable, Warehouse

STAGING_TIMEOUT_S = 1800.0
KEEP_DAYS = 7
TEST_SPLIT = "test"


def stage_dataset(query: str, context: Context) -> RowsHandover:
    """Create the staged table, count its splits, export it for the pipeline, and return where all is.

    Args:
        query: URI of the rendered SQL.
        context: Of the task at hand.

    """
    settings, folder = load_settings(), ExperimentFolder.holding(query)
    note_work(folder, context, State.STAGING)
    with warehouse_of_run(settings, folder) as warehouse:
        return _staged_and_exported(folder, warehouse, settings, context)


def _staged_and_exported(
    folder: ExperimentFolder, warehouse: Warehouse, settings: Settings, context: Context
) -> RowsHandover:
    experiment = read_experiment(folder.experiment)
    experiment = _with_current_source(experiment, folder, warehouse, settings)
    staged = _stage(experiment, warehouse, settings)
    StagedTableLink.publish(context, settings.table_link(staged.table))
    account = account_of_staged(
        experiment, warehouse, staged, settings.artifact_root, timeout_s=STAGING_TIMEOUT_S
    )
    storage.write_text(folder.row_account, account.model_dump_json(indent=2))
    _tell_staged(experiment, staged, account)
    note_staged(experiment, folder, staged.rows_by_split.get(TEST_SPLIT))
    _refuse_empty_splits(experiment, staged)
    if staged.reused:
        announce_nothing(context)
    else:
        announce_rows(context, experiment.dataset.name, staged.table, staged.rows)
    rows_uri = export_parquet(warehouse, staged.table, settings.artifact_root)
    say("stage_dataset", f"rows exported to {rows_uri}")
    rows = RowsHandover(experiment=folder.experiment, table=staged.table, rows_uri=rows_uri)
    if staged.history_rows:
        columns = experiment.history_columns
        rows["history_uri"] = export_history(warehouse, staged.table, settings.artifact_root, columns)
    return rows


def _with_current_source(
    experiment: Experiment, folder: ExperimentFolder, warehouse: Warehouse, settings: Settings
) -> Experiment:
    """Return an experiment with the state that its source is in now, and keep it where that is another.

    This task may be cleared and run long after the experiment was resolved.
    """
    current = read_source(experiment, warehouse)
    if current.source_state != experiment.source_state:
        say(
            "stage_dataset",
            f"the source has changed since the run was resolved; then, {experiment.source_state}",
        )
        storage.write_text(folder.experiment, current.to_json())
        keep_query(staging_query(current, settings), folder)
    return current


def _stage(experiment: Experiment, warehouse: Warehouse, settings: Settings) -> StagedTable:
    # Rendering is a pure function of the experiment: this is the statement that query.sql shows.
    statement = staging_query(experiment, settings)
    labels = {DAG_LABEL: label(experiment.dag_id), DATASET_LABEL: label(experiment.dataset.name)}
    staged = warehouse.stage(statement, timeout_s=STAGING_TIMEOUT_S, labels=labels, keep_days=KEEP_DAYS)
    if not staged.reused:
        refuse_changed_source(experiment, staged, warehouse)
    return staged


def _tell_staged(experiment: Experiment, staged: StagedTable, account: RowAccount) -> None:
    say("stage_dataset", f"state of the source: {experiment.source_state}")
    for line in account.lines():
        say("stage_dataset", line)
    counts = ", ".join(f"{split} {rows:,}" for split, rows in staged.rows_by_split.items())
    say(
        "stage_dataset",
        f"{staged.table}{' (re-used)' if staged.reused else ''}: {staged.rows:,} rows, {counts}",
    )
    if staged.history_rows:
        line = f"{staged.history_rows:,} more rows are not in the sample and tell what customers had bought"
        say("stage_dataset", line)


def _refuse_empty_splits(experiment: Experiment, staged: StagedTable) -> None:
    if problems := check_splits(experiment, staged.rows_by_split):
        raise InvalidExperiment(str(ConfigError(problems)))
