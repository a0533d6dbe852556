"""What a statement would read, found out without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.warehouse.calls import translated_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.cloud.bigquery import Client

    from include.sql.renderer import StagingQuery


def scanned_bytes(client: Client, query: StagingQuery, options: Mapping[str, Any]) -> int | None:
    """Return the bytes that the SELECT of a staging statement would read.

    Args:
        client: Client whose project would run the statement.
        query: The rendered statement. Its SELECT alone is tried, which needs no dataset to write to.
        options: Retry and timeout of the call.

    Returns:
        None where the service reports 0 bytes, as one does that does not count them.

    Raises:
        QueryFailed: The service would refuse the statement; carries its own words.
        WarehouseUnavailable: The service did not answer.
    """
    from google.cloud import bigquery

    config = bigquery.QueryJobConfig(
        dry_run=True,
        use_query_cache=False,
        use_legacy_sql=False,
        query_parameters=[bigquery.ScalarQueryParameter(p.name, p.type, p.value) for p in query.parameters],
    )
    with translated_errors(f"dry run in project {client.project}"):
        job = client.query(
            query.select,
            job_config=config,
            project=client.project,
            location=client.location,
            job_retry=None,
            **options,
        )
        return int(job.total_bytes_processed or 0) or None
