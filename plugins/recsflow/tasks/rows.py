"""Stage the rows, and check them."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from recsflow.extensions.assets import dataset_assets
from recsflow.extensions.pools import ROWS_POOL
from recsflow.extensions.retries import retries
from recsflow.handovers import RowsHandover
from recsflow.tasks.decorators import quality_task, staging_task


# Repeating is safe and cheap: the table is named by its content and made only where it is missing.
@staging_task(
    outlets=dataset_assets(), **retries(2, timedelta(minutes=1), execution_timeout=timedelta(hours=1))
)
def stage_dataset(query: str) -> RowsHandover:
    """Create the staged table, count its splits, export it for the pipeline, and return where all is.

    Args:
        query: URI of the rendered SQL.
    """
    from recsflow.staging import stage

    return stage.stage_dataset(query, get_current_context())


# A retry helps only when the warehouse is away: a failed check is not repeated.
@quality_task(pool=ROWS_POOL, **retries(1, timedelta(minutes=1), execution_timeout=timedelta(hours=1)))
def check_data_quality(rows: RowsHandover) -> None:
    """Check the staged rows, keep the report, and stop the run on a critical failure.

    Args:
        rows: What stage_dataset returns.
    """
    from recsflow.staging import quality

    quality.check_data_quality(rows, get_current_context())
