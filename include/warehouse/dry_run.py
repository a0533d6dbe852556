"""What a statement would read, found out without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.warehouse.calls import translated_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.cloud.bigquery import Client, ScalarQueryParameter


def read_bytes(
    client: Client,
    sql: str,
    parameters: Sequence[ScalarQueryParameter],
    options: Mapping[str, Any],
    *,
    default_dataset: str | None = None,
) -> int:
    """Return the bytes that a statement would read, which costs nothing.

    Args:
        client: Client whose project would run the statement.
        sql: The statement; of one that creates a table, its SELECT needs no dataset to write to.
        parameters: Its query parameters.
        options: Retry and timeout of the call.
        default_dataset: Where tables are that are named without one, `project.dataset`.

    Returns:
        0 also where the service does not count them.

    Raises:
        QueryFailed: The service would refuse the statement; carries its own words.
        WarehouseUnavailable: The service did not answer.
    """
    from google.cloud import bigquery

    config = bigquery.QueryJobConfig(
        dry_run=True, use_query_cache=False, use_legacy_sql=False, query_parameters=parameters
    )
    if default_dataset is not None:
        config.default_dataset = default_dataset
    with translated_errors(f"dry run in project {client.project}"):
        job = client.query(
            sql,
            job_config=config,
            project=client.project,
            location=client.location,
            job_retry=None,
            **options,
        )
        return int(job.total_bytes_processed or 0)
