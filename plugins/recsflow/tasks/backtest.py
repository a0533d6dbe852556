"""Show all runs of a schedule side by side, by the date that their rows end."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import TriggerRule, get_current_context

from recsflow.extensions.retries import retries
from recsflow.tasks.decorators import backtest_task


# Runs after a promotion and after none, but not after a failure, since the last task decides about the run.
@backtest_task(
    trigger_rule=TriggerRule.NONE_FAILED,
    **retries(3, timedelta(minutes=1), execution_timeout=timedelta(minutes=10)),
)
def report_backtest(experiment: str) -> str:
    """Write the report of the schedule, this run's date among the others; returns its URI.

    Args:
        experiment: URI of the resolved experiment.
    """
    from recsflow.promotion import backtest

    return backtest.report_backtest(experiment, get_current_context())
