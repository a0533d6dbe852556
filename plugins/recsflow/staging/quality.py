"""Check staged rows, keep the report, and stop the run on a critical failure."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.cards.card import State
from include.quality.check import QualityReport, StagedRows, check_rows
from include.warehouse.row_account import RowAccount
from recsflow.cards.writing import note_work
from recsflow.errors import QualityCheckFailed
from recsflow.experiments.files import read_experiment
from recsflow.extensions.links import QualityReportLink, StagedTableLink
from recsflow.log import say
from recsflow.settings import load_settings
from recsflow.warehouse import warehouse_of_run

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.quality.validation import Finding
    from recsflow.handovers import RowsHandover


def check_data_quality(rows: RowsHandover, context: Context) -> None:
    """Check the staged rows, keep the report, and stop the run on a critical failure.

    Args:
        rows: What stage_dataset returns.
        context: Of the task at hand.
    """
    settings = load_settings()
    folder = ExperimentFolder.holding(rows["experiment"])
    note_work(folder, context, State.CHECKING)
    experiment = read_experiment(folder.experiment)
    StagedTableLink.publish(context, settings.table_link(rows["table"]))
    account = RowAccount.model_validate_json(storage.read_text(folder.row_account))
    with warehouse_of_run(settings, folder) as warehouse:
        report = check_rows(StagedRows(warehouse, rows["table"]), experiment, account=account)
    # Kept before it is judged: a report of a failure is the one that people need.
    storage.write_text(folder.quality, report.json)
    html = storage.write_text(folder.quality_report, report.html)
    QualityReportLink.publish(context, settings.artifact_link(html))
    _tell_quality(report)
    if not report.passed:
        raise QualityCheckFailed(_failures(report, rows["table"]))


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
