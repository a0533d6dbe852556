"""Show all runs of a schedule side by side, by the date that their rows end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.backtest.report import render_html, render_text, title_of
from include.backtest.run import find_backtest_runs
from include.experiment.config.schedule_loader import load_schedule
from recsflow.errors import InvalidExperiment
from recsflow.experiments.files import read_experiment
from recsflow.extensions.links import BacktestLink
from recsflow.log import say
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context


def report_backtest(experiment: str, context: Context) -> str:
    """Write the report of the schedule, this run's date among the others; returns its URI.

    Args:
        experiment: URI of the resolved experiment.
        context: Of the task at hand.
    """
    settings = load_settings()
    resolved = read_experiment(experiment)
    if resolved.schedule is None:
        raise InvalidExperiment(f"{experiment} belongs to no schedule; run this task in the DAG of one.")
    runs = find_backtest_runs(
        resolved.schedule,
        load_schedule(resolved.schedule).promotion,
        resolved.model.kind,
        tracking_uri=settings.mlflow_tracking_uri,
        experiment_name=settings.mlflow_experiment,
    )
    title = title_of(runs, f"Backtest of {context['dag'].dag_id}")
    say("report_backtest", render_text(title, runs))
    page = render_html(title, runs)
    uri = storage.write_text(settings.layout.backtest_report(resolved.schedule).page, page)
    BacktestLink.publish(context, settings.artifact_link(uri))
    return uri
