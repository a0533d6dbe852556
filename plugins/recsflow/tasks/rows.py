"""Stage the rows, and check them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context

from include import storage
from recsflow.experiments.files import EXPERIMENT_FILE, read_experiment, sibling
from recsflow.extensions.assets import announce_nothing, announce_rows, dataset_assets
from recsflow.extensions.links import QualityReportLink, StagedTableLink
from recsflow.extensions.pools import ROWS_POOL
from recsflow.extensions.retries import retries
from recsflow.log import say
from recsflow.tasks.decorators import quality_task, staging_task
from recsflow.tasks.experiment import keep_query, staging_query
from recsflow.vertex.messages.values import label

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from include.quality.check import QualityReport
    from include.quality.validation import Finding
    from include.warehouse.client import StagedTable, Warehouse
    from include.warehouse.row_account import RowAccount
    from recsflow.settings import Settings

STAGING_TIMEOUT_S = 1800.0
KEEP_DAYS = 7
ACCOUNT_FILE = "row_account.json"


# Repeating is safe and cheap: the table is named by its content and made only where it is missing.
@staging_task(
    outlets=dataset_assets(), **retries(2, timedelta(minutes=1), execution_timeout=timedelta(hours=1))
)
def stage_dataset(query: str) -> dict[str, str]:
    """Create the staged table, count its splits and export it for the pipeline.

    Args:
        query: URI of the rendered SQL.

    Returns:
        `experiment` (URI), `table`, `rows_uri`, and `history_uri` where a sample leaves rows out.
    """
    from include.warehouse.row_account import row_account
    from recsflow.settings import load_settings
    from recsflow.warehouse import open_warehouse

    settings = load_settings()
    context = get_current_context()
    experiment_uri = sibling(query, EXPERIMENT_FILE)
    experiment, warehouse = read_experiment(experiment_uri), open_warehouse(settings)
    experiment = _with_current_source(experiment, experiment_uri, warehouse, settings)
    staged = _stage(experiment, warehouse, settings)
    StagedTableLink.publish(context, settings.table_link(staged.table))
    account = row_account(experiment, warehouse, timeout_s=STAGING_TIMEOUT_S)
    storage.write_text(sibling(query, ACCOUNT_FILE), account.model_dump_json(indent=2))
    _tell_staged(experiment, staged, account)
    _refuse_empty_splits(experiment, staged)
    if staged.reused:
        announce_nothing(context)
    else:
        announce_rows(context, experiment.dataset.name, staged.table, staged.rows)
    rows_uri = warehouse.export_parquet(staged.table, settings.artifact_root)
    say("stage_dataset", f"rows exported to {rows_uri}")
    rows = {"experiment": experiment_uri, "table": staged.table, "rows_uri": rows_uri}
    if staged.history_rows:
        columns = experiment.history_columns
        rows["history_uri"] = warehouse.export_history(staged.table, settings.artifact_root, columns)
    return rows


# A retry helps only when the warehouse is away: a failed check is not repeated.
@quality_task(pool=ROWS_POOL, **retries(1, timedelta(minutes=1), execution_timeout=timedelta(hours=1)))
def check_data_quality(rows: dict[str, str]) -> None:
    """Check the staged rows, keep the report, and stop the run on a critical failure.

    Args:
        rows: What stage_dataset returns.
    """
    from include.quality.check import StagedRows, check_rows
    from include.warehouse.row_account import RowAccount
    from recsflow.errors import QualityCheckFailed
    from recsflow.settings import load_settings
    from recsflow.warehouse import open_warehouse

    settings = load_settings()
    context = get_current_context()
    experiment = read_experiment(rows["experiment"])
    staged = StagedRows(open_warehouse(settings), rows["table"])
    StagedTableLink.publish(context, settings.table_link(rows["table"]))
    account = RowAccount.model_validate_json(storage.read_text(sibling(rows["experiment"], ACCOUNT_FILE)))
    report = check_rows(staged, experiment, account=account)
    # Kept before it is judged: a report of a failure is the one that people need.
    storage.write_text(sibling(rows["experiment"], "quality.json"), report.json)
    html = storage.write_text(sibling(rows["experiment"], "quality.html"), report.html)
    QualityReportLink.publish(context, settings.artifact_link(html))
    _tell_quality(report)
    if not report.passed:
        raise QualityCheckFailed(_failures(report, rows["table"]))


def _with_current_source(
    experiment: Experiment, uri: str, warehouse: Warehouse, settings: Settings
) -> Experiment:
    """Return an experiment with the state that its source is in now, and keep it where that is another.

    This task may be cleared and run long after the experiment was resolved.
    """
    from recsflow.experiments.source import read_source

    current = read_source(experiment, warehouse)
    if current.source_state != experiment.source_state:
        say(
            "stage_dataset",
            f"the source has changed since the run was resolved; then, {experiment.source_state}",
        )
        storage.write_text(uri, current.to_json())
        keep_query(staging_query(current, settings), uri)
    return current


def _stage(experiment: Experiment, warehouse: Warehouse, settings: Settings) -> StagedTable:
    from recsflow.experiments.source import refuse_changed_source

    # Rendering is a pure function of the experiment: this is the statement that query.sql shows.
    statement = staging_query(experiment, settings)
    labels = {"dag": label(experiment.dag_id), "dataset": label(experiment.dataset.name)}
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
        told = f"{staged.history_rows:,} more rows are not in the sample and tell what customers had bought"
        say("stage_dataset", told)


def _refuse_empty_splits(experiment: Experiment, staged: StagedTable) -> None:
    from include.errors import ConfigError
    from include.experiment.resolve.history import check_splits
    from recsflow.errors import InvalidExperiment

    if problems := check_splits(experiment, staged.rows_by_split):
        raise InvalidExperiment(str(ConfigError(problems)))


def _tell_quality(report: QualityReport) -> None:
    say(
        "check_data_quality", "critical expectations met" if report.passed else "critical expectations BROKEN"
    )
    for warning in report.warnings:
        say("check_data_quality", f"WARNING {warning}", logging.WARNING)
    for skipped in report.skipped:
        say("check_data_quality", f"not checked: {skipped}")


def _failures(report: QualityReport, table: str) -> str:
    broken = [finding for finding in report.findings if finding.critical and not finding.met]
    failures = "\n".join(f"  - {finding}{_place(finding)}" for finding in broken)
    remedy = f"repair the data or datasets/{report.dataset}.yaml, and run it again or clear stage_dataset"
    return (
        f"{table} breaks critical expectations; {remedy}.\nState of the source: {report.source}.\n{failures}"
    )


def _place(finding: Finding) -> str:
    """Where the config asks for it; nowhere where every dataset has to fulfil it."""
    return f" ({finding.rule.field})" if finding.rule.field else ""
