"""Stage the rows, and check them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context

from include import storage
from recsflow.assets import announce_nothing, announce_rows, dataset_assets
from recsflow.hooks.message_values import label
from recsflow.links import QualityReportLink, StagedTableLink
from recsflow.pools import ROWS_POOL
from recsflow.progress import say
from recsflow.retries import retries
from recsflow.tasks.decorators import quality_task, staging_task
from recsflow.tasks.experiment import staging_query
from recsflow.tasks.files import EXPERIMENT_FILE, read_experiment, sibling

if TYPE_CHECKING:
    from include.experiment.experiment import Experiment
    from include.quality.check import QualityReport
    from include.quality.validation import Finding
    from include.warehouse.client import StagedTable, Warehouse

STAGING_TIMEOUT_S = 1800.0
KEEP_DAYS = 7


# Repeating is safe and cheap: the table is named by its content and made only where it is missing.
@staging_task(
    outlets=dataset_assets(), **retries(2, timedelta(minutes=1), execution_timeout=timedelta(hours=1))
)
def stage_dataset(query: str) -> dict[str, str]:
    """Create the staged table, count its splits and export it where the pipeline reads files.

    Args:
        query: URI of the rendered SQL.

    Returns:
        `experiment` (URI), `table`, `rows_uri` where rows were exported, and `history_uri` where a sample
        leaves rows out.
    """
    from recsflow.pipeline_parameters import exports_rows
    from recsflow.settings import load_settings
    from recsflow.tasks.warehouse import open_warehouse

    settings = load_settings()
    context = get_current_context()
    experiment_uri = sibling(query, EXPERIMENT_FILE)
    experiment = read_experiment(experiment_uri)
    warehouse = open_warehouse(settings)
    # Rendering is a pure function of the experiment: this is the statement that query.sql shows.
    statement = staging_query(experiment, settings)
    labels = {"dag": label(experiment.dag_id), "dataset": label(experiment.dataset.name)}
    staged = warehouse.stage(statement, timeout_s=STAGING_TIMEOUT_S, labels=labels, keep_days=KEEP_DAYS)
    StagedTableLink.publish(context, settings.table_link(staged.table))
    _tell_staged(staged)
    _refuse_empty_splits(experiment, staged)
    if staged.reused:
        announce_nothing(context)
    else:
        announce_rows(context, experiment.dataset.name, staged.table, staged.rows)
    rows = {"experiment": experiment_uri, "table": staged.table}
    if exports_rows(experiment, settings):
        rows["rows_uri"] = warehouse.export_parquet(staged.table, settings.artifact_root)
        say("stage_dataset", f"rows exported to {rows['rows_uri']}")
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
    from include.quality.check import check_rows
    from recsflow.errors import QualityCheckFailed
    from recsflow.settings import load_settings
    from recsflow.tasks.warehouse import open_warehouse

    settings = load_settings()
    context = get_current_context()
    experiment = read_experiment(rows["experiment"])
    warehouse = open_warehouse(settings)
    table = warehouse.read_arrow(rows["table"])
    StagedTableLink.publish(context, settings.table_link(rows["table"]))
    report = check_rows(table, experiment, source_nulls=missing_ids(experiment, warehouse))
    # Kept before it is judged: a report of a failure is the one that people need.
    storage.write_text(sibling(rows["experiment"], "quality.json"), report.json)
    html = storage.write_text(sibling(rows["experiment"], "quality.html"), report.html)
    QualityReportLink.publish(context, settings.artifact_link(html))
    _tell_quality(report)
    if not report.passed:
        raise QualityCheckFailed(_failures(report, rows["table"]))


def missing_ids(experiment: Experiment, warehouse: Warehouse) -> dict[str, int]:
    """Return the source's rows without an id, by staged id column; staging leaves them out."""
    from include.experiment.dataset_config import Role

    counts = {}
    for role in (Role.CUSTOMER_ID, Role.PRODUCT_ID):
        column = experiment.dataset.with_role(role)
        table = experiment.dataset.table_of(column) if column else None
        if column is None or table is None:
            continue
        source = column.source or column.name
        counts[column.name] = warehouse.null_counts(table.table, [source])[source]
    return counts


def _tell_staged(staged: StagedTable) -> None:
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
    from include.experiment.history import check_splits
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
    remedy = f"repair the data or datasets/{report.dataset}.yaml"
    return f"{table} breaks critical expectations; {remedy}:\n{failures}"


def _place(finding: Finding) -> str:
    """Where the config asks for it; nowhere where every dataset has to fulfil it."""
    return f" ({finding.rule.field})" if finding.rule.field else ""
